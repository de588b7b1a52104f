"""Times of captions, and captions that roll: what subtitle formats share.

Live captions and those of video sites show each line twice, first below, then above the next; the second time it is not said again.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from emofuse.media.transcripts.base import Broken, Cue, clock, shown

_TIME = r"[\d:.,; ]*\d"
_ARROW = re.compile(rf"\s*({_TIME})\s*(?:-\s?-?\s?|[–—])>\s*({_TIME})(?=\s|$)(.*)", re.ASCII)
_ALMOST = re.compile(r"\s*\d[^<>]*:[^<>]*(?:-|–|—)\s?>")
_ROLLING = 0.3  # of the captions that begin with the line the one before ended with: more is no accident
_SEEN = 3  # such captions at least


def is_timing(line: str) -> bool:
    """Whether a line says when a caption is shown, or was meant to.

    Example:
        >>> [is_timing(line) for line in ("00:01,000 --> 00:02,000", "0x:01 --> 00:02", "a --> b")]
        [True, True, False]
    """
    return ">" in line and _ALMOST.match(line[:200]) is not None


def times(line: str, number: int) -> tuple[int, int] | Broken:
    """When a caption begins and ends, in ms; or why nobody knows.

    Example:
        >>> times("00:00:01,000 --> 00:00:02.5 align:start", 7)
        (1000, 2500)
        >>> print(times("00:00:09,000 --> 00:00:02,000", 7))
        line 7 (it ends before it begins)
    """
    read = _ARROW.fullmatch(line[:500])
    start, end = (clock(read[1]), clock(read[2])) if read is not None else (None, None)
    if start is None or end is None:
        return Broken(number, f"{shown(line)} is no time")
    if end <= start:
        return Broken(number, "it ends before it begins" if end < start else "it lasts no time")
    return start, end


def unrolled(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[str, ...]]:
    """Captions without the lines that were there before, where that is how the file goes; and a note that says so."""
    lines = [[line.strip() for line in cue.words.split("\n") if line.strip()] for cue in cues]
    again = [i > 0 and bool(lines[i]) and bool(lines[i - 1]) and _bare(lines[i][0]) == _bare(lines[i - 1][-1]) for i in range(len(lines))]
    rolled = sum(repeats and len(lines[i]) > 1 for i, repeats in enumerate(again))
    if rolled < max(_SEEN, _ROLLING * len(cues)):
        return tuple(cues), ()
    kept = [
        replace(cue, words="\n".join(said[1:] if repeats else said))
        for cue, said, repeats in zip(cues, lines, again, strict=True)
        if not repeats or len(said) > 1
    ]
    return tuple(kept), ("Captions roll: each line stands in the file twice or more, and is read once.",)


def _bare(line: str) -> str:
    return " ".join(re.sub(r"<[^<>]*>", "", line).split())
