"""How far two lanes say the same: share of time, Cohen's kappa, and where they differ.

Both are laid on cells of 100 ms. A cell counts where both have an answer among the words that both know;
what either calls by a word the other lacks cannot agree, and is counted apart.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CELL = 100  # ms; the grid on which emofuse cuts spans


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch over which the two do not change, and differ. Times in ms."""

    start: int
    end: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What came of comparing.

    Args:
        words: Labels that both know.
        cells: Cells of 100 ms that could be compared.
        total: Cells of the longer recording.
        share: Of the compared cells in which both say the same; None where none could be compared.
        kappa: Cohen's: agreement beyond what their shares of labels would give by chance; None where chance alone agrees always.
        stretches: Where they differ, in the order of time.
        pairs: Cells by (first's word, second's word).
    """

    words: tuple[str, ...]
    cells: int
    total: int
    share: float | None
    kappa: float | None
    stretches: tuple[Stretch, ...]
    pairs: Mapping[tuple[str, str], int]


def compared(first: Mapping[str, Any], second: Mapping[str, Any]) -> Agreement:
    """Two lanes of the JSON export (docs/timeline.schema.json), moment by moment.

    Example:
        >>> def lane(*labels):
        ...     spans = [{"start": i * 100, "end": i * 100 + 100, "label": label} for i, label in enumerate(labels)]
        ...     return {"labels": ["calm", "fear"], "spans": spans}
        >>> found = compared(lane("calm", "calm", "fear", "fear"), lane("calm", "fear", "fear", "fear"))
        >>> found.share, found.kappa
        (0.75, 0.5)
    """
    words = tuple(word for word in first["labels"] if word in second["labels"])
    a, b = cells(first["spans"]), cells(second["spans"])
    both = [(x, y) if x is not None and y is not None and {x, y} <= set(words) else None for x, y in zip(a, b, strict=False)]
    pairs = Counter(pair for pair in both if pair is not None)
    count = sum(pairs.values())
    share = sum(n for (x, y), n in pairs.items() if x == y) / count if count else None
    return Agreement(words, count, max(len(a), len(b)), share, _kappa(pairs), tuple(_stretches(both)), dict(pairs))


def cells(spans: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """The label of each cell: that of the span over its middle."""
    end = max((span["end"] for span in spans), default=0)
    found: list[str | None] = [None] * -(-end // CELL)
    for span in spans:
        for i in range(-(-(span["start"] - CELL // 2) // CELL), min(-(-(span["end"] - CELL // 2) // CELL), len(found))):
            found[max(i, 0)] = span["label"]
    return found


def _kappa(pairs: Mapping[tuple[str, str], int]) -> float | None:
    """Cohen 1960. None without cells, and where both say one same word throughout: there is nothing beyond chance then."""
    count = sum(pairs.values())
    if not count:
        return None
    mine, others = Counter[str](), Counter[str]()
    for (x, y), n in pairs.items():
        mine[x] += n
        others[y] += n
    seen = sum(n for (x, y), n in pairs.items() if x == y) / count
    chance = sum(mine[word] * others[word] for word in mine) / count**2
    return None if chance >= 1.0 else (seen - chance) / (1.0 - chance)


def _stretches(both: Sequence[tuple[str, str] | None]) -> list[Stretch]:
    found: list[Stretch] = []
    for i, pair in enumerate(both):
        if pair is None or pair[0] == pair[1]:
            continue
        last = found[-1] if found else None
        if last is not None and last.end == i * CELL and (last.first, last.second) == pair:
            found[-1] = Stretch(last.start, last.end + CELL, *pair)
        else:
            found.append(Stretch(i * CELL, (i + 1) * CELL, *pair))
    return found
