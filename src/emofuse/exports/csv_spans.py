"""CSV of spans: a row a span and lane, for spreadsheets and statistics."""

import csv
import io
from pathlib import Path

from emofuse.core.timeline import Timeline
from emofuse.exports.base import ABOUT, lanes, rounded, stamp, told, write

SUFFIX = ".spans.csv"
SUMMARY = "a row a span: lane, start and end in ms, label, probability, uncertain, why absent"
COLUMNS = ("lane", "start_ms", "end_ms", "start", "end", "label", "probability", "uncertain", "absent", *ABOUT)


def text(timeline: Timeline) -> str:
    """Every lane's spans, fused first, then "overall", the one answer for the whole; cells that do not apply are empty.

    The first row of each lane says who answered, and how far to believe it.
    """
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for lane in (*lanes(timeline), *(() if timeline.overall is None else (timeline.overall,))):
        about = told(timeline)
        for span in lane.spans():
            start, end = span.segment.start, span.segment.end
            uncertain = "" if span.label is None else str(span.uncertain).lower()
            said = (span.label, rounded(span.probability), uncertain, span.absent)
            table.writerow((lane.lane, start, end, stamp(start, "."), stamp(end, "."), *said, *next(about)))
    return file.getvalue()


def save(timeline: Timeline, path: Path) -> None:
    """Write the table.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)
