"""Tables with a row an utterance, as spreadsheets, annotation tools and scripts write them; columns are found by their usual names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from emofuse.core.errors import MediaError
from emofuse.media.transcripts.base import Broken, Cue, Written, clock, shown
from emofuse.media.transcripts.rows import Row, column, header, rows

_UNITS = {"ms": 1, "msec": 1, "millis": 1, "milliseconds": 1, "s": 1_000, "sec": 1_000, "secs": 1_000, "seconds": 1_000, "": 0}
_TEXT = (
    "text", "utterance", "transcript", "transcription", "words", "sentence", "caption", "subtitle", "subtitles", "said", "speech", "spoken",
    "content", "line", "message", "phrase", "turn", "dialogue", "value", "annotation", "label",
)  # fmt: skip
_SPEAKER = ("speaker", "speakername", "speakerid", "who", "name", "participant", "person", "character", "actor", "role", "voice", "tier")
_START = ("start", "begin", "onset", "from", "starttime", "begintime", "timestart", "timebegin", "tmin", "xmin", "in", "time", "timestamp")
_END = ("end", "offset", "stop", "finish", "to", "endtime", "stoptime", "timeend", "tmax", "xmax", "out", "until")
_DURATION = ("duration", "dur", "length")
_NUMBER = re.compile(r"(-?\d{1,12}(?:[.,]\d{1,9})?|-?[.,]\d{1,9})\s*(ms|s|sec)?", re.ASCII)
_SLOW = 45.0  # seconds that an utterance hardly ever takes; where half of them take longer, their numbers are milliseconds
_ENDINGS = (".csv", ".tsv", ".tab")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what, by its place; None where there is none. A unit is ms in one; 0 where the header does not say."""

    text: int
    start: int | None = None
    end: int | None = None
    duration: int | None = None
    speaker: int | None = None
    units: tuple[int, int, int] = (0, 0, 0)


def is_one(text: str, suffix: str) -> bool:
    """Whether the header names a text and its time or speaker; or it is a table by its name."""
    found = _columns(header(text))
    told = found is not None and len(header(text)) > 1 and (found.start is not None or found.speaker is not None)
    return told or suffix in _ENDINGS or _bare(header(text)) is not None


def read(text: str, name: str) -> Written:
    """A cue a row.

    Raises:
        MediaError: Which column holds the words cannot be told.
    """
    names = header(text)
    found, skipped = _columns(names), 1
    if found is None:
        found, skipped = _bare(names), 0
    if found is None:
        listed = ", ".join(names)[:200]
        raise MediaError(
            f"{name} has no column with words: it has {listed or 'no header'}. Expected a header with text (or utterance, transcript), "
            f"and where there are times, start and end; name its columns so."
        )
    return cues(list(rows(text))[skipped:], found, len(names))


def cues(read: Sequence[Row], columns: Columns, width: int, dialogue: Sequence[int] = ()) -> Written:
    """Rows as cues: a row of another width, or without a time that is right, is broken.

    Args:
        read: Without the header.
        columns: Which is what.
        width: Values that a row has.
        dialogue: Columns that tell conversations apart.
    """
    fitting, broken = _fitting(read, columns, width)
    units, notes = _units(fitting, columns)
    found: list[Cue] = []
    for row in fitting:
        when = _when(row, columns, units)
        if isinstance(when, Broken):
            broken.append(when)
            continue
        speaker = row.values[columns.speaker].strip() if columns.speaker is not None else ""
        part = " ".join(row.values[place].strip() for place in dialogue)
        found.append(Cue(row.values[columns.text], row.line, *when, speaker or None, part or None))
    return Written(tuple(found), tuple(sorted(broken, key=lambda one: one.line)), notes)


def _columns(names: Sequence[str]) -> Columns | None:
    """Which column is what, by its usual names; None where no column holds words."""
    text = column(names, _TEXT)
    if text is None:
        return None
    start, end, duration = (_timed(names, usual, text) for usual in (_START, _END, _DURATION))
    speaker = column([name if i != text else "" for i, name in enumerate(names)], _SPEAKER)
    return Columns(text, start[0], end[0], duration[0], speaker, (start[1], end[1], duration[1]))


def _timed(names: Sequence[str], usual: Sequence[str], text: int) -> tuple[int | None, int]:
    """A column of times and its unit, one that says its unit before one that does not."""
    for unit, size in _UNITS.items():
        place = column([name if i != text else "" for i, name in enumerate(names)], [f"{each}{unit}" for each in usual])
        if place is not None:
            return place, size
    return None, 0


def _bare(values: Sequence[str]) -> Columns | None:
    """A table without a header: begin, end, words, as Audacity writes its labels."""
    if len(values) != 3 or _time(values[0], 1) is None or _time(values[1], 1) is None or not any(c.isalpha() for c in values[2]):
        return None
    return Columns(text=2, start=0, end=1)


def _fitting(read: Sequence[Row], columns: Columns, width: int) -> tuple[list[Row], list[Broken]]:
    """Rows with a value for each column; where words come last, separators in them are words."""
    fitting: list[Row] = []
    broken: list[Broken] = []
    needed = max(place for place in (columns.text, columns.start, columns.end, columns.duration, columns.speaker) if place is not None)
    for row in read:
        values = row.values
        if len(values) > width and columns.text == width - 1:
            values = (*values[: width - 1], ",".join(values[width - 1 :]))
        if len(values) > width and any(value.strip() for value in values[width:]):
            broken.append(Broken(row.line, f"{len(values)} values, and the header names {width}"))
        elif len(values) <= needed:
            broken.append(Broken(row.line, f"{len(values)} of {width} values"))
        else:
            fitting.append(Row(row.line, values))
    return fitting, broken


def _units(read: Sequence[Row], columns: Columns) -> tuple[tuple[int, int, int], tuple[str, ...]]:
    """What each column of times counts in, as ms; numbers tell where their header does not."""
    places = (columns.start, columns.end, columns.duration)
    open_ = [place for place, unit in zip(places, columns.units, strict=True) if place is not None and not unit]
    numbers = [[_plain(row.values[place]) for row in read] for place in open_]
    if not any(number is not None for each in numbers for number in each):
        return columns.units, ()
    if columns.start in open_ and columns.end in open_:
        lasting = [b - a for a, b in zip(numbers[0], numbers[1], strict=True) if a is not None and b is not None]
    elif columns.duration in open_:
        lasting = [number for number in numbers[-1] if number is not None]
    else:
        known = [number for number in numbers[0] if number is not None]
        lasting = [b - a for a, b in zip(known, known[1:], strict=False)]
    size = 1 if lasting and sorted(lasting)[len(lasting) // 2] > _SLOW else 1_000
    start, end, duration = (unit or size for unit in columns.units)
    return (start, end, duration), (
        f"The transcript's header does not say in what it counts time; taken as {'ms' if size == 1 else 'seconds'}.",
    )


def _when(row: Row, columns: Columns, units: tuple[int, int, int]) -> tuple[int | None, int | None] | Broken:
    """Begin and end in ms, None where there is no such column; or why they cannot be told."""
    if columns.start is None:
        return None, None
    told: list[int | None] = []
    for place, unit in zip((columns.start, columns.end, columns.duration), units, strict=True):
        value = row.values[place].strip() if place is not None else ""
        time = _time(value, unit) if value else None
        if value and time is None:
            return Broken(row.line, f"{shown(value)} is no time")
        told.append(time)
    start, end, duration = told
    if start is None:
        return Broken(row.line, "it has no time")
    if end is None and duration is not None:
        end = start + duration
    if end is not None and end <= start:
        return Broken(row.line, "it ends before it begins" if end < start else "it lasts no time")
    return start, end


def _time(value: str, unit: int) -> int | None:
    """A clock, or a number in a unit of so many ms; None where it is neither."""
    read = _NUMBER.fullmatch(value.strip())
    if read is None:
        return clock(value)
    size = {"ms": 1, "s": 1_000, "sec": 1_000}.get(read[2], unit)
    return round(float(read[1].replace(",", ".")) * size)


def _plain(value: str) -> float | None:
    """A number without a unit of its own."""
    read = _NUMBER.fullmatch(value.strip())
    return float(read[1].replace(",", ".")) if read is not None and not read[2] else None
