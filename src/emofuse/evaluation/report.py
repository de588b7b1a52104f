"""What is said about a recognizer: figures with their intervals, and whether they flatter.

A report knows how to print itself, not how its figures come about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan
from types import MappingProxyType

from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality

FIGURES = ("accuracy", "uar", "macro_f1", "weighted_f1", "majority", "ece", "brier")
LISTED = 5  # people named one by one; more are counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval; both NaN where there is nothing to measure.

    Example:
        >>> print(Figure(0.6134, (0.5801, 0.6450)))
        0.613 [0.580, 0.645]
    """

    value: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        if isnan(self.value):
            return "-"
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"

    def as_dict(self) -> dict[str, object]:
        """For JSON, which has no NaN: null instead."""
        return {"value": _known(self.value), "interval": [_known(edge) for edge in self.interval]}


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of some of the clips: of one sex, one intensity, one fold."""

    n: int
    accuracy: Figure
    uar: Figure

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"n": self.n, "accuracy": self.accuracy.as_dict(), "uar": self.uar.as_dict()}


@dataclass(frozen=True, slots=True)
class Report:
    """Numbers about a recognizer on clips.

    Args:
        labels: The order of the tables.
        n: How many clips were judged.
        people: Who was judged; None where the corpus does not tell.
        shared: Of them, who was also learnt from; None where nobody can know.
        accuracy: Share of right answers.
        uar: Mean recall of the classes.
        macro_f1: Mean F1 of the classes.
        weighted_f1: Mean F1 of the classes by their frequency.
        majority: Accuracy of always answering `commonest`: what has to be beaten.
        ece: Expected calibration error, 15 bins.
        brier: Squared distance of probabilities from truth, 0 to 2.
        commonest: The most frequent label.
        classes: Word to precision, recall, f1, support.
        confusion: Rows of truth; a column for each answer and a last one for none.
        subjects: Accuracy of each person; empty where they are not known.
        groups: Fact to value to figures; groups of fewer than 20 clips are left out.
        folds: Fold to figures, where several recognizers were judged on one part each.
        unanswered: Clips without an answer; they count as wrong.
        dropped: Clips whose label the recognizer does not know; they count for nothing.
        drawn: What the intervals draw anew: "people" or "clips".
        level: What a row is.
        notes: What a reader must be told.
        without: The same with one modality missing.
    """

    labels: LabelSet
    n: int
    people: tuple[str, ...] | None
    shared: tuple[str, ...] | None
    accuracy: Figure
    uar: Figure
    macro_f1: Figure
    weighted_f1: Figure
    majority: Figure
    ece: Figure
    brier: Figure
    commonest: str
    classes: Mapping[str, Mapping[str, float]]
    confusion: tuple[tuple[int, ...], ...]
    subjects: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, Mapping[str, Part]] = field(default_factory=lambda: MappingProxyType({}))
    folds: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    unanswered: int = 0
    dropped: int = 0
    drawn: str = "people"
    level: str = "clip"
    notes: tuple[str, ...] = ()
    without: "Mapping[Modality, Report]" = field(default_factory=lambda: MappingProxyType({}))

    @property
    def honesty(self) -> str:
        """Whether people were learnt from whom the recognizer was judged on."""
        if self.people is None or self.shared is None:
            return "people unknown: some may also have been trained on"
        also = f" ({', '.join(self.shared)})" if 0 < len(self.shared) <= LISTED else ""
        return f"{len(self.shared)} of {len(self.people)} test people were also trained on{also}"

    @property
    def over_folds(self) -> dict[str, float]:
        """Mean accuracy and UAR over the folds, as papers report them; empty without folds."""
        if not self.folds:
            return {}
        parts = self.folds.values()
        return {name: sum(getattr(part, name).value for part in parts) / len(parts) for name in ("accuracy", "uar")}

    def as_dict(self) -> dict[str, object]:
        """For ``report.json``: nothing but JSON's own types."""
        return {
            "n": self.n,
            "level": self.level,
            "labels": list(self.labels),
            **{name: getattr(self, name).as_dict() for name in FIGURES},
            "commonest": self.commonest,
            "drawn": self.drawn,
            "people": None if self.people is None else list(self.people),
            "shared": None if self.shared is None else list(self.shared),
            "unanswered": self.unanswered,
            "dropped": self.dropped,
            "classes": {word: dict(row) for word, row in self.classes.items()},
            "confusion": [list(row) for row in self.confusion],
            "subjects": dict(self.subjects),
            "groups": {fact: {value: part.as_dict() for value, part in parts.items()} for fact, parts in self.groups.items()},
            "folds": {name: part.as_dict() for name, part in self.folds.items()},
            "over_folds": self.over_folds,
            "notes": list(self.notes),
            "without": {str(m): report.as_dict() for m, report in self.without.items()},
        }

    def text(self) -> str:
        """For a terminal: figures, tables, and what a reader must be told."""
        sections = [self._head(), self._figures(), self._classes(), self._confusion(), self._parts()]
        return "\n\n".join("\n".join(lines) for lines in sections if lines)

    def _head(self) -> list[str]:
        lines = [f"{self.n} {self.level}s; {self.honesty}"]
        if self.unanswered:
            lines.append(f"{self.unanswered} without an answer, counted as wrong")
        if self.dropped:
            lines.append(f"{self.dropped} more left out: the recognizer does not know their label")
        return [*lines, *self.notes]

    def _figures(self) -> list[str]:
        lines = [f"{name:<12} {getattr(self, name)}" for name in FIGURES]
        lines[FIGURES.index("majority")] += f"  always saying {self.commonest}"
        lines += [f"{name:<12} {value:.3f} mean over {len(self.folds)} folds" for name, value in self.over_folds.items()]
        lines += [f"{'without':<12} {m}: uar {report.uar}" for m, report in self.without.items()]
        return [*lines, f"(95 % intervals, drawing {self.drawn})"]

    def _classes(self) -> list[str]:
        rows = [
            f"{word:<12} {row['precision']:>9.3f} {row['recall']:>7.3f} {row['f1']:>7.3f} {row['support']:>8.0f}"
            for word, row in self.classes.items()
        ]
        return [f"{'':<12} {'precision':>9} {'recall':>7} {'f1':>7} {'support':>8}", *rows]

    def _confusion(self) -> list[str]:
        heads = [word[:5] for word in self.labels] + (["none"] if self.unanswered else [])
        lines = [f"{'answer':<12} " + " ".join(f"{head:>5}" for head in heads)]
        for word, row in zip(self.labels, self.confusion, strict=True):
            lines.append(f"{word:<12} " + " ".join(f"{count:>5}" for count in row[: len(heads)]))
        return lines

    def _parts(self) -> list[str]:
        lines = [f"{fact} {value}: {_line(part)}" for fact, parts in self.groups.items() for value, part in parts.items()]
        lines += [f"{name}: {_line(part)}" for name, part in self.folds.items()]
        if self.subjects:
            worst, best = min(self.subjects, key=self.subjects.__getitem__), max(self.subjects, key=self.subjects.__getitem__)
            lines.append(f"accuracy by person: from {self.subjects[worst]:.3f} ({worst}) to {self.subjects[best]:.3f} ({best})")
        return lines


def _line(part: Part) -> str:
    return f"{part.n} clips, accuracy {part.accuracy}, uar {part.uar}"


def _known(value: float) -> float | None:
    return None if isnan(value) else round(value, 6)
