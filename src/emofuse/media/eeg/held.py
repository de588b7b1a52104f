"""What an EEG file holds, as its format tells of it, before anybody chose what to make of that."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

MICROVOLTS = {"V": 1e6, "mV": 1e3, "µV": 1.0, "nV": 1e-3}
"""How many microvolts one of each unit is."""


@dataclass(frozen=True, slots=True)
class Variable:
    """An array of a file that holds several.

    Args:
        name: In the file.
        shape: Of the array.
        kind: Of its numbers, as numpy calls it.
    """

    name: str
    shape: tuple[int, ...]
    kind: str

    def __str__(self) -> str:
        return f"{self.name} ({' x '.join(map(str, self.shape))})"


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One array of samples, and what is known of it; None where the file does not say.

    Args:
        kind: The format, for a reader.
        pieces: Called with columns; gives consecutive (time, columns) stretches of them in `unit`, NaN where there is nothing.
        width: Columns.
        count: Samples.
        names: Of the columns.
        rate: Samples a second.
        unit: One of `MICROVOLTS`.
        variable: Which of the variables it is.
        axes: What each axis of that variable is.
        notes: What a reader must be told: what was concluded rather than read.
        others: Columns that are known not to be EEG, by number.
    """

    kind: str
    pieces: Callable[[Sequence[int]], Iterator[np.ndarray]]
    width: int
    count: int
    names: tuple[str, ...] | None = None
    rate: float | None = None
    unit: str | None = None
    variable: str | None = None
    axes: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    others: frozenset[int] = field(default_factory=frozenset)
