"""Columns by their names out of csv, parquet and npz files: words as text, numbers as one matrix.

Files are gone through piece by piece, so that memory holds what is asked for and little else. Nothing is ever unpickled.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from emofuse.core.errors import CorpusError
from emofuse.media.tables import csv, npz, parquet
from emofuse.media.tables.cells import LIMIT, Words

_READERS = {".csv": csv, ".tsv": csv, ".txt": csv, ".parquet": parquet, ".npz": npz}


def names(path: Path) -> tuple[str, ...]:
    """The columns of a table, in its order; the arrays of an npz file.

    Raises:
        CorpusError: There is no such file, or it is no table.
    """
    kind = path.suffix.lower()
    if kind not in _READERS:
        raise CorpusError(f"{path} is no table that can be read. Expected one of {', '.join(_READERS)}; save it as one of these.")
    if not path.is_file():
        raise CorpusError(f"There is no file {path}. Expected a table there; check the spelling and the folder.")
    found: tuple[str, ...] = _READERS[kind].names(path)
    return found


def columns(path: Path, words: Sequence[str], numbers: Sequence[str], limit: int = LIMIT) -> tuple[dict[str, Words], np.ndarray]:
    """Some columns as words, and others as one matrix, in one pass.

    Whole numbers read as words have no decimals; what is empty is None among words and NaN among numbers.

    Args:
        path: A csv (commas, semicolons or tabs; UTF-8), parquet or npz file.
        words: Columns wanted as text.
        numbers: Columns wanted as numbers.
        limit: Bytes that the matrix may take.

    Shape:
        the matrix: (N, D) float32, in the order of `numbers`

    Raises:
        CorpusError: No such file or column, a row with more or fewer fields than the header, no UTF-8, a field that is no number,
            arrays of objects or of different lengths, or more numbers than the limit.
    """
    known = names(path)
    missing = sorted({*words, *numbers} - set(known))
    if missing:
        raise CorpusError(f"{path} has no column {', '.join(missing)}. It has {listed(known)}. Name one of these, or add it to the table.")
    read: tuple[dict[str, Words], np.ndarray] = _READERS[path.suffix.lower()].read(path, tuple(dict.fromkeys(words)), tuple(numbers), limit)
    return read


def listed(known: Sequence[str]) -> str:
    """Column names for a message: the first twenty, and how many more."""
    return (", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")) or "none"


def faults(matrix: np.ndarray) -> tuple[int, tuple[int, ...]]:
    """How many values are no finite number, and which columns say the same in every row.

    Shape:
        (N, D) -> a count, and places from 0 to D - 1

    Example:
        >>> faults(np.array([[1.0, 2.0], [1.0, np.nan], [1.0, 3.0]]))
        (1, (0,))
    """
    strange, same = 0, np.ones(matrix.shape[1], dtype=bool)
    for start in range(0, len(matrix), 4_096):
        piece = matrix[start : start + 4_096]
        strange += int(np.count_nonzero(~np.isfinite(piece)))
        same &= (piece == matrix[0]).all(axis=0)
    return strange, tuple(np.flatnonzero(same).tolist()) if len(matrix) > 1 else ()


def picked(known: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """Columns by name, and by ``prefix:``, which stands for all whose names begin so, in the table's order.

    Example:
        >>> picked(["who", "eeg_1", "eeg_2"], ["prefix:eeg_", "who"])
        ('eeg_1', 'eeg_2', 'who')
    """
    known = tuple(known)
    found: list[str] = []
    for name in wanted:
        begins = name.removeprefix("prefix:")
        found += [name] if begins == name else [column for column in known if column.startswith(begins)]
    return tuple(dict.fromkeys(found))
