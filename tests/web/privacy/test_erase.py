import subprocess
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection

from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.exports import export_request
from emofuse_web.accounts.models import Erasure, Event, User
from emofuse_web.accounts.notices import notice_make
from emofuse_web.accounts.rows import tables_of
from emofuse_web.accounts.services import invitation_make
from emofuse_web.accounts.tokens import token_make
from emofuse_web.jobs import queue
from emofuse_web.jobs.models import Job
from emofuse_web.operations.housekeeping import journal_emptied


@pytest.fixture
def much(alice, stefanie, analysis, artifact, upload, exported):
    """Alice, with a row in every table that can have one."""
    made_first = analysis(alice, video=upload(alice, content=b"film" * 500))
    artifact(made_first, content=b"{}")
    analysis(alice, status="running", audio=upload(alice, "audio"))
    analysis(alice, status="queued")
    token_make(owner=alice, name="notebook", scopes=["read"])
    notice_make(owner=alice, language="en", said={"who": "Alice", "contact": "alice@example.org", "analysed": ["face"]})
    invitation_make(by=stefanie, email=alice.email)
    TOTP.activate(alice, "JBSWY3DPEHPK3PXP")
    alice.emailaddress_set.get_or_create(email=alice.email, primary=True)
    Job.objects.exclude(kind="export").filter(status="queued").update(lane="cpu")
    exported(export_request(owner=alice))
    return alice


def left_of(user_id: str, address: str) -> dict[str, int]:
    """Rows anywhere that name somebody, by any field."""
    found = {}
    for model in apps.get_models():
        rows = [
            row
            for row in model._base_manager.values()
            if user_id in str(row) or user_id.replace("-", "") in str(row) or address in str(row)
        ]
        if rows:
            found[model._meta.label_lower] = len(rows)
    return found


def files() -> list[Path]:
    return [place for place in Path(settings.STORAGE).rglob("*") if place.is_file()]


def test_bob_and_charlie_erase_nothing_of_alice(alice, bobs, charlies):
    assert charlies.post("/account/privacy/erase/", {"typed": alice.email}).url.startswith("/accounts/login/")
    assert bobs.post("/account/privacy/erase/", {"typed": alice.email}).url.startswith("/accounts/reauthenticate/")
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_address_must_be_typed(alice, by_the_door):
    answer = by_the_door(alice).post("/account/privacy/erase/", {"typed": "bob@example.org"})

    assert answer.context["form"].errors["typed"]
    assert User.objects.filter(pk=alice.pk).exists()


def test_nothing_is_left_but_the_line_that_it_was_erased(much, bob, analysis, artifact, upload):
    others = artifact(analysis(bob, video=upload(bob)))
    code, address = str(much.pk), much.email
    assert len(tables_of(much)) >= 12

    account_erase(user=much)

    assert left_of(code, address) == {"accounts.event": 1}
    line = Event.objects.get(subject=code)
    assert (line.verb, line.actor, line.detail) == ("account.erased", None, {})
    assert {place.name for place in files()} == {str(others.pk), str(others.analysis.video_id)}


def test_erased_by_hand_on_the_page(alice, by_the_door):
    browser, elsewhere = by_the_door(alice), by_the_door(alice)
    code = str(alice.pk)

    answer = browser.post("/account/privacy/erase/", {"typed": "Alice@example.org "})

    assert answer.url == "/account/erased/"
    assert browser.get("/account/erased/").status_code == 200
    assert elsewhere.get("/account/security/").status_code == 302
    assert left_of(code, "alice@example.org") == {"accounts.event": 1}
    assert not any(code in str(session.get_decoded()) for session in Session.objects.all())


def test_whoever_works_for_the_account_finds_it_gone(alice, analysis):
    analysis(alice, status="queued")
    job = queue.job_claim(worker="test", lanes=["cpu"])

    account_erase(user=alice)

    assert queue.job_beat(job=job, attempt=job.attempt) is False
    assert queue.job_finish(job=job, attempt=job.attempt, effect=lambda: pytest.fail("the row is gone")) is False


def test_bytes_are_looked_for_once_more(alice, upload, monkeypatch):
    from datetime import timedelta

    from emofuse_web.operations import housekeeping
    from emofuse_web.storage import storage

    row = upload(alice)
    account_erase(user=alice)
    late = Path(settings.STORAGE) / "uploads" / str(row.pk)
    late.parent.mkdir(parents=True, exist_ok=True)
    late.write_bytes(b"written while the rows went")
    monkeypatch.setattr(housekeeping, "AGAIN", timedelta(0))

    assert housekeeping.erasures_repeat() == 1

    assert not late.exists() and not Erasure.objects.exists()
    assert list(storage().keys("uploads/")) == []


def test_staff_erase_for_somebody_by_the_administration_and_by_the_command(people, much, bob, capsys):
    gina = people("gina", is_staff=True, is_superuser=True)
    from django.test import Client

    browser = Client()
    browser.force_login(gina, backend="django.contrib.auth.backends.ModelBackend")
    code = str(much.pk)

    browser.post(f"/admin/accounts/user/{code}/delete/", {"post": "yes"})
    assert left_of(code, much.email) == {"accounts.event": 1}
    assert files() == []

    call_command("forget", account="bob@example.org")
    assert not User.objects.filter(email="bob@example.org").exists()
    assert "erased" in capsys.readouterr().out


def bytes_of(file: Path) -> bytes:
    """Read by another process: a file of SQLite that this one closes loses all locks that connections of this one have on it."""
    return subprocess.check_output(["cat", str(file)])


@pytest.mark.django_db(transaction=True)
def test_not_even_the_database_file_holds_a_word_of_an_erased_account(alice, analysis):
    place = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or not place.is_file():
        pytest.skip("the database is no file of SQLite; what PostgreSQL overwrites, its vacuum decides")
    analysis(alice, label="canary of the label " * 5)
    assert journal_emptied() and b"canary of the label" in bytes_of(place)

    account_erase(user=alice)
    assert journal_emptied()

    journal = place.with_name(place.name + "-wal")
    kept = bytes_of(place) + (bytes_of(journal) if journal.exists() else b"")
    assert b"canary of the label" not in kept
    assert alice.email.encode() not in kept
