"""Limits of resources, as every Unix has them."""

import contextlib
import os
import resource
from pathlib import Path

from emofuse_web.sandbox.walls import Walls

GRACE = 5  # s of processor time between the signal that can be caught and the one that cannot


def limited(walls: Walls, *, alone: bool) -> None:
    """Make the limits hold.

    Args:
        walls: How much.
        alone: Whether this process's user has no other processes here (a user or a namespace of its own).
    """
    others = 0 if alone else _processes()
    limits = {
        "RLIMIT_AS": (walls.memory, walls.memory),
        "RLIMIT_CPU": (walls.cpu, walls.cpu + GRACE),
        "RLIMIT_FSIZE": (walls.file, walls.file),
        "RLIMIT_NPROC": (others + walls.processes, others + walls.processes),
        "RLIMIT_NOFILE": (walls.files, walls.files),
        "RLIMIT_CORE": (0, 0),
        "RLIMIT_MSGQUEUE": (0, 0),
    }
    for name, wanted in limits.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        ceiling = resource.getrlimit(number)[1]
        soft, hard = (value if ceiling == resource.RLIM_INFINITY else min(value, ceiling) for value in wanted)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some; `sandbox.level` says which do not hold
            resource.setrlimit(number, (soft, hard))


def _processes() -> int:
    """Processes and threads of this user."""
    count = 0
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if place.stat().st_uid == os.getuid():
                count += sum(1 for _ in (place / "task").iterdir())
    return count
