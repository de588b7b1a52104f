"""A function in a process of its own, which may crash, hang or eat memory in our place.

A file that kills whoever reads it is a bad file, not a fault of ours: it is said at once, and not tried three times.
"""

import json
import os
import resource
import select
import signal
import time
from collections.abc import Callable
from typing import Any

_MOST = 8 << 20  # bytes of an answer
_KILLED = (signal.SIGKILL, signal.SIGXCPU)  # what the kernel sends whoever takes too much


class Broke(Exception):
    """The process ended without an answer.

    Args:
        how: "crashed" (it was made to), "greedy" (it took too much memory), "slow" (it took too long).
        ending: What the system says of it.
    """

    def __init__(self, how: str, ending: str) -> None:
        super().__init__(f"{how} ({ending})")
        self.how, self.ending = how, ending


def apart(function: Callable[[], dict[str, Any]], *, seconds: float, memory: int) -> dict[str, Any]:
    """What a function returns, which must be JSON.

    Args:
        function: What to do.
        seconds: Of patience.
        memory: Bytes of address space, with what is taken already.

    Raises:
        Broke: It came to no end.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _inside(function, reader, writer, seconds, memory)
    os.close(writer)
    try:
        answer, late = _read(reader, time.monotonic() + seconds)
    finally:
        os.close(reader)
        if _running(child):
            _kill(child)
        status = os.waitpid(child, 0)[1]
    if answer.endswith(b"\n"):
        said: dict[str, Any] = json.loads(answer)
        return said
    if late:
        raise Broke("slow", f"{seconds:g} s")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        raise Broke("greedy" if number in _KILLED else "crashed", signal.Signals(number).name)
    raise Broke("crashed", f"status {os.waitstatus_to_exitcode(status)}")


def _inside(function: Callable[[], dict[str, Any]], reader: int, writer: int, seconds: float, memory: int) -> None:
    """The child; never returns."""
    try:
        os.setpgid(0, 0)  # so that what it starts is killed with it
        os.close(reader)
        _hold_to(resource.RLIMIT_CORE, 0)
        _hold_to(resource.RLIMIT_CPU, int(2 * seconds) + 1)
        _hold_to(resource.RLIMIT_AS, memory)
        answer = json.dumps(function()).encode() + b"\n"
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    finally:  # also for what is no exception: nothing of the parent's may run here
        os._exit(1)


def _hold_to(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, hard))


def _read(reader: int, until: float) -> tuple[bytes, bool]:
    """What comes until the end, and whether that took too long."""
    answer = b""
    while len(answer) < _MOST:
        left = until - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return answer, True
        piece = os.read(reader, 1 << 16)
        if not piece:
            return answer, False
        answer += piece
    return b"", True


def _running(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _kill(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        os.kill(child, signal.SIGKILL)
