"""The folder of what was learnt of one person: a map, and which runs it rests on, by their hashes.

It holds no weights: the runs must be where they were, and be what they were.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from emofuse.core.errors import RunError
from emofuse.personal.map import Personal

FILE = "personal.json"  # the map, in the place of weights
PERSONAL = "personal"  # what run.json says of it, by which its folder is known from others


def written(out: Path, personal: Personal) -> str:
    """Write the map, beside and then renamed. Returns its SHA-256, for ``run.json``."""
    text = json.dumps(personal.as_dict(), indent=1) + "\n"
    beside = out / f"{FILE}.part"
    beside.write_text(text, encoding="utf-8")
    beside.replace(out / FILE)
    return hashlib.sha256(text.encode()).hexdigest()


def resting(run: str, where: Path, out: Path, shipped: Path) -> dict[str, str]:
    """How a run is told of that a map rests on: by its name, or by the way from the map's folder; and by its hashes.

    Args:
        run: As somebody named it.
        where: Its folder.
        out: The map's folder.
        shipped: Holds the runs that come with the package.
    """
    if where.parent == shipped:
        return {"run": where.name, **_hashes(where)}
    way = Path(os.path.relpath(where.resolve(), out.resolve())).as_posix()
    return {"run": way if "/" in way else f"./{way}", **_hashes(where)}


def opened(where: Path, said: Mapping[str, object], shipped: Path) -> tuple[Personal, tuple[Path, ...], str]:
    """The map of a folder, the folders of the runs it rests on, and what every reader is told.

    Args:
        where: The map's folder.
        said: Its ``run.json``.
        shipped: Holds the runs that come with the package.

    Raises:
        RunError: The map is not there or was changed, or a run that it rests on was moved or is no longer what it was.
    """
    path, personal = where / FILE, said[PERSONAL]
    try:
        text = path.read_bytes()
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error}. Expected the map that `emofuse calibrate` wrote; restore it.") from error
    if hashlib.sha256(text).hexdigest() != said["sha256"]:
        raise RunError(f"{path} is not what was saved: its SHA-256 differs from that in run.json. Expected the same; restore it.")
    try:
        assert isinstance(personal, dict)
        asked = [(str(one["run"]), str(one["sha256"]), str(one["facts"])) for one in personal["rests_on"]]
        note = str(personal["note"])
        read = json.loads(text)
        assert asked
    except (AssertionError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"{where} does not say what it rests on. Expected what `emofuse calibrate` wrote; calibrate again.") from error
    bases = tuple(_there(where, run, {"sha256": weights, "facts": facts}, shipped) for run, weights, facts in asked)
    return Personal.from_dict(read), bases, note


def _there(where: Path, run: str, hashes: Mapping[str, str], shipped: Path) -> Path:
    """A run that a map rests on, where it is still what it was."""
    named = shipped / run
    base = named if "/" not in run and (named / "run.json").is_file() else (where / run)
    if not (base / "run.json").is_file():
        raise RunError(
            f"{where} rests on the run {run}, which is not there. Expected it where it was when the person was learnt of, seen from that "
            f"folder; put it back, or calibrate again."
        )
    if _hashes(base) != hashes:
        raise RunError(
            f"{where} rests on the run {run}, which is no longer what it was: its SHA-256 is another. Expected the run that the person was "
            f"learnt of with; restore it, or calibrate again."
        )
    return base


def _hashes(run: Path) -> dict[str, str]:
    """Of a run's weights, as it says itself (loading looks whether that is so), and of all that it says."""
    text = (run / "run.json").read_bytes()
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    weights = said.get("sha256") if isinstance(said, dict) else None
    return {"sha256": str(weights), "facts": hashlib.sha256(text).hexdigest()}
