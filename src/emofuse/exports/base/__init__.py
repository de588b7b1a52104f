"""What formats share: which lanes there are, how a span reads, how text is kept.

A format is a module with ``SUFFIX``, ``SUMMARY`` (a line for --help), ``save(timeline, path)`` and, where it is text, ``text(timeline)``.
"""

from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

from emofuse.core.provenance import limits, recognizers
from emofuse.core.timeline import Span, Timeline
from emofuse.media.beside import beside

ABOUT = ("recognizers", "limits")  # a table's last columns
DIGITS = 4  # of a probability; calibration is not that exact


def lanes(timeline: Timeline) -> tuple[Timeline, ...]:
    """The timeline itself, then those it was fused from: the order in every format."""
    return (timeline, *timeline.members)


def told(timeline: Timeline) -> Iterator[tuple[str, str]]:
    """Cells of the columns `ABOUT`, row by row: filled in the first, empty in all others, which else would say it a thousand times."""
    yield recognizers(timeline), limits(timeline)
    yield from repeat(("", ""))


def source(timeline: Timeline) -> str:
    """Name of the recording, without its folder, which is nobody else's business; empty where it is not told."""
    return Path(str(timeline.facts.get("source", ""))).name


def caption(span: Span) -> str:
    """A span in a few words, doubt and absence included.

    Example:
        >>> from emofuse.core.segment import Segment
        >>> caption(Span(Segment(0, 900), "anger", 0.41, uncertain=True))
        'anger? 41 % (uncertain)'
        >>> caption(Span(Segment(0, 900), None, None, absent="no face"))
        '(no face)'
    """
    if span.label is None or span.probability is None:
        return f"({span.absent})"
    doubt = ("?", " (uncertain)") if span.uncertain else ("", "")
    return f"{span.label}{doubt[0]} {span.probability:.0%}".replace("%", " %") + doubt[1]


def rounded(probability: float | None) -> float | None:
    """A probability, or a difference of two, as files carry it; None where there is none (a NaN, too), and no zero below zero.

    Example:
        >>> rounded(0.123456), rounded(float("nan")), rounded(-0.00001)
        (0.1235, None, 0.0)
    """
    return None if probability is None or probability != probability else round(float(probability), DIGITS) + 0.0


def stamp(ms: int, point: str) -> str:
    """A time as subtitles write it.

    Example:
        >>> stamp(3_723_004, ",")
        '01:02:03,004'
    """
    seconds, rest = divmod(ms, 1_000)
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def write(text: str, path: Path) -> None:
    """Keep text as UTF-8 with plain line ends on every system; whole or not at all.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    with beside(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
