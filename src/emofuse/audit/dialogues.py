"""Dialogues of which some utterances were learnt from and some are judged."""

from collections.abc import Sequence

from emofuse.audit.base import Evidence, Finding, Grade, fact, judging, pairs, shared, some, where

ASKS = "Are utterances judged of dialogues that were also learnt from?"
TRAPS = ("T4",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Dialogues with utterances in test and in train or valid.

    Raises:
        NotLooked: No split judges anybody, or dialogues are not told.
    """
    splits = judging(evidence)
    found = shared(evidence, fact("dialogue", "conversation"), "dialogues")
    if not found:
        return []
    rows, split = where(found, splits)
    values = {meeting.value for meeting in found}
    return [
        Finding(
            "T4",
            Grade.INFLATED,
            "one dialogue in train and test",
            f"{rows} belong to {len(values):,} dialogues that were also learnt from ({some(values)}): "
            "the same people, the same room, the same quarrel.",
            "Keep a dialogue in one part.",
            len(found),
            pairs(found),
            split,
        )
    ]
