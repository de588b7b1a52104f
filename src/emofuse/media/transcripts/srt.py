"""SubRip: numbered captions with their times; as players take them, which is far from any rule.

Hours, numbers and blank lines may be missing, commas may be points.
"""

import re
from itertools import pairwise

from emofuse.media.transcripts.base import Broken, Cue, Written
from emofuse.media.transcripts.captions import is_timing, times, unrolled

_NUMBER = re.compile(r"\s*\d{1,7}\s*")


def is_one(text: str, suffix: str) -> bool:
    """Whether a line of it is a caption's time; or it is called a file of captions, and has none that is right."""
    return suffix in (".srt", ".vtt") or any(is_timing(line) and not isinstance(times(line, 1), Broken) for line in text.split("\n"))


def read(text: str, name: str) -> Written:
    """The captions: everything after a line with times, until the number of the next."""
    del name
    lines = text.split("\n")
    at = [i for i, line in enumerate(lines) if is_timing(line)]
    cues: list[Cue] = []
    broken: list[Broken] = []
    number = _before(lines, at[0], None)[1] if at else None
    for i, following in pairwise([*at, len(lines)]):
        when = times(lines[i], i + 1)
        last, number = (following, None) if following == len(lines) else _before(lines, following, number)
        if isinstance(when, Broken):
            broken.append(when)
        else:
            cues.append(Cue("\n".join(lines[i + 1 : last]), i + 1, *when))
    kept, notes = unrolled(cues)
    return Written(kept, tuple(broken), notes)


def _before(lines: list[str], timing: int, previous: int | None) -> tuple[int, int | None]:
    """Where the words before a line with times end, and that caption's number: of two lines with numbers alone, one is words."""
    last = timing
    while last > 0 and not lines[last - 1].strip():
        last -= 1
    if last > 0 and _NUMBER.fullmatch(lines[last - 1]) is not None:
        number = int(lines[last - 1])
        if last == timing or previous is None or number == previous + 1:
            return last - 1, number
    return last, None if previous is None else previous + 1
