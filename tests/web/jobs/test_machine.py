"""The queue as a machine that hypothesis drives: whatever order things happen in, some things never do."""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as conf
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from emofuse_web.accounts.models import User
from emofuse_web.jobs.models import TERMINAL, Job, Status
from emofuse_web.jobs.queue import (
    job_add,
    job_beat,
    job_cancel,
    job_claim,
    job_fail,
    job_finish,
    job_release,
    job_retry,
    job_told,
    jobs_sweep,
)
from emofuse_web.problems import problem

WORKERS = ("north:1:1", "south:1:1", "east:1:1")
NUMBERS = st.integers(0, 50)


class Queue(RuleBasedStateMachine):
    """Three workers, two users; each worker remembers what it claimed, also when it was taken away since."""

    @initialize()
    def empty(self):
        Job.objects.all().delete()
        self.users = list(User.objects.order_by("email"))
        self.held: list[tuple[Job, int]] = []  # claims, never forgotten: the dead come back
        self.over: dict = {}  # job: how it ended
        self.done: Counter = Counter()  # effects that were made to stay
        self.cancelled: set = set()
        self.progress: dict = {}

    def job(self, number):
        jobs = list(Job.objects.order_by("created", "pk"))
        return jobs[number % len(jobs)] if jobs else None

    def claim_of(self, number):
        return self.held[number % len(self.held)] if self.held else (None, 0)

    @rule(user=st.integers(0, 1), lane=st.sampled_from(["cpu", "quick"]))
    def add(self, user, lane):
        if Job.objects.count() < 8:
            job_add(owner=self.users[user], kind="analysis", lane=lane)

    @rule(worker=st.sampled_from(WORKERS), lanes=st.sampled_from([["cpu"], ["quick"], ["cpu", "quick"]]))
    def claim(self, worker, lanes):
        if job := job_claim(worker=worker, lanes=lanes):
            self.held.append((job, job.attempt))

    @rule(number=NUMBERS)
    def beat(self, number):
        job, attempt = self.claim_of(number)
        if job:
            job_beat(job=job, attempt=attempt)

    @rule(number=NUMBERS, progress=st.floats(-1, 2))
    def tell(self, number, progress):
        job, attempt = self.claim_of(number)
        if job:
            job_told(job=job, attempt=attempt, stage="voice", progress=progress)

    @rule(number=NUMBERS, status=st.sampled_from([Status.SUCCEEDED, Status.PARTIAL]))
    def finish(self, number, status):
        job, attempt = self.claim_of(number)
        made = []
        if job and job_finish(job=job, attempt=attempt, effect=lambda: made.append(job.pk) or status):
            assert job.pk not in self.cancelled, "what was cancelled was done all the same"
            self.done.update(made)

    @rule(number=NUMBERS, ours=st.booleans(), died=st.booleans())
    def fail(self, number, ours, died):
        job, attempt = self.claim_of(number)
        if job:
            job_fail(job=job, attempt=attempt, problem=problem("OURS"), ours=ours, died=died)

    @rule(number=NUMBERS)
    def release(self, number):
        job, attempt = self.claim_of(number)
        if job:
            job_release(job=job, attempt=attempt)

    @rule(number=NUMBERS)
    def cancel(self, number):
        job = self.job(number)
        if job and job_cancel(job=job):
            self.cancelled.add(job.pk)

    @rule(number=NUMBERS)
    def delete(self, number):
        if job := self.job(number):
            Job.objects.filter(pk=job.pk).delete()
            self.over[job.pk] = "deleted"

    @rule(number=NUMBERS)
    def retry(self, number):
        job = self.job(number)
        if job and job_retry(job=job):
            self.over.pop(job.pk, None)
            self.progress.pop(job.pk, None)
            self.cancelled.discard(job.pk)

    @rule(seconds=st.sampled_from([5, 70]))
    def time_passes(self, seconds):
        for job in Job.objects.all():
            job.not_before -= timedelta(seconds=seconds)
            job.beat = job.beat and job.beat - timedelta(seconds=seconds)
            job.save(update_fields=["not_before", "beat"])

    @rule()
    def sweep(self):
        jobs_sweep()

    @invariant()
    def what_is_over_stays_as_it_is(self):
        now = {job.pk: job.status for job in Job.objects.all()}
        for job, status in self.over.items():
            assert now.get(job, "deleted") == status
        self.over.update({job: status for job, status in now.items() if status in TERMINAL})

    @invariant()
    def nothing_is_finished_twice(self):
        assert all(times == 1 for times in self.done.values())

    @invariant()
    def cancelled_is_never_done(self):
        cancelled = Job.objects.filter(pk__in=self.cancelled)
        assert not cancelled.filter(status__in=[Status.SUCCEEDED, Status.PARTIAL, Status.QUEUED]).exists()

    @invariant()
    def failures_have_an_end(self):
        assert all(job.failures <= conf.JOB_ATTEMPTS for job in Job.objects.all())
        assert not Job.objects.filter(status=Status.QUEUED, failures__gte=conf.JOB_ATTEMPTS).exists()

    @invariant()
    def the_quota_holds(self):
        running = Counter(Job.objects.filter(status=Status.RUNNING).values_list("owner", flat=True))
        assert all(count <= conf.QUOTA_RUNNING for count in running.values())

    @invariant()
    def progress_never_goes_back(self):
        for job in Job.objects.all():
            assert self.progress.get(job.pk, 0.0) <= job.progress <= 1.0
            self.progress[job.pk] = job.progress


@pytest.mark.slow
def test_whatever_happens_in_whatever_order_the_queue_keeps_its_promises(db, stand_in, people, settings):
    settings.QUOTA_RUNNING = 2
    people("alice")
    people("bob")

    run_state_machine_as_test(Queue, settings=_how(200, 30))


def _how(examples, steps):
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
