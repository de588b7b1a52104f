"""What somebody who waits is told: their place, and how long it may take."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from emofuse_web.jobs.models import Job, Status

PAST = 20  # jobs of a kind that say how long one takes
NEVER = datetime.min.replace(tzinfo=UTC)
SURE = 0.05  # progress from which a job's own pace says more than others' durations


def place_in_queue(job: Job) -> int | None:
    """1 for the one that is claimed next; None for one that does not wait. Counted as the queue serves: people take turns."""
    if job.status != Status.QUEUED:
        return None
    running: dict[UUID | None, int] = defaultdict(int)
    for owner in Job.objects.filter(status=Status.RUNNING, lane=job.lane).values_list("owner", flat=True):
        running[owner] += 1
    begun = Job.objects.filter(lane=job.lane, started__isnull=False).order_by().values_list("owner").annotate(Max("started"))
    served: dict[UUID | None, datetime] = dict(begun)
    before: dict[UUID | None, int] = defaultdict(int)
    turns: list[tuple[int, datetime, int, UUID]] = []
    for pk, owner in Job.objects.filter(status=Status.QUEUED, lane=job.lane).order_by("created", "pk").values_list("pk", "owner"):
        turns.append((running[owner] + before[owner], served.get(owner, NEVER), len(turns), pk))
        before[owner] += 1
    return next((place for place, turn in enumerate(sorted(turns), start=1) if turn[-1] == job.pk), None)


def time_left(job: Job) -> int | None:
    """Seconds until it is done, as far as its own pace or those before it tell; None where nothing does."""
    now = timezone.now()
    if job.terminal:
        return 0
    if job.status == Status.RUNNING and job.started and job.progress >= SURE:
        return round((now - job.started).total_seconds() / job.progress * (1 - job.progress))
    usual = _usual(job)
    if usual is None:
        return None
    if job.status == Status.RUNNING and job.started:
        return max(round(usual - (now - job.started).total_seconds()), 1)
    running = Job.objects.filter(status=Status.RUNNING, lane=job.lane).count()
    ahead = (place_in_queue(job) or 1) - 1
    wait = max((job.not_before - now) / timedelta(seconds=1), 0.0)
    return round(wait + usual + usual * (ahead + (0.5 if running else 0.0)) / max(running, 1))


def _usual(job: Job) -> float | None:
    """Seconds that the last ones of its kind took."""
    past = Job.objects.filter(kind=job.kind, status__in=(Status.SUCCEEDED, Status.PARTIAL), started__isnull=False, finished__isnull=False)
    took = [
        (end - start).total_seconds()
        for start, end in past.order_by("-finished").values_list("started", "finished")[:PAST]
        if start is not None and end is not None
    ]
    return median(took) if took else None
