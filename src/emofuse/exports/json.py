"""JSON: everything there is to know about a timeline, for programs. Described by docs/timeline.schema.json."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from emofuse.core.explanation import CANNOT, Explanation, Look, Moment
from emofuse.core.provenance import LIMITS
from emofuse.core.timeline import Timeline
from emofuse.exports.base import lanes, rounded, source, write

SUFFIX = ".json"
SUMMARY = "everything: spans and curves of every lane, models and their hashes, notes (docs/timeline.schema.json)"
SCHEMA = "emofuse-timeline/1"  # the number grows when a reader of the old form would misread the new one
EXPLANATION = "emofuse-explanation/1"  # the same for the part that is only there when somebody asked why

_OPENED = 3  # levels that are laid out over lines; what is deeper stands on one
_PLACES = 16  # a side of a map at most: enough to tell an eye from a mouth, and a file that can still be read


def text(timeline: Timeline) -> str:
    """The timeline as a JSON document; what is absent is null, never NaN."""
    return _laid_out(document(timeline), 0) + "\n"


def save(timeline: Timeline, path: Path) -> None:
    """Write the document.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)


def document(timeline: Timeline) -> dict[str, object]:
    """What the file holds: dicts, lists, words, whole milliseconds and probabilities."""
    facts = dict(timeline.facts)
    media = facts.pop("media", {})
    facts.pop("source", None)
    models = facts.pop("models", [])
    return {
        "schema": SCHEMA,
        "limits": LIMITS,
        "source": {"name": source(timeline), **(dict(media) if isinstance(media, Mapping) else {})},
        "duration": timeline.duration,
        "models": _plain(models),
        "facts": _plain(facts),
        "notes": list(timeline.notes),
        "lanes": [_lane(lane) for lane in lanes(timeline)],
        **({} if timeline.overall is None else {"overall": _overall(timeline.overall)}),
        **({} if timeline.explanation is None else {"explanation": _explanation(timeline.explanation)}),
    }


def _lane(lane: Timeline) -> dict[str, object]:
    pooled = [rounded(p) for p in lane.pooled]
    return {
        "name": lane.lane,
        "labels": list(lane.labels),
        "label": lane.label,
        "pooled": dict(zip(lane.labels, pooled, strict=True)) if lane.label is not None else None,
        "threshold": rounded(lane.threshold),
        "spans": [
            {
                "start": span.segment.start,
                "end": span.segment.end,
                "label": span.label,
                "probability": rounded(span.probability),
                "uncertain": span.uncertain,
                "absent": span.absent,
            }
            for span in lane.spans()
        ],
        "curves": _curves(lane),
    }


def _curves(lane: Timeline) -> dict[str, object]:
    return {
        "start": [segment.start for segment in lane.segments],
        "end": [min(segment.end, lane.duration) for segment in lane.segments],
        "absent": list(lane.absent),
        "p": {label: [rounded(p) for p in column] for label, column in zip(lane.labels, lane.scores.T.tolist(), strict=True)},
    }


def _overall(whole: Timeline) -> dict[str, object]:
    """One answer for the recording, and the windows of each member that it was decided from, in the member's own words."""
    deciding = whole.facts.get("decides")
    (span,) = whole.spans()
    return {
        "decision": whole.facts.get("decision"),
        "labels": list(whole.labels),
        "label": whole.label,
        "uncertain": span.uncertain,
        "p": None if whole.label is None else dict(zip(whole.labels, map(rounded, whole.pooled), strict=True)),
        "grid": [
            {
                "name": lane.lane,
                "decides": isinstance(deciding, list) and lane.lane in deciding,
                "labels": list(lane.labels),
                "curves": _curves(lane),
            }
            for lane in whole.members
        ],
    }


def _explanation(explanation: Explanation) -> dict[str, object]:
    """Who added what, cell by cell and on the whole; then the moments that were looked at closely."""
    labels, names = explanation.labels, list(explanation.players)
    return {
        "schema": EXPLANATION,
        "limits": CANNOT,
        "notes": list(explanation.notes),
        "prior": {"name": explanation.prior_name, "p": dict(zip(labels, map(rounded, explanation.prior), strict=True))},
        "start": [segment.start for segment in explanation.segments],
        "end": [segment.end for segment in explanation.segments],
        "players": [
            {
                "name": name,
                "modalities": sorted(map(str, explanation.players[name])),
                "mean": dict(zip(labels, map(rounded, explanation.pooled[i]), strict=True)),
                "p": {label: [rounded(p) for p in column] for label, column in zip(labels, added.T.tolist(), strict=True)},
            }
            for i, (name, added) in enumerate(zip(names, explanation.contributions, strict=True))
        ],
        "moments": [_moment(moment, explanation) for moment in explanation.moments],
    }


def _moment(moment: Moment, explanation: Explanation) -> dict[str, object]:
    added = explanation.at(moment.cell.middle)[:, explanation.labels.index(moment.label)]
    return {
        "start": moment.cell.start,
        "end": moment.cell.end,
        "label": moment.label,
        "span": [moment.span.start, moment.span.end],
        "added": dict(zip(explanation.players, map(rounded, added), strict=True)),
        "looks": [_look(look if look.seen is None else look.coarser(_PLACES)) for look in moment.looks],
    }


def _look(look: Look) -> dict[str, object]:
    return {
        "member": look.member,
        "modality": str(look.modality),
        "start": look.segment.start,
        "end": look.segment.end,
        "method": look.method,
        "score": rounded(look.score),
        "without": rounded(look.without),
        "axes": [{"name": axis.name, "unit": axis.unit, "places": list(axis.places)} for axis in look.axes],
        "weights": _rounded(look.weights.tolist()),
    }


def _rounded(numbers: object) -> object:
    """Numbers of a map, however many sides it has."""
    return [_rounded(part) for part in numbers] if isinstance(numbers, list) else rounded(float(str(numbers)))


def _plain(value: object) -> object:
    """Facts as JSON knows values; numbers that are none become null, what it does not know becomes words."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _laid_out(value: object, depth: int) -> str:
    """JSON that a person can scroll through: opened down to the lanes, one line a span and a line a curve."""
    indent, close = "\n" + " " * (depth + 1), "\n" + " " * depth
    if isinstance(value, dict) and value and (depth < _OPENED or "p" in value or _wide(value)):
        lines = [f"{json.dumps(key)}: {_laid_out(part, depth + 1)}" for key, part in value.items()]
        return "{" + indent + ("," + indent).join(lines) + close + "}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[" + indent + ("," + indent).join(_laid_out(part, depth + 1) for part in value) + close + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _wide(value: dict[str, object]) -> bool:
    return any(isinstance(part, list) for part in value.values())
