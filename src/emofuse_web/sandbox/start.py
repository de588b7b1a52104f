"""How a child is started: by what command, with what environment, and what it may read."""

import json
import os
import site
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import emofuse_web
from emofuse_web.sandbox.walls import Walls

CODE = Path(emofuse_web.__file__).parent.parent
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin")
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "fonts", "mime.types")
TOLD = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/vm",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/bus/pci",
)


def entered(command: Sequence[str], folder: Path, walls: Walls, *, must: bool = False) -> list[str]:
    """The command that shuts itself in and becomes the one given, which starts with a path; `must`: or runs nothing."""
    order = {
        "folder": str(folder),
        "walls": asdict(walls),
        "read": [str(place) for place in readable(command)],
        "parent": os.getpid(),
        "must": must,
    }
    return [sys.executable, "-P", "-S", "-m", "emofuse_web.sandbox.enter", json.dumps(order), *command]


def environment(folder: Path, walls: Walls) -> dict[str, str]:
    """All that the child is told of the machine: no secrets, no addresses, nothing that only its parent needs."""
    threads = str(walls.threads)
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "EMOFUSE_HOME": str(models()),
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "PYTHONPATH": str(CODE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def models() -> Path:
    """Where emofuse keeps what it downloads, as it looks for it itself."""
    return Path(os.environ.get("EMOFUSE_HOME") or Path.home() / ".cache" / "emofuse").absolute()


def readable(command: Sequence[str]) -> list[Path]:
    """What the child may read beside its own folder: Python, the system's libraries, our code, models; no folder of users."""
    python = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *site.getsitepackages()} - {"/"}
    named = [part for part in command if part.startswith("/") and Path(part).is_file()]
    places = [*python, str(CODE), *SYSTEM, *(f"/etc/{name}" for name in ETC), *TOLD, *named]
    return [Path(place) for place in dict.fromkeys(places)] + _models()


def _models() -> list[Path]:
    """Each thing in EMOFUSE_HOME but what is the application's own and may lie there: its folder with the secret key, files, database."""
    from django.conf import settings

    named = [str(settings.HOME), *(str(place) for place in (settings.STORAGE, settings.SPOOL) if place and "://" not in str(place))]
    if settings.SQLITE:
        named += [f"{settings.DATABASES['default']['NAME']}{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    private = [Path(place).absolute().resolve() for place in named]
    if not models().is_dir():
        return []
    return [place for place in models().iterdir() if not any(_holds(place.resolve(), kept) for kept in private)]


def _holds(one: Path, other: Path) -> bool:
    return one == other or one in other.parents or other in one.parents
