"""How a child is started: by what command, with what environment."""

import os
from collections.abc import Sequence
from pathlib import Path

import emofuse_web
from emofuse_web.sandbox.walls import Walls

CODE = Path(emofuse_web.__file__).parent.parent


def entered(command: Sequence[str], folder: Path, walls: Walls) -> list[str]:
    """The command that shuts itself in and becomes the one given."""
    return list(command)


def environment(folder: Path, walls: Walls) -> dict[str, str]:
    """All that the child is told of the machine: no secrets, no addresses, nothing that only its parent needs."""
    threads = str(walls.threads)
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "EMOFUSE_HOME": os.environ.get("EMOFUSE_HOME") or str(Path.home() / ".cache" / "emofuse"),
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "PYTHONPATH": str(CODE),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONUNBUFFERED": "1",
    }


def level() -> dict[str, object]:
    """Nothing is shut yet."""
    return {"level": "red", "missing": ["everything"]}
