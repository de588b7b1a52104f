"""Rows of a table that somebody made: any of the usual separators, quotation marks as they come."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SEPARATORS = "\t;,|"
_HEAD = 65_536  # characters within which the header must end
_WIDEST = 1_024  # columns
_LONGEST = 40  # lines of one value; a quotation mark that closes later was meant for nothing


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line where it begins, counted from 1, and its values."""

    line: int
    values: tuple[str, ...]


def header(text: str) -> tuple[str, ...]:
    """The first row's values, without blanks around them; one where nothing separates them, none where it is no table.

    Example:
        >>> header("Start; Text")
        ('Start', 'Text')
    """
    first = next((line for line in text[:_HEAD].split("\n") if line.strip()), "")
    separator = _separator(text)
    return () if first.count(separator) >= _WIDEST else tuple(value.strip() for value in _values([first], separator)[0])


def rows(text: str) -> Iterator[Row]:
    """Every row that holds anything, the header too."""
    lines, separator = text.split("\n"), _separator(text)
    i = 0
    while i < len(lines):
        values, used = _values(lines[i : i + _LONGEST], separator) if '"' in lines[i] else (lines[i].split(separator), 1)
        if any(value.strip() for value in values):
            yield Row(i + 1, tuple(values))
        i += used


def plain(name: str) -> str:
    """A column's name without what people write differently.

    Example:
        >>> plain("Start_Time (ms)")
        'starttimems'
    """
    return "".join(c for c in name.lower() if c.isalnum())


def column(names: Sequence[str], usual: Sequence[str]) -> int | None:
    """Which column goes by one of the usual names, the first of these first; None where none does."""
    known = [plain(name) for name in names]
    return next((known.index(name) for name in usual if name in known), None)


def _separator(text: str) -> str:
    """What separates values: what the first row holds most of."""
    first = next((line for line in text[:_HEAD].split("\n") if line.strip()), "")
    return max(_SEPARATORS, key=first.count)


def _values(lines: Sequence[str], separator: str) -> tuple[list[str], int]:
    """The first row of some lines, and how many of them it takes; a quotation mark without its twin is a letter."""
    try:
        reader = csv.reader((line + "\n" for line in lines), delimiter=separator, strict=True)
        values = next(reader)
        return values, reader.line_num
    except csv.Error:
        return lines[0].split(separator), 1
