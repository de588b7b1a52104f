"""The child: does one thing in one folder and tells of it. It is started for every attempt, shut in, and knows neither Django nor rows.

``request.json`` says what is to be done; files lie in ``in``, what comes out goes to ``out``.
"""

import errno
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from emofuse_web.problems import problem
from emofuse_web.recognition.telling import Telling, apart

DOES = {
    "analysis": "emofuse_web.recognition.analysis:analyse",
    "look": "emofuse_web.recognition.preflight:look",
    "sample": "emofuse_web.recognition.sample:analyse",
}
"""What can be asked for, and the function that does it; nothing else is imported for it."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Does = Callable[[Mapping[str, Any], Path, Telling], Mapping[str, object]]


def main() -> None:
    """Do what the folder's request asks."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait by counting take twice the time where others work, too
    telling = Telling(apart())
    folder = Path.cwd()
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    do(request, folder, telling)


def do(request: Mapping[str, Any], folder: Path, telling: Telling) -> None:
    """Do it, and tell how it ended."""
    (folder / "out").mkdir(exist_ok=True)
    try:
        where, _, name = DOES[str(request["do"])].partition(":")
        does = cast(Does, getattr(import_module(where), name))
        telling.done(does(request, folder, telling))
    except Exception as error:  # the last who can say anything of it
        telling.problem(told_of(error, request, folder))


def told_of(error: Exception, request: Mapping[str, Any], folder: Path) -> Mapping[str, object]:
    """What the user reads: what was written for them, or, where the fault is ours, nothing of what went wrong."""
    from emofuse.core.errors import EmofuseError, RunError
    from emofuse_web.recognition.preflight_errors import plain, problem_of

    cause = error.__cause__ if isinstance(error, EmofuseError) else error
    if isinstance(cause, OSError) and cause.errno in _FULL:
        return {**problem("STORAGE_FULL"), "ours": True}
    if isinstance(error, RunError):
        _note(error)
        return {**problem("MODEL_MISSING", plain(str(error))), "ours": False}
    if isinstance(error, (EmofuseError, MemoryError)):
        role, path = _meant(str(error), request, folder)
        return {**problem_of(error, path, role), "ours": False}
    _note(error)
    return {**problem("OURS"), "ours": True}


def _meant(said: str, request: Mapping[str, Any], folder: Path) -> tuple[str, Path | None]:
    """Which of the files a message is about."""
    for role, name in dict(request.get("inputs") or {}).items():
        if str(name) in said:
            return role, folder / "in" / str(name)
    return ("text" if request.get("mode") == "text" else "video"), None


def _note(error: Exception) -> None:
    """Where it happened, for whoever keeps this running: never what the message says, which may be somebody's words."""
    places = [f"{Path(step.filename).name}:{step.lineno} {step.name}" for step in traceback.extract_tb(error.__traceback__)]
    print(f"{type(error).__name__} at {' < '.join(reversed(places))}", file=sys.stderr)


if __name__ == "__main__":
    main()
