"""A look at EEG: which arrays and channels there are, what was concluded, and what still has to be told."""

import time
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg import Preview, marks, preview
from emofuse.media.eeg.chosen import Chosen, blocks, choose
from emofuse.media.eeg.montage import electrode
from emofuse_web.problems import _, problem
from emofuse_web.recognition.preflight_errors import plain, problem_of, warning
from emofuse_web.recognition.suspicious import LIMITS, Suspicious

SECONDS = 20  # at the beginning that flat channels are told by; the warning names it
COUNTED = 3.0  # s that may be spent on counting what is missing; a table of 20 MB takes one
FEW = 0.001  # share of the samples that may be missing without a word
SHOWN = 200  # arrays or columns that a page lists
KNOWN = ("variable", "axes", "channels", "rate", "unit")


def brain(path: Path, told: Mapping[str, Any]) -> dict[str, Any]:
    """What a file of EEG holds, as told so far.

    Raises:
        MediaError: It cannot be read at all.
        Suspicious: It lasts too long, or holds not one number where there should be samples.
    """
    how = {key: _typed(key, told[key]) for key in KNOWN if key in told}
    found = preview(path, **how)
    if found.duration and found.duration > LIMITS.duration:
        raise Suspicious("EEG_LIMIT", f"It lasts {found.duration / 60_000:.1f} minutes. Expected at most {LIMITS.duration / 60_000:g}.")
    report = _report(found, path)
    if found.problem is not None:
        report["problem"] = problem_of(MediaError(found.problem), path, "eeg")
    elif "rate" in found.needs:
        report["problem"] = problem("EEG_RATE", "The file does not say how many samples a second it holds.")
    else:
        chosen = choose(path, *({**how, "rate": found.rate}.get(key) for key in KNOWN))
        lost, whole = _missing(chosen)
        if whole and lost.min() == 1:
            return _nothing(report)
        if lost.mean() >= FEW:
            report["warnings"].append(_about_missing(lost, chosen.names))
        report["flat"] = _flat(chosen)
        if report["flat"]:
            names, most = ", ".join(report["flat"][:12]), len(report["flat"]) >= len(found.channels) / 2
            fix = _("Look at unit and axes: most channels carry nothing.") if most else _("Look whether these electrodes were connected.")
            report["warnings"].append(warning(_("Channels carry nothing in the first 20 s."), fix, names))
    return report


def _report(found: Preview, path: Path) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "variables": [{"name": one.name, "shape": list(one.shape), "type": one.kind} for one in found.variables[:SHOWN]],
        "variable": found.variable,
        "axes": list(found.axes),
        "shape": list(found.shape) if found.shape else None,
        "columns": [{"name": name, "electrode": electrode(name)} for name in found.columns[:SHOWN]],
        "channels": list(found.channels[:SHOWN]),
        "rate": found.rate,
        "unit": found.unit,
        "duration": found.duration,
        "needs": list(found.needs),
        "notes": [plain(note, path) for note in found.notes],
        "flat": [],
        "warnings": [],
    }


def _missing(chosen: Chosen) -> tuple[np.ndarray, bool]:
    """Which share of each channel's samples is no number, and whether all of them were counted. Shape: (channels,) float64."""
    lost, count, until = np.zeros(len(chosen.columns)), 0, time.monotonic() + COUNTED
    for piece in chosen.held.pieces(chosen.columns):
        lost += np.count_nonzero(~np.isfinite(piece), axis=0)
        count += len(piece)
        if time.monotonic() > until:
            return lost / max(count, 1), count >= chosen.held.count
    return lost / max(count, 1), count > 0


def _about_missing(lost: np.ndarray, names: Sequence[str]) -> dict[str, str]:
    """How much of all that was counted, and the channels that lack more than their part."""
    worse = [
        f"{name} {_share(part)}" for name, part in zip(names, lost.tolist(), strict=True) if part > max(0.05, 1.5 * float(lost.mean()))
    ]
    fix = _(
        "Where they are missing there is less to judge, or nothing. Export the file again, or look whether the electrodes were connected."
    )
    listed = f" ({', '.join(worse[:12])})" if worse else ""
    return warning(_("Samples are missing. Of those that were counted, as a share:"), fix, _share(float(lost.mean())) + listed)


def _share(part: float) -> str:
    return f"{100 * part:.3g} %"


def _nothing(report: dict[str, Any]) -> dict[str, Any]:
    """What is said of a file without one number; it is kept where another of its arrays may be meant.

    Raises:
        Suspicious: There is no other.
    """
    said = "Not one of its samples is a number: all are missing (NaN). Expected microvolts."
    if len(report["variables"]) < 2:
        raise Suspicious("EEG_UNREADABLE", said)
    return report | {"problem": problem("EEG_UNREADABLE", said)}


def _flat(chosen: Chosen) -> list[str]:
    """Channels that carry nothing all the time that was looked at."""
    seconds = [marks.reasons(block * chosen.scale) for block in islice(blocks(chosen.held.pieces(chosen.columns), chosen.rate), SECONDS)]
    idle = {"flat", "nothing"}
    return [name for i, name in enumerate(chosen.names) if seconds and all(reasons[i] in idle for reasons in seconds)]


def _typed(key: str, value: Any) -> Any:  # noqa: ANN401  # as a form or a program told it
    """As emofuse takes it.

    Raises:
        Suspicious: It is no number where one is needed.
    """
    if key == "rate":
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise Suspicious("EEG_RATE", "The rate that was told is no number. Expected samples a second.") from error
    if key in ("channels", "axes"):
        names = value.split(",") if isinstance(value, str) else value
        return tuple(str(name).strip() for name in names if str(name).strip())
    return str(value)
