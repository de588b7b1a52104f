"""The curves of an answer: all of them for zooming, and a few points of each to begin with."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse_web.analyses.lanes import Lane, packed, thinned

if TYPE_CHECKING:
    from emofuse.core.timeline import Timeline

POINTS = 2_000  # of a series: more than a screen has columns
DIGITS = 3  # finer than a pixel


def lanes(answer: "Timeline") -> list[Lane]:
    """The fused lane and its members as arrays."""
    return [
        Lane(
            lane.lane,
            tuple(lane.labels),
            np.array([segment.start for segment in lane.segments], dtype=np.int64),
            np.array([min(segment.end, lane.duration) for segment in lane.segments], dtype=np.int64),
            lane.scores.astype(np.float32),
        )
        for lane in (answer, *answer.members)
    ]


def write(answer: "Timeline", zoomed: Path, overview: Path) -> None:
    """Both files: a numpy archive without objects, and JSON."""
    found = lanes(answer)
    zoomed.write_bytes(packed(found))
    said = {lane.name: _columns(lane, source) for lane, source in zip(found, (answer, *answer.members), strict=True)}
    overview.write_text(json.dumps(said, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")


def _columns(lane: Lane, source: "Timeline") -> dict[str, object]:
    """One lane: times, a column a label, and the stretches without an answer, with their reasons."""
    t, p = thinned((lane.start + lane.end) // 2, lane.p, POINTS)
    columns = np.round(p.astype(np.float64), DIGITS).T.tolist()
    return {
        "labels": list(lane.labels),
        "t": [int(ms) for ms in t],
        "p": {label: [None if x != x else x for x in column] for label, column in zip(lane.labels, columns, strict=True)},
        "absent": [[span.segment.start, span.segment.end, span.absent] for span in source.spans() if span.label is None],
    }
