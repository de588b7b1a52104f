"""Which label was answered for which: a row a true label, in parts of a hundred, so that rare labels can be read, too."""

from dataclasses import dataclass

from emofuse_web.recognition.cards import Card


@dataclass(frozen=True, slots=True)
class Cell:
    """How often one label was answered for another."""

    count: int
    percent: int
    right: bool


@dataclass(frozen=True, slots=True)
class Row:
    """All answers for the clips of one label."""

    label: str
    clips: int
    cells: tuple[Cell, ...]


def confusion(card: Card) -> tuple[Row, ...]:
    """The rows; the last column is of clips without an answer, and is left out where there are none."""
    unanswered = any(counts[len(card.labels) :] and sum(counts[len(card.labels) :]) for _, counts in card.confusion)
    columns = len(card.labels) + (1 if unanswered else 0)
    return tuple(_row(label, i, counts[:columns]) for i, (label, counts) in enumerate(card.confusion))


def _row(label: str, place: int, counts: tuple[int, ...]) -> Row:
    total = sum(counts)
    cells = tuple(Cell(count, round(100 * count / total) if total else 0, i == place) for i, count in enumerate(counts))
    return Row(label, total, cells)
