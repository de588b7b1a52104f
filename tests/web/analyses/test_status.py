import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.progress import progress_of
from emofuse_web.problems import problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(alice, analysis, upload):
    """Looks at faces since 20 s, after a look at the file that took 5 s."""
    row, now = analysis(alice, status="running", video=upload(alice)), timezone.now()
    row.job.stage, row.job.progress, row.job.started, row.job.attempt = "face", 0.4, now - timedelta(seconds=25), 1
    row.job.stages = [
        {"name": "probe", "began": (now - timedelta(seconds=25)).isoformat(), "ended": (now - timedelta(seconds=20)).isoformat()},
        {"name": "face", "began": (now - timedelta(seconds=20)).isoformat(), "ended": None},
    ]
    row.job.save()
    return row


def page(client, row) -> str:
    return unescape(client.get(reverse("analyses:detail", args=[row.id])).content.decode())


def status(client, row, **headers):
    return client.get(reverse("analyses:status", args=[row.id]), headers=headers)


@pytest.mark.parametrize("name", ["detail", "status"])
def test_bob_finds_nothing_and_charlie_is_asked_to_sign_in(bobs, charlies, running, name):
    address = reverse(f"analyses:{name}", args=[running.id])
    assert bobs.get(address).status_code == 404
    assert charlies.get(address)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["cancel", "retry", "remove"])
def test_neither_bob_nor_charlie_changes_it_and_nobody_by_a_link(alices, bobs, charlies, running, name):
    address = reverse(f"analyses:{name}", args=[running.id])
    assert bobs.post(address).status_code == 404
    assert charlies.post(address)["Location"].startswith(reverse("account_login"))
    assert alices.get(address).status_code == 405
    assert Analysis.objects.get(id=running.id).job.status == "running"


def test_it_says_what_is_done_how_far_and_how_long(alices, running):
    said = page(alices, running)
    for words in ("Finding faces and looking at them", "40 %", "0:05", "left", "You can close this page", "Listening to the voice"):
        assert words in said


def test_stages_are_done_now_or_later(running):
    assert {stage.name: stage.how for stage in progress_of(running).stages} == {
        "probe": "done",
        "decode": "left",
        "face": "now",
        "voice": "later",
        "fuse": "later",
        "render": "later",
    }


def test_text_alone_is_neither_seen_nor_heard(alice, analysis, upload):
    words = analysis(alice, status="queued", mode="text", text=upload(alice, "text"))
    assert [stage.name for stage in progress_of(words).stages] == ["probe", "text", "fuse", "render"]


def test_a_page_that_nothing_changed_for_is_not_sent_again(alices, running):
    first = status(alices, running)
    again = status(alices, running, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("change", [{"progress": 0.41}, {"stage": "voice", "stages": []}, {"cancel": True}, {"status": "failed"}])
def test_any_change_is_sent(alices, running, change):
    first = status(alices, running)
    type(running.job).objects.filter(pk=running.job.pk).update(**change)
    assert status(alices, running, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_the_end_leads_to_the_result(alices, running):
    type(running.job).objects.filter(pk=running.job.pk).update(status="succeeded")
    answer = status(alices, running)
    assert answer["HX-Redirect"] == reverse("analyses:detail", args=[running.id])


def test_what_waits_knows_its_place(alice, alices, analysis):
    first, second = analysis(alice, status="queued"), analysis(alice, status="queued")
    assert "Next in line" in page(alices, first)
    assert "Number 2 in line" in page(alices, second)


def test_far_behind_the_place_is_told_in_fives(alice, alices, analysis):
    rows = [analysis(alice, status="queued") for _ in range(7)]
    first, again = status(alices, rows[5]), status(alices, rows[6])
    assert "Among the first 10 in line" in again.content.decode()
    type(rows[0].job).objects.filter(pk=rows[0].job.pk).update(status="succeeded")
    assert "Number 5 in line" in status(alices, rows[5], **{"If-None-Match": first["ETag"]}).content.decode()
    assert status(alices, rows[6], **{"If-None-Match": again["ETag"]}).status_code == 304


def test_a_failure_says_what_happened_and_how_to_put_it_right(alice, alices, analysis):
    row = analysis(alice, status="failed")
    row.job.problem = {
        "code": "MEDIA_CODEC",
        "title": "Not decoded here",
        "detail": "It is coded as magicyuv.",
        "fix": "Save it with H.264.",
    }
    row.job.save()
    said = page(alices, row)
    for words in (
        "Not decoded here",
        "It is coded as magicyuv.",
        "Save it with H.264.",
        "MEDIA_CODEC",
        f"{reverse('analyses:problems')}#media_codec",
    ):
        assert words in said
    assert reverse("analyses:retry", args=[row.id]) not in said, "the same file would fail again"
    assert f"{reverse('analyses:new')}?again={row.id}" in said
    assert "data-poll" not in said


@pytest.mark.parametrize("code", ["CHILD_DIED", "OURS", "POISON", "MODEL_MISSING"])
def test_what_may_have_been_our_fault_can_be_tried_again_or_changed(alice, alices, analysis, code):
    row = analysis(alice, status="failed")
    row.job.problem = problem(code)
    row.job.save()
    said = page(alices, row)
    assert reverse("analyses:retry", args=[row.id]) in said
    assert f"{reverse('analyses:new')}?again={row.id}" in said


def test_seconds_that_count_up_say_what_they_are(alices, running):
    assert re.search(r'left · for <span data-since="[^"]+">0:2\d</span>', page(alices, running))


def test_cancelling_what_waits_ends_it_at_once(alice, alices, analysis):
    row = analysis(alice, status="queued")
    alices.post(reverse("analyses:cancel", args=[row.id]))
    assert Analysis.objects.get(id=row.id).job.status == "cancelled"


def test_cancelling_what_is_over_says_so_and_changes_nothing(alice, alices, analysis):
    row = analysis(alice, status="failed")
    answer = alices.post(reverse("analyses:cancel", args=[row.id]), follow=True)
    assert Analysis.objects.get(id=row.id).job.status == "failed"
    assert 'class="notice notice-warning"' in answer.content.decode()


def test_what_was_cancelled_can_be_tried_again(alice, alices, analysis, upload):
    row = analysis(alice, status="cancelled", video=upload(alice))
    assert f"{reverse('analyses:new')}?again={row.id}" in page(alices, row)
    alices.post(reverse("analyses:retry", args=[row.id]))
    assert Analysis.objects.get(id=row.id).job.status == "queued"


def test_removing_removes_it(alice, alices, analysis):
    row = analysis(alice, status="failed")
    assert alices.post(reverse("analyses:remove", args=[row.id]))["Location"] == reverse("analyses:list")
    assert not Analysis.objects.exists()


def test_looking_again_takes_few_queries(alices, running, django_assert_max_num_queries):
    status(alices, running)  # the first one writes the session
    with django_assert_max_num_queries(6):
        status(alices, running)
