"""Plain text: lines and sentences without times."""

import re

from emofuse.media.transcripts.base import Cue, Written

_END = re.compile(r"[.!?…。！？]['\"”’»)\]]*$")
_SPEAKS = re.compile(r"\s*(?:[-–—>*•]|[^\W\d_][\w .'\-]{0,39}:\s)")
_TIME = re.compile(r"\s*[\[(<]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])>]?(?=\s|$)\s*(?:[-–]\s*)?")
_WRAPPED = 40  # characters from which a line without a full stop may go on in the next
_BROKEN = 0.5  # of such lines: more of them, and paragraphs are wrapped


def is_one(text: str, suffix: str) -> bool:
    """Anything that is text."""
    del text, suffix
    return True


def read(text: str, name: str) -> Written:
    """A cue a line; lines of wrapped paragraphs are put together. Times at the beginning of lines are left out, and said."""
    del name
    cues: list[Cue] = []
    timed = 0
    for block in _blocks(text):
        for line, words in _joined(block) if _wrapped([words for _, words in block]) else block:
            time = _TIME.match(words)
            timed += time is not None
            rest = words[time.end() :] if time is not None else words
            if rest.strip():
                cues.append(Cue(rest, line))
    notes = (
        (f"{timed} lines begin with a time, which plain text is not read for; save it as srt or csv to have them used.",) if timed else ()
    )
    return Written(tuple(cues), (), notes)


def _blocks(text: str) -> list[list[tuple[int, str]]]:
    """Lines that stand together, with their numbers."""
    blocks: list[list[tuple[int, str]]] = [[]]
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            blocks[-1].append((number, line.strip()))
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _wrapped(lines: list[str]) -> bool:
    """Whether lines are pieces of a paragraph: most are long, end in the middle of a sentence, and begin no speaker's turn."""
    inner = lines[:-1]
    open_ = sum(len(line) >= _WRAPPED and _END.search(line[-8:]) is None for line in inner)
    return len(inner) > 0 and open_ > _BROKEN * len(inner) and not any(_SPEAKS.match(line[:60]) for line in lines[1:])


def _joined(block: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(block[0][0], " ".join(words for _, words in block))]
