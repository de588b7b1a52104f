"""WebVTT: captions of the web, with speakers, notes, styles and regions.

Source: W3C WebVTT, https://www.w3.org/TR/webvtt1/
"""

import re

from emofuse.media.transcripts.base import Broken, Cue, Written
from emofuse.media.transcripts.captions import is_timing, times, unrolled

_BESIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)|X-TIMESTAMP-MAP")


def is_one(text: str, suffix: str) -> bool:
    """Whether it begins with the word that every such file begins with."""
    del suffix
    return re.match(r"\s*WEBVTT(?:\s|$)", text) is not None


def read(text: str, name: str) -> Written:
    """The captions: blocks between blank lines, those without times passed over."""
    del name
    cues: list[Cue] = []
    broken: list[Broken] = []
    lines = text.split("\n")
    first = next(i for i, line in enumerate(lines) if line.strip())
    i = first + 1
    while i < len(lines):
        start = i
        while i < len(lines) and lines[i]:  # a blank alone in a line ends no caption
            i += 1
        if start < i:
            _block(lines[start:i], start + 1, cues, broken)
        i += 1
    kept, notes = unrolled(cues)
    return Written(kept, tuple(broken), notes)


def _block(lines: list[str], line: int, cues: list[Cue], broken: list[Broken]) -> None:
    """Read one block: a caption has its times in the first line, or in the second after a name; without a blank line two may stick."""
    at = [i for i, each in enumerate(lines) if is_timing(each)]
    if not at or _BESIDE.match(lines[0]) is not None:
        return
    for i, following in zip(at, [*at[1:], len(lines)], strict=True):
        when = times(lines[i], line + i)
        if isinstance(when, Broken):
            broken.append(when)
        else:
            cues.append(Cue("\n".join(lines[i + 1 : following]), line + i, *when))
