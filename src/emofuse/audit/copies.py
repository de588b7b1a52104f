"""Rows that are one thing twice, and what that does to a split, to people and to labels.

What the questions about copies share, whichever way they find them.

Grades: a copy of a learnt row that is judged makes figures better than they would be (inflated), and where a tenth of the judged
rows are such copies, figures mean nothing (broken). One recording under two names of people is wrong data, whatever the split (broken).
Copies that stay in one part are no fault of the split: a row counts twice, and intervals are a little too narrow.
They are told (fine), because the next split may part them.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, Meeting, meetings, pairs, where
from emofuse.core.clip import Clip

TRAP = "T3"
LARGE = 0.10  # of the judged rows: were all of them right, as memory makes them, they could carry ten points
APART = "Leave all but one of each out, or put copies into one part."


@dataclass(frozen=True, slots=True)
class Thing:
    """What came twice, in words.

    Args:
        title: "the same recording".
        names: Of several of them: "recordings".
        how: What one is to another, "they are ___ another": "the same recording as".
    """

    title: str
    names: str
    how: str


def copies(evidence: Evidence, clips: Sequence[Clip], groups: Sequence[Sequence[int]], thing: Thing) -> list[Finding]:
    """What groups of copies amount to: across the parts of each split, across people, and those that do neither.

    Args:
        evidence: Whose splits and rows.
        clips: The rows that were compared.
        groups: Places in `clips` of rows that are the same thing, two or more each; no place twice.
        thing: What it is that came twice.
    """
    named = [[clips[i] for i in group] for group in groups]
    parted, found = _parted(evidence, named, thing)
    people = [i for i, group in enumerate(named) if len({clip.subject for clip in group if clip.subject is not None}) > 1]
    if people:
        found.append(_under_two_people([named[i] for i in people], thing))
    rest = [group for i, group in enumerate(named) if i not in parted and i not in people]
    if rest:
        found.append(_inside(rest, thing, bool(evidence.splits)))
    return found


def joined(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Pairs as groups: a copy of a copy is a copy.

    Example:
        >>> joined([(4, 7), (1, 2), (7, 9)])
        [[1, 2], [4, 7, 9]]
    """
    first: dict[int, int] = {}

    def root(i: int) -> int:
        while first.setdefault(i, i) != i:
            first[i] = first[first[i]]
            i = first[i]
        return i

    for a, b in pairs:
        low, high = sorted((root(int(a)), root(int(b))))
        first[high] = low
    groups: dict[int, list[int]] = {}
    for i in sorted(first):
        groups.setdefault(root(i), []).append(i)
    return sorted(groups.values())


def _parted(evidence: Evidence, groups: Sequence[Sequence[Clip]], thing: Thing) -> tuple[set[Hashable], list[Finding]]:
    """Which groups any split parts, and the findings about it."""
    group = {clip.id: i for i, those in enumerate(groups) for clip in those}
    labels = {clip.id: clip.label for those in groups for clip in those}

    def key(clip: Clip) -> Hashable | None:
        return group.get(clip.id)

    judged = {split.name: meetings(split, key) for split in evidence.splits}
    chosen = {split.name: meetings(split, key, judged=split.valid, learnt=split.train) for split in evidence.splits}
    found = []
    across = [meeting for those in judged.values() for meeting in those]
    if across:
        share = max(len(judged[split.name]) / len(split.test) for split in evidence.splits if split.test)
        grade = Grade.BROKEN if share > LARGE else Grade.INFLATED
        rows, split = where(across, evidence.splits)
        says = f"{rows} are {thing.how} one that was learnt from, such as {across[0].judged} and {across[0].learnt}"
        title = f"{thing.title} in train and test"
        found.append(
            Finding(TRAP, grade, title, f"{says}{_otherwise(across, labels)}.", APART, len(across), pairs(across), split),
        )
    choosing = [meeting for those in chosen.values() for meeting in those]
    if choosing and not across:  # whoever parts test from train mends this, too
        says = (
            f"{len(choosing):,} clips of valid are {thing.how} one of train, such as {choosing[0].judged} and {choosing[0].learnt}: "
            "what is chosen on valid is flattered; what is measured on test is not."
        )
        title = f"{thing.title} in train and valid"
        found.append(Finding(TRAP, Grade.INFLATED, title, says, APART, len(choosing), pairs(choosing)))
    return {meeting.value for meeting in (*across, *choosing)}, found


def _otherwise(found: Sequence[Meeting], labels: dict[str, str | None]) -> str:
    """How many are labelled otherwise than their copy; empty where none is."""
    other = sum(labels[meeting.judged] != labels[meeting.learnt] for meeting in found)
    return f"; {other:,} of them are labelled otherwise there" if other else ""


def _under_two_people(groups: Sequence[Sequence[Clip]], thing: Thing) -> Finding:
    a = next(clip for clip in groups[0] if clip.subject is not None)
    b = next(clip for clip in groups[0] if clip.subject not in (None, a.subject))
    count = sum(len(group) for group in groups)
    return Finding(
        TRAP,
        Grade.BROKEN,
        f"{thing.title} under two people",
        f"{count:,} {thing.names} in {len(groups):,} groups are {thing.how} one under another person's name, such as {a.id} ({a.subject}) "
        f"and {b.id} ({b.subject}): a split by person does not part them.",
        "Find out whose they are, leave the others out, and say so.",
        len(groups),
        tuple(tuple(clip.id for clip in group) for group in groups)[:ROWS],
    )


def _inside(groups: Sequence[Sequence[Clip]], thing: Thing, split: bool) -> Finding:
    count = sum(len(group) for group in groups)
    other = sum(len({clip.label for clip in group}) > 1 for group in groups)
    return Finding(
        TRAP,
        Grade.FINE,
        f"{thing.title} twice" + (" in one part" if split else ""),
        f"{count:,} {thing.names} in {len(groups):,} groups are {thing.how} another, such as {groups[0][0].id} and {groups[0][1].id}"
        + (f"; {other:,} groups carry several labels" if other else "")
        + (": no split here parts them." if split else ": a split that parts them is flattered."),
        "Leave all but one of each out, or keep copies in one part.",
        len(groups),
        tuple(tuple(clip.id for clip in group) for group in groups)[:ROWS],
    )
