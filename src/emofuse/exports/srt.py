"""SubRip: the answer as subtitles, for every player there is."""

from pathlib import Path

from emofuse.core.provenance import provenance
from emofuse.core.timeline import Timeline
from emofuse.exports.base import caption, stamp, write

SUFFIX = ".srt"
SUMMARY = "subtitles for players and editors: the answer of the first lane, as it changes"


def text(timeline: Timeline) -> str:
    """A numbered subtitle a span of the timeline's own lane; members would stand on top of each other.

    SubRip knows no notes: who answered and how far to believe it stand under the first answer, where viewers read them, too.
    """
    said = [caption(span) for span in timeline.spans()]
    said[0] += f"\n{provenance(timeline)}"
    return "\n".join(
        f"{number}\n{stamp(span.segment.start, ',')} --> {stamp(span.segment.end, ',')}\n{words}\n"
        for number, (span, words) in enumerate(zip(timeline.spans(), said, strict=True), 1)
    )


def save(timeline: Timeline, path: Path) -> None:
    """Write the subtitles.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    write(text(timeline), path)
