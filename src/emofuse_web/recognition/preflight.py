"""What a file is before anything else touches it: a look of seconds, with warnings that say how to put things right.

No network is loaded and nobody is recognized: faces are counted, sound is measured, EEG's channels are named.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emofuse.media import mat
from emofuse_web.problems import problem
from emofuse_web.recognition import preflight_eeg, preflight_media, preflight_text, suspicious
from emofuse_web.recognition.preflight_apart import Broke, apart
from emofuse_web.recognition.preflight_errors import LIMIT, UNREADABLE, problem_of

PATIENCE = 40.0  # s; a table of EEG of 1 GiB is read three times
MEMORY = 2 << 30  # bytes of address space: libraries reserve half of one GiB, decoders of large pictures the other
LOOKS: Mapping[str, Callable[[Path, Mapping[str, Any]], dict[str, Any]]] = {
    "video": preflight_media.video,
    "audio": preflight_media.audio,
    "eeg": preflight_eeg.brain,
    "text": preflight_text.words,
}


def look(request: Mapping[str, Any], folder: Path, telling: object = None) -> dict[str, Any]:
    """Look at one file.

    Args:
        request: "role"; "file", its name in the folder ``in``; "told", what the user said of EEG (variable, axes, channels, rate, unit).
        folder: Of the job.
        telling: How the child tells of its progress; a look is over before there is any.

    Returns:
        "report", what was found; "problem", why it cannot be used, or None; "kept", whether the file can be used once more is told.
    """
    del telling
    role, path = str(request["role"]), folder / "in" / str(request["file"])
    said = {str(key): value for key, value in dict(request.get("told") or {}).items() if value}
    report: dict[str, Any] = {"role": role, "size": path.stat().st_size, "warnings": [], "needs": []}
    try:
        found = apart(lambda: _looked(role, path, said), seconds=PATIENCE, memory=MEMORY)
    except Broke as ending:
        code = (UNREADABLE if ending.how == "crashed" else LIMIT)[role]
        found = {"report": {}, "problem": problem(code, f"Reading the file {_ENDED[ending.how]} ({ending.ending})."), "kept": False}
    return {**found, "report": report | found["report"]}


_ENDED = {"crashed": "broke off", "greedy": "took too much memory or time", "slow": "took too long"}


def _looked(role: str, path: Path, said: Mapping[str, Any]) -> dict[str, Any]:
    """In a process of its own."""
    mat.BOUNDS.memory, mat.BOUNDS.patience, mat.BOUNDS.limit = suspicious.MAT_MEMORY, suspicious.MAT_PATIENCE, suspicious.UNPACKED
    try:
        suspicious.check(path, role)
        report = LOOKS[role](path, said)
    except Exception as error:  # whatever a damaged file makes its readers raise
        return {"report": {}, "problem": problem_of(error, path, role), "kept": bool(said)}
    found = report.pop("problem", None)
    return {"report": report, "problem": found, "kept": True}
