"""What the cells of any table become here: text, or a place in one matrix of numbers."""

import re
from pathlib import Path

import numpy as np

from emofuse.core.errors import CorpusError

Words = list[str | None]
"""A column as text; None where it is empty."""

LIMIT = 4 << 30  # bytes of numbers at once; 100,000 rows of 2,548 take 1 GiB
PIECE = 32 << 20  # bytes of numbers that are decoded at once
_WHOLE = re.compile(r"(-?\d+)\.0+")


def word(value: object) -> str | None:
    """A cell as text, a whole number without decimals; None where it is empty or NaN.

    Example:
        >>> word(3.0), word(" 007 "), word(b"anger"), word(float("nan")), word("")
        ('3', '007', 'anger', None, None)
    """
    if value is None or value != value:  # NaN differs from itself
        return None
    text = (value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)).strip()
    whole = _WHOLE.fullmatch(text)
    return (whole[1] if whole else text) or None


def room(path: Path, count: int, width: int, limit: int) -> np.ndarray:
    """An empty matrix for a table's numbers.

    Shape:
        (count, width) float32

    Raises:
        CorpusError: It would take more bytes than the limit.
    """
    size = 4 * count * width
    if size > limit:
        raise CorpusError(
            f"{path} has {count:,} rows of {width:,} numbers, which take {size / 2**30:.3g} GiB. Expected at most {limit / 2**30:.3g} GiB; "
            f"name fewer columns, or cut the table into parts."
        )
    return np.empty((count, width), dtype=np.float32)
