"""What is said about a recognizer: figures with their intervals, and whether they flatter.

A report knows how to print itself, not how its figures come about.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isnan
from types import MappingProxyType

from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.evaluation.metrics import Bin, Chance, Point

FIGURES = ("accuracy", "uar", "macro_f1", "weighted_f1", "majority", "ece", "brier", "aurc")
LISTED = 5  # people named one by one; more are counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval; both NaN where there is nothing to measure, the interval where fewer than two were judged.

    Example:
        >>> print(Figure(0.6134, (0.5801, 0.6450)))
        0.613 [0.580, 0.645]
    """

    value: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        if isnan(self.value):
            return "-"
        if isnan(self.interval[0]):
            return f"{self.value:.3f} [-]"
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"

    @property
    def signed(self) -> str:
        """A difference: the same with its signs.

        Example:
            >>> Figure(0.0134, (-0.0101, 0.0450)).signed
            '+0.013 [-0.010, +0.045]'
        """
        edges = "-" if isnan(self.interval[0]) else ", ".join(f"{edge:+.3f}" for edge in self.interval)
        return f"{self.value:+.3f} [{edges}]"

    def as_dict(self) -> dict[str, object]:
        """For JSON, which has no NaN: null instead."""
        return {"value": known(self.value), "interval": [known(edge) for edge in self.interval]}


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
class Person:
    """How one person's clips were judged."""

    n: int
    accuracy: float
    uar: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"n": self.n, "accuracy": known(self.accuracy), "uar": known(self.uar)}


@dataclass(frozen=True, slots=True)
class Report:
    """Numbers about a recognizer on clips, or on segments of them: never on both.

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
        aurc: Area under risk against coverage: how wrong it is where it is sure.
        chance: What answering without looking would get.
        commonest: The most frequent label.
        classes: Word to precision, recall, f1, support.
        confusion: Rows of truth; a column for each answer and a last one for none.
        reliability: Confidence and accuracy, bin by bin.
        coverage: Accuracy of what is left when the least sure answers are withheld, from few to all.
        subjects: Figures of each person; empty where they are not known.
        groups: Fact to value to figures, of values with at least `smallest` rows.
        few: Fact to value to how many rows, of values that were left out for having fewer.
        smallest: Rows that a group must have.
        folds: Fold to figures, where several recognizers were judged on one part each.
        unanswered: Rows without an answer; they count as wrong.
        dropped: Clips whose label the recognizer does not know; they count for nothing.
        unreadable: Clips that could not be read, where leaving them out was asked for; they count for nothing.
        drawn: What the intervals draw anew: "people", "clips", "dialogues", ...
        drawn_from: How many of these there are.
        resamples: How many times they were drawn.
        level: What a row is: "clip" or "segment".
        data: SHA-256 over the rows' ids, labels and people: the same rows, the same hash.
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
    aurc: Figure
    chance: Chance
    commonest: str
    classes: Mapping[str, Mapping[str, float]]
    confusion: tuple[tuple[int, ...], ...]
    reliability: tuple[Bin, ...] = ()
    coverage: tuple[Point, ...] = ()
    subjects: Mapping[str, Person] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, Mapping[str, Part]] = field(default_factory=lambda: MappingProxyType({}))
    few: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    smallest: int = 20
    folds: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    unanswered: int = 0
    dropped: int = 0
    unreadable: int = 0
    drawn: str = "people"
    drawn_from: int = 0
    resamples: int = 0
    level: str = "clip"
    data: str = ""
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

    @property
    def extremes(self) -> tuple[tuple[str, float], tuple[str, float]]:
        """Who is judged worst and who best, with their accuracy; there must be people."""
        ranked = sorted(self.subjects, key=lambda who: self.subjects[who].accuracy)
        return (ranked[0], self.subjects[ranked[0]].accuracy), (ranked[-1], self.subjects[ranked[-1]].accuracy)

    def as_dict(self) -> dict[str, object]:
        """For ``report.json``: nothing but JSON's own types."""
        return {
            "n": self.n,
            "level": self.level,
            "labels": list(self.labels),
            **{name: getattr(self, name).as_dict() for name in FIGURES},
            "chance": asdict(self.chance),
            "commonest": self.commonest,
            "drawn": self.drawn,
            "drawn_from": self.drawn_from,
            "resamples": self.resamples,
            "people": None if self.people is None else list(self.people),
            "shared": None if self.shared is None else list(self.shared),
            "unanswered": self.unanswered,
            "dropped": self.dropped,
            "unreadable": self.unreadable,
            "data": self.data,
            "classes": {word: dict(row) for word, row in self.classes.items()},
            "confusion": [list(row) for row in self.confusion],
            "reliability": [{name: known(value) for name, value in asdict(part).items()} for part in self.reliability],
            "coverage": [{name: known(value) for name, value in asdict(point).items()} for point in self.coverage],
            "subjects": {who: person.as_dict() for who, person in self.subjects.items()},
            "smallest": self.smallest,
            "few": {fact: dict(values) for fact, values in self.few.items()},
            "groups": {fact: {value: part.as_dict() for value, part in parts.items()} for fact, parts in self.groups.items()},
            "folds": {name: part.as_dict() for name, part in self.folds.items()},
            "over_folds": {name: known(value) for name, value in self.over_folds.items()},
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
        if self.unreadable:
            lines.append(f"{self.unreadable} more left out: they could not be read")
        return [*lines, *self.notes]

    def _figures(self) -> list[str]:
        lines = [f"{name:<12} {getattr(self, name)}" for name in FIGURES]
        lines[FIGURES.index("majority")] += f"  always saying {self.commonest}"
        by_chance = f"{self.chance.uniform:.3f} drawing labels alike, {self.chance.matched:.3f} as often as true; uar {self.chance.uar:.3f}"
        lines.insert(FIGURES.index("majority") + 1, f"{'chance':<12} {by_chance}")
        lines += [f"{name:<12} {value:.3f} mean over {len(self.folds)} folds" for name, value in self.over_folds.items()]
        lines += [f"{'without':<12} {m}: uar {report.uar}" for m, report in self.without.items()]
        drawn = f"drawing {counted(self.drawn_from, self.drawn)} anew {self.resamples:,} times"
        return [*lines, f"(no intervals: {counted(self.drawn_from, self.drawn)})" if self.drawn_from == 1 else f"(95 % intervals, {drawn})"]

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
        lines = [f"{fact} {value}: {self._line(part)}" for fact, parts in self.groups.items() for value, part in parts.items()]
        lines += [f"{name}: {self._line(part)}" for name, part in self.folds.items()]
        lines += [
            f"{fact} {', '.join(values)}: fewer than {self.smallest} {self.level}s each, no figures" for fact, values in self.few.items()
        ]
        if self.subjects:
            (worst, low), (best, high) = self.extremes
            lines.append(f"accuracy by person: from {low:.3f} ({worst}) to {high:.3f} ({best})")
        return lines

    def _line(self, part: Part) -> str:
        return f"{part.n} {self.level}s, accuracy {part.accuracy}, uar {part.uar}"


def counted(number: int, things: str) -> str:
    """So many of them, and one as one is called.

    Example:
        >>> counted(1, "people"), counted(24, "people"), counted(1, "dialogues")
        ('1 person', '24 people', '1 dialogue')
    """
    return f"1 {'person' if things == 'people' else things.removesuffix('s')}" if number == 1 else f"{number:,} {things}"


def known(value: float) -> float | None:
    """A number as JSON has it, which knows no NaN: null instead.

    Example:
        >>> known(float("nan")) is None
        True
    """
    return None if isnan(value) else round(value, 6)
