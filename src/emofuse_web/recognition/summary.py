"""What an answer comes to: what a row keeps, lists show and pages begin with. Plain values, as JSON knows them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from emofuse.core.timeline import Span, Timeline
from emofuse.exports.base import rounded

if TYPE_CHECKING:
    from emofuse.core.modality import Modality

NOTHING = "nothing to judge"
STRIP = 120  # pieces at most: a strip in a list is no wider


def summary(answer: Timeline) -> dict[str, Any]:
    """Label, probability, doubt, strip, shares, changes, and the one answer for the whole."""
    best = sorted(map(float, answer.pooled)) if answer.label else []
    spans = answer.spans()
    return {
        "label": answer.label,
        "probability": rounded(best[-1]) if best else None,
        "uncertain": len(best) > 1 and best[-1] - best[-2] < answer.threshold,
        "strip": strip(spans, answer.duration),
        "shares": {lane.lane: shares(lane) for lane in (answer, *answer.members)},
        "changes": {lane.lane: changes(lane.spans()) for lane in (answer, *answer.members)},
        "overall": None if answer.overall is None else overall(answer.overall),
        "models": models(answer),
    }


def shares(lane: Timeline) -> dict[str, float]:
    """By label, the part of the time that its spans take; what is absent under the reason, in brackets."""
    found: dict[str, float] = {}
    for span in lane.spans():
        name = span.label or f"({span.absent})"
        found[name] = found.get(name, 0.0) + span.segment.duration / lane.duration
    return {name: round(share, 4) for name, share in sorted(found.items(), key=lambda item: -item[1])}


def changes(spans: Sequence[Span]) -> int:
    """How often the label gives way to another, whatever silence lies between."""
    said = [span.label for span in spans if span.label is not None]
    return sum(before != after for before, after in zip(said, said[1:], strict=False))


def strip(spans: Sequence[Span], duration: int) -> list[list[Any]]:
    """Start, end and label of each span; of very many, the label that takes most of each of `STRIP` equal pieces."""
    if len(spans) <= STRIP:
        return [[span.segment.start, span.segment.end, span.label] for span in spans]
    pieces: list[list[Any]] = []
    first = 0
    for i in range(STRIP):
        start, end = duration * i // STRIP, duration * (i + 1) // STRIP
        within: dict[str | None, int] = {}
        while first < len(spans) and spans[first].segment.end <= start:
            first += 1
        for span in spans[first:]:
            if span.segment.start >= end:
                break
            within[span.label] = within.get(span.label, 0) + min(span.segment.end, end) - max(span.segment.start, start)
        label = max(within, key=lambda one: within[one], default=None)
        if pieces and pieces[-1][2] == label:
            pieces[-1][1] = end
        else:
            pieces.append([start, end, label])
    return pieces


def overall(whole: Timeline) -> dict[str, Any]:
    """The one answer for the recording, and the grid of windows that it was decided from."""
    (span,) = whole.spans()
    deciding = whole.facts.get("decides")
    return {
        "label": whole.label,
        "uncertain": span.uncertain,
        "p": None if whole.label is None else dict(zip(whole.labels, map(rounded, whole.pooled), strict=True)),
        "decision": whole.facts.get("decision"),
        "grid": [
            {
                "name": lane.lane,
                "decides": isinstance(deciding, list) and lane.lane in deciding,
                "labels": list(lane.labels),
                "windows": [
                    [segment.start, min(segment.end, whole.duration), *([None] if reason else [[rounded(p) for p in row]]), reason]
                    for segment, row, reason in zip(lane.segments, lane.scores.tolist(), lane.absent, strict=True)
                ],
            }
            for lane in whole.members
        ],
    }


def models(answer: Timeline) -> list[dict[str, Any]]:
    """Who answered: name, hash of the weights, what they learnt from and under which licence."""
    said = answer.facts.get("models")
    kept = ("name", "sha256", "corpus", "license")
    return [{key: model[key] for key in kept if key in model} for model in said or () if isinstance(model, dict)]  # type: ignore[attr-defined]


def unused(answer: Timeline, given: "dict[str, Modality]") -> list[dict[str, str]]:
    """Modalities that were given and answered nothing, each with the reason.

    Args:
        answer: What was answered.
        given: By the lane of the recognizer that listens to it, what there is.
    """
    found = []
    for lane in answer.members or (answer,):
        if lane.lane in given and not lane.present.any():
            lasts: dict[str, int] = {}
            for segment, reason in zip(lane.segments, lane.absent, strict=True):
                lasts[reason or NOTHING] = lasts.get(reason or NOTHING, 0) + segment.duration
            found.append({"modality": str(given[lane.lane]), "reason": max(lasts, key=lambda one: lasts[one], default=NOTHING)})
    return found
