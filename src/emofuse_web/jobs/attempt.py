"""One attempt at one job: prepared, done by a child, collected, and ended in the rows. Nothing else ends a job that runs."""

import errno
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from emofuse_web.jobs import folder as folders
from emofuse_web.jobs.child import Child, Died, Overflowed, Stopped, TimedOut
from emofuse_web.jobs.kinds import Work, work
from emofuse_web.jobs.models import Job, Kind
from emofuse_web.jobs.queue import job_fail, job_finish, job_release, job_told
from emofuse_web.problems import CODES, problem
from emofuse_web.sandbox.walls import GIB, Walls

log = logging.getLogger(__name__)
TELL = 1.0  # s between two writes of how far it is
STAGES = 64  # that are written down of an attempt; one of ours has eight, one that was taken over could fill the row
LEAST = 300  # s that every child gets, however short the recording
HOUR = 3_600_000  # ms; the longest recording that gets more time for being longer
FULL = (errno.ENOSPC, errno.EDQUOT)
LOST = (OperationalError, InterfaceError)  # the database is away


class Attempt(threading.Thread):
    """A thread that sees one attempt through, with a database connection of its own."""

    def __init__(self, job: Job, *, refused: Mapping[str, object] | None = None, over: Callable[[], None] | None = None) -> None:
        super().__init__(name=f"job {job.pk}", daemon=True)
        self.job, self.number = job, job.attempt
        self.over = False
        self._say_over = over  # called when it is through, so that the slot is filled at once
        self._refused = refused  # what its owner reads where nothing may be run here
        self._child: Child | None = None
        self._lock = threading.Lock()
        self._unwanted = self._released = False
        self._told = self._progress = self._written = 0.0
        self._stages = 0

    # --- what the supervisor says -----------------------------------------------------------------------------------------------------
    def stop(self) -> None:
        """Nobody wants it any more (cancelled, deleted, taken by another): kill the child, end the row if it is still ours."""
        with self._lock:
            self._unwanted = True
            if self._child:
                self._child.stop()

    def release(self) -> None:
        """The worker stops: kill the child, let another begin anew."""
        self._released = True
        self.stop()

    # --- the way of an attempt --------------------------------------------------------------------------------------------------------
    def run(self) -> None:
        """See it through, whatever happens; the connection is given back."""
        try:
            self.through()
        finally:
            connection.close()
            self.over = True
            if self._say_over:
                self._say_over()

    def through(self) -> None:
        """From the claimed row to the ended one."""
        began = time.monotonic()
        outcome = self._ended_by(self._attempted)
        log.info("job %s (%s) attempt %d: %s after %.1f s", self.job.pk, self.job.kind, self.number, outcome, time.monotonic() - began)

    def _attempted(self) -> str:
        if self._refused:
            return self._failed(self._refused, ours=False)
        folder = folders.made(self.job, self.number)
        try:
            does = work(self.job.kind)
            request = does.prepare(self.job, folder)
            answer = self._child_answer(folder, request) if "do" in request else {}
            if found := answer.get("problem"):
                ours = bool(found.get("ours"))
                return self._failed(_kept(found), ours=ours, said=f"{found.get('code')}, the child says")
            return self._finished(does, folder, answer.get("done") or {})
        finally:
            folders.removed(folder)

    def _child_answer(self, folder: Path, request: Mapping[str, object]) -> dict[str, Any]:
        seconds = allowed(request.get("length_ms"))
        with self._lock:
            if self._unwanted:
                raise Stopped
            self._child = Child(folder, request, walls(self.job.kind, seconds), seconds)
        last: dict[str, Any] = {}
        for said in self._child.told():
            if "done" in said or "problem" in said:
                last = said
            else:
                self._tell(said)
        if not isinstance(last.get("done", {}), dict) or not isinstance(last.get("problem", {}), dict) or not last:
            raise Died("status 0 without an answer")
        folders.checked(folder / "out")
        return last

    def _tell(self, said: Mapping[str, Any]) -> None:
        """Write down a new stage at once, and how far it is once a second, the last word included."""
        stage = said["stage"] if isinstance(said.get("stage"), str) and self._stages < STAGES else None
        self._stages += stage is not None
        if isinstance(said.get("progress"), int | float):
            self._progress = float(said["progress"])
        now = time.monotonic()
        if stage is None and (self._progress == self._written or now - self._told < TELL):
            return
        try:
            job_told(job=self.job, attempt=self.number, stage=stage, progress=self._progress)
        except LOST:  # how far it is can be said again later
            connection.close()
            return
        self._told, self._written = now, self._progress

    def _finished(self, does: Work, folder: Path, answer: Mapping[str, object]) -> str:
        if self._unwanted:
            raise Stopped
        effect = does.collect(self.job, folder, answer)
        done = _patiently(lambda: job_finish(job=self.job, attempt=self.number, effect=effect))
        return "done" if done else "no longer wanted"

    # --- how it ends otherwise --------------------------------------------------------------------------------------------------------
    def _ended_by(self, attempted: Callable[[], str]) -> str:
        """Every way in which an attempt can end, as rows know it."""
        try:
            return attempted()
        except Stopped:
            return self._given_up()
        except TimedOut:
            return self._failed(problem("CHILD_TIMEOUT"), ours=False)
        except (Overflowed, folders.Strange):
            return self._failed(problem("MEDIA_LIMIT"), ours=False)
        except Died as ending:
            return self._failed(problem("CHILD_DIED"), ours=True, died=True, said=str(ending))
        except OSError as error:
            if error.errno in FULL:
                return self._failed(problem("STORAGE_FULL"), ours=True)
            return self._broke(error)
        except Exception as error:  # a fault in our own code must end this attempt, never the worker
            return self._broke(error)

    def _broke(self, error: Exception) -> str:
        log.exception("job %s attempt %d broke off", self.job.pk, self.number, exc_info=_wordless(error))
        return self._failed(problem("OURS"), ours=True, said=type(error).__name__)

    def _given_up(self) -> str:
        if self._released:
            _patiently(lambda: job_release(job=self.job, attempt=self.number))
            return "let go"
        # cancelled: the row says so, and ends as that; deleted or taken by another: nothing is written
        _patiently(lambda: job_fail(job=self.job, attempt=self.number, problem=problem("CANCELLED"), ours=True))
        return "no longer wanted"

    def _failed(self, why: Mapping[str, object], *, ours: bool, died: bool = False, said: str = "") -> str:
        _patiently(lambda: job_fail(job=self.job, attempt=self.number, problem=why, ours=ours, died=died))
        return f"{why['code']}{f' ({said})' if said else ''}"


def allowed(length: object) -> float:
    """Seconds that a child may take for a recording of so many ms; an unknown length gets what an hour gets."""
    length = min(float(length), HOUR) if isinstance(length, int | float) else HOUR
    return max(settings.JOB_TIME * length / 1_000, LEAST)


def walls(kind: str, seconds: float) -> Walls:
    """What a child of a kind may use: an analysis loads models, a look at a file reads a little of it."""
    memory = (6 if kind == Kind.ANALYSIS else 2) * GIB
    cpu = round(seconds * (settings.WORKER_THREADS + 1))
    return Walls(memory=memory, cpu=cpu, file=2 * settings.UPLOAD_LIMIT, disk=6 * settings.UPLOAD_LIMIT, threads=settings.WORKER_THREADS)


def _kept(found: Mapping[str, object]) -> dict[str, object]:
    """A problem as the child tells it, held to the catalogue: a child that was taken over cannot put words on a page at will."""
    code = str(found.get("code"))
    if code not in CODES:
        return problem("OURS")
    return problem(code, str(found.get("detail", ""))[:2_000], str(found.get("fix", ""))[:2_000])


def _patiently(write: Callable[[], bool], patience: float = 600.0) -> bool:
    """Write it even if the database is away for a while; what was written already is refused by its attempt, not written twice."""
    until, wait = time.monotonic() + patience, 0.1
    while True:
        try:
            return write()
        except LOST:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(wait)
            wait = min(2 * wait, 2.0)


def _wordless(error: Exception) -> Exception:
    """An error with its place but without its words, which may hold names of files."""
    return Exception(type(error).__name__).with_traceback(error.__traceback__)
