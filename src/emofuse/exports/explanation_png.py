"""PNG: why the answer is what it is: who added what over time, and a few moments looked at closely."""

from pathlib import Path

from emofuse.core.provenance import provenance
from emofuse.core.timeline import Timeline
from emofuse.exports.base.explained import figure
from emofuse.exports.base.picture import keep

__all__ = ["SUFFIX", "SUMMARY", "figure", "save"]

SUFFIX = ".explanation.png"
SUMMARY = "why: what each recognizer added over time, and what in the face and the voice moved it"


def save(timeline: Timeline, path: Path) -> None:
    """Write the picture; of a timeline that was not explained it says how to ask.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    keep(figure(timeline), path, "png", provenance(timeline))
