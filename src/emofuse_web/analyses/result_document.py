"""What the result page's script is given: spans of every lane as columns, and curves thin enough to send."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404

from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.segments import segments_of
from emofuse_web.analyses.selectors import artifact_of_kind, curves
from emofuse_web.storage import storage

NUDGE = 1e-4  # by which a margin is moved to the side of the threshold on which the recognizer put its span
OVERVIEW = 1_000  # points of a curve at first: about one to a pixel; zooming fetches finer ones
LONG = 1_000  # ms that windows last on average to be drawn as steps
DIGITS = 3  # of a probability: finer than a pixel


def page(analysis: Analysis, said: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the script draws from: the duration, and each lane's spans and overview curves.

    Args:
        analysis: Whose.
        said: Its JSON export (docs/timeline.schema.json), from which spans come, so that page and downloads say the same.
    """
    return {"duration": said["duration"], "lanes": [{**spans(lane), "curves": overview(analysis, lane)} for lane in said["lanes"]]}


def overview(analysis: Analysis, lane: Mapping[str, Any]) -> dict[str, Any] | None:
    """Curves of the whole recording, {"t", "p", "thinned"}; None where their file is missing."""
    rows = lane["curves"]
    if _sparse(rows):  # a few utterances or windows: drawn as the steps that they are
        edges = [edge for start, end in zip(rows["start"], rows["end"], strict=True) for edge in (start, max(end - 1, start + 1))]
        return {"t": edges, "p": {label: [p for p in column for _ in range(2)] for label, column in rows["p"].items()}, "thinned": False}
    try:
        found = curves(analysis, lane["name"], points=OVERVIEW)
    except (Http404, FileNotFoundError):
        return None
    return {"t": found["t"], "p": _shorter(found["p"]), "thinned": len(rows["start"]) > OVERVIEW}


def _sparse(rows: Mapping[str, Any]) -> bool:
    """Whether windows are few, long and side by side."""
    starts, ends = rows["start"], rows["end"]
    apart = all(end <= start for end, start in zip(ends, starts[1:], strict=False))
    return apart and 0 < len(starts) <= OVERVIEW // 2 and sum(ends) - sum(starts) >= LONG * len(starts)


def spans(lane: Mapping[str, Any]) -> dict[str, Any]:
    """A lane's spans as columns: a label and a reason for absence by index, -1 where there is none."""
    rows: Sequence[Mapping[str, Any]] = lane["spans"]
    reasons = list(dict.fromkeys(span["absent"] for span in rows if span["absent"]))
    return {
        "name": lane["name"],
        "labels": lane["labels"],
        "threshold": lane["threshold"],
        "reasons": reasons,
        "spans": {
            "start": [span["start"] for span in rows],
            "end": [span["end"] for span in rows],
            "label": [-1 if span["label"] is None else lane["labels"].index(span["label"]) for span in rows],
            "p": [None if span["probability"] is None else round(span["probability"], DIGITS) for span in rows],
            "margin": margins(lane),
            "uncertain": [int(span["uncertain"]) for span in rows],
            "absent": [reasons.index(span["absent"]) if span["absent"] else -1 for span in rows],
        },
    }


def margins(lane: Mapping[str, Any]) -> list[float | None]:
    """By how much each span's label leads the next best; None where it is absent.

    The slider compares this with its own threshold. At the lane's own one it must agree with what the recognizer said,
    which averaged overlapping windows a little differently: so a margin never lies on the other side of it.
    """
    threshold = lane["threshold"]
    found: list[float | None] = []
    for span, segment in zip(lane["spans"], segments_of(lane), strict=True):
        if span["label"] is None:
            found.append(None)
            continue
        margin = segment["margin"] if isinstance(segment["margin"], float) else threshold
        margin = min(margin, threshold - NUDGE) if span["uncertain"] else max(margin, threshold)
        found.append(round(max(margin, 0.0), 4))
    return found


def beside(analysis: Analysis, kind: str) -> Any | None:
    """Another of its files that holds JSON, such as the transcript; None where it is missing."""
    row = artifact_of_kind(analysis, kind)
    try:
        return None if row is None else json.loads(storage().local(f"artifacts/{row.id}").read_bytes())
    except FileNotFoundError:
        return None


def _shorter(columns: object) -> dict[str, list[float | None]]:
    assert isinstance(columns, dict)
    return {label: [None if p is None else round(p, DIGITS) for p in column] for label, column in columns.items()}
