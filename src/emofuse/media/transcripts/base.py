"""What formats share: what a file says before anybody has ordered or cut it, and how clocks read.

A format is a module with ``is_one(text, suffix)``, whether a file is of it, and ``read(text, name)``, what it says.
"""

import re
from dataclasses import dataclass

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):(\d{1,2})(?:[.,:;](\d{1,9}))?")
_SHOWN = 40  # characters of a broken line that a message repeats


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption, row, annotation or line, as it is written.

    Args:
        words: With whatever markup there is; one string, lines and all.
        line: Where it begins in the file, counted from 1.
        start: In ms; None where the file has no times.
        end: In ms; None where it does not say.
        speaker: As the file says beside the words.
        dialogue: In which of several conversations.
    """

    words: str
    line: int
    start: int | None = None
    end: int | None = None
    speaker: str | None = None
    dialogue: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A place that could not be read.

    Args:
        line: Where, counted from 1.
        why: What is wrong there, as the end of "line 12: ...".
    """

    line: int
    why: str

    def __str__(self) -> str:
        return f"line {self.line} ({self.why})"


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says.

    Args:
        cues: In the file's order.
        broken: What could not be read.
        notes: What a reader must be told of how it was read.
    """

    cues: tuple[Cue, ...]
    broken: tuple[Broken, ...] = ()
    notes: tuple[str, ...] = ()


def clock(text: str) -> int | None:
    """Milliseconds of a clock that reads hours:minutes:seconds; hours and fractions may be left out; None where it is none.

    Example:
        >>> clock("00:01:02,500"), clock("1:02.5"), clock("00:61:00.000"), clock("soon")
        (62500, 62500, None, None)
    """
    read = _CLOCK.fullmatch(text.replace(" ", "")) if text.isascii() else None
    if read is None:
        return None
    hours, minutes, seconds = int(read[1] or 0), int(read[2]), int(read[3])
    if seconds > 59 or (read[1] is not None and minutes > 59):
        return None
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + round(int((read[4] or "0")[:6].ljust(6, "0")) / 1_000)


def shown(text: str) -> str:
    """A piece of a file in a message: one short line.

    Example:
        >>> shown("  00:00:0x  -->  00:00:02,000 ")
        "'00:00:0x --> 00:00:02,000'"
    """
    line = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return f"'{line[:_SHOWN]}{'…' * (len(line) > _SHOWN)}'"
