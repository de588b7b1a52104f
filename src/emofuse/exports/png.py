"""PNG: the timeline as a picture, for reports and the README."""

from pathlib import Path

from emofuse.core.timeline import Timeline
from emofuse.exports.base.picture import figure, save_as

__all__ = ["SUFFIX", "SUMMARY", "figure", "save"]

SUFFIX = ".png"
SUMMARY = "a picture: lanes of spans, and a curve for every label"


def save(timeline: Timeline, path: Path) -> None:
    """Write the picture.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    save_as(timeline, path, "png")
