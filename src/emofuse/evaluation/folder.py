"""A report's folder: what people read, what programs read, and every answer.

``report.html`` and ``report.md`` say the same; ``report.json`` has it all; ``csv/`` has each table; ``predictions.csv`` each answer.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from emofuse.evaluation import kept
from emofuse.evaluation import predictions as table
from emofuse.evaluation.about import About, headline
from emofuse.evaluation.comparison import Comparison
from emofuse.evaluation.markdown import markdown
from emofuse.evaluation.page import page
from emofuse.evaluation.predictions import Predictions
from emofuse.evaluation.report import Report
from emofuse.evaluation.sections import document
from emofuse.evaluation.tables import write_csv, write_tables
from emofuse.media.beside import beside

HELD_OUT = "On what was not learnt from, by networks of the same recipe"  # heads figures in a terminal
NO_RESULT = "On what it has learnt from: no result"
LEARNT = "in_sample"  # folder of tables and answers that are no results, because what they are about was learnt from


def write_report(
    folder: Path,
    report: Report,
    predictions: Predictions | None,
    about: About,
    also: Mapping[str, object] | None = None,
    pages: bool = True,
) -> None:
    """Write a whole report, each file whole or not at all.

    Where a run was judged on what it has learnt from, ``report.json`` and ``csv/`` hold the figures of what it had not, where they
    are known; its own stand under ``in_sample_figures``, its own tables and answers lie in ``in_sample/``, where no comparison takes
    them for results.

    Args:
        folder: Made where it is missing.
        report: The figures.
        predictions: The answers they were made from; None where they are not kept.
        about: What stands beside them.
        also: More for ``report.json``.
        pages: Whether people read it: pictures take a second.

    Raises:
        MediaError: It cannot be written there.
    """
    held_out = about.held_out if about.in_sample else None
    said = {
        **(held_out or report).as_dict(),
        "sentence": headline(report, about),
        "recognizer": about.name,
        "corpus": about.corpus,
        "in_sample": about.in_sample,
        "in_sample_figures": None if held_out is None else report.as_dict(),
        "unseen": about.unseen,
        "elsewhere": {name: other.as_dict() for name, other in about.elsewhere.items()},
        "certificate": None if about.certificate is None else dict(about.certificate),
        "made": dict(about.made),
        **(also or {}),
    }
    _write(folder / "report.json", json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    if pages:
        told = document(report, about)
        _write(folder / "report.md", markdown(told))
        _write(folder / "report.html", page(told))
    own = folder / LEARNT if about.in_sample else folder
    if about.in_sample:
        (folder / table.FILE).unlink(missing_ok=True)  # of an earlier report in the same folder
    if held_out is not None:
        write_tables(folder / "csv", held_out)
    write_tables(own / "csv", report)
    if predictions is not None:
        predictions.write(own / table.FILE)


def text(folder: Path) -> str:
    """What the ``report.json`` of a folder says, for a terminal: figures of what was not learnt from first.

    Raises:
        RunError: It is not a report's.
    """
    said = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    told, inside = kept.report(said), said["in_sample_figures"]
    if not said["in_sample"]:
        return told.text()
    if inside is None:
        return f"{said['sentence']}\n\n{NO_RESULT}\n\n{told.text()}"
    learnt = kept.report(inside)
    figures = ", ".join(f"{name} {getattr(learnt, name).value:.3f}" for name in ("accuracy", "uar"))
    line = f"on what it has learnt from: {figures}, {learnt.n:,} {learnt.level}s (no result)"
    return f"{HELD_OUT}\n\n{told.text()}\n\n{line}"


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """Write a comparison as a page, as Markdown, as JSON and as tables, each file whole or not at all.

    Raises:
        MediaError: It cannot be written there.
    """
    told = comparison.document()
    _write(folder / "comparison.json", json.dumps(comparison.as_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    _write(folder / "comparison.md", markdown(told))
    _write(folder / "comparison.html", page(told))
    heads, rows = comparison.table()
    write_csv(folder / "comparison.csv", heads, rows)


def _write(path: Path, text: str) -> None:
    with beside(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
