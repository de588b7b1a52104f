"""How it stands: queue, workers, failures, disk, versions; read from rows and the machine, for the page and the figures."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Min, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from emofuse_web.accounts.models import Event, User
from emofuse_web.jobs.models import Job, Status, Worker

LOOKED_BACK = timedelta(days=7)
PATCHED: Mapping[str, tuple[int, ...]] = {"av": (18, 1), "opencv-python-headless": (4, 14)}
"""The oldest packages whose own FFmpeg is 8.1.2, which closes CVE-2026-8461. OpenCV's decodes nothing here, and is named all the same."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A worker, and whether it still beats."""

    row: Worker
    alive: bool

    @property
    def versions(self) -> list[tuple[str, str, bool]]:
        """Name, version, and whether it is one with known holes."""
        return [(name, str(value), outdated(name, str(value))) for name, value in sorted(self.row.versions.items())]


@dataclass(frozen=True, slots=True)
class Disk:
    """Room where files are kept; bytes."""

    total: int
    free: int

    @property
    def tight(self) -> bool:
        """Whether uploads are refused."""
        return self.free < settings.FREE_SHARE * self.total


def outdated(name: str, version: str) -> bool:
    """Whether something is older than the oldest that is known to be patched.

    Example:
        >>> outdated("av", "17.0.1"), outdated("av", "18.1.0"), outdated("torch", "2.13.0")
        (True, False, False)
    """
    least = PATCHED.get(name)
    found = tuple(int(part) for part in version.split(".") if part.isdigit())
    return least is not None and found < least


def depth() -> dict[tuple[str, str], int]:
    """Jobs by kind and status."""
    return {(row["kind"], row["status"]): row["n"] for row in Job.objects.values("kind", "status").annotate(n=Count("id"))}


def oldest() -> float | None:
    """Seconds that the first in the queue has waited; None where nobody waits."""
    since: datetime | None = Job.objects.filter(status=Status.QUEUED).aggregate(since=Min("created"))["since"]
    return None if since is None else (timezone.now() - since).total_seconds()


def workers() -> Sequence[Seen]:
    """Those that beat within the last day, the latest first."""
    now = timezone.now()
    rows = Worker.objects.filter(beat__gt=now - timedelta(days=1)).order_by("-beat")
    return [Seen(row, row.beat > now - timedelta(seconds=settings.JOB_LEASE)) for row in rows]


def failures() -> Sequence[tuple[str, int]]:
    """Codes of what failed in the last week, the most frequent first."""
    problems = Job.objects.filter(status=Status.FAILED, finished__gt=timezone.now() - LOOKED_BACK).values_list("problem", flat=True)
    return Counter(str((problem or {}).get("code", "unknown")) for problem in problems).most_common()


def disk() -> Disk | None:
    """Of the folder with the files; None where they are in S3."""
    if settings.STORAGE.startswith("s3://"):
        return None
    place = Path(settings.STORAGE)
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return Disk(usage.total, usage.free)


def people() -> Sequence[User]:
    """Users with what they keep: ``brought`` bytes of uploads, ``asked`` analyses; who keeps most first."""
    brought = Coalesce(Sum("uploads__offset"), 0)
    counts = dict(User.objects.annotate(n=Count("analyses")).values_list("id", "n"))
    users = list(User.objects.annotate(brought=brought).order_by("-brought", "email")[:200])
    for user in users:
        user.asked = counts[user.id]  # type: ignore[attr-defined]  # for the page
    return users


def events() -> Sequence[Event]:
    """The latest of the audit log."""
    return list(Event.objects.select_related("actor").order_by("-when")[:100])


def last(verb: str) -> Event | None:
    """The latest event of a kind."""
    return Event.objects.filter(verb=verb).order_by("-when").first()
