"""Recordings cut into several rows, some of which were learnt from and some are judged."""

from collections.abc import Sequence

from emofuse.audit.base import Evidence, Finding, Grade, judging, pairs, recording, shared, where

ASKS = "Are pieces judged of recordings that were also learnt from?"
TRAPS = ("T4",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Recordings, trials or videos with rows in test and in train or valid.

    Raises:
        NotLooked: No split judges anybody, or recordings are not told.
    """
    splits = judging(evidence)
    found = shared(evidence, recording(evidence), "recordings")
    if not found:
        return []
    rows, split = where(found, splits)
    return [
        Finding(
            "T4",
            Grade.INFLATED,
            "one recording in train and test",
            f"{rows} are cut from {len({meeting.value for meeting in found}):,} recordings of which other pieces were learnt from: "
            "what is told apart may be the recording (electrode, room, moment) instead of the emotion.",
            "Keep all rows of a recording in one part: split by recording, or by person.",
            len(found),
            pairs(found),
            split,
        )
    ]
