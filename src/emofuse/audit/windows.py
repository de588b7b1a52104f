"""Windows of one recording that overlap, or touch, across parts."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, Key, Meeting, NotLooked, judging, pairs, recording, some, where
from emofuse.core.clip import Clip
from emofuse.core.split import Split

ASKS = "Do windows that are judged overlap windows that were learnt from?"
TRAPS = ("T4",)


def look(evidence: Evidence) -> Sequence[Finding]:
    """Windows of test and of train or valid that share time (facts ``start`` and ``end``), or stand side by side (``place``).

    Raises:
        NotLooked: No split judges anybody, or neither times nor places within a recording are told.
    """
    splits = judging(evidence)
    of = recording(evidence)
    clips = [clip for split in splits for part in (split.train, split.valid, split.test) for clip in part]
    timed = [clip for clip in clips if of(clip) is not None and _times(clip) is not None]
    placed = [clip for clip in clips if of(clip) is not None and _place(clip) is not None]
    if not timed and not placed:
        raise NotLooked("windows: no clip tells its recording and its start and end, or its place, in it")
    if timed:
        found = [meeting for split in splits for meeting in _overlapping(split, of)]
        if found:
            return [_finding(evidence, found, "overlapping windows in train and test", "share time with windows that were learnt from")]
        return []
    found = [meeting for split in splits for meeting in _touching(split, of)]
    if found:
        says = (
            "stand right beside a window that was learnt from, in one recording; features that lag, overlap or are smoothed are then shared"
        )
        return [_finding(evidence, found, "neighbouring windows in train and test", says)]
    return []


def _finding(evidence: Evidence, found: list[Meeting], title: str, says: str) -> Finding:
    rows, split = where(found, judging(evidence))
    return Finding(
        "T4",
        Grade.INFLATED,
        title,
        f"{rows} {says} ({some((meeting.value for meeting in found), 2)}).",
        "Keep a recording in one part; where it must be cut, leave a gap longer than a window and its smoothing.",
        len(found),
        pairs(found),
        split,
    )


def _overlapping(split: Split, of: Key) -> Iterator[Meeting]:
    """For each judged window, the first learnt one that shares time with it."""
    learnt: dict[Hashable, list[tuple[float, float, str]]] = defaultdict(list)
    for clip in (*split.train, *split.valid):
        times = _times(clip)
        if times is not None and of(clip) is not None:
            learnt[of(clip)].append((*times, clip.id))
    longest = {which: max(end - start for start, end, _ in those) for which, those in learnt.items()}
    for those in learnt.values():
        those.sort()
    for clip in split.test:
        times, beside = _times(clip), learnt.get(of(clip))
        if times is None or beside is None:
            continue
        near = beside[bisect_left(beside, (times[0] - longest[of(clip)],)) : bisect_left(beside, (times[1],))]
        other = next((name for _, end, name in near if end > times[0]), None)
        if other is not None:
            yield Meeting(clip.id, other, of(clip), split.name)


def _touching(split: Split, of: Key) -> Iterator[Meeting]:
    """For each judged window, a learnt one whose place is next to its own."""
    learnt = {(of(clip), _place(clip)): clip.id for clip in (*split.train, *split.valid)}
    for clip in split.test:
        place = _place(clip)
        if place is None or of(clip) is None:
            continue
        other = learnt.get((of(clip), place - 1)) or learnt.get((of(clip), place + 1))
        if other is not None:
            yield Meeting(clip.id, other, of(clip), split.name)


def _times(clip: Clip) -> tuple[float, float] | None:
    try:
        return float(clip.facts["start"]), float(clip.facts["end"])
    except (KeyError, ValueError):
        return None


def _place(clip: Clip) -> int | None:
    """Which window of its recording it is."""
    try:
        return int(float(clip.facts.get("place") or clip.facts["window"]))
    except (KeyError, ValueError):
        return None
