"""CSV of curves: a row a segment and lane, a column a label, for plots and statistics."""

import csv
import io
from dataclasses import replace
from pathlib import Path

from emofuse.core.timeline import Timeline
from emofuse.exports.base import ABOUT, lanes, rounded, told, write

SUFFIX = ".curves.csv"
SUMMARY = "a row a segment: lane, start and end in ms, why absent, and the probability of every label"


def text(timeline: Timeline) -> str:
    """Every lane's probabilities, fused first; a label that a lane does not know, and what is absent, is empty.

    Then "overall", one row for the whole recording, and the windows of each member that it was decided from ("overall: voice").
    The first row of each lane says who answered, and how far to believe it.
    """
    words = tuple(dict.fromkeys(label for lane in lanes(timeline) for label in lane.labels))
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(("lane", "start_ms", "end_ms", "absent", *words, *ABOUT))
    whole = timeline.overall
    grid = () if whole is None else (whole, *(replace(lane, lane=f"{whole.lane}: {lane.lane}") for lane in whole.members))
    for lane in (*lanes(timeline), *grid):
        places = [lane.labels.index(word) if word in lane.labels.words else None for word in words]
        about = told(timeline)
        for segment, reason, row in zip(lane.segments, lane.absent, lane.scores.tolist(), strict=True):
            said = [None if place is None else rounded(row[place]) for place in places]
            table.writerow((lane.lane, segment.start, min(segment.end, lane.duration), reason, *said, *next(about)))
    return file.getvalue()


def save(timeline: Timeline, path: Path) -> None:
    """Write the table.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)
