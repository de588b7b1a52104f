"""One take in several files: with sound and picture, picture alone, sound alone."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, fact, judging, meetings, pairs, where
from emofuse.core.clip import Clip

ASKS = "Is one take counted several times, once for each of its modalities?"
TRAPS = ("T18",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Rows that are the same take; by the fact ``same_take``.

    Raises:
        NotLooked: Takes are not told, or no split judges anybody.
    """
    take = fact("same_take")
    if not any(take(clip) for clip in evidence.clips):
        raise NotLooked("takes: no clip tells of which take it is a copy")
    splits = judging(evidence)
    crossing = [meeting for split in splits for meeting in meetings(split, take)]
    found = []
    if crossing:
        rows, name = where(crossing, splits)
        found.append(
            Finding(
                "T18",
                Grade.INFLATED,
                "one take in train and test",
                f"{rows} are another modality's copy of a take that was learnt from, "
                f"such as {crossing[0].judged} and {crossing[0].learnt}.",
                "Make one clip of all files of a take.",
                len(crossing),
                pairs(crossing),
                name,
            )
        )
    groups: dict[tuple[str, Hashable], list[str]] = defaultdict(list)
    for split in splits:
        for clip in split.test:
            groups[split.name, _own(clip)].append(clip.id)
    several = tuple(tuple(ids) for ids in groups.values() if len(ids) > 1)
    if several:
        total = sum(len(ids) for ids in groups.values())
        found.append(
            Finding(
                "T18",
                Grade.INFLATED,
                "takes counted more than once",
                f"The {total:,} test rows are {len(groups):,} takes: copies of one take with and without sound or picture count as clips, "
                "and intervals are narrower than they should be.",
                "Make one clip of all files of a take.",
                len(several),
                several[:ROWS],
            )
        )
    return found


def _own(clip: Clip) -> Hashable:
    return clip.facts.get("same_take") or ("alone", clip.id)
