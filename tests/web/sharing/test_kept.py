"""Links among all that is kept: exported without their secret, erased with the account, gone when they are due, never written down."""

import io
import json
import logging
import os
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.rows import HELD_BACK, rows_of
from emofuse_web.accounts.work import pack
from emofuse_web.operations import housekeeping
from emofuse_web.operations.logs import BLANK, Discreet, Discretion
from emofuse_web.sharing import visitor_views
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


def test_a_fault_on_a_shared_page_writes_nothing_that_opens_it(charlies, link, monkeypatch):
    _share, address = link()
    written = io.StringIO()
    handler = Discretion(written)
    monkeypatch.setattr(visitor_views, "share_opened", lambda **_: 1 / 0)
    charlies.raise_request_exception = False
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert charlies.get(address).status_code == 500
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    assert BLANK in written.getvalue(), "the line names the address, or this test tells nothing"
    assert address.split("/")[2] not in written.getvalue()


def test_what_the_server_in_front_of_django_writes_goes_the_same_way(tmp_path):
    told = (
        "import django, logging; logging.getLogger('uvicorn.access').addHandler(logging.StreamHandler()); django.setup();"
        "logging.getLogger('uvicorn.access').error('%s - GET %s', '127.0.0.1', '/shared/1.SECRETSECRET/')"
    )

    env = os.environ | {"DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings", "EMOFUSE_WEB_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=env)

    assert done.stderr.count("GET") == 1
    assert "SECRET" not in done.stderr
