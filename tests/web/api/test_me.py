"""Oneself over HTTP."""

import time
import uuid

import pytest
from django.test import Client

from emofuse_web.accounts.models import User
from emofuse_web.jobs.models import Job

pytestmark = pytest.mark.django_db


def test_a_program_learns_whose_it_is_and_what_it_may(program, alice):
    said = program(alice, "read").get("me").json()

    assert (said["id"], said["email"], said["scopes"]) == (str(alice.id), alice.email, ["read"])


def test_what_is_used_is_counted(hers, alice, upload, analysis, artifact):
    upload(alice, content=b"12345")
    artifact(analysis(alice, status="running"), content=b"123")

    said = hers.get("me/quota").json()

    assert (said["bytes"]["used"], said["files"]["used"], said["running"]["used"]) == (8, 1, 1)


def test_tokens_are_listed_without_their_secrets(hers, his):
    said = hers.get("me/tokens")

    assert len(said.json()["items"]) == 1
    assert hers.headers["Authorization"].removeprefix("Bearer ") not in said.content.decode()
    assert "digest" not in said.content.decode()
    assert his.delete(f"me/tokens/{said.json()['items'][0]['id']}").status_code == 404
    assert hers.get("me").status_code == 200


def test_a_browser_is_signed_out_from_afar(hers, his, alice, alices):
    alices.get("/api/v1/me/sessions")
    one = hers.get("me/sessions").json()["items"][0]

    assert his.delete(f"me/sessions/{one['id']}").status_code == 404
    assert hers.delete(f"me/sessions/{uuid.uuid4()}").status_code == 404
    assert alices.get("/api/v1/me").status_code == 200
    assert hers.delete(f"me/sessions/{one['id']}").status_code == 204
    assert alices.get("/api/v1/me").status_code == 401


def test_an_export_of_everything_is_a_job(hers):
    first, again = hers.post("me/export"), hers.post("me/export")

    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert first.json()["id"] == again.json()["id"]
    assert Job.objects.get().kind == "export"
    assert len(hers.get("me/export").json()["items"]) == 1


def test_no_program_erases_an_account(hers, alice):
    assert hers.delete("me").status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


def test_an_account_is_erased_only_by_who_just_gave_the_password(alice, analysis, artifact):
    artifact(analysis(alice))
    browser = Client()
    browser.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.delete("/api/v1/me").status_code == 403

    session = browser.session
    session["account_authentication_methods_user"] = str(alice.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()

    assert browser.delete("/api/v1/me").status_code == 204
    assert not User.objects.filter(pk=alice.pk).exists()
    assert not Job.objects.exists()
