"""The throw-away child of `emofuse_web.sandbox.probe`: tries each way out, harmlessly, and prints which are shut."""

import contextlib
import ctypes
import json
import mmap
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

_KNOWN = {"PATH", "LANG", "HOME", "TMPDIR", "EMOFUSE_HOME", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LC_CTYPE"}
_SEIZE = 0x4206  # PTRACE_SEIZE: a tracer that does not stop what it traces


def _network(order: dict[str, object]) -> bool:
    """Neither what listens on this machine, at a number or at a file, nor anything beyond it."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as tried:
        tried.connect(f"{order['beside']}/door")
        return False
    for kind, address in ((socket.SOCK_STREAM, ("127.0.0.1", order["port"])), (socket.SOCK_DGRAM, ("192.0.2.1", 9))):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as tried:
            tried.settimeout(2)
            tried.connect(address)
            tried.send(b"x")
            return False
    return True


def _reading(order: dict[str, object]) -> bool:
    return not any(_reads(Path(name)) for name in (f"{order['beside']}/film", "/etc/passwd", f"/proc/{os.getppid()}/environ"))


def _reads(file: Path) -> bool:
    try:
        return bool(file.read_bytes())
    except OSError:
        return False


def _writing(order: dict[str, object]) -> bool:
    for folder in (str(order["beside"]), "/tmp", "/dev/shm"):
        with contextlib.suppress(OSError):
            left = Path(folder) / f"left-by-{os.getpid()}"
            left.touch()
            left.unlink()
            return False
    return True


def _environment(order: dict[str, object]) -> bool:
    return all(name in _KNOWN or name.startswith("PYTHON") for name in os.environ)


def _signals(order: dict[str, object]) -> bool:
    try:
        os.kill(os.getppid(), 0)
    except OSError:
        return True
    return False


def _tracing(order: dict[str, object]) -> bool:
    return int(ctypes.CDLL(None).ptrace(_SEIZE, os.getppid(), None, None)) < 0


def _processes(order: dict[str, object]) -> bool:
    """Whether there is an end to them."""
    limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    if not 0 < limit < 4_096:
        return False
    started = []
    try:
        for _ in range(limit + 1):
            if (number := os.fork()) == 0:
                time.sleep(30)
                os._exit(0)
            started.append(number)
    except OSError:
        return True
    finally:
        for number in started:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
    return False


def _memory(order: dict[str, object]) -> bool:
    try:
        mmap.mmap(-1, 1 << 42).close()
    except (OSError, MemoryError):
        return 0 < resource.getrlimit(resource.RLIMIT_AS)[0] < 1 << 42
    return False


def _file_size(order: dict[str, object]) -> bool:
    try:
        Path("tmp/large").write_bytes(bytes(2**21))
    except OSError:
        return True
    return False


def _processor(order: dict[str, object]) -> bool:
    return 0 < resource.getrlimit(resource.RLIMIT_CPU)[1] < 86_400


WAYS = {
    "network": _network,
    "reading": _reading,
    "writing": _writing,
    "environment": _environment,
    "signals": _signals,
    "tracing": _tracing,
    "processes": _processes,
    "memory": _memory,
    "file size": _file_size,
    "processor time": _processor,
}


def _walls(order: dict[str, object]) -> list[str]:
    """What shut them, as far as a process can tell of itself."""
    found = []
    status = {}
    with contextlib.suppress(OSError):
        status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    if order["landlock"]:
        found.append(f"Landlock {order['landlock']}")
    if status.get("Seccomp") == "2":
        found.append("a filter of system calls")
    with contextlib.suppress(OSError):
        if Path("/proc/self/ns/net").stat().st_ino != order["net"]:
            found.append("a network namespace")
    if status.get("NoNewPrivs") == "1":
        found.append("no new privileges")
    if os.getuid() != 0:
        found.append("a user without rights")
    return [*found, "limits of resources"]


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    print(json.dumps({"held": [way for way, shut in WAYS.items() if shut(given)], "walls": _walls(given)}), flush=True)
