"""``python -m emofuse_web.sandbox.enter ORDER COMMAND...``: shuts itself in, then becomes the command.

Each wall stands on its own: one that this machine has not is left out here, and `emofuse_web.sandbox.level` says so.
"""

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from emofuse_web.sandbox import calls, kernel, landlock
from emofuse_web.sandbox.limits import limited
from emofuse_web.sandbox.user import changed
from emofuse_web.sandbox.walls import Walls

NICE = 5  # pages are answered before films are


def enter(order: dict[str, object], command: list[str]) -> None:
    """Returns only where walls must hold and one did not, or where nobody waits any more; nothing was run then."""
    folder = Path(str(order["folder"]))
    walls = Walls(**order["walls"])  # type: ignore[arg-type]  # as `start.entered` wrote it
    os.nice(NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # where memory runs out, it goes first
    alone = _apart()
    rules = None
    with contextlib.suppress(OSError):
        rules = landlock.ruleset(_grants(order, folder))
    if os.geteuid() == 0 and rules is not None and calls.known():
        with contextlib.suppress(OSError):
            changed(folder)
            alone = True
    limited(walls, alone=alone)
    locked = filtered = False
    with contextlib.suppress(OSError):
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if rules is not None:
            landlock.restrict(rules)
            locked = True
    with contextlib.suppress(OSError):
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which forgets it
        if calls.known():
            calls.filtered()
            filtered = True
    if order["must"] and not (locked and filtered):  # nothing is done without walls where somebody asked for them
        return
    if kernel.LINUX and os.getppid() != order["parent"]:  # it died before it could be waited for
        return
    os.execv(command[0], command)


def _apart() -> bool:
    """A network of one's own, with nothing in it; whether it came with a namespace of users."""
    with contextlib.suppress(OSError):
        if os.geteuid() == 0:
            kernel.unshare(kernel.CLONE_NEWNET)
            return False
        kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET)
        return True
    return False


def _grants(order: dict[str, object], folder: Path) -> list[tuple[Path, int]]:
    read = [(Path(place), landlock.READ) for place in order["read"]]  # type: ignore[attr-defined]  # as `start.entered` wrote it
    devices = [(Path("/dev") / name, landlock.DEVICE) for name in ("null", "zero", "full", "random", "urandom")]
    return [*read, *devices, (Path("/proc/self"), landlock.READ), (folder, landlock.WRITE)]


if __name__ == "__main__":
    enter(json.loads(sys.argv[1]), sys.argv[2:])
    sys.exit("Nothing was run.")
