"""One take in several files: with sound and picture, picture alone, sound alone."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, Meeting, NotLooked, fact, judging, pairs, where
from emofuse.core.clip import Clip
from emofuse.core.split import Split

ASKS = "Is one take counted several times, once for each of its modalities?"
TRAPS = ("T18",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Rows that are the same take in another form, by the facts ``same_take`` and ``take_form``; one file listed twice is `listed_twice`.

    Raises:
        NotLooked: Takes are not told, or no split judges anybody.
    """
    take = fact("same_take")
    if not any(take(clip) for clip in evidence.clips):
        raise NotLooked("takes: no clip tells of which take it is a copy")
    splits = judging(evidence)
    crossing = [meeting for split in splits for meeting in _crossing(split)]
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
    groups: dict[tuple[str, Hashable], dict[str, str]] = defaultdict(dict)
    for split in splits:
        for clip in split.test:
            groups[split.name, _own(clip)].setdefault(_form(clip), clip.id)
    several = tuple(tuple(forms.values()) for forms in groups.values() if len(forms) > 1)
    if several:
        total = sum(len(split.test) for split in splits)
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


def _form(clip: Clip) -> str:
    """Which of a take's files it is: what its name tells, else the file itself."""
    return clip.facts.get("take_form") or clip.facts.get("listed_as") or clip.id


def _crossing(split: Split) -> list[Meeting]:
    """For each judged clip, the first one that was learnt from and is another form of its take."""
    learnt: dict[Hashable, dict[str, str]] = defaultdict(dict)
    for clip in (*split.train, *split.valid):
        learnt[_own(clip)].setdefault(_form(clip), clip.id)
    found = []
    for clip in split.test:
        other = next((name for form, name in learnt.get(_own(clip), {}).items() if form != _form(clip)), None)
        if other is not None and clip.facts.get("same_take"):
            found.append(Meeting(clip.id, other, clip.facts["same_take"], split.name))
    return found
