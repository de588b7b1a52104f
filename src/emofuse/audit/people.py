"""People who were learnt from and are judged: the commonest way to flatter oneself in this field."""

from collections.abc import Hashable, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judging, meetings, pairs, shared, some, where
from emofuse.core.clip import Clip

ASKS = "Are people judged who were also learnt from?"
TRAPS = ("T1",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Test people in train or valid, and valid people in train.

    Raises:
        NotLooked: No split judges anybody, or people are not told apart.
    """
    splits = judging(evidence)
    everybody = {clip.subject for split in splits for part in (split.train, split.valid, split.test) for clip in part}
    clips = sum(len(part) for part in (splits[0].train, splits[0].valid, splits[0].test))
    if len(everybody) == clips and None not in everybody:
        raise NotLooked(f"people: each of the {clips:,} clips names a person of its own, so the names may be those of clips")
    found = shared(evidence, _person, "people")
    if found:
        rows, split = where(found, splits)
        unknown = sum(clip.subject is None for split in splits for clip in split.test)
        people = {meeting.value for meeting in found}
        return [
            Finding(
                "T1",
                Grade.INFLATED,
                "people in train and test",
                f"{rows} are of people who were also learnt from: {len(people):,} people ({some(people)})."
                + (f" {unknown:,} more test clips do not say who they show." if unknown else ""),
                "Split by person (protocols.by_subject), or say that the figure holds for people already known.",
                len(found),
                pairs(found),
                split,
            )
        ]
    chosen = [meeting for split in splits for meeting in meetings(split, _person, split.valid, split.train)]
    if chosen:
        return [
            Finding(
                "T1",
                Grade.FINE,
                "people in train and valid",
                f"{len({m.value for m in chosen}):,} people of the valid parts were also learnt from ({some(m.value for m in chosen)}): "
                "epochs and temperatures are chosen on people already known, while the test figure is not touched.",
                "Choose on people who were not learnt from.",
                len(chosen),
                pairs(chosen),
            )
        ]
    return []


def _person(clip: Clip) -> Hashable | None:
    """Who, however it is spelt: ``Ross`` and ``ross `` are one person."""
    return clip.subject.strip().casefold() if clip.subject else None
