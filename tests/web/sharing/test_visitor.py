"""The visitor's side: whoever holds a link that works sees the result, and nothing else; for everybody else there is nothing."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from result_said import document, kept, lane

from emofuse_web.accounts.models import User
from emofuse_web.analyses.delivery import ENDINGS
from emofuse_web.analyses.models import Analysis
from emofuse_web.jobs.models import Job
from emofuse_web.sharing import doors, visitor_views
from emofuse_web.sharing.models import Share

PAST = timedelta(seconds=1)
FILM = bytes(range(256)) * 40  # what is played
PARTS = ("", "timeline.json", "curves.json", "curves.json?lane=face", "files/proxy/", "files/thumbnail/", "files/peaks/")
NOT_FOR_VISITORS = sorted(ENDINGS.keys() - {"proxy", "thumbnail", "peaks"}) + ["nothing"]


def got(browser, path: str, method: str = "get", **more):
    """An answer with all its bytes."""
    answer = getattr(browser, method)(path, **more)
    answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer


def plain(response) -> str:
    """A page without the number of its request."""
    return re.sub(r"[0-9a-f]{32}", "", response.content.decode())


def test_whoever_holds_the_link_sees_the_result_without_an_account(charlies, link):
    _share, address = link(title="For the board")

    page = charlies.get(address).content.decode()

    assert "For the board" in page
    assert "Shared by a link until" in page
    assert "read only" in page
    assert "Expression looks mostly like" in page
    assert "no face for 40 % of the time" in page
    assert "What a day." in page
    assert "Do not decide about people with it." in page
    assert "face 1.0" in page
    assert f'src="{address}files/proxy/"' in page
    assert [got(charlies, address + part).status_code for part in PARTS] == [200] * len(PARTS)


def test_the_script_fetches_by_the_link_alone(charlies, link):
    share, address = link()

    page = charlies.get(address).content.decode()

    assert f'"timeline": "{address}timeline.json", "data": "{address}curves.json", "peaks": "{address}files/peaks/"' in page
    assert str(share.analysis_id) not in page
    assert charlies.get(f"{address}timeline.json").json()["lanes"][0]["name"] == "fused"
    assert charlies.get(f"{address}curves.json?lane=face&from=0&to=2000").json()["lane"] == "face"


def test_a_visitor_is_told_neither_whose_it_is_nor_what_it_is_called_nor_how_to_take_it_away(charlies, link):
    _share, address = link()

    answers = [got(charlies, address + part) for part in PARTS]

    said = "".join(f"{answer.headers}{answer.body!r}" for answer in answers)
    for word in ("alice", "example.org", "q71", "q72", "q73", "visit.mp4"):
        assert word not in said.replace(repr(b"q73"), ""), word  # the thumbnail's own bytes
    page = answers[0].content.decode()
    for word in (
        " download",
        "Download",
        "Take it away",
        "CSV",
        "<form",
        "<track",
        "/exports/",
        "/artifacts/",
        "Sign in",
        "/accounts/",
        "/new/",
    ):
        assert word not in page, word
    assert 'controlslist="nodownload"' in page


def test_its_owner_sees_what_a_visitor_sees(alices, charlies, link):
    _share, address = link()

    assert plain(alices.get(address)) == plain(charlies.get(address))


def test_every_link_on_the_page_leads_somewhere_for_a_visitor(charlies, link):
    _share, address = link()
    page = charlies.get(address).content.decode()
    links = {found for found in re.findall(r'href="([^"]+)"', page) if not found.startswith(("#", "?", "/static/"))}

    assert links == {"/", "/models/"}
    assert [charlies.get(found).status_code for found in sorted(links)] == [200, 200]


def test_it_is_kept_by_nobody_found_by_nobody_and_passed_on_to_nobody(charlies, link):
    _share, address = link()

    for path in (*(address + part for part in PARTS), f"{address}files/csv_spans/", f"/shared/{uuid.uuid4()}.wrong/"):
        answer = got(charlies, path)
        assert answer["Cache-Control"] == "private, no-store", path
        assert answer["Referrer-Policy"] == "no-referrer", path
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive", path
        assert "unsafe" not in answer["Content-Security-Policy"], path
    assert not charlies.cookies


def test_what_no_view_answers_is_kept_found_and_passed_on_by_nobody_either(charlies, link, monkeypatch):
    _share, address = link()
    unslashed = charlies.get(address.removesuffix("/"))
    refused = Client(enforce_csrf_checks=True).post(address)
    monkeypatch.setattr(visitor_views, "share_opened", lambda **_: 1 / 0)
    charlies.raise_request_exception = False
    broken = charlies.get(address)

    assert [answer.status_code for answer in (unslashed, refused, broken)] == [301, 403, 500]
    for answer in (unslashed, refused, broken):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer["X-Robots-Tag"]


def test_other_pages_are_not_hidden_from_search(charlies):
    assert "X-Robots-Tag" not in charlies.get("/models/")


def test_who_fetches_curves_without_end_is_slowed(charlies, link, monkeypatch):
    _share, address = link()
    monkeypatch.setitem(doors.RATES, "fetched", "3/m/ip")

    answers = [charlies.get(f"{address}{part}").status_code for part in ("timeline.json", "curves.json") for _ in range(2)]

    assert answers == [200, 200, 200, 429]


def test_a_visitor_is_not_told_what_it_was_for(alices, charlies, link):
    share, address = link()

    assert "<dt>purpose</dt>" in alices.get(f"/analyses/{share.analysis_id}/").content.decode()
    assert "<dt>purpose</dt>" not in charlies.get(address).content.decode()


def test_sound_alone_is_called_a_sound(charlies, link, finished):
    one = finished()
    one.artifacts.filter(kind="proxy").update(media_type="audio/mp4")
    _share, address = link(one)

    assert 'filename="recording.proxy.m4a"' in got(charlies, f"{address}files/proxy/")["Content-Disposition"]


@pytest.mark.parametrize("kind", NOT_FOR_VISITORS)
def test_nothing_can_be_taken_away(kind, charlies, link):
    share, address = link()

    for path in (f"{address}files/{kind}/", f"{address}files/{kind}/?save", f"{address}exports/{kind}/"):
        assert charlies.get(path).status_code == 404, path
    for file in share.analysis.artifacts.filter(kind=kind):
        assert charlies.get(f"/artifacts/{file.id}/").status_code == 404
    assert charlies.get(f"/analyses/{share.analysis_id}/exports/{kind}/").status_code == 404


def test_what_is_played_is_never_sent_to_be_saved_and_has_no_name(charlies, link):
    _share, address = link()

    answer = got(charlies, f"{address}files/proxy/?save")

    assert answer.body == FILM
    assert re.fullmatch(r"inline; filename=\"(recording[.a-z0-9]*)\"; filename\*=UTF-8''\1", answer["Content-Disposition"])
    assert answer["Content-Type"] == "video/mp4"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [("bytes=10-19", 206, FILM[10:20]), ("bytes=-4", 206, FILM[-4:]), ("bytes=99999999-", 416, b""), ("bytes=0-1,4-5", 200, FILM)],
)
def test_a_player_seeks_by_ranges(asked, status, part, charlies, link):
    _share, address = link()

    answer = got(charlies, f"{address}files/proxy/", headers={"range": asked})

    assert (answer.status_code, answer.body) == (status, part)


def revoked(share):
    Share.objects.update(revoked=timezone.now())


def late(share):
    Share.objects.update(expires=timezone.now() - PAST)


def analysis_late(share):
    Analysis.objects.update(expires=timezone.now() - PAST)


def unfinished(share):
    Job.objects.filter(analysis=share.analysis).update(status="running")


def owner_shut(share):
    User.objects.filter(pk=share.made_by_id).update(is_active=False)


def answer_gone(share):
    share.analysis.artifacts.filter(kind="json").delete()


@pytest.mark.parametrize("ended", [revoked, late, analysis_late, unfinished, owner_shut])
def test_from_then_on_it_opens_nothing_and_does_not_say_why(ended, charlies, link):
    share, address = link()
    nothing = plain(charlies.get(f"/shared/{uuid.uuid4()}.{'x' * 43}/"))
    assert charlies.get(address).status_code == 200

    ended(share)

    for part in PARTS:
        answer = charlies.get(address + part)
        assert answer.status_code == 404, part
        assert plain(answer) == nothing


def test_a_link_whose_answer_is_gone_opens_nothing(charlies, link):
    share, address = link()

    answer_gone(share)

    assert charlies.get(address).status_code == charlies.get(f"{address}timeline.json").status_code == 404


def test_a_wrong_secret_opens_nothing_whoever_brings_it(alices, bobs, stefanies, charlies, finished, link):
    share, address = link()
    other, elsewhere = link(finished())
    secret = elsewhere.rstrip("/").rpartition(".")[2]

    for browser in (alices, bobs, stefanies, charlies):
        for wrong in (secret, "x" * 43, share.digest, address.rstrip("/")[:-1].rpartition(".")[2]):
            assert browser.get(f"/shared/{share.pk}.{wrong}/").status_code == 404
    assert charlies.get(elsewhere).status_code == 200
    assert other.digest != share.digest


def test_every_address_of_a_visitor_is_behind_the_same_door(monkeypatch, charlies, link):
    """Also those that somebody adds: whatever begins like a link is refused without its secret."""
    monkeypatch.setitem(doors.RATES, "missed", "99/m/ip")
    share, _address = link()
    patterns = [str(one.pattern) for part in get_resolver().url_patterns for one in getattr(part, "url_patterns", [])]
    held = [pattern for pattern in patterns if pattern.startswith("shared/")]

    assert len(held) == 4
    for pattern in held:
        path = "/" + pattern.replace("<uuid:id>", str(share.pk)).replace("<slug:secret>", "x" * 43).replace("<slug:kind>", "proxy")
        assert charlies.get(path)["Referrer-Policy"] == "no-referrer"
        assert [getattr(charlies, method)(path).status_code for method in ("get", "head", "post", "put", "delete")] == [404] * 5


def test_nothing_is_changed_by_a_visitor(charlies, link):
    share, address = link()

    for part in PARTS:
        assert [getattr(charlies, method)(address + part).status_code for method in ("post", "put", "patch", "delete")] == [405] * 4
    assert Share.objects.get() == share
    assert Analysis.objects.count() == 1


def test_who_tries_links_is_slowed_and_who_holds_one_is_not(monkeypatch, charlies, link):
    monkeypatch.setitem(doors.RATES, "missed", "3/m/ip")
    _share, address = link()

    answers = [charlies.get(f"/shared/{uuid.uuid4()}.{'x' * 43}/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert [got(charlies, address + part).status_code for part in PARTS] == [200] * len(PARTS)
    assert Client(REMOTE_ADDR="192.0.2.7").get(f"/shared/{uuid.uuid4()}.wrong/").status_code == 404


def test_who_opens_a_page_again_and_again_is_slowed_and_players_are_not(monkeypatch, charlies, link):
    monkeypatch.setitem(doors.RATES, "opened", "2/m/ip")
    share, address = link()

    assert [charlies.get(address).status_code for _ in range(3)] == [200, 200, 429]
    assert [got(charlies, f"{address}files/proxy/").status_code for _ in range(9)] == [200] * 9
    share.refresh_from_db()
    assert share.opened == 2


def test_words_alone_are_shared_without_a_player(charlies, analysis, artifact, alice, link):
    one = analysis(alice, mode="text", label="label-q71")
    spans = [(0, 2000, "happiness", 0.8, False), (2000, 4000, "anger", 0.45, True)]
    kept(artifact, one, document(lane("fused", spans), lane("text", spans)))
    artifact(
        one, "transcript", content=b'{"timed": true, "utterances": [{"start": 0, "end": 2000, "speaker": "A", "text": "What a day."}]}'
    )
    _share, address = link(one)

    page = charlies.get(address).content.decode()

    assert "What a day." in page
    assert 'id="media"' not in page
    assert "q71" not in page


def test_a_page_without_scripts_begins_where_its_address_says(charlies, link):
    _share, address = link()

    assert f'src="{address}files/proxy/#t=4.5"' in charlies.get(f"{address}?t=4.5").content.decode()
