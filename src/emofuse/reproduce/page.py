"""The table of rows: for a terminal, as HTML that needs nothing else, as Markdown, csv and JSON, all of the same figures."""

import json
from collections.abc import Sequence
from math import isnan
from pathlib import Path

from emofuse.evaluation.document import Document, Remark, Section, Table, Tone
from emofuse.evaluation.markdown import markdown
from emofuse.evaluation.page import page
from emofuse.evaluation.report import counted
from emofuse.evaluation.tables import write_csv
from emofuse.media.beside import beside
from emofuse.reproduce.base import METRICS, NO_WEIGHTS, NOT_HERE, NOT_MEASURED, STAND_INS, WANTING, Found, Measured

QUICK = "QUICK: a few clips and one epoch each, to see that every row runs. These are no results."
HEADS = (
    "row",
    "system",
    "corpus",
    "paper",
    "ours, its protocol",
    "so",
    "ours, clean",
    "shared: its, clean",
    "majority",
    "audit: its, clean",
)
WIDEST = 60  # letters of a cell in a terminal
READING = (
    "The paper's figure has the interval that so many judged give it (Wilson 1927), where it tells how many. Ours under its protocol are "
    "'reached' where they are within that interval, 'above' beyond it, 'below' under it; 'other data' and "
    "'other features' are neither. Under a clean protocol nothing is chosen on what "
    "is judged, and people who are judged were not learnt from, where a corpus tells who they are: how many were all the same stands "
    "under 'shared'; where it does not, as in FER2013, pictures are left out of which a near copy was learnt from. Intervals of ours are "
    "95 %, by drawing people anew, or clips where a corpus has no people. The majority is the accuracy of always giving the commonest "
    "label. The audit's grades: fine, inflated, broken."
)


def write(folder: Path, measured: Sequence[Measured], quick: bool) -> None:
    """Write ``reproduce.html``, ``.md``, ``.json``, ``.csv``, each whole or not at all.

    Raises:
        MediaError: They cannot be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = document(measured, quick)
    said = {"quick": quick, "rows": [_as_dict(one, quick) for one in measured]}
    for name, text in (
        ("reproduce.json", json.dumps(said, indent=1, ensure_ascii=False, allow_nan=False) + "\n"),
        ("reproduce.md", markdown(told)),
        ("reproduce.html", page(told)),
    ):
        with beside(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    heads = (
        "paper",
        "row",
        "system",
        "corpus",
        "metric",
        "theirs",
        "way",
        "ours",
        "low",
        "high",
        "n",
        "majority",
        "audit",
        "quick",
        "problem",
        "command",
    )
    write_csv(folder / "reproduce.csv", heads, [line for one in measured for line in _lines(one, quick)])


def text(measured: Sequence[Measured], quick: bool) -> str:
    """For a terminal: a block a paper, a line a row."""
    lines = [QUICK] if quick else []
    for paper in dict.fromkeys(one.row.paper for one in measured):
        own = [one for one in measured if one.row.paper == paper]
        cells = [HEADS] + [_cells(one, quick) for one in own]
        widths = [min(max(len(row[i]) for row in cells), WIDEST) for i in range(len(cells[0]))]
        lines += ["", paper] + [
            "  ".join(cell[:width].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
        ]
        problems = dict.fromkeys(f"{one.row.name}, {name}: {why}" for one in own for name, why in one.failures.items())
        lines += [f"  {problem}" for problem in problems]
    return "\n".join([*lines, "", *([] if quick else _summary(measured))]).strip()


def document(measured: Sequence[Measured], quick: bool) -> Document:
    """The page."""
    papers = dict.fromkeys(one.row.paper for one in measured)
    return Document(
        title="The papers' figures beside ours",
        lead=" ".join(_summary(measured)) if not quick else QUICK,
        remarks=(Remark(Tone.WARNING, QUICK),) if quick else (),
        sections=(
            *(_section(paper, [one for one in measured if one.row.paper == paper], quick) for paper in papers),
            Section("How to read this", (READING,)),
        ),
    )


def _section(paper: str, own: Sequence[Measured], quick: bool) -> Section:
    table = Table(f"{paper}: every system", HEADS, tuple(_cells(one, quick) for one in own), words=3)
    how = Table(
        f"{paper}: how each figure comes about",
        ("row", "paper's protocol", "ours under it", "clean", "differs", "trains it alone"),
        tuple(_how(one) for one in own),
        words=6,
    )
    return Section(paper, (), (), (table, how))


def _how(one: Measured) -> tuple[str, ...]:
    ways = one.row.ways
    said = [ways[name].says if name in ways else "–" for name in ("paper", "clean")]
    return one.row.name, f"{one.row.protocol} ({one.row.claim.where})", *said, one.row.differs or "–", one.row.command


def _cells(one: Measured, quick: bool) -> tuple[str, ...]:
    row = one.row
    first = one.found.get("paper") or one.found.get("clean")
    return (
        row.name,
        row.system,
        row.corpus,
        _theirs(one),
        _ours(one, "paper"),
        (not quick and one.verdict) or "–",
        _ours(one, "clean"),
        ", ".join(_shared(one.found.get(name)) for name in ("paper", "clean")),
        "–" if first is None or isnan(first.majority) else f"{first.majority:.3f}",
        ", ".join(str(one.found[name].grade) if name in one.found else "–" for name in ("paper", "clean")),
    )


def _theirs(one: Measured) -> str:
    """The paper's figure, with its interval where it tells how many were judged."""
    claim = one.row.claim
    if claim.value is None:
        return "no number"
    edges = "" if claim.interval is None else f" [{claim.interval[0]:.3f}, {claim.interval[1]:.3f}]"
    return f"{claim.value:.4f}{edges} {METRICS[claim.metric]}" + (f", n {claim.n}" if claim.n else "")


def _shared(found: Found | None) -> str:
    """Of the people judged, how many were also learnt from."""
    return "–" if found is None or found.shared is None or found.people is None else f"{found.shared} of {found.people}"


def _ours(one: Measured, name: str) -> str:
    found: Found | None = one.found.get(name)
    if name not in one.row.ways:
        return "–"
    if found is None:
        why = one.problems.get(name, NOT_MEASURED)
        return why.split(";")[0] + ")" * (";" in why) if why.startswith(WANTING) else "failed"
    figure = found.figures.get(one.row.claim.metric)
    return "–" if figure is None else str(figure)


def _summary(measured: Sequence[Measured]) -> list[str]:
    """What a stranger should know."""
    told = [one for one in measured if one.found]
    reached = sum(one.verdict in ("reached", "above") for one in told)
    below = sum(one.verdict.startswith("below") for one in told)
    said = [f"{counted(len(measured), 'rows')}, {len(told)} measured: {reached} within the paper's interval or above, {below} below."]
    counts = (
        *((f"Measured on {what} in place of the paper's: {{}}.", sum(one.row.stand_in == what for one in told)) for what in STAND_INS),
        ("Data not here: {}.", _wanting(measured, NOT_HERE)),
        ("Weights not here: {}.", _wanting(measured, NO_WEIGHTS)),
        ("Quoted by the papers from others: {}.", sum(one.row.quoted for one in measured)),
    )
    return said + [sentence.format(counted(count, "rows")) for sentence, count in counts if count]


def _wanting(measured: Sequence[Measured], what: str) -> int:
    return sum(not one.found and any(why.startswith(what) for why in one.problems.values()) for one in measured)


def _as_dict(one: Measured, quick: bool) -> dict[str, object]:
    row, claim = one.row, one.row.claim
    return {
        "paper": row.paper,
        "row": row.name,
        "system": row.system,
        "corpus": row.corpus,
        "claim": {"value": claim.value, "metric": claim.metric, "n": claim.n, "where": claim.where, "interval": claim.interval},
        "protocol": row.protocol,
        "differs": row.differs,
        "verdict": (not quick and one.verdict) or None,
        "command": row.command,
        "ways": {
            name: {
                "says": way.says,
                "command": one.commands.get(name),
                "found": one.found[name].as_dict() if name in one.found else None,
                "problem": one.problems.get(name),
                **{field: one.origins[name][field] for field in ("commit", "date", "machine") if name in one.origins},
            }
            for name, way in row.ways.items()
        },
    }


def _lines(one: Measured, quick: bool) -> list[list[str | int | float]]:
    row, claim = one.row, one.row.claim
    lines: list[list[str | int | float]] = []
    for name in row.ways or ("",):
        found = one.found.get(name)
        figure = found.figures.get(claim.metric) if found else None
        lines.append([
            row.paper, row.name, row.system, row.corpus, claim.metric, "" if claim.value is None else claim.value, name,
            *(("", "", "") if figure is None else (figure.value, *figure.interval)),
            *(("", "", "") if found is None else (found.n, found.majority, str(found.grade))),
            str(quick).lower(), one.problems.get(name, ""), one.commands.get(name, ""),
        ])  # fmt: skip
    return lines
