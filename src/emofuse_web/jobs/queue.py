"""The rows as a queue: who may take what, and what each may write.

A claim is one transaction that raises the attempt number. Every later write names its attempt and does nothing when the row has moved on,
so one who was thought dead changes nothing, a deleted row is not missed, and cancelling wins over finishing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from emofuse_web.accounts.models import User
from emofuse_web.jobs import who
from emofuse_web.jobs.kinds import work
from emofuse_web.jobs.models import TERMINAL, Job, Kind, Status
from emofuse_web.jobs.outlook import NEVER, place_in_queue, time_left
from emofuse_web.jobs.wake import wake
from emofuse_web.problems import problem

__all__ = [
    "job_add",
    "job_beat",
    "job_cancel",
    "job_claim",
    "job_fail",
    "job_finish",
    "job_held",
    "job_release",
    "job_retry",
    "job_told",
    "jobs_stray",
    "jobs_sweep",
    "jobs_wanted",
    "place_in_queue",
    "time_left",
]


def job_add(*, owner: User | None, kind: str, lane: str) -> Job:
    """One more thing to do, once the transaction around it is through."""
    job = Job.objects.create(owner=owner, kind=kind, lane=lane)
    wake(job.lane)
    return job


def job_held(*, job: UUID) -> Job | None:
    """The row, held until the transaction around it ends; None where it is gone. Hold it before deleting what hangs on it."""
    return Job.objects.select_for_update().filter(pk=job).first()


# --- taking ---------------------------------------------------------------------------------------------------------------------------
def job_claim(*, worker: str, lanes: Sequence[str]) -> Job | None:
    """The next job of these lanes, now this worker's; None where nothing waits.

    Of those who wait, the one who has fewest running goes first, then the one who was served longest ago: somebody with one job
    never stands behind all hundred of another.
    """
    waiting = Job.objects.filter(status=Status.QUEUED, lane__in=lanes, not_before__lte=timezone.now())
    for owner in _turns(waiting, lanes):
        with transaction.atomic():
            if job := _taken(waiting, owner, worker):
                return job
    return None


def _turns(waiting: QuerySet[Job], lanes: Sequence[str]) -> list[UUID | None]:
    """Owners with something to do, in the order in which they should be served. Only reads, so idle workers keep no writer waiting."""
    first: dict[UUID | None, datetime] = dict(waiting.order_by().values_list("owner").annotate(Min("created")))
    if not first:
        return []
    theirs = Job.objects.filter(lane__in=lanes).order_by()
    running: dict[UUID | None, int] = dict(theirs.filter(status=Status.RUNNING).values_list("owner").annotate(Count("pk")))
    served: dict[UUID | None, datetime] = dict(theirs.filter(started__isnull=False).values_list("owner").annotate(Max("started")))
    return sorted(first, key=lambda owner: (running.get(owner, 0), served.get(owner, NEVER), first[owner]))


def _taken(waiting: QuerySet[Job], owner: UUID | None, worker: str) -> Job | None:
    """The owner's oldest job, claimed; None where others were quicker or the owner has enough that runs."""
    if owner is not None:
        holding = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=owner).values_list("pk", flat=True)
        if not list(holding):  # somebody claims for this owner right now; counting beside them would break the quota
            return None
        if Job.objects.filter(owner=owner, kind=Kind.ANALYSIS, status=Status.RUNNING).count() >= settings.QUOTA_RUNNING:
            waiting = waiting.exclude(kind=Kind.ANALYSIS)
    job = waiting.filter(owner=owner).select_for_update(skip_locked=True).order_by("created", "pk").first()
    if job is None:
        return None
    job.status, job.worker, job.attempt, job.stage, job.stages = Status.RUNNING, worker, job.attempt + 1, "", []
    job.started = job.beat = timezone.now()
    job.save(update_fields=["status", "worker", "attempt", "stage", "stages", "started", "beat"])
    return job


# --- while it runs --------------------------------------------------------------------------------------------------------------------
def job_beat(*, job: Job, attempt: int) -> bool:
    """Say that the attempt is alive; False where it is wanted no more."""
    return bool(_of_attempt(job, attempt).filter(cancel=False).update(beat=timezone.now()))


def jobs_wanted(attempts: Mapping[UUID, int]) -> set[UUID]:
    """Which of these attempts should go on: the row is there, still theirs, and nobody cancelled."""
    rows = Job.objects.filter(pk__in=list(attempts), status=Status.RUNNING, cancel=False).values_list("pk", "attempt")
    return {job for job, attempt in rows if attempts[job] == attempt}


def job_told(*, job: Job, attempt: int, stage: str | None = None, progress: float | None = None) -> bool:
    """Write down how far it is. Progress never goes back, not even when a job begins anew; each stage keeps its times."""
    with transaction.atomic():
        row = _of_attempt(job, attempt).select_for_update().first()
        if row is None:
            return False
        if stage and stage != row.stage:
            _stage_over(row)
            row.stages.append({"name": stage[:24], "began": timezone.now().isoformat(), "ended": None})
            row.stage = stage[:24]
        if progress is not None:
            row.progress = max(row.progress, min(max(progress, 0.0), 1.0))
        row.save(update_fields=["stage", "stages", "progress"])
    return True


# --- how it ends ----------------------------------------------------------------------------------------------------------------------
def job_finish(*, job: Job, attempt: int, effect: Callable[[], Status]) -> bool:
    """Done: change the rows and end the job in one transaction. False where the attempt is nobody's any more, or was cancelled."""
    with transaction.atomic():
        row = _of_attempt(job, attempt).select_for_update().first()
        if row is None:
            return False
        if row.cancel:
            _ended(row, Status.CANCELLED)
            return False
        _ended(row, effect())
    return True


def job_fail(*, job: Job, attempt: int, problem: Mapping[str, object], ours: bool, died: bool = False) -> bool:
    """It did not work. A fault of ours is tried again after a while; a fault of the input is not.

    Args:
        job: The job.
        attempt: Which attempt it was.
        problem: What its owner reads if it was the last.
        ours: Whether another attempt may help.
        died: Whether the child died without a word; an input that kills three is set aside as poison.
    """
    with transaction.atomic():
        row = _of_attempt(job, attempt).select_for_update().first()
        if row is not None:
            _failed(row, problem, ours=ours, died=died, wait=True)
    return row is not None


def job_release(*, job: Job, attempt: int) -> bool:
    """Let go of it without a failure: the worker stops, another takes it."""
    with transaction.atomic():
        row = _of_attempt(job, attempt).select_for_update().first()
        if row is not None:
            _requeued(row, timezone.now()) if not row.cancel else _ended(row, Status.CANCELLED)
    if row is not None:
        wake(row.lane)
    return row is not None


def job_cancel(*, job: Job) -> bool:
    """Somebody wants it no more: over at once where it waits; its child is killed where it runs. False where it was over already."""
    with transaction.atomic():
        row = job_held(job=job.pk)
        if row is None or row.terminal:
            return False
        if row.status == Status.QUEUED:
            _ended(row, Status.CANCELLED)
        else:
            row.cancel = True
            row.save(update_fields=["cancel"])
    return True


def job_retry(*, job: Job) -> bool:
    """From the beginning, for one that failed or was cancelled; False for any other."""
    with transaction.atomic():
        row = job_held(job=job.pk)
        if row is None or row.status not in (Status.FAILED, Status.CANCELLED):
            return False
        row.failures, row.progress, row.problem, row.cancel, row.finished = 0, 0.0, None, False, None
        row.save(update_fields=["failures", "progress", "problem", "cancel", "finished"])
        _requeued(row, timezone.now())
        wake(row.lane)
    return True


# --- those who vanished ---------------------------------------------------------------------------------------------------------------
def jobs_sweep() -> int:
    """Take back what belongs to workers that are gone: at once where this machine knows it, else when the lease is over."""
    late = timezone.now() - timedelta(seconds=settings.JOB_LEASE)
    back = 0
    for job in Job.objects.filter(status=Status.RUNNING).only("pk", "attempt", "worker", "beat"):
        if (job.beat is None or job.beat < late) or who.gone(job.worker):
            back += _lost(job)
    return back


def jobs_stray(*, worker: str, known: Mapping[UUID, int]) -> int:
    """Let go of rows that name this worker though it knows nothing of them: a claim whose answer was lost with the connection."""
    mine = Job.objects.filter(status=Status.RUNNING, worker=worker)
    return sum(job_release(job=job, attempt=job.attempt) for job in mine if known.get(job.pk) != job.attempt)


def _lost(job: Job) -> bool:
    """One whose worker vanished: no waiting, since nothing says that the job was at fault, until it happens too often."""
    with transaction.atomic():
        row = _of_attempt(job, job.attempt).select_for_update().filter(beat=job.beat).first()  # unless its heart beat meanwhile
        if row is not None:
            _failed(row, problem("CHILD_DIED"), ours=True, died=True, wait=False)
    if row is not None and row.status == Status.QUEUED:
        wake(row.lane)
    return row is not None


# --- changes of one row, which is held ------------------------------------------------------------------------------------------------
def _of_attempt(job: Job, attempt: int) -> QuerySet[Job]:
    """The row while it runs as this attempt; nothing afterwards."""
    return Job.objects.filter(pk=job.pk, attempt=attempt, status=Status.RUNNING)


def _failed(row: Job, why: Mapping[str, object], *, ours: bool, died: bool, wait: bool) -> None:
    if row.cancel:
        _ended(row, Status.CANCELLED)
        return
    if ours:
        row.failures += 1
    if ours and row.failures < settings.JOB_ATTEMPTS:
        seconds = settings.JOB_BACKOFF[min(row.failures, len(settings.JOB_BACKOFF)) - 1] if wait else 0
        _requeued(row, timezone.now() + timedelta(seconds=seconds))
        return
    row.problem = dict(problem("POISON") if died and ours else why)
    _ended(row, Status.FAILED)


def _requeued(row: Job, when: datetime) -> None:
    row.status, row.worker, row.stage, row.stages, row.beat, row.not_before = Status.QUEUED, "", "", [], None, when
    row.save(update_fields=["status", "worker", "stage", "stages", "beat", "not_before", "failures"])


def _ended(row: Job, status: Status) -> None:
    """For good; whoever owns what hangs on the job is told within the same transaction."""
    _stage_over(row)
    row.status, row.finished, row.stage = status, timezone.now(), ""
    if status in (Status.SUCCEEDED, Status.PARTIAL):
        row.progress = 1.0
    assert row.terminal, f"a job ends as one of {TERMINAL}, not as {status}"
    row.save()
    if status not in (Status.SUCCEEDED, Status.PARTIAL):
        work(row.kind).failed(row)


def _stage_over(row: Job) -> None:
    if row.stages:
        row.stages[-1]["ended"] = row.stages[-1]["ended"] or timezone.now().isoformat()
