"""What a page says, before it is HTML or Markdown: sentences, tables and pictures in an order.

Nothing here knows what the figures mean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a remark is meant: a word that pages also print, as colour never carries a meaning alone."""

    GOOD = "good"
    PLAIN = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that must not be overlooked."""

    tone: Tone
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under heads.

    Args:
        caption: What it shows.
        heads: Of the columns.
        rows: As many cells each as there are heads.
        words: How many columns, from the left, hold words; the others hold numbers.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing.

    Args:
        caption: What it shows.
        alt: What somebody who cannot see it should know.
        draw: Makes it, as SVG.
    """

    caption: str
    alt: str
    draw: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that is read first."""

    name: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Something with a heading.

    Args:
        title: The heading.
        text: Paragraphs.
        pictures: Drawings, before the tables that say the same in numbers.
        tables: Tables.
        tone: A warning is set apart from the rest.
    """

    title: str
    text: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Document:
    """A page.

    Args:
        title: Of the page.
        lead: One sentence that a stranger understands.
        remarks: What must be known before any figure is read.
        tiles: The figures that are read first.
        sections: The rest.
    """

    title: str
    lead: str
    remarks: tuple[Remark, ...] = ()
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()
