"""The owner's side: links are made, listed and revoked, by whoever may and where the site allows it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from emofuse_web.accounts.models import Event
from emofuse_web.analyses.services import analysis_remove
from emofuse_web.sharing.models import Share
from emofuse_web.sharing.services import MOST, NothingToShare, TooMany, share_make, share_revoke

ASKED = {"days": "7", "title": "", "agreed": "on"}


def asked(browser, one, **more: str):
    return browser.post(f"/analyses/{one.id}/share/", {name: value for name, value in (ASKED | more).items() if value is not None})


def test_bob_and_staff_do_not_find_alices_links_and_charlie_is_asked_to_sign_in(finished, link, bobs, stefanies, charlies):
    share, _address = link(one := finished())

    for browser in (bobs, stefanies):
        assert browser.get(f"/analyses/{one.id}/share/").status_code == 404
        assert browser.post(f"/shares/{share.pk}/revoke/").status_code == 404
    assert charlies.get(f"/analyses/{one.id}/share/").url.startswith("/accounts/login/")
    assert charlies.post(f"/shares/{share.pk}/revoke/").url.startswith("/accounts/login/")
    share.refresh_from_db()
    assert share.works


def test_bob_makes_no_link_to_alices_result(finished, bob, by_the_door):
    assert asked(by_the_door(bob), finished()).status_code == 404
    assert not Share.objects.exists()


def test_a_site_shares_nothing_unless_it_is_told_to(settings, alice, by_the_door, finished, link, charlies):
    from emofuse_web.config import settings as unset

    assert unset.SHARING is False
    share, address = link(one := finished())
    browser = by_the_door(alice)
    settings.SHARING = False

    page = browser.get(f"/analyses/{one.id}/").content.decode()

    assert "/share/" not in page
    for path in (address, f"{address}timeline.json", f"{address}curves.json", f"{address}files/proxy/", f"/analyses/{one.id}/share/"):
        assert charlies.get(path).status_code == browser.get(path).status_code == 404, path
    assert asked(browser, one).status_code == browser.post(f"/shares/{share.pk}/revoke/").status_code == 404
    assert Share.objects.count() == 1


def test_where_it_is_allowed_the_result_leads_to_it(alices, finished):
    one = finished()

    assert f'href="/analyses/{one.id}/share/"' in alices.get(f"/analyses/{one.id}/").content.decode()


def test_the_address_is_shown_once_and_opens_the_result(alice, by_the_door, finished, charlies):
    browser, one = by_the_door(alice), finished()

    page = asked(browser, one, title="For the board")

    assert "no-store" in page["Cache-Control"]
    address = re.search(r'value="(http://testserver/shared/[^"]+)" readonly', page.content.decode())[1]
    assert charlies.get(urlsplit(address).path).status_code == 200
    again = browser.get(f"/analyses/{one.id}/share/").content.decode()
    assert "For the board" in again
    assert address.rstrip("/").rpartition(".")[2] not in again


def test_only_a_hash_of_256_bit_is_kept(link):
    share, address = link()
    secret = address.rstrip("/").rpartition(".")[2]

    assert len(secret) == 43
    assert secret not in str(list(Share.objects.values()))
    assert secret not in str(list(Event.objects.values()))
    assert len(share.digest) == 64


def test_who_did_not_type_the_password_just_now_types_it_again_to_make_one(alices, finished):
    one = finished()

    assert alices.get(f"/analyses/{one.id}/share/").status_code == 200
    assert asked(alices, one).url.startswith("/accounts/reauthenticate/")
    assert not Share.objects.exists()


def test_a_form_without_the_pages_own_sign_makes_nothing(alice, finished, by_the_door):
    from django.test import Client

    browser, one = by_the_door(alice), finished()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies

    assert asked(strict, one).status_code == 403
    assert not Share.objects.exists()


@pytest.mark.parametrize("wrong", [{"agreed": None}, {"days": "365"}, {"days": ""}, {"title": "a\u202eb"}, {"title": "x" * 201}])
def test_without_agreement_or_with_nonsense_there_is_no_link(wrong, alice, by_the_door, finished):
    page = asked(by_the_door(alice), finished(), **wrong)

    assert page.status_code == 200
    assert page.context["form"].errors.keys() == wrong.keys()
    assert not Share.objects.exists()


@pytest.mark.parametrize("status", ["queued", "running", "failed", "cancelled"])
def test_what_has_no_answer_cannot_be_shared(status, alice, by_the_door, analysis, finished):
    browser = by_the_door(alice)
    for one in (analysis(alice, status=status), finished(status=status)):
        assert browser.get(f"/analyses/{one.id}/share/").status_code == 404
        assert asked(browser, one).status_code == 404
        with pytest.raises(NothingToShare):
            share_make(analysis=one, by=alice, days=1, agreed=True)
    assert not Share.objects.exists()


def test_the_sample_cannot_be_shared(alice, by_the_door, finished):
    sample = finished(None, sample=True)

    assert by_the_door(alice).get(f"/analyses/{sample.id}/share/").status_code == 404
    with pytest.raises(NothingToShare):
        share_make(analysis=sample, by=alice, days=1, agreed=True)


def test_a_service_that_is_asked_without_agreement_says_what_it_expected(alice, finished):
    with pytest.raises(ValueError, match="the people shown agreed"):
        share_make(analysis=finished(), by=alice, days=1, agreed=False)
    with pytest.raises(ValueError, match="one of 1, 7, 30 days"):
        share_make(analysis=finished(), by=alice, days=365, agreed=True)


def test_a_link_never_works_longer_than_its_analysis_is_kept(alice, finished):
    soon = timezone.now() + timedelta(days=3)

    share, _secret = share_make(analysis=finished(expires=soon), by=alice, days=30, agreed=True)

    assert share.expires == soon


def test_so_many_links_work_at_a_time(alice, by_the_door, finished):
    one = finished()
    made = [share_make(analysis=one, by=alice, days=1, agreed=True)[0] for _ in range(MOST)]

    with pytest.raises(TooMany):
        share_make(analysis=one, by=alice, days=1, agreed=True)
    assert "Revoke one that nobody needs" in asked(by_the_door(alice), one).content.decode()
    share_revoke(share=made[0], by=alice)
    assert share_make(analysis=one, by=alice, days=1, agreed=True)


def test_making_and_revoking_are_written_down_once(alice, alices, link):
    share, _address = link()

    for _ in range(2):
        assert alices.post(f"/shares/{share.pk}/revoke/").url == f"/analyses/{share.analysis_id}/share/"

    assert list(Event.objects.filter(actor=alice, subject=str(share.pk)).order_by("pk").values_list("verb", flat=True)) == [
        "share.made",
        "share.revoked",
    ]


def test_the_list_says_how_often_each_was_opened_and_how_it_stands(alices, charlies, finished, link):
    one = finished()
    (open_, address), (revoked, _), (late, _) = link(one, title="first"), link(one), link(one)
    Share.objects.filter(pk=revoked.pk).update(revoked=timezone.now())
    Share.objects.filter(pk=late.pk).update(expires=timezone.now() - timedelta(seconds=1))
    for _ in range(3):
        charlies.get(address)
    charlies.head(address)
    charlies.get(f"{address}timeline.json")

    page = alices.get(f"/analyses/{one.id}/share/").content.decode()

    open_.refresh_from_db()
    assert open_.opened == 3
    assert timezone.now() - open_.last_opened < timedelta(minutes=1)
    assert "opened 3 times" in page
    assert page.count("not opened yet") == 2
    assert (page.count(">revoked<"), page.count(">ran out<"), page.count("/revoke/")) == (1, 1, 1)


def test_the_page_tells_that_a_player_is_no_lock(alices, finished):
    page = alices.get(f"/analyses/{finished().id}/share/").content.decode()

    assert "somebody who is determined can save it" in page


def test_links_go_with_their_analysis(alice, charlies, finished, link):
    _share, address = link(one := finished())

    analysis_remove(analysis=one, by=alice)

    assert not Share.objects.exists()
    assert charlies.get(address).status_code == 404


def test_the_page_of_privacy_counts_them_only_where_there_are_or_may_be_any(settings, alices, link):
    assert "Links to results you share" in alices.get("/account/privacy/").content.decode()
    settings.SHARING = False
    assert "Links to results you share" not in alices.get("/account/privacy/").content.decode()
    link()
    assert "Links to results you share" in alices.get("/account/privacy/").content.decode()
