"""Many who claim at the same moment: nothing is taken twice, and no quota is broken between one's counting and another's."""

import threading
from collections import Counter

import pytest
from django.db import connection

from emofuse_web.jobs.models import Job, Status
from emofuse_web.jobs.queue import job_claim, job_finish

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count, does):
    """Some threads that begin together, each with a connection of its own."""
    ready, errors = threading.Barrier(count), []

    def run(number):
        ready.wait()
        try:
            does(number)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_nothing_is_claimed_twice_and_nothing_is_left(add, people, settings):
    settings.QUOTA_RUNNING = 1000
    users = [people(name) for name in ("alice", "bob", "charlie")]
    jobs = [add(users[i % 3]).pk for i in range(30)]
    claimed = []

    def claims(number):
        while Job.objects.filter(status=Status.QUEUED).exists():
            if job := job_claim(worker=f"elsewhere:{number}:1", lanes=["cpu"]):
                claimed.append(job.pk)

    at_once(4, claims)

    assert sorted(claimed) == sorted(jobs)
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}


def test_the_quota_holds_however_many_claim_at_once(add, alice, settings):
    settings.QUOTA_RUNNING = 2
    for _ in range(12):
        add(alice)
    most = []

    def claims(number):
        for _ in range(6):
            job = job_claim(worker=f"elsewhere:{number}:1", lanes=["cpu"])
            most.append(Job.objects.filter(status=Status.RUNNING).count())
            if job:
                job_finish(job=job, attempt=job.attempt, effect=lambda: Status.SUCCEEDED)

    at_once(4, claims)

    assert max(most) <= 2
    assert Counter(Job.objects.values_list("status", flat=True))["running"] == 0
