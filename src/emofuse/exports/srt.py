"""SubRip: the answer as subtitles, for every player there is."""

from pathlib import Path

from emofuse.core.timeline import Timeline
from emofuse.exports.base import caption, stamp, write

SUFFIX = ".srt"
SUMMARY = "subtitles for players and editors: the answer of the first lane, as it changes"


def text(timeline: Timeline) -> str:
    """A numbered subtitle a span of the timeline's own lane; members would stand on top of each other."""
    return "\n".join(
        f"{number}\n{stamp(span.segment.start, ',')} --> {stamp(span.segment.end, ',')}\n{caption(span)}\n"
        for number, span in enumerate(timeline.spans(), 1)
    )


def save(timeline: Timeline, path: Path) -> None:
    """Write the subtitles.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)
