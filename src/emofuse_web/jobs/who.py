"""Who does a job: a name that says where a process runs, so that a neighbour on the same machine sees at once when it is dead."""

import os
import socket
from functools import cache
from pathlib import Path


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
