"""What holds on this machine: a throw-away child tries to get out, and says what it could do."""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from emofuse_web.sandbox import landlock
from emofuse_web.sandbox.start import entered, environment
from emofuse_web.sandbox.walls import GIB, Walls

WALLS = Walls(memory=2 * GIB, cpu=20, file=2**20, disk=2**20, processes=24, files=64, threads=1)
PATIENCE = 30  # s
WORST = ("network", "reading", "writing", "environment")  # one of these open: red
TRIED = (*WORST, "signals", "tracing", "processes", "memory", "file size", "processor time")


def level() -> dict[str, object]:
    """How well a child is shut in here.

    Returns:
        "level": green (nothing is open), amber (something that only harms this machine's work), red (data could leave, or others'
        be read or changed); "missing": what is open, of `TRIED`; "walls": what shuts it.
    """
    with tempfile.TemporaryDirectory(prefix="emofuse-probe-") as made, socket.socket() as listening, socket.socket(socket.AF_UNIX) as door:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        place = Path(made).resolve()
        beside = place / "beside"
        folder = place / "own"
        for new in (folder, folder / "out", folder / "tmp", beside):
            new.mkdir()
        (beside / "film").write_text("somebody else's", encoding="utf-8")
        with suppress(OSError):  # a name that is too long for a socket
            door.bind(str(beside / "door"))
            door.listen(1)
            (beside / "door").chmod(0o777)
        place.chmod(0o755)
        told = _tried(folder, {"port": listening.getsockname()[1], "beside": str(beside)})
    held = told.get("held", [])
    missing = [what for what in TRIED if what not in held]
    worst = bool(set(missing) & set(WORST))
    return {"level": "red" if worst else "amber" if missing else "green", "missing": missing, "walls": told.get("walls", [])}


def _tried(folder: Path, order: Mapping[str, object]) -> dict[str, list[str]]:
    """What the child said; nothing where it could not even start."""
    command = [
        sys.executable,
        "-P",
        "-S",
        "-m",
        "emofuse_web.sandbox.tries",
        json.dumps({**order, "net": _network(), "landlock": landlock.version()}),
    ]
    try:
        done = subprocess.run(
            entered(command, folder, WALLS),
            cwd=folder,
            env=environment(folder, WALLS),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
            start_new_session=True,
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return {}


def _network() -> int:
    try:
        return Path("/proc/self/ns/net").stat().st_ino
    except OSError:
        return 0
