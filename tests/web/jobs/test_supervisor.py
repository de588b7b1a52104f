"""A worker with real children: what it kills, what it lets go of, what it takes back."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from emofuse_web.jobs import folder
from emofuse_web.jobs.models import Job, Worker
from emofuse_web.jobs.queue import job_cancel, job_claim
from emofuse_web.jobs.supervisor import Supervisor
from emofuse_web.storage import storage

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # s
GREEN = {"level": "green", "missing": [], "walls": []}


@pytest.fixture
def quick(monkeypatch):
    """No throw-away child to find out about walls."""
    monkeypatch.setattr("emofuse_web.sandbox.level", lambda: GREEN)


@pytest.fixture
def working(quick, stand_in):
    """A supervisor in a thread, which ends with the test."""
    begun = []

    def started(lanes=("cpu",), **more):
        supervisor = Supervisor(lanes, poll=0.02, **more)
        thread = threading.Thread(target=supervisor.run)
        thread.start()
        begun.append((supervisor, thread))
        return supervisor, thread

    yield started
    for supervisor, thread in begun:
        supervisor.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "the supervisor did not stop"


def wait(job, what):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        job.refresh_from_db()
        if what(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"it is {job.status}, {job.stage}, {job.problem}")


def orders(stand_in, **more):
    stand_in.ORDER = {**stand_in.ORDER, **more}


def children(job):
    """Processes that work in a folder of this job."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if str(job.pk) in str((place / "cwd").readlink()):
                found.append(int(place.name))
        except OSError:
            continue
    return found


def test_a_worker_does_what_waits_and_removes_what_it_made(add, alice, working):
    jobs = [add(alice), add(alice)]

    working(slots=2)

    for job in jobs:
        assert wait(job, lambda row: row.terminal).status == "succeeded"
        assert storage().size(f"artifacts/{job.pk}") == 32_000


def test_it_returns_when_it_has_done_as_many_as_it_was_told(add, alice, quick, stand_in):
    jobs = [add(alice), add(alice)]

    Supervisor(["cpu"]).run(most=1)

    assert sorted(Job.objects.get(pk=job.pk).status for job in jobs) == ["queued", "succeeded"]


def test_a_look_at_a_file_does_not_wait_behind_an_analysis(add, alice, working, stand_in):
    orders(stand_in, seconds=30.0)
    long = add(alice)
    working(["cpu", "quick"])
    wait(long, lambda row: row.stage == "probe")
    orders(stand_in, seconds=0.0)

    look = add(alice, kind="preflight", lane="quick")

    assert wait(look, lambda row: row.terminal).status == "succeeded"
    long.refresh_from_db()
    assert long.status == "running"


def test_cancelling_kills_the_child_within_a_second_or_two(add, alice, working, stand_in):
    orders(stand_in, seconds=60.0)
    job = add(alice)
    working()
    wait(job, lambda row: row.stage == "probe")
    assert children(job)

    began = time.monotonic()
    job_cancel(job=job)

    assert wait(job, lambda row: row.terminal).status == "cancelled"
    assert time.monotonic() - began < 3
    assert not children(job)
    assert not list(folder.place().iterdir())


def test_deleting_kills_the_child_and_leaves_nothing(add, alice, working, stand_in):
    orders(stand_in, seconds=60.0)
    job = add(alice)
    working()
    wait(job, lambda row: row.stage == "probe")

    Job.objects.all().delete()

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and (children(job) or list(folder.place().iterdir())):
        time.sleep(0.02)
    assert not children(job)
    assert not Job.objects.exists()
    assert not (Path(storage().local("artifacts")) / str(job.pk)).exists()


def test_a_child_whose_job_was_taken_by_another_is_killed_and_writes_nothing(add, alice, working, stand_in):
    orders(stand_in, seconds=60.0)
    job = add(alice)
    supervisor, _ = working()
    wait(job, lambda row: row.stage == "probe")

    Job.objects.filter(pk=job.pk).update(attempt=2, worker="elsewhere:1:1")

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and children(job):
        time.sleep(0.02)
    job.refresh_from_db()
    assert not children(job)
    assert (job.status, job.attempt, job.failures) == ("running", 2, 0)


def test_a_worker_that_is_told_to_stop_lets_go_without_a_failure(add, alice, working, stand_in):
    orders(stand_in, seconds=60.0)
    job = add(alice)
    supervisor, thread = working()
    wait(job, lambda row: row.stage == "probe")

    began = time.monotonic()
    supervisor.stop()
    thread.join(PATIENCE)

    job.refresh_from_db()
    assert time.monotonic() - began < 5
    assert (job.status, job.failures, job.problem) == ("queued", 0, None)
    assert not children(job)
    assert not Worker.objects.exists()


def test_a_child_gets_so_much_time_and_no_more(add, alice, working, stand_in, monkeypatch):
    monkeypatch.setattr("emofuse_web.jobs.attempt.LEAST", 0.5)
    orders(stand_in, seconds=60.0, length_ms=100)
    job = add(alice)

    working()

    wait(job, lambda row: row.terminal)
    assert (job.status, job.problem["code"], job.failures) == ("failed", "CHILD_TIMEOUT", 0)


def test_a_worker_says_what_it_is_and_that_it_lives(working):
    working(["cpu", "quick"])

    until = time.monotonic() + PATIENCE
    while not Worker.objects.exists() and time.monotonic() < until:
        time.sleep(0.02)

    row = Worker.objects.get()
    assert (row.lanes, row.sandbox["level"]) == (["cpu", "quick"], "green")
    assert {"emofuse", "django"} <= set(row.versions)


def test_what_a_dead_worker_left_is_swept(add, alice, stand_in):
    job = add(alice)
    claimed = job_claim(worker="elsewhere:1:1", lanes=["cpu"])
    held = folder.made(claimed, 1)
    left = [folder.made(claimed, 7), folder.place() / "0b8f3a2e-7a3b-4b5e-9a39-0f8f3a2e7a3b-1"]
    left[1].mkdir()
    stranger = folder.place() / "somebody's"
    stranger.mkdir()

    assert folder.swept() == 2

    assert [place.exists() for place in (held, *left, stranger)] == [True, False, False, True]
    assert job.pk == claimed.pk


def test_a_machine_that_slept_takes_nothing_from_workers_that_live(add, alice, stand_in, settings, monkeypatch):
    job = add(alice)
    job_claim(worker="elsewhere:1:1", lanes=["cpu"])
    supervisor = Supervisor(["quick"])
    wall = time.time
    late = timezone.now() + timedelta(seconds=2 * settings.JOB_LEASE)
    monkeypatch.setattr("emofuse_web.jobs.supervisor.time.time", lambda: wall() + 2 * settings.JOB_LEASE)
    monkeypatch.setattr("django.utils.timezone.now", lambda: late)

    supervisor._round(claiming=False)

    job.refresh_from_db()
    assert (job.status, job.failures) == ("running", 0)


def test_where_a_sandbox_is_required_and_missing_a_job_is_refused_not_run(add, alice, stand_in, settings, monkeypatch):
    settings.SANDBOX_REQUIRED = True
    monkeypatch.setattr("emofuse_web.sandbox.level", lambda: {"level": "amber", "missing": ["processes"], "walls": []})
    job = add(alice)

    Supervisor(["cpu"]).run(most=1)

    job.refresh_from_db()
    assert (job.status, job.problem["code"], job.failures) == ("failed", "SANDBOX", 0)
    assert not folder.place().exists() or not list(folder.place().iterdir())


def test_a_fault_in_housekeeping_does_not_stop_the_work(add, alice, quick, stand_in, monkeypatch):
    def broken():
        raise RuntimeError("dust")

    monkeypatch.setattr("emofuse_web.jobs.supervisor._housekeeping", lambda: broken)
    job = add(alice)

    Supervisor(["cpu"]).run(most=1)

    job.refresh_from_db()
    assert job.status == "succeeded"


@pytest.fixture
def process(stand_in, settings, tmp_path):
    """A worker in a process of its own, over the database of this test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor != "sqlite":
        pytest.skip("a worker's process finds the database by its address; told for SQLite only")
    begun = []

    def started(**order):
        command = [sys.executable, str(Path(__file__).with_name("stand_in_worker.py")), json.dumps(order), "cpu", "1"]
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("COV_", "EMOFUSE_"))},
            "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
            "DATABASE_URL": f"sqlite:///{name}",
            "EMOFUSE_WEB_HOME": str(settings.HOME),
            "EMOFUSE_STORAGE": str(settings.STORAGE),
            "EMOFUSE_JOB_POLL_MS": "20",
        }
        Path(settings.HOME).mkdir(parents=True, exist_ok=True)
        begun.append(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield started
    for worker in begun:
        worker.kill()
        worker.wait()


@pytest.mark.slow
def test_a_child_does_not_outlive_a_worker_that_was_killed_and_the_job_is_taken_back_within_seconds(add, alice, process):
    job = add(alice)
    first = process(seconds=60.0)
    wait(job, lambda row: row.stage == "probe")
    assert children(job)

    first.kill()
    began = time.monotonic()
    while children(job) and time.monotonic() - began < PATIENCE:
        time.sleep(0.01)
    dead = time.monotonic() - began
    process(seconds=0.0)

    wait(job, lambda row: row.terminal)
    assert dead < 1
    assert (job.status, job.attempt, job.failures) == ("succeeded", 2, 1)
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_sigterm_ends_a_worker_in_time_and_its_job_waits_again(add, alice, process):
    job = add(alice)
    worker = process(seconds=60.0)
    wait(job, lambda row: row.stage == "probe")

    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(PATIENCE) == 0
    assert time.monotonic() - began < 8
    job.refresh_from_db()
    assert (job.status, job.failures) == ("queued", 0)
