from django.utils import timezone

from emofuse_web.accounts.models import Event
from emofuse_web.jobs.models import Job, Worker


def test_it_is_staffs_page_and_nobody_elses(charlies, bobs, stefanies):
    assert charlies.get("/operations/").status_code == 404
    assert bobs.get("/operations/").status_code == 404
    assert stefanies.get("/operations/").status_code == 200


def test_it_says_that_nobody_works(stefanies):
    assert "none at work" in stefanies.get("/operations/").content.decode()


def test_it_shows_workers_with_their_walls_and_old_libraries(stefanies):
    Worker.objects.create(
        name="host:1:0",
        host="host",
        lanes=["cpu"],
        beat=timezone.now(),
        sandbox={"level": "amber", "missing": ["no network namespace"]},
        versions={"av": "17.0.1", "torch": "2.13.0"},
    )

    page = stefanies.get("/operations/").content.decode()

    assert "1 at work" in page
    assert "amber" in page
    assert "no network namespace" in page
    assert page.count("has known holes") == 1


def test_it_counts_failures_by_code_and_shows_nothing_of_what_was_analysed(stefanies, alice, analysis):
    asked = analysis(alice, status="failed", label="a very private matter")
    Job.objects.filter(id=asked.job_id).update(problem={"code": "MEDIA_CODEC", "title": "x", "detail": "private.mp4", "fix": "y"})

    page = stefanies.get("/operations/").content.decode()

    assert "MEDIA_CODEC" in page
    assert "private" not in page


def test_it_shows_the_latest_backup_and_what_was_done(stefanies, stefanie):
    Event.objects.create(verb="backup.made", detail={"bytes": 2048}, actor=stefanie)

    page = stefanies.get("/operations/").content.decode()

    assert "2.0\xa0KB" in page
    assert "backup.made" in page
