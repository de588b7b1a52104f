"""A recognizer's card: what it is, how good, on what, under which licence, and what it must not be used for.

Read from the run's folder (``run.json``, ``report.json``, ``card.md``). Figures come from the report, words from the card.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

FIGURES = {
    "accuracy": "accuracy",
    "uar": "UAR",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "majority": "always the commonest",
    "ece": "expected calibration error",
    "brier": "Brier",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its interval of 95 %, where there is one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """How well one label is told."""

    label: str
    precision: float
    recall: float
    f1: float
    clips: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """How well it does on clips that share a fact."""

    fact: str
    value: str
    clips: int
    accuracy: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the card and what stands under it: paragraphs, and tables as rows of cells."""

    title: str
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table (its first row is the head)."""

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """All that a page shows of a recognizer.

    Args:
        name: Of the recognizer and its lane.
        about: What it does, in a paragraph.
        modalities: What it listens to.
        labels: What it answers.
        window: ms it looks at for one answer; None for one sample at a time.
        hop: An answer every so many ms; None likewise.
        corpus: What it has learnt from.
        licence: Of that, and so of the weights.
        sha256: Of its weights.
        parameters: How many there are.
        threshold: Margin below which an answer is uncertain.
        sentence: The figures for everybody.
        judged: How many clips it was judged on.
        figures: With intervals.
        classes: Per label.
        groups: Per group of people or recordings.
        confusion: A row per true label: how often each label was answered, last what got no answer.
        verdict: Of the audit of its figures.
        findings: What the audit found.
        sections: The card's words.
        not_for: What it must not be used for.
    """

    name: str
    about: str
    modalities: frozenset[str]
    labels: tuple[str, ...]
    window: int | None
    hop: int | None
    corpus: str
    licence: str
    sha256: str
    parameters: int
    threshold: float
    sentence: str
    judged: int
    figures: tuple[Figure, ...]
    classes: tuple[LabelRow, ...]
    groups: tuple[GroupRow, ...]
    confusion: tuple[tuple[str, tuple[int, ...]], ...]
    verdict: str
    findings: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    not_for: str

    @property
    def version(self) -> str:
        """Its name and the beginning of its weights' hash, which tells it from any other of its name."""
        return f"{self.name}@{self.sha256[:12]}"


def card_of(folder: Traversable) -> Card:
    """The card of the run in a folder."""
    run: Mapping[str, Any] = json.loads(folder.joinpath("run.json").read_text(encoding="utf-8"))
    written = folder.joinpath("report.json")
    report: Mapping[str, Any] = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else {}
    sections = sections_of(folder.joinpath("card.md").read_text(encoding="utf-8"))
    by_title = {section.title: section for section in sections}
    first = sections[0].blocks[0].text if sections and sections[0].blocks else ""
    warned = by_title.get("What it must not be used for")
    labels = tuple(run["labels"])
    audit = report.get("certificate") or {}
    return Card(
        name=str(run["name"]),
        about=first,
        modalities=frozenset(run["modalities"]),
        labels=labels,
        window=run.get("window"),
        hop=run.get("hop"),
        corpus=str(run.get("corpus", "")),
        licence=str(run.get("license", "")),
        sha256=str(run["sha256"]),
        parameters=int(run.get("parameters", 0)),
        threshold=float(run["threshold"]),
        sentence=str(report.get("sentence", "")),
        judged=int(report.get("n", 0)),
        figures=tuple(_figure(name, report[key]) for key, name in FIGURES.items() if report.get(key)),
        classes=tuple(_class(label, said) for label, said in (report.get("classes") or {}).items()),
        groups=tuple(_groups(report.get("groups") or {})),
        confusion=tuple((label, tuple(map(int, row))) for label, row in zip(labels, report.get("confusion") or (), strict=False)),
        verdict=str(audit.get("verdict", "")),
        findings=tuple((str(found.get("grade", "")), f"{found.get('title')}: {found.get('says')}") for found in audit.get("findings", [])),
        sections=sections,
        not_for=" ".join(block.text for block in warned.blocks) if warned else "",
    )


def sections_of(markdown: str) -> tuple[Section, ...]:
    r"""A card cut at its headings; of Markdown, only what cards use is understood: headings, paragraphs, tables, bold, code, addresses.

    Example:
        >>> [section.title for section in sections_of("# voice\n\nWhat it is.\n\n## Data\n\nMany.\n")]
        ['voice', 'Data']
    """
    sections: list[tuple[str, list[Block]]] = []
    for part in re.split(r"\n\s*\n", markdown.strip()):
        lines = part.strip().split("\n")
        if lines[0].startswith("#"):
            sections.append((lines[0].lstrip("# ").strip(), []))
            lines = lines[1:]
        if not lines or not sections:
            continue
        table = all(line.startswith("|") for line in lines)
        sections[-1][1].append(Block(rows=_table(lines)) if table else Block(text=_plain(" ".join(lines))))
    return tuple(Section(title, tuple(blocks)) for title, blocks in sections)


def _table(lines: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    rows = [tuple(_plain(cell.strip()) for cell in line.strip().strip("|").split("|")) for line in lines]
    return tuple(row for row in rows if not all(re.fullmatch(r":?-+:?", cell) for cell in row))


def _plain(text: str) -> str:
    """Without the signs of Markdown: templates escape what is left, and mark nothing up."""
    return re.sub(r"\*\*|`", "", text)


def _figure(name: str, said: Mapping[str, Any]) -> Figure:
    low, high = said.get("interval") or (None, None)
    return Figure(name, float(said["value"]), low, high)


def _class(label: str, said: Mapping[str, Any]) -> LabelRow:
    return LabelRow(label, float(said["precision"]), float(said["recall"]), float(said["f1"]), int(said["support"]))


def _groups(said: Mapping[str, Any]) -> list[GroupRow]:
    rows = []
    for fact, values in said.items():
        for value, found in values.items():
            low, high = found["accuracy"].get("interval") or (None, None)
            rows.append(GroupRow(fact, value, int(found["n"]), float(found["accuracy"]["value"]), low, high))
    return rows
