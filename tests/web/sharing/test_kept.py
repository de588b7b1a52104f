"""Links among all that is kept: exported without their secret, erased with the account, gone when they are due, never written down."""

import json
import logging
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.rows import HELD_BACK, rows_of
from emofuse_web.accounts.work import pack
from emofuse_web.operations import housekeeping
from emofuse_web.operations.logs import BLANK, Discreet
from emofuse_web.sharing.models import Share

PAST = timedelta(seconds=1)


def test_links_that_ran_out_go_and_others_stay(finished, link):
    one = finished()
    (due, _), (kept, _), (revoked, _) = link(one), link(one), link(one)
    Share.objects.filter(pk=due.pk).update(expires=timezone.now() - PAST)
    Share.objects.filter(pk=revoked.pk).update(revoked=timezone.now())

    assert housekeeping.forget()["shares"] == 1

    assert set(Share.objects.values_list("pk", flat=True)) == {kept.pk, revoked.pk}


def test_an_erased_account_leaves_no_link(alice, charlies, link):
    _share, address = link()

    account_erase(user=alice)

    assert not Share.objects.exists()
    assert charlies.get(address).status_code == 404


def test_an_export_of_everything_holds_the_links_and_not_what_opens_them(alice, link, tmp_path):
    share, address = link(title="For the board")

    rows = dict(rows_of(alice))["sharing.share"]
    pack(alice, tmp_path / "all.zip")

    assert [(row["id"], row["title"], row["digest"]) for row in rows] == [(share.pk, "For the board", HELD_BACK)]
    packed = zipfile.ZipFile(tmp_path / "all.zip")
    said = packed.read("rows/sharing.share.json").decode()
    assert json.loads(said)[0]["id"] == str(share.pk)
    assert share.digest not in said
    assert address.rstrip("/").rpartition(".")[2] not in said


@pytest.mark.parametrize("path", ["/shared/{code}/", "/shared/{code}/files/proxy/", "/shared/{code}/curves.json?lane=face"])
def test_a_line_of_the_log_never_holds_a_link(path, link):
    _share, address = link()
    code = address.split("/")[2]
    record = logging.LogRecord("django.request", logging.ERROR, "x.py", 1, "Internal Server Error: %s", (path.format(code=code),), None)

    assert Discreet().filter(record)

    assert BLANK in record.getMessage()
    assert code not in record.getMessage()


def test_nothing_that_is_written_down_opens_anything(alice, alices, charlies, finished, link, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    caplog.handler.addFilter(Discreet())
    share, address = link(finished())
    charlies.get(address)
    charlies.get(f"{address}timeline.json")
    alices.post(f"/shares/{share.pk}/revoke/")
    charlies.get(address)

    said = caplog.text + "".join(capfd.readouterr())

    assert address.rstrip("/").rpartition(".")[2] not in said
