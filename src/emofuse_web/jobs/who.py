"""Who does a job: a name that says where a process runs, so that a neighbour on the same machine sees at once when it is dead."""

import contextlib
import os
import signal
import socket
from functools import cache
from pathlib import Path

ROUNDS = 50


@cache
def host() -> str:
    """This machine, this boot of it, and this container: only within them does a process's number mean anything."""
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))[:8]
    try:
        space = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        space = 0
    return f"{socket.gethostname()[:40]}/{boot}-{space}"


def name(pid: int | None = None) -> str:
    """``host:pid:start``; numbers of processes come again, together with the time of their start they do not."""
    number = os.getpid() if pid is None else pid
    return f"{host()}:{number}:{_start(number)}"


def gone(worker: str) -> bool:
    """Whether this machine knows that a worker is dead. False says nothing of workers elsewhere."""
    where, _, rest = worker.partition(":")
    pid, _, start = rest.partition(":")
    if where != host() or not pid.isdigit():
        return False
    return _start(int(pid)) != start


def kill_all(*, session: int | None = None, within: Path | None = None) -> None:
    """Kill every process of a session, or that works within a folder; the call is repeated until none is left to see.

    A process that forks while it is looked for is found in the next round.
    """
    for _ in range(ROUNDS):
        found = [pid for pid in _processes() if _is_of(pid, session, within)]
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> list[int]:
    return [int(place.name) for place in Path("/proc").glob("[0-9]*")]


def _is_of(pid: int, session: int | None, within: Path | None) -> bool:
    told = _read(Path(f"/proc/{pid}/stat")).rpartition(") ")[2].split()
    if not told or told[0] in "ZX" or pid == os.getpid():
        return False
    if session is not None:
        return int(told[3]) == session
    try:
        return within is not None and Path(f"/proc/{pid}/cwd").readlink().is_relative_to(within)
    except OSError:
        return False


def _start(pid: int) -> str:
    """When a process began, in ticks of this boot; "dead" for one that is gone, or is only not yet buried."""
    told = _read(Path(f"/proc/{pid}/stat")).rpartition(") ")[2].split()
    if told:
        return "dead" if told[0] in "ZX" else told[19]
    if Path("/proc/self/stat").exists():
        return "dead"
    try:  # a system without /proc
        os.kill(pid, 0)
    except ProcessLookupError:
        return "dead"
    except PermissionError:
        pass
    return "0"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
