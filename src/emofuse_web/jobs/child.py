"""The process that does one attempt's work and dies alone. It is told in ``request.json`` and answers in lines of JSON."""

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from emofuse_web import sandbox
from emofuse_web.jobs.folder import taken
from emofuse_web.jobs.who import kill_all
from emofuse_web.sandbox.walls import Walls

PROGRAM = ("-P", "-m", "emofuse_web.recognition.child")  # what the interpreter runs; -P keeps the job's folder from being imported from
LINE = 4 * 2**20  # bytes of one line of the answer
STDERR = 2**14  # bytes of what it complained that are kept
LOOK = 0.2  # s between looks at the clock while it is silent
MEASURE = 2.0  # s between looks at how much it has written
_RAISED = re.compile(rb"^(?:[A-Za-z_]\w*\.)*([A-Z]\w*)(?::|$)", re.MULTILINE)  # the last line of a traceback, without its words


class Stopped(Exception):
    """It was killed because somebody asked for that."""


class TimedOut(Exception):
    """It was killed because its time was over."""


class Overflowed(Exception):
    """It was killed because it wrote, or said, more than it may."""


class Died(Exception):
    """It ended without an answer; says how, in words that hold nothing of what it read."""


class Child:
    """One child process, walled in.

    Args:
        folder: Where it works: ``request.json`` and ``in/`` are there, ``out/`` and ``tmp/`` are its own.
        request: What is asked of it.
        walls: What it may use.
        seconds: How long it may take.
    """

    def __init__(self, folder: Path, request: Mapping[str, object], walls: Walls, seconds: float) -> None:
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        self._folder, self._walls = folder, walls
        self._due = time.monotonic() + seconds
        self._measured = 0.0
        self._stopped = False
        self._complaint = b""
        self._process = subprocess.Popen(
            sandbox.entered([sys.executable, *PROGRAM], folder, walls, must=settings.SANDBOX_REQUIRED),
            cwd=folder,
            env=sandbox.environment(folder, walls),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that all it starts can be killed with it
        )

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def stop(self) -> None:
        """Kill it; `told` raises Stopped."""
        self._stopped = True
        self._kill()

    def told(self) -> Iterator[dict[str, Any]]:
        """What it says, one object a line, until it ends; an empty one whenever it was silent for a moment.

        Raises:
            Stopped: Somebody called `stop`.
            TimedOut: Its time was over.
            Overflowed: It wrote or said too much.
            Died: It ended with anything but status 0.
        """
        try:
            yield from self._lines()
            while not self._over():  # it may close its pipes and go on
                self._check(0)
                time.sleep(0.01)
        finally:
            self._kill()
            status = self._process.wait()
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe:
                    pipe.close()
        if self._stopped:
            raise Stopped
        if status:
            raise Died(self._ending(status))

    def _lines(self) -> Iterator[dict[str, Any]]:
        rest = b""
        out: IO[bytes] | None = self._process.stdout
        with selectors.DefaultSelector() as selector:
            for pipe in (self._process.stdout, self._process.stderr):
                assert pipe is not None, "both are pipes"
                selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(LOOK)
                for key, _ in ready:
                    chunk = os.read(key.fd, 2**16)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is out:
                        *lines, rest = (rest + chunk).split(b"\n")
                        yield from (said for line in lines if (said := _said(line)) is not None)
                    else:
                        self._complaint = (self._complaint + chunk)[-STDERR:]
                self._check(len(rest))
                if not ready:
                    if self._over():  # something it started holds the pipes open
                        return
                    yield {}

    def _check(self, pending: int) -> None:
        now = time.monotonic()
        if self._stopped:
            raise Stopped
        if now > self._due:
            raise TimedOut
        if pending > LINE:
            raise Overflowed
        if now - self._measured > MEASURE:
            self._measured = now
            if taken(self._folder) > self._walls.disk:
                raise Overflowed

    def _over(self) -> bool:
        """Whether it ended; it stays unburied, so that its number is still its own when its group is killed."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill(self) -> None:
        """Kill it and what it started: they share a session, which they cannot leave."""
        if self._process.returncode is None:
            self._process.kill()
            kill_all(session=self._process.pid)

    def _ending(self, status: int) -> str:
        raised = _RAISED.findall(self._complaint)
        name = f", {raised[-1].decode()}" if raised else ""
        if status < 0:
            known = -status in list(signal.Signals)  # signals for real time have numbers only
            return f"signal {signal.Signals(-status).name if known else -status}{name}"
        return f"status {status}{name}"


def _said(line: bytes) -> dict[str, Any] | None:
    """One line; what is no object is none of ours (a library that prints)."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
