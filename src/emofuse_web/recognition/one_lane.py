"""One lane of an answer that was written, in the formats that carry the first lane alone, or are handier with one: subtitles, tables.

Light: what was written is told again, and nothing is judged anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from emofuse import catalog
from emofuse.core.labels import LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import Span, Timeline

FORMS = ("vtt", "srt", "audacity", "csv_spans", "csv_curves")
"""Formats that one lane can be had in; the others hold every lane."""


@dataclass(frozen=True, eq=False)
class Written(Timeline):
    """A lane whose spans are those that were written, so that every file says the same."""

    kept: tuple[Span, ...] = ()

    def spans(self) -> tuple[Span, ...]:
        """As they were written."""
        return self.kept


def lane_text(said: Mapping[str, Any], name: str, form: str) -> str:
    """A lane as the text of a format.

    Args:
        said: The answer's JSON export (docs/timeline.schema.json).
        name: Of the lane.
        form: One of `FORMS`.

    Raises:
        LookupError: There is no such lane.
    """
    lane = next((lane for lane in said["lanes"] if lane["name"] == name), None)
    if lane is None:
        raise LookupError(name)
    text: str = catalog.module("exports", form).text(_timeline(said, lane))
    return text


def _timeline(said: Mapping[str, Any], lane: Mapping[str, Any]) -> Written:
    curves = lane["curves"]
    columns = [curves["p"][label] for label in lane["labels"]]
    scores = np.array(columns, dtype=np.float32).T.reshape(len(curves["start"]), len(columns))
    own = [model for model in said["models"] if model.get("name") == lane["name"]]
    return Written(
        lane=lane["name"],
        labels=LabelSet(tuple(lane["labels"])),
        segments=tuple(map(Segment, curves["start"], curves["end"])),
        scores=scores,
        duration=said["duration"],
        absent=tuple(curves["absent"]),
        threshold=lane["threshold"],
        facts={
            "source": said["source"]["name"],
            "models": own or said["models"],
            "emofuse": said["facts"].get("emofuse", ""),
            "media": said["source"],
        },
        kept=tuple(
            Span(Segment(span["start"], span["end"]), span["label"], span["probability"], span["uncertain"], span["absent"])
            for span in lane["spans"]
        ),
    )
