"""A broker only wakes; without it nothing is lost, and nobody waits."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from emofuse_web.jobs import wake as waking
from emofuse_web.jobs.models import Job, Worker

PATIENCE = 30  # s


@pytest.fixture
def app(monkeypatch):
    """Celery's side, which notes what is sent."""
    from emofuse_web.config import celery

    sent = []
    monkeypatch.setattr(celery.app, "send_task", lambda name, **more: sent.append((name, more["args"], more["queue"])))
    monkeypatch.setattr(waking._Silence, "until", 0.0)
    return sent


def test_without_a_broker_nothing_is_sent(add, alice, app, django_capture_on_commit_callbacks, settings):
    settings.CELERY_BROKER_URL = ""

    with django_capture_on_commit_callbacks(execute=True):
        add(alice)

    assert app == []


def test_a_new_job_wakes_the_workers_of_its_lane_once_it_is_there_to_be_found(
    add, alice, app, django_capture_on_commit_callbacks, settings
):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"

    with django_capture_on_commit_callbacks(execute=True):
        add(alice, lane="quick")
        assert app == []

    assert app == [("emofuse_web.look", ["quick"], "quick")]


def test_a_broker_that_is_down_is_no_error_to_whoever_adds_a_job_and_costs_them_little(
    add, alice, django_capture_on_commit_callbacks, settings, monkeypatch, caplog
):
    from emofuse_web.config import celery

    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(waking._Silence, "until", 0.0)
    monkeypatch.setattr(celery.app.conf, "broker_url", settings.CELERY_BROKER_URL)
    began = time.monotonic()

    with caplog.at_level("WARNING"), django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            add(alice)

    assert time.monotonic() - began < 5
    assert Job.objects.count() == 5
    assert len([row for row in caplog.records if row.name == waking.__name__]) == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_celery_worker_does_what_waits_with_and_without_its_broker(add, alice, redis, settings, monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("a worker's process finds the database by its address; told for SQLite only")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("COV_", "EMOFUSE_"))},
        "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "EMOFUSE_WEB_HOME": str(settings.HOME),
        "EMOFUSE_STORAGE": str(settings.STORAGE),
        "CELERY_BROKER_URL": redis.url,
        "STAND_IN": json.dumps({"seconds": 0.0}),
    }
    Path(settings.HOME).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "celery", "-A", "stand_in_worker", "worker", "-Q", "cpu", "-c", "1"]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as worker:
        try:
            jobs = [add(alice)]
            wait(lambda: Worker.objects.exists() and over(jobs))
            redis.kill()
            jobs.append(add(alice))
            wait(lambda: over(jobs))
        finally:
            worker.terminate()

    assert list(Job.objects.values_list("status", flat=True)) == ["succeeded", "succeeded"]
    assert Worker.objects.count() == 0
    assert worker.returncode == 0


def over(jobs):
    return not Job.objects.filter(pk__in=[job.pk for job in jobs]).exclude(status="succeeded").exists()


def wait(what):
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.05)
