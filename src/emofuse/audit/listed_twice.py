"""Clips that a list names in more than one part, or more than once in one."""

from collections import defaultdict
from collections.abc import Sequence

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, fact, judging, pairs, shared, some, where

ASKS = "Is a clip listed in train and in test?"
TRAPS = ("T3",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Names that a list holds twice; the fact ``listed_as`` is what it calls them.

    Raises:
        NotLooked: No split judges anybody.
    """
    splits = judging(evidence)
    listed = fact("listed_as")
    try:
        found = shared(evidence, listed, "names in a list")
    except NotLooked:  # not a list of others: a Split refuses a clip in two parts by itself
        found = []
    if found:
        rows, split = where(found, splits)
        return [
            Finding(
                "T3",
                Grade.INFLATED,
                "the same clip in train and test",
                f"{rows} are listed to be learnt from as well ({some(meeting.value for meeting in found)}).",
                "List each clip once.",
                len(found),
                pairs(found),
                split,
            )
        ]
    return _within(evidence)


def _within(evidence: Evidence) -> list[Finding]:
    """Clips that are judged more than once in one part."""
    listed = fact("listed_as")
    twice: dict[tuple[str, object], list[str]] = defaultdict(list)
    for split in evidence.splits:
        for clip in split.test:
            if listed(clip) is not None:
                twice[split.name, listed(clip)].append(clip.id)
    groups = tuple(tuple(ids) for ids in twice.values() if len(ids) > 1)
    if not groups:
        return []
    return [
        Finding(
            "T3",
            Grade.INFLATED,
            "clips judged twice",
            f"{len(groups):,} clips are listed more than once in a test part, such as {groups[0][0]}: "
            "there are fewer than n, and intervals are narrower than they should be.",
            "List each clip once.",
            len(groups),
            groups[:ROWS],
        )
    ]
