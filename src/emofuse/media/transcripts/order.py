"""Cues to utterances: put in order, held against the recording's length, each speaker's words apart; and what a reader must be told."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from emofuse.core.segment import Segment
from emofuse.core.timeline import clock
from emofuse.media.probe import LIMITS
from emofuse.media.transcripts.base import Cue
from emofuse.media.transcripts.words import parted, said, sentences, speakers
from emofuse.media.utterances import Utterance

NOMINAL = 1_000  # ms that an utterance is given where there is no clock at all
LASTING = 10_000  # ms that an utterance without an end lasts at most
LONGEST = LIMITS.duration  # ms; where nobody knows how long the recording is
_MOST = 2_000  # utterances that hold for a whole recording; more are put together: each is laid over all of its cells


def timed(cues: Sequence[Cue], duration: int | None, offset: int) -> tuple[list[Utterance], list[str]]:
    """Utterances in their order, none of them after the recording's end, and notes.

    Args:
        cues: With their times.
        duration: Of the recording, in ms; 0 or None where nobody knows it.
        offset: In ms, added to every time.
    """
    until = duration or LONGEST
    notes: list[str] = []
    moved = [
        replace(cue, start=cue.start + offset, end=None if cue.end is None else cue.end + offset) for cue in cues if cue.start is not None
    ]
    back = [b for a, b in pairwise(moved) if _start(b) < _start(a)]
    if back:
        notes.append(f"{_count(back, 'caption')} out of order, the first in line {back[0].line}: put in order of time.")
    ordered = _ended(sorted(moved, key=_start), notes)
    kept = [cue for cue in ordered if _start(cue) < until and _end(cue) > 0]
    notes += _cut(ordered, kept, until, known=bool(duration))
    overlapping, latest = 0, 0
    for cue in kept:
        overlapping += _start(cue) < latest
        latest = max(latest, _end(cue))
    if overlapping:
        notes.append(f"{overlapping} of {_count(kept, 'caption')} begin before the one before them ends; where they do, all of them count.")
    names = speakers(kept)
    found = [one for cue in kept for one in _utterances(cue, names, Segment(max(_start(cue), 0), min(_end(cue), until)), cut=parted)]
    return found, notes


def untimed(cues: Sequence[Cue], duration: int | None, *, whole_lines: bool) -> tuple[list[Utterance], list[str]]:
    """Utterances of text without times: all of them for the whole recording; or, where there is none, a nominal second each.

    No time is made up: beside a recording each sentence or row holds for all of it, and the answer is their mean.

    Args:
        cues: Without times.
        duration: Of the recording, in ms; 0 where nobody knows it, None where there is no recording.
        whole_lines: A cue is an utterance as it is, as a table's row; else each of its sentences is one.
    """
    names = speakers(cues)
    whole = Segment(0, duration or LONGEST)
    found = [one for cue in cues for one in _utterances(cue, names, whole, cut=parted if whole_lines else _sentences)]
    if duration is not None:
        put = _together(found)
        return put, ["The transcript has no times: its answer is one for the whole recording, the mean over what was said in it."]
    laid = [replace(one, segment=Segment(i * NOMINAL, (i + 1) * NOMINAL)) for i, one in enumerate(found)]
    return laid, [
        "The transcript has no times: each sentence or row is given a second, and places on the timeline are the order, not times."
    ]


def _utterances(cue: Cue, names: frozenset[str], segment: Segment, cut: Callable[[str], list[str]]) -> list[Utterance]:
    return [
        Utterance(part, segment, speaker, cue.dialogue)
        for words, speaker in said(cue, names)
        for part in (cut(words) if words else [words])
    ]


def _sentences(words: str) -> list[str]:
    return [part for sentence in sentences(words) for part in parted(sentence)]


def _start(cue: Cue) -> int:
    assert cue.start is not None
    return cue.start


def _end(cue: Cue) -> int:
    assert cue.end is not None
    return cue.end


def _ended(ordered: list[Cue], notes: list[str]) -> list[Cue]:
    """Every cue with an end: where none is written, that is where the next begins, or a few seconds later."""
    open_ = [cue for cue in ordered if cue.end is None]
    if not open_:
        return ordered
    notes.append(f"{_count(open_, 'caption')} without an end: until the next begins, and {LASTING // 1_000} s at most.")
    ended, following = [], None
    for cue in reversed(ordered):
        start = _start(cue)
        if cue.end is None:
            cue = replace(cue, end=start + LASTING if following is None else min(following, start + LASTING))  # the cue as it is kept
        ended.append(cue)
        following = start if following is None or start < following else following
    return [cue for cue in reversed(ended) if _end(cue) > _start(cue)]


def _cut(ordered: list[Cue], kept: list[Cue], until: int, *, known: bool) -> list[str]:
    """What did not fit between 0 and the end."""
    what = "the recording" if known else "the longest that is read"
    notes = []
    after = [cue for cue in ordered if _start(cue) >= until]
    before = [cue for cue in ordered if _end(cue) <= 0]
    if after:
        last = clock(max(_end(cue) for cue in after))
        notes.append(
            f"The transcript goes on until {last}, and {what} ends at {clock(until)}: {_count(after, 'caption')} after that left out."
        )
    elif any(_end(cue) > until for cue in kept):
        notes.append(f"The last caption goes on after the end of {what} ({clock(until)}) and was cut there.")
    if before:
        notes.append(f"{_count(before, 'caption')} before the beginning of the recording left out.")
    return notes


def _together(found: list[Utterance]) -> list[Utterance]:
    """Neighbours of one speaker as one utterance, where there are too many to lay each over the whole recording."""
    size = -(-len(found) // _MOST)
    if size <= 1:
        return found
    put: list[Utterance] = []
    count = 0
    for one in found:
        if put and count < size and put[-1].speaker == one.speaker and put[-1].words and one.words:
            put[-1] = replace(put[-1], words=f"{put[-1].words} {one.words}")
            count += 1
        else:
            put.append(one)
            count = 1
    return put


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items):,} {noun}{'s' * (len(items) != 1)}"
