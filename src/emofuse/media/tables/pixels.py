"""Faces written as numbers: a csv with a row a picture, its pixels in one column, as FER2013's contest had them.

The table is gone through once and its pictures stay in the file: a row is found again by where it begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import CorpusError

COLUMNS = ("emotion", "usage", "pixels")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture.

    Args:
        emotion: Its code.
        usage: Its part, as the table writes it.
        start: First byte of its pixels in the file.
        length: Bytes of its pixels.
    """

    emotion: int
    usage: str
    start: int
    length: int


def rows(path: Path) -> Iterator[Row]:
    """The pictures of a table with the columns emotion, pixels and Usage, in any order and with blanks around their names.

    Raises:
        CorpusError: A column is missing, or a row has more or fewer fields, or no whole number for its emotion.
    """
    with path.open("rb") as file:
        header = file.readline()
        names = [name.decode("utf-8", "replace").strip(' \r\n\ufeff"').lower() for name in header.split(b",")]
        if sorted(names) != sorted(COLUMNS):
            raise CorpusError(
                f"{path} has the columns {', '.join(names)[:200]}. Expected emotion, pixels and Usage; get the file again, or name them so."
            )
        where = {name: names.index(name) for name in COLUMNS}
        start = len(header)
        for number, line in enumerate(file, 1):
            fields = line.split(b",")
            if len(fields) != len(COLUMNS) and line.strip():
                raise CorpusError(
                    f"Row {number} of {path} has {len(fields)} fields. Expected {len(COLUMNS)}, as in its header; "
                    f"the copy probably broke off: get the file again."
                )
            if line.strip():
                before = sum(len(field) + 1 for field in fields[: where["pixels"]])
                yield Row(
                    _code(path, number, fields[where["emotion"]]),
                    fields[where["usage"]].decode("utf-8", "replace").strip(' \r\n"'),
                    start + before,
                    len(fields[where["pixels"]]),
                )
            start += len(line)


def read_pixels(path: Path, start: int, length: int, side: int) -> Signal:
    """One picture as a video of one frame.

    Shape:
        values (1, side, side) uint8

    Raises:
        CorpusError: The file has gone, or there are not as many numbers from 0 to 255 as a picture needs.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            text = file.read(length).strip(b' \r\n"')
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read ({(error.strerror or str(error)).lower()}). Expected the table there; get it again."
        ) from error
    try:
        values = np.fromiter(map(int, text.split()), dtype=np.int64)
    except (ValueError, OverflowError):
        values = np.zeros(0, dtype=np.int64)
    if len(values) != side * side or values.min() < 0 or values.max() > 255:
        raise CorpusError(
            f"The picture at byte {start} of {path} is not {side * side} numbers from 0 to 255. "
            f"Expected {side}x{side} grey pixels; get the file again."
        )
    return Signal(values.astype(np.uint8).reshape(1, side, side), rate=1.0)


def _code(path: Path, number: int, field: bytes) -> int:
    try:
        return int(field.strip(b' \r\n"'))
    except ValueError as error:
        raise CorpusError(
            f"Row {number} of {path} has the emotion {field[:40].decode('utf-8', 'replace')!r}. Expected a whole number; mend the row."
        ) from error
