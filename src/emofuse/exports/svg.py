"""SVG: the timeline as a drawing, for print and for making larger."""

from pathlib import Path

from emofuse.core.timeline import Timeline
from emofuse.exports.base.picture import figure, save_as

__all__ = ["SUFFIX", "SUMMARY", "figure", "save"]

SUFFIX = ".svg"
SUMMARY = "the same picture as a drawing that can be made larger"


def save(timeline: Timeline, path: Path) -> None:
    """Write the drawing.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    save_as(timeline, path, "svg")
