"""Audacity labels: the answer as a label track (File, Import, Labels).

Source: https://manual.audacityteam.org/man/importing_and_exporting_labels.html
"""

from pathlib import Path

from emofuse.core.provenance import provenance
from emofuse.core.timeline import Timeline
from emofuse.exports.base import caption, write

SUFFIX = ".labels.txt"
SUMMARY = "a label track for Audacity: the answer of the first lane, as it changes"


def text(timeline: Timeline) -> str:
    """A line a span of the timeline's own lane: start and end in seconds, and what it says, apart by tabs.

    A last label without length, at the end, says who answered and how far to believe it: the format knows no notes.
    """
    said = [(span.segment.start, span.segment.end, caption(span)) for span in timeline.spans()]
    end = said[-1][1]
    said.append((end, end, provenance(timeline)))
    return "".join(f"{_seconds(start)}\t{_seconds(end)}\t{words}\n" for start, end, words in said)


def save(timeline: Timeline, path: Path) -> None:
    """Write the label track.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)


def _seconds(ms: int) -> str:
    """Seconds with the six digits that Audacity writes, made from whole milliseconds without rounding."""
    return f"{ms // 1_000}.{ms % 1_000:03d}000"
