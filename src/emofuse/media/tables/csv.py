"""Columns of a csv: commas, semicolons or tabs, UTF-8, a header, and as many fields in every line."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.errors import CorpusError
from emofuse.media.tables.cells import PIECE, Words, room, word

if TYPE_CHECKING:
    import pandas as pd

_MISSING = ["", "nan", "NaN", "NAN", "NA", "N/A", "#N/A", "null", "NULL", "None"]  # among numbers; among words only nothing is missing


def names(path: Path) -> tuple[str, ...]:
    """The columns, as the first line names them.

    Raises:
        CorpusError: There is no header, it names a column twice, or the file is not UTF-8.
    """
    return _header(path)[0]


def read(path: Path, words: Sequence[str], numbers: Sequence[str], limit: int) -> tuple[dict[str, Words], np.ndarray]:
    """Columns as text, and columns as a matrix (N, D) float32.

    Raises:
        CorpusError: A line has more or fewer fields than the header, is not UTF-8, or holds no number where one is wanted.
    """
    header, separator = _header(path)
    count = _count(path, len(header), separator)
    matrix, done = room(path, count, len(numbers), limit), 0
    said: dict[str, Words] = {name: [] for name in words}
    for piece in _pieces(path, header, separator, words, numbers) if words or numbers else ():
        for name in words:
            said[name] += map(word, piece[name].tolist())
        if numbers:
            matrix[done : done + len(piece)] = _numbers(path, piece, numbers, done)
        done += len(piece)
    return said, matrix


def _header(path: Path) -> tuple[tuple[str, ...], str]:
    """The columns' names, and what separates them."""
    with path.open("rb") as file:
        line = _text(path, 1, file.readline(1 << 24)).lstrip("\ufeff")
    separator = max(",;\t", key=line.count)
    found = tuple(name.strip() for name in next(csv.reader([line], delimiter=separator), []))
    again = sorted({name for name in found if found.count(name) > 1}) if len(set(found)) < len(found) else []
    if not any(found):
        raise CorpusError(f"{path} has no header. Expected a first line that names the columns; add one.")
    if again:
        raise CorpusError(f"{path} names the column {', '.join(again)} more than once. Expected each name once; rename the others.")
    return found, separator


def _text(path: Path, number: int, line: bytes) -> str:
    if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line:
        raise CorpusError(f"{path} is not UTF-8 (line {number} looks like UTF-16, or like no text). Expected a csv in UTF-8; save it so.")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 (byte 0x{line[error.start]:02x} in line {number}). Expected a csv in UTF-8; save it so."
        ) from error


def _count(path: Path, width: int, separator: str) -> int:
    """Rows below the header, each of which has as many fields as that."""
    mark, count, quoted = separator.encode(), 0, False
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii() or b"\0" in line:
                _text(path, number, line)
            if b'"' in line:
                quoted = True
                break
            if number > 1 and line.strip(b"\r\n"):
                _fits(path, number, line.count(mark) + 1, width)
                count += 1
    if not quoted:
        return count
    count = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:  # a field in quotes may hold anything, new lines too
            reader = csv.reader(text, delimiter=separator)
            next(reader)
            for fields in reader:
                if fields:
                    _fits(path, reader.line_num, len(fields), width)
                    count += 1
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{path} cannot be read as a table ({error}). Expected a csv in UTF-8; save it so.") from error
    return count


def _fits(path: Path, number: int, fields: int, width: int) -> None:
    if fields != width:
        raise CorpusError(
            f"Line {number} of {path} has {fields} fields. Expected {width}, as in its header; mend the line, or write the table again."
        )


def _pieces(path: Path, header: Sequence[str], separator: str, words: Sequence[str], numbers: Sequence[str]) -> "Iterator[pd.DataFrame]":
    import pandas as pd

    wanted = set(words) | set(numbers)
    with pd.read_csv(
        path,
        sep=separator,
        header=None,
        skiprows=1,
        names=list(header),
        usecols=[name for name in header if name in wanted],
        dtype=dict.fromkeys(words, str),
        keep_default_na=False,
        na_values={name: [""] if name in words else _MISSING for name in wanted},
        chunksize=max(PIECE // (8 * len(header)), 1),
        encoding="utf-8-sig",
        encoding_errors="replace",
        index_col=False,
        low_memory=False,
    ) as pieces:
        yield from pieces


def _numbers(path: Path, piece: "pd.DataFrame", numbers: Sequence[str], done: int) -> np.ndarray:
    """Shape: (rows of the piece, columns) float32."""
    import pandas as pd

    try:
        values: np.ndarray = piece[list(numbers)].to_numpy(dtype=np.float32)
    except (ValueError, TypeError):
        for name in numbers:
            bad = pd.to_numeric(piece[name], errors="coerce").isna() & piece[name].notna()
            if bad.any():
                place = int(bad.to_numpy().argmax())
                raise CorpusError(
                    f"Row {done + place + 1} of {path} has {str(piece[name].iloc[place])[:40]!r} in the column {name}. "
                    f"Expected a number; mend it, or do not name that column as a feature."
                ) from None
        raise
    return values
