from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from emofuse_web.accounts import audit
from emofuse_web.accounts.exports import export_request, key_of
from emofuse_web.accounts.models import Event, Export, Invitation
from emofuse_web.accounts.services import first_link
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.jobs.models import Job
from emofuse_web.operations import housekeeping
from emofuse_web.storage import storage

PAST = timedelta(seconds=1)


def test_an_analysis_past_its_day_goes_with_its_bytes_and_others_stay(alice, analysis, artifact, upload):
    due = artifact(analysis(alice, video=upload(alice), expires=timezone.now() - PAST))
    kept = artifact(analysis(alice, video=upload(alice)))

    assert housekeeping.analyses_expire() == 1

    assert list(Analysis.objects.all()) == [kept.analysis]
    assert {key for key, _ in storage().keys("artifacts/")} == {f"artifacts/{kept.pk}"} != {f"artifacts/{due.pk}"}
    assert {key for key, _ in storage().keys("uploads/")} == {f"uploads/{kept.analysis.video_id}"}


def test_a_file_that_cannot_be_deleted_keeps_nothing_else(alice, analysis, artifact, upload, monkeypatch):
    stuck = artifact(analysis(alice, video=upload(alice), expires=timezone.now() - PAST))
    artifact(analysis(alice, video=upload(alice), expires=timezone.now() - PAST))
    invitation = Invitation.objects.create(email="bob@example.org", digest="0" * 64, expires=timezone.now() - timedelta(days=31))
    delete = storage().delete

    def deletes(key):
        if key == f"artifacts/{stuck.pk}":
            raise OSError(30, "Read-only file system")
        delete(key)

    monkeypatch.setattr(type(storage()), "delete", lambda self, key: deletes(key))

    with pytest.raises(OSError, match="Read-only"):
        housekeeping.forget()

    assert list(Artifact.objects.all()) in ([], [stuck])
    assert {key for key, _ in storage().keys("artifacts/")} == {f"artifacts/{stuck.pk}"}
    assert not Invitation.objects.filter(pk=invitation.pk).exists()


def test_the_sample_stays(analysis):
    analysis(None, sample=True, expires=timezone.now() - PAST)

    assert housekeeping.analyses_expire() == 0


def test_an_export_goes_after_a_day(alice, tmp_path):
    export = export_request(owner=alice)
    file = tmp_path / "packed"
    file.write_bytes(b"zip")
    storage().put(key_of(export), file)
    assert housekeeping.exports_expire() == 0

    Export.objects.update(expires=timezone.now() - PAST)

    assert housekeeping.exports_expire() == 1
    assert not Export.objects.exists() and not Job.objects.exists()
    assert list(storage().keys("exports/")) == []


def test_lines_of_the_log_go_after_a_year(alice):
    audit.event(alice, "sign_in", alice)
    Event.objects.update(when=timezone.now() - timedelta(days=366))
    audit.event(alice, "sign_out", alice)

    housekeeping.forget()

    assert list(Event.objects.values_list("verb", flat=True)) == ["sign_out"]


def test_sessions_that_ran_out_go(db):
    session = SessionStore()
    session.create()
    Session.objects.update(expire_date=timezone.now() - PAST)

    assert housekeeping.forget()["sessions"] == 1
    assert not Session.objects.exists()


def test_an_invitation_that_nobody_used_goes(db):
    first_link()
    Invitation.objects.update(expires=timezone.now() - timedelta(days=31))

    assert housekeeping.forget()["invitations"] == 1


def test_results_without_a_row_go_and_fresh_ones_stay(alice, analysis, artifact, monkeypatch):
    kept, orphan = artifact(analysis(alice)), artifact(analysis(alice))
    Artifact.objects.filter(pk=orphan.pk).delete()
    assert housekeeping.orphans_remove() == 0

    monkeypatch.setattr(housekeeping, "ORPHAN", -1.0)

    assert housekeeping.orphans_remove() == 1
    assert {key for key, _ in storage().keys("artifacts/")} == {f"artifacts/{kept.pk}"}


def test_done_twice_it_does_nothing_more(alice, analysis):
    analysis(alice, expires=timezone.now() - PAST)
    housekeeping.forget()

    assert set(housekeeping.forget().values()) == {0}


def test_thirty_days_are_the_default(settings):
    assert settings.RETENTION_DAYS == 30


@pytest.mark.parametrize("asked", ["analyses", "uploads", "exports", "sessions", "events", "invitations", "shares", "erasures", "orphans"])
def test_everything_that_is_promised_is_looked_at(db, asked):
    assert asked in housekeeping.forget()
