"""Every figure of a report as csv: one file a question, the numbers unrounded."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from math import isnan
from pathlib import Path

from emofuse.evaluation.report import FIGURES, Figure, Part, Report
from emofuse.media.beside import beside

Cell = str | int | float
Rows = Iterable[Sequence[Cell]]


def tables(report: Report) -> dict[str, tuple[tuple[str, ...], list[Sequence[Cell]]]]:
    """By file name, the heads and the rows; files for which the report has nothing have no rows."""
    heads = (*report.labels, "no answer")
    made: dict[str, tuple[tuple[str, ...], Rows]] = {
        "figures": (("figure", "value", "low", "high"), _figures(report)),
        "classes": (
            ("label", "precision", "recall", "f1", "support"),
            ([word, row["precision"], row["recall"], row["f1"], int(row["support"])] for word, row in report.classes.items()),
        ),
        "confusion": (("truth", *heads), ([word, *row] for word, row in zip(report.labels, report.confusion, strict=True))),
        "people": (
            ("person", f"{report.level}s", "accuracy", "uar"),
            ([who, person.n, person.accuracy, person.uar] for who, person in report.subjects.items()),
        ),
        "groups": (
            ("fact", "value", *_PART),
            ([fact, value, *_part(part)] for fact, values in report.groups.items() for value, part in values.items()),
        ),
        "folds": (("fold", *_PART), ([name, *_part(part)] for name, part in report.folds.items())),
        "reliability": (
            ("low", "high", "answers", "confidence", "accuracy"),
            ([part.low, part.high, part.n, part.confidence, part.accuracy] for part in report.reliability),
        ),
        "risk_coverage": (
            ("threshold", "coverage", "answers", "accuracy"),
            ([point.threshold, point.coverage, point.n, point.accuracy] for point in report.coverage),
        ),
        "without": (
            ("without", *_PART),
            ([str(m), *_part(Part(told.n, told.accuracy, told.uar))] for m, told in report.without.items()),
        ),
    }
    return {name: (columns, list(rows)) for name, (columns, rows) in made.items()}


def write_tables(folder: Path, report: Report) -> None:
    """Write a file for each table that has rows, and remove those of an earlier report that this one has nothing for.

    Raises:
        MediaError: They cannot be written there.
    """
    for name, (heads, rows) in tables(report).items():
        if rows:
            write_csv(folder / f"{name}.csv", heads, rows)
        else:
            (folder / f"{name}.csv").unlink(missing_ok=True)


def write_csv(path: Path, heads: Sequence[str], rows: Rows) -> None:
    """Write one table, whole or not at all; what is not a number is an empty cell.

    Raises:
        MediaError: It cannot be written there.
    """
    with beside(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(heads)
        lines.writerows([_cell(cell) for cell in row] for row in rows)


_PART = ("n", "accuracy", "accuracy low", "accuracy high", "uar", "uar low", "uar high")


def _figures(report: Report) -> Iterator[Sequence[Cell]]:
    for name in FIGURES:
        yield [name, *_edges(getattr(report, name))]
    chance = report.chance
    for name, value in (("chance uniform", chance.uniform), ("chance matched", chance.matched), ("chance uar", chance.uar)):
        yield [name, value, "", ""]
    for name, value in report.over_folds.items():
        yield [f"{name} mean over folds", value, "", ""]


def _part(part: Part) -> Sequence[Cell]:
    return [part.n, *_edges(part.accuracy), *_edges(part.uar)]


def _edges(figure: Figure) -> tuple[float, float, float]:
    return figure.value, *figure.interval


def _cell(cell: Cell) -> Cell:
    return "" if isinstance(cell, float) and isnan(cell) else cell
