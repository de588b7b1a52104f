"""A bench's results as files: HTML that needs nothing else, Markdown, csv and JSON, all of the same figures."""

import json
from collections.abc import Iterator
from pathlib import Path

from emofuse.bench.results import Line, Results
from emofuse.bench.sections import document
from emofuse.evaluation.markdown import markdown
from emofuse.evaluation.page import page
from emofuse.evaluation.report import Figure
from emofuse.evaluation.tables import write_csv
from emofuse.media.beside import beside

FIGURES = ("uar", "accuracy", "weighted_f1", "ece")


def write(folder: Path, results: Results) -> None:
    """Write all of them, each whole or not at all.

    Raises:
        MediaError: They cannot be written there.
    """
    told = document(results)
    for name, text in (
        ("bench.json", json.dumps(results.as_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"),
        ("bench.md", markdown(told)),
        ("bench.html", page(told)),
        ("bench.txt", results.text() + "\n"),
    ):
        with beside(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    write_csv(folder / "bench.csv", _LINES, [_csv(results, line) for line in results.lines])
    if any(line.without for line in results.lines):
        edges = (f"{name}{edge}" for name in FIGURES[:3] for edge in ("", " low", " high"))
        write_csv(folder / "without.csv", (*_WHOSE, "there", *edges), list(_without_rows(results)))
    if any(line.curve for line in results.lines):
        write_csv(folder / "missing.csv", (*_WHOSE, "share missing", *FIGURES[:3], "answered"), list(_curve_rows(results)))


_WHOSE = ("kind", "name", "regime", "quick")
_LINES = (
    *_WHOSE,
    *(f"{name}{edge}" for name in FIGURES for edge in ("", " low", " high")),
    "uar folds mean", "uar folds sd", *(f"gain {name}{edge}" for name in FIGURES[:3] for edge in ("", " low", " high")), "p", "p holm",
    "behind best", "behind best low", "behind best high", "behind best p", "behind best p holm",
    "networks", "parameters", "train seconds", "clock", "threads", "ms a clip", "problem",
)  # fmt: skip


def _csv(results: Results, line: Line) -> list[str | int | float]:
    figures: list[str | int | float] = []
    for name in FIGURES:
        figures += _edges(line.figures.get(name))
    gain, behind = line.gain, line.behind
    return [
        line.kind, line.name, line.regime, str(results.quick).lower(), *figures, *line.folds.get("uar", ("", "")),
        *(edge for name in FIGURES[:3] for edge in _edges(gain.of(name) if gain else None)),
        *((gain.p, gain.holm) if gain else ("", "")),
        *_edges(behind.difference if behind else None), *((behind.p, behind.holm) if behind else ("", "")),
        *("" if value is None else value for value in (line.networks, line.parameters, line.seconds, line.clock)),
        " ".join(str(count) for count in line.threads), *("" if value is None else value for value in (line.ms, line.problem)),
    ]  # fmt: skip


def _edges(figure: Figure | None) -> list[str | int | float]:
    return ["", "", ""] if figure is None else [figure.value, *figure.interval]


def _without_rows(results: Results) -> Iterator[list[str | int | float]]:
    for line in results.lines:
        for there, figures in line.without.items():
            all_of_them = [edge for name in FIGURES[:3] for edge in _edges(figures.get(name) if figures else None)]
            yield [line.kind, line.name, line.regime, str(results.quick).lower(), there, *all_of_them]


def _curve_rows(results: Results) -> Iterator[list[str | int | float]]:
    for line in results.lines:
        for point in line.curve:
            figures = (point.uar, point.accuracy, point.weighted_f1, point.answered)
            yield [line.kind, line.name, line.regime, str(results.quick).lower(), point.share, *figures]
