"""Noisy, stretched, shifted or mirrored copies of a clip that was learnt from, judged as if they were new."""

from collections.abc import Hashable, Sequence

from emofuse.audit.base import EVERYTHING, ROWS, Evidence, Finding, Grade, judging, meetings, pairs, where, words
from emofuse.audit.names import bare, unaltered
from emofuse.core.clip import Clip

ASKS = "Are altered copies judged of clips that were learnt from, as far as names and facts tell?"
TRAPS = ("T2",)
BEFORE = {"before", *EVERYTHING}


def look(evidence: Evidence) -> Sequence[Finding]:
    """Copies of train or valid clips in test, by the fact ``copy_of`` or by their names; copies within test; what is said.

    Raises:
        NotLooked: No split judges anybody and nothing is said.
    """
    found = [*_said(evidence)]
    if not any(split.test for split in evidence.splits):
        if "augmented" not in evidence.says:
            judging(evidence)
        return found
    splits = judging(evidence)
    originals = _originals(evidence)

    def original(clip: Clip) -> Hashable | None:
        return originals[clip.id]

    crossing = [meeting for split in splits for meeting in meetings(split, original) if meeting.judged != meeting.learnt]
    if crossing:
        rows, split = where(crossing, splits)
        found.append(
            Finding(
                "T2",
                Grade.INFLATED,
                "altered copies in train and test",
                f"{rows} are altered copies of clips that were learnt from, or those they were made from; such as {crossing[0].judged} "
                f"and {crossing[0].learnt}.",
                "Split first; alter training clips only, afterwards.",
                len(crossing),
                pairs(crossing),
                split,
            )
        )
    return [*found, *_within(evidence, originals)]


def _said(evidence: Evidence) -> list[Finding]:
    said = evidence.says.get("augmented")
    if said is None or isinstance(said, bool) or not words(said) & BEFORE or "after" in words(said):
        return []
    return [
        Finding(
            "T2",
            Grade.INFLATED,
            "altered before the split",
            f"Clips are said to have been augmented '{said}': copies of one clip then fall into several parts.",
            "Split first; alter training clips only, afterwards.",
        )
    ]


def _originals(evidence: Evidence) -> dict[str, str]:
    """What each clip was made from: itself, unless a fact or its name tells otherwise."""
    clips = {clip.id: clip for split in evidence.splits for part in (split.train, split.valid, split.test) for clip in part}
    plain: dict[str, str] = {}
    altered: dict[str, dict[str, str]] = {}
    for name in clips:
        remaining, changed = unaltered(name)
        if changed:
            altered.setdefault(remaining, {})[name] = bare(name)
        else:
            plain.setdefault(remaining, name)
    stems = {
        name: plain.get(remaining, remaining)
        for remaining, those in altered.items()
        if remaining in plain or len(set(those.values())) > 1
        for name in those
    }
    return {name: clip.facts.get("copy_of") or stems.get(name, name) for name, clip in clips.items()}


def _within(evidence: Evidence, originals: dict[str, str]) -> list[Finding]:
    """Copies that are judged beside one another."""
    groups: dict[tuple[str, str], list[str]] = {}
    for split in evidence.splits:
        for clip in split.test:
            groups.setdefault((split.name, originals[clip.id]), []).append(clip.id)
    several = tuple(tuple(those) for those in groups.values() if len(those) > 1)
    if not several:
        return []
    judged = sum(len(those) for those in groups.values())
    return [
        Finding(
            "T2",
            Grade.INFLATED,
            "altered copies judged as clips",
            f"The {judged:,} test rows are {len(groups):,} clips and altered copies of them: "
            "n is not what it seems, and intervals are narrower than they should be.",
            "Judge clips as they were recorded, each once.",
            len(several),
            several[:ROWS],
        )
    ]
