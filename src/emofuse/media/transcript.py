"""What was said: the rows of a table of text, and an utterance as a signal.

Nothing here knows which columns a corpus has, or what its labels mean.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.core.clip import Signal, Source
from emofuse.core.errors import CorpusError

_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{1,3})")
_CONTROLS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""Windows-1252 that somebody read as Latin-1: U+0092 where an apostrophe was meant. No text holds these on purpose."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, which knows where it stands.

    Args:
        path: The table.
        line: Where the row begins, counted from 1.
        values: By column.
    """

    path: Path
    line: int
    values: Mapping[str, str]

    def text(self, column: str) -> str:
        """What stands in a column, without blanks around it.

        Raises:
            CorpusError: Nothing does.
        """
        text = self.values[column].strip()
        if not text:
            raise self.wrong(f"{column} is empty", "something in every row")
        return text

    def number(self, column: str) -> int:
        """A whole number.

        Raises:
            CorpusError: It is none.
        """
        text = self.text(column)
        if not re.fullmatch(r"-?\d+", text, re.ASCII):
            raise self.wrong(f"{column} is '{text[:60]}'", "a whole number")
        return int(text)

    def time(self, column: str) -> int:
        """Milliseconds of a clock that reads hours:minutes:seconds, with a comma or a point before the milliseconds.

        Raises:
            CorpusError: It reads otherwise.
        """
        text = self.text(column)
        read = _CLOCK.fullmatch(text)
        if read is None:
            raise self.wrong(f"{column} is '{text[:60]}'", "a time such as 00:16:16,059")
        hours, minutes, seconds = (int(part) for part in read.groups()[:3])
        return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + int(read[4].ljust(3, "0"))

    def word(self, column: str, codes: Mapping[str, str]) -> str:
        """Our word for what stands in a column.

        Raises:
            CorpusError: The corpus has no such word.
        """
        text = self.text(column)
        if text not in codes:
            raise self.wrong(f"{column} is '{text[:60]}'", f"one of {', '.join(codes)}")
        return codes[text]

    def wrong(self, what: str, expected: str) -> CorpusError:
        """An error that says where in the table something is not as it should be."""
        return CorpusError(f"{self.path}, line {self.line}: {what}. Expected {expected}; mend the row, or get the table again.")


def rows(path: Path, columns: Sequence[str], *, delimiter: str = ",", quoted: bool = True, header: bool = True) -> Iterator[Row]:
    """The rows of a table of text; empty lines are passed over.

    Args:
        path: The table, in UTF-8.
        columns: What must be there; without a header, all columns in their order.
        delimiter: Between two columns.
        quoted: Whether quotation marks hold a value together; else they are part of it.
        header: Whether the first row names the columns.

    Raises:
        CorpusError: It is not UTF-8, lacks a column, has a row of another length, or a quotation mark that is never closed.
    """
    lines = io.StringIO(_decoded(path), newline="")
    table = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE, strict=quoted)
    names: list[str] = [] if header else list(columns)
    line = 1
    while True:
        try:
            values = next(table)
        except StopIteration:
            break
        except csv.Error as error:
            raise CorpusError(
                f"{path}, line {line}: {error}. Expected quotation marks in pairs, and doubled inside a value; "
                f"mend the row, or get the table again."
            ) from error
        if names and values and len(values) != len(names):
            raise CorpusError(
                f"{path}, line {line}: {len(values)} values. Expected {len(names)}: {', '.join(names)}; "
                f"the row was cut, or holds a delimiter without quotation marks: mend it, or get the table again."
            )
        if names and values:
            yield Row(path, line, dict(zip(names, values, strict=True)))
        elif values:
            names = _named(path, [value.strip() for value in values], columns)
        line = table.line_num + 1
    if not names:
        raise CorpusError(f"{path} is empty. Expected a table with the columns {', '.join(columns)}; get it again.")


def said(path: Path, text: str, duration: int = 0, before: tuple[str, ...] = ()) -> Source:
    """Where an utterance stands: its words travel along, because the table was read to find the clip.

    Args:
        path: The table.
        text: The words, as one string.
        duration: How long speaking them took, in ms; 0 where nobody knows.
        before: The turns before it, the latest first; empty ones where there were fewer than others have.
    """
    more: dict[str, Any] = {"before": before} if before else {}  # nothing more where there is none: keys of caches stay as they are
    return Source(path, partial(read_said, text=text, duration=duration, **more))


def read_said(path: Path, text: str, duration: int = 0, before: tuple[str, ...] = ()) -> Signal:
    """An utterance as a signal of one sample, which lasts as long as it was spoken; a second where nobody knows.

    Shape:
        values (1,) str, or (1, 1 + turns) str with those before it

    Raises:
        CorpusError: The table it came from has gone.
    """
    if not path.is_file():
        raise CorpusError(f"{path} has gone. Expected the table with what was said; put it back, or look for the corpus' clips again.")
    return Signal(np.array([[text, *before]] if before else [text]), rate=1_000 / duration if duration > 0 else 1.0)


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read ({error.strerror}). Expected a table of text; get it again.") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CorpusError(
            f"{path}, line {line}: byte {error.object[error.start]:#04x} is not UTF-8. Expected a table in UTF-8, as it is published; "
            f"open it as Windows-1252 and save it as UTF-8, or get it again."
        ) from error
    return text.translate(_CONTROLS) if re.search("[\x80-\x9f]", text) else text


def _named(path: Path, names: list[str], columns: Sequence[str]) -> list[str]:
    missing = [column for column in columns if column not in names]
    if missing:
        raise CorpusError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(names)[:200]}. "
            f"Expected {', '.join(columns)}; get the table again, or name its columns so."
        )
    return names
