"""A worker: claims jobs for its lanes, sees that their children do not outlive what is wanted, and says that it is alive."""

import importlib
import importlib.util
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from importlib import metadata
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from emofuse_web import sandbox
from emofuse_web.jobs import folder, who
from emofuse_web.jobs.attempt import LOST, Attempt
from emofuse_web.jobs.models import Worker
from emofuse_web.jobs.queue import job_beat, job_claim, job_release, jobs_stray, jobs_sweep, jobs_wanted
from emofuse_web.problems import problem

log = logging.getLogger(__name__)
SWEEP = 1.0  # s between looks for jobs of the dead
TIDY = 60.0  # s between looks for folders of the dead
KEEP = 300.0  # s between rounds of housekeeping
FORGOTTEN = 86_400  # s after which a worker that said nothing is no longer shown
LEAVE = 6.0  # s that attempts get to let go; less than what is usual before SIGKILL follows SIGTERM
HOUSEKEEPING = "emofuse_web.operations.housekeeping"
TOLD = ("emofuse", "django", "av", "opencv-python-headless", "onnxruntime", "torch", "numpy", "scipy", "h5py", "mne")


class Supervisor:
    """One worker process.

    Args:
        lanes: Which jobs it takes.
        slots: How many of each lane at a time.
        poll: Seconds between looks at the rows.
    """

    def __init__(self, lanes: Sequence[str], *, slots: int = 1, poll: float | None = None) -> None:
        self.lanes, self.slots = list(lanes), slots
        self.name = who.name()
        self._poll = settings.JOB_POLL / 1_000 if poll is None else poll
        self._running: dict[UUID, Attempt] = {}
        self._woken, self.stopping = threading.Event(), False
        self._level: Mapping[str, object] = {}
        self._due: dict[str, float] = {}
        self._ahead = _ahead()

    def look(self) -> None:
        """Look at the rows now rather than at the next poll."""
        self._woken.set()

    def stop(self) -> None:
        """Claim nothing more, let go of what runs, and return from `run`."""
        self.stopping = True
        self._woken.set()

    def run(self, *, most: int | None = None) -> None:
        """Work until somebody stops it, or until `most` jobs are over.

        Args:
            most: Return when so many jobs have been claimed and are over, or none waits any more.
        """
        self._level = sandbox.level()
        log.info("worker %s for %s, %d at a time each; sandbox %s", self.name, ", ".join(self.lanes), self.slots, self._level["level"])
        claimed = 0
        try:
            while not self.stopping:
                new = self._safely(claiming=most is None or claimed < most)
                claimed += new
                if most is not None and not self._running and (claimed >= most or not new):
                    return
                self._woken.wait(self._poll)
                self._woken.clear()
        finally:
            self._leave()

    # --- one round --------------------------------------------------------------------------------------------------------------------
    def _round(self, claiming: bool) -> int:
        self._running = {pk: attempt for pk, attempt in self._running.items() if not attempt.over}
        if self._jumped():  # others find their clocks changed, too, and beat before anybody calls them late
            self._due |= {"beat": 0.0, "sweep": time.monotonic() + 2 * settings.JOB_BEAT}
        if self._time("beat", settings.JOB_BEAT):
            self._beat()
        self._stop_unwanted()
        if self._time("sweep", SWEEP):
            jobs_sweep()
            jobs_stray(worker=self.name, known={pk: attempt.number for pk, attempt in self._running.items()})
        if self._time("tidy", TIDY):
            folder.swept()
        if self._time("keep", KEEP):
            _housekept()
        return self._claim() if claiming else 0

    def _claim(self) -> int:
        """Fill the free slots of each lane; lanes share none, so that a look at a file never waits behind an analysis."""
        new = 0
        for lane in self.lanes:
            free = self.slots - sum(attempt.job.lane == lane for attempt in self._running.values())
            while free > 0 and not self.stopping and (job := job_claim(worker=self.name, lanes=[lane])):
                refused = problem("SANDBOX") if settings.SANDBOX_REQUIRED and self._level["level"] != "green" else None
                attempt = self._running[job.pk] = Attempt(job, refused=refused, over=self.look)
                attempt.start()
                free, new = free - 1, new + 1
        return new

    def _stop_unwanted(self) -> None:
        wanted = jobs_wanted({pk: attempt.number for pk, attempt in self._running.items()}) if self._running else set()
        for pk, attempt in self._running.items():
            if pk not in wanted and not attempt.over:
                attempt.stop()

    def _beat(self) -> None:
        for attempt in self._running.values():
            job_beat(job=attempt.job, attempt=attempt.number)
        now = timezone.now()
        Worker.objects.update_or_create(
            name=self.name,
            defaults={"host": who.host(), "lanes": self.lanes, "beat": now, "sandbox": dict(self._level), "versions": _versions()},
        )
        Worker.objects.filter(beat__lt=now - timedelta(seconds=FORGOTTEN)).delete()

    # --- the end ----------------------------------------------------------------------------------------------------------------------
    def _leave(self) -> None:
        """Back into the queue with what runs, in time; whoever is not quick enough is let go of without being asked."""
        for attempt in self._running.values():
            attempt.release()
        until = time.monotonic() + LEAVE
        for attempt in self._running.values():
            attempt.join(max(until - time.monotonic(), 0))
        try:
            for attempt in self._running.values():
                job_release(job=attempt.job, attempt=attempt.number)
            Worker.objects.filter(name=self.name).delete()
        except LOST:  # others see that this process is dead, or that the lease is over
            log.warning("the database is away; others take back what this worker held")
        finally:
            connection.close()

    # --- what keeps it going ----------------------------------------------------------------------------------------------------------
    def _safely(self, *, claiming: bool) -> int:
        """A round; a database that is away is waited for, children go on meanwhile."""
        try:
            return self._round(claiming)
        except LOST as error:
            log.warning("the database is away (%s); looking again", type(error).__name__)
            connection.close()
            self._due.clear()
            return 0

    def _jumped(self) -> bool:
        """Whether the clock was set, or the machine slept: then hearts seem not to have beaten for long."""
        before, self._ahead = self._ahead, _ahead()
        return abs(self._ahead - before) > settings.JOB_BEAT

    def _time(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + every
        return True


def _ahead() -> float:
    """By how much the clock on the wall is ahead of the one that only counts."""
    return time.time() - time.monotonic()


def _housekept() -> None:
    """What is expired is removed; a fault in that is no reason to stop working."""
    try:
        _housekeeping()()
    except LOST:
        raise
    except Exception as error:  # told, and tried again next time
        log.error("housekeeping broke off (%s)", type(error).__name__)


def _housekeeping() -> Callable[[], object]:
    """What is to be done now and then, where that part is there."""
    if importlib.util.find_spec(HOUSEKEEPING) is None:
        return lambda: None
    return cast(Callable[[], object], importlib.import_module(HOUSEKEEPING).run)


def _versions() -> dict[str, str]:
    """Of what reads recordings here."""
    found = {}
    for package in TOLD:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
