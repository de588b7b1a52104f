"""The queue as a machine that hypothesis drives: whatever order things happen in, some things never do."""

from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as conf
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

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
NUMBERS = st.integers(0, 3)


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
        self.latest: dict = {}  # job: its newest attempt
        for user in self.users:
            job_add(owner=user, kind="analysis", lane="cpu")

    def waits(self):
        return Job.objects.filter(status=Status.QUEUED).exists()

    def few(self):
        return Job.objects.count() < 6

    def any_job(self):
        return Job.objects.exists()

    def any_claim(self):
        return bool(self.held)

    @precondition(few)
    @rule(user=st.integers(0, 1), lane=st.sampled_from(["cpu", "quick"]))
    def add(self, user, lane):
        job_add(owner=self.users[user], kind="analysis", lane=lane)

    @precondition(waits)
    @rule(worker=st.sampled_from(WORKERS), lanes=st.sampled_from([["cpu", "quick"], ["cpu"], ["quick"]]), waited=st.booleans())
    def claim(self, worker, lanes, waited):
        if waited:
            Job.objects.update(not_before=timezone.now())
        if job := job_claim(worker=worker, lanes=lanes):
            assert job.attempt > self.latest.get(job.pk, 0), "two claims are one attempt"
            self.latest[job.pk] = job.attempt
            self.held.append((job, job.attempt))

    @precondition(any_claim)
    @rule(
        which=NUMBERS,
        write=st.sampled_from(["tell", "finish", "died", "ours", "beat", "tell", "partial", "died", "input", "release"]),
        progress=st.sampled_from([(0.6, 0.2), (0.1, 0.9), (2.0, 0.5), (-1.0, 0.3)]),
    )
    def write(self, which, write, progress):
        """A worker writes of a claim of its own: mostly of a late one, sometimes of one that was taken away long ago."""
        job, attempt = self.held[-1 - which % len(self.held)]
        match write:
            case "beat":
                job_beat(job=job, attempt=attempt)
            case "tell":
                for far in progress:
                    job_told(job=job, attempt=attempt, stage="voice", progress=far)
                    self.progress_never_goes_back()
            case "finish" | "partial":
                self.finish(job, attempt, Status.SUCCEEDED if write == "finish" else Status.PARTIAL)
            case "ours" | "died" | "input":
                job_fail(job=job, attempt=attempt, problem=problem("OURS"), ours=write != "input", died=write == "died")
            case "release":
                job_release(job=job, attempt=attempt)

    def finish(self, job, attempt, status):
        made = []
        if job_finish(job=job, attempt=attempt, effect=lambda: made.append(job.pk) or status):
            self.done.update(made)
            assert self.latest[job.pk] == attempt, "an attempt that was over finished the job"

    @precondition(any_job)
    @rule(which=NUMBERS, does=st.sampled_from(["cancel", "retry", "cancel", "delete"]))
    def owner(self, which, does):
        claimed = [job for job, _ in self.held[-2:] if Job.objects.filter(pk=job.pk).exists()]
        jobs = [*claimed, *Job.objects.order_by("-created", "pk")]
        job = jobs[which % len(jobs)]
        match does:
            case "cancel":
                if job_cancel(job=job):
                    self.cancelled.add(job.pk)
            case "delete":
                Job.objects.filter(pk=job.pk).delete()
                self.over[job.pk] = "deleted"
            case "retry":
                if job_retry(job=job):
                    self.over.pop(job.pk, None)
                    self.progress.pop(job.pk, None)
                    self.cancelled.discard(job.pk)

    @precondition(any_job)
    @rule(seconds=st.sampled_from([70, 5, 400]), sweeping=st.booleans())
    def time_passes(self, seconds, sweeping):
        for job in Job.objects.all():
            job.not_before -= timedelta(seconds=seconds)
            job.beat = job.beat and job.beat - timedelta(seconds=seconds)
            job.save(update_fields=["not_before", "beat"])
        if sweeping:
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
