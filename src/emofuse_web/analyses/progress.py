"""How far an analysis is, in words a page can show; and a mark that changes when any of it does."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from emofuse_web.analyses.models import Analysis, Mode
from emofuse_web.jobs import queue
from emofuse_web.jobs.models import Status
from emofuse_web.problems import CODES

EXACT, FIVES = 5, 5  # places in the queue that are told one by one; beyond them in steps
NAMES: dict[str, Promise] = {
    "probe": _("Looking at the files"),
    "decode": _("Making a copy that plays everywhere"),
    "face": _("Finding faces and looking at them"),
    "voice": _("Listening to the voice"),
    "eeg": _("Reading the EEG"),
    "text": _("Reading the words"),
    "fuse": _("Bringing it together"),
    "render": _("Writing the results"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the things that are done; how: done, now, later, or left (another came after it, and it was not needed)."""

    name: str
    words: Promise | str
    how: str
    began: datetime | None = None
    seconds: int | None = None  # once it is over; until then the page counts


@dataclass(frozen=True, slots=True)
class Progress:
    """All that the status page shows of a job."""

    status: str
    percent: int
    stages: list[Stage]
    place: int | None  # in the queue, the first is 1; beyond `EXACT` it is among so many
    left: int | None  # s
    began: datetime | None
    cancelling: bool
    attempt: int
    retry: bool  # whether it may go better the next time with the same files

    @property
    def seconds(self) -> float | None:
        """For how long it has been worked on, now; the mark leaves it out, as the page counts by itself."""
        return None if self.began is None else max(0.0, (timezone.now() - self.began).total_seconds())

    @property
    def over(self) -> bool:
        """Whether nothing will change by itself."""
        return self.status not in (Status.QUEUED, Status.RUNNING)

    @property
    def mark(self) -> str:
        """An ETag: the same while the page would look the same."""
        return '"' + hashlib.sha256(repr((self, get_language())).encode()).hexdigest()[:32] + '"'


def progress_of(analysis: Analysis) -> Progress:
    """How it stands now."""
    job = analysis.job
    running, waiting = job.status == Status.RUNNING, job.status == Status.QUEUED
    left = queue.time_left(job) if running else None
    return Progress(
        status=job.status,
        percent=round(100 * job.progress),
        stages=_stages(analysis, running=running),
        place=_about(queue.place_in_queue(job)) if waiting else None,
        left=None if left is None else _coarse(left),
        began=job.started if running else None,
        cancelling=job.cancel and not job.terminal,
        attempt=job.attempt,
        retry=job.status == Status.CANCELLED or (job.status == Status.FAILED and _ours(job.problem)),
    )


def _ours(problem: Mapping[str, Any] | None) -> bool:
    """Whether it may have been our fault, and not that of what was sent; weights that an administrator installs are also ours."""
    known = CODES.get(str((problem or {}).get("code", "")))
    return known is None or known.ours or known.status >= 500


def _stages(analysis: Analysis, *, running: bool) -> list[Stage]:
    told = {str(stage["name"]): stage for stage in analysis.job.stages}
    names = [name for name in NAMES if name in told or name in _expected(analysis)]
    last = max((names.index(name) for name in told if name in names), default=-1)
    return [_stage(name, told.get(name), passed=i < last, running=running) for i, name in enumerate(names)]


def _stage(name: str, told: dict[str, str | None] | None, *, passed: bool, running: bool) -> Stage:
    if told is None:
        return Stage(name, NAMES[name], "left" if passed else "later")
    began, ended = _time(told.get("began")), _time(told.get("ended"))
    if ended is None:
        return Stage(name, NAMES[name], "now" if running else "broken", began)
    return Stage(name, NAMES[name], "done", began, None if began is None else max(0, round((ended - began).total_seconds())))


def _expected(analysis: Analysis) -> set[str]:
    expected = {"probe", "fuse", "render"} | ({"decode", "face", "voice"} if analysis.mode != Mode.TEXT else set())
    return expected | {name for name in ("eeg", "text") if getattr(analysis, f"{name}_id")}


def _time(said: str | None) -> datetime | None:
    return parse_datetime(said) if said else None


def _about(place: int | None) -> int | None:
    """No finer than it matters to somebody far behind, so that the page need not change whenever anybody's turn comes."""
    return place if place is None or place <= EXACT else FIVES * -(-place // FIVES)


def _coarse(seconds: float) -> int:
    """No finer than anybody can know it, so that the page need not change each second."""
    step = 5 if seconds < 60 else 15 if seconds < 600 else 60
    return max(step, step * round(seconds / step))
