"""SVG: why the answer is what it is: who added what over time, and a few moments looked at closely."""

from pathlib import Path

from emofuse.core.provenance import provenance
from emofuse.core.timeline import Timeline
from emofuse.exports.base.explained import figure
from emofuse.exports.base.picture import keep

__all__ = ["SUFFIX", "SUMMARY", "figure", "save"]

SUFFIX = ".explanation.svg"
SUMMARY = "the same picture of why as a drawing that can be made larger"


def save(timeline: Timeline, path: Path) -> None:
    """Write the drawing; of a timeline that was not explained it says how to ask.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    keep(figure(timeline), path, "svg", provenance(timeline))
