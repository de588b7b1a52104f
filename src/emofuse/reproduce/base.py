"""What a row of the table is: a system that a paper measured, its figure, and the ways in which ours is measured.

Nothing here trains.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from emofuse.audit.base import Grade
from emofuse.core.progress import Progress, quiet_progress
from emofuse.evaluation.report import Figure, known
from emofuse.features.cache import Cache

METRICS: Mapping[str, str] = {
    "accuracy": "accuracy",
    "uar": "UAR",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "recall": "recall",
    "macro_precision": "macro precision",
    "weighted_precision": "weighted precision",
    "weighted_recall": "weighted recall",
}
"""What a paper's figure may be, by its name in a report, as a reader knows it; a recall is of one label, which its row names.

A macro recall is the UAR; a weighted recall is the accuracy by another name, and papers print both.
"""
Z = 1.959964  # of a normal distribution: 95 % lie within so many standard deviations
NOT_HERE, NO_WEIGHTS, NOT_MEASURED = "data not here", "weights not here", "not measured"
STAND_INS = OTHER_DATA, OTHER_FEATURES = "other data", "other features"
"""What stands in place of the paper's, where its figure can be neither reached nor missed."""
WANTING = (NOT_HERE, NO_WEIGHTS, NOT_MEASURED)
"""How it begins that a way cannot be gone, which is no failure."""
FEW = 5  # clips of each label in each part that a quick run learns from, or judges: fewer teach a decision nothing


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper's figure.

    Args:
        value: A share, 0 to 1; None where the paper shows a picture and no number.
        where: Table, figure or section.
        metric: One of `METRICS`.
        n: How many were judged, as the paper tells; None where it does not.

    Raises:
        ValueError: A metric that is not one of them, or a value that is no share.
    """

    value: float | None
    where: str
    metric: str = "accuracy"
    n: int | None = None

    def __post_init__(self) -> None:
        if self.metric not in METRICS or not (self.value is None or 0 <= self.value <= 1):
            raise ValueError(f"A claim of {self.metric} {self.value}: expected one of {', '.join(METRICS)}, and a share from 0 to 1.")

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the paper's own figure may lie, 95 %, from how many were judged; None where that is not told.

        Wilson 1927; for an F1 or a mean of recalls it is what an accuracy as high would have, which is as near as a reader can get.

        Example:
            >>> low, high = Claim(0.6833, "section 6", n=600).interval
            >>> round(low, 3), round(high, 3)
            (0.645, 0.719)
        """
        if self.value is None or self.n is None:
            return None
        p, n = self.value, self.n
        middle, half = (p + Z**2 / (2 * n)) / (1 + Z**2 / n), Z * sqrt(p * (1 - p) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
        return middle - half, middle + half


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is measured.

    Args:
        data: Holds one folder a corpus.
        out: Gets what is trained; what is there is taken as it is.
        quick: Whether next to nothing is learnt: figures are none then.
        cache: Features made before.
        progress: Of cells of a bench.
    """

    data: Path
    out: Path
    quick: bool = False
    cache: Cache | None = None
    progress: Progress = quiet_progress


@dataclass(frozen=True, slots=True)
class Found:
    """What one way of measuring gave.

    Args:
        figures: By name, of `METRICS`.
        n: How many were judged.
        majority: Accuracy of always giving the commonest label.
        grade: The worst that the audit found.
        audited: Its sentence.
        shared: Of the people judged, how many were also learnt from; None where nobody can know.
        people: How many people were judged; None likewise.
        drawn: What intervals draw anew.
    """

    figures: Mapping[str, Figure]
    n: int
    majority: float
    grade: Grade
    audited: str
    shared: int | None = None
    people: int | None = None
    drawn: str = "people"

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "figures": {name: figure.as_dict() for name, figure in self.figures.items()},
            "n": self.n,
            "majority": known(self.majority),
            "grade": str(self.grade),
            "audited": self.audited,
            "shared": self.shared,
            "people": self.people,
            "drawn": self.drawn,
        }


class Way(Protocol):
    """How a row's figure is measured: callable with a place, and able to say what it is."""

    @property
    def corpora(self) -> tuple[str, ...]:
        """What must be under the data root: corpora, or folders."""

    @property
    def says(self) -> str:
        """Who is learnt from, who is judged: half a line."""

    @property
    def command(self) -> str:
        """What trains this alone, to be typed."""

    def __call__(self, place: Place, folder: Path) -> Found:
        """Measure it, in a folder of its own."""


@dataclass(frozen=True, slots=True)
class Row:
    """A system that a paper measured.

    Args:
        paper: As its file is called.
        name: What the row is called when it is typed: letters, digits, ``_``, ``+`` and ``-``.
        system: As the paper calls it.
        corpus: What it was judged on, as a reader knows it.
        claim: The paper's figure.
        protocol: The paper's, in half a line.
        theirs: Ours under the paper's own protocol; None where it cannot be told from the paper.
        clean: Ours by person, nothing chosen on test; None where the corpus has no people and no second look is possible.
        differs: What is not as in the paper, and why; empty where nothing is.
        section: Heads a group of rows.
        stand_in: What of ours stands in place of the paper's, `OTHER_DATA` or `OTHER_FEATURES`: its figure is neither reached nor missed
            then; empty where it is the same.
    """

    paper: str
    name: str
    system: str
    corpus: str
    claim: Claim
    protocol: str
    theirs: Way | None
    clean: Way | None
    differs: str = ""
    section: str = ""
    stand_in: str = ""

    @property
    def quoted(self) -> bool:
        """Whether the paper quotes the figure from others: there is nothing of ours beside it."""
        return not self.ways

    @property
    def ways(self) -> Mapping[str, Way]:
        """By name, "paper" and "clean": those that there are."""
        return MappingProxyType({name: way for name, way in (("paper", self.theirs), ("clean", self.clean)) if way is not None})

    @property
    def command(self) -> str:
        """What measures this row alone."""
        return f"emofuse reproduce {self.paper} --row {self.name} --data DIR"


@dataclass(frozen=True, slots=True)
class Measured:
    """A row with what came out.

    Args:
        row: The row.
        found: By way; a way that has no figure is missing here, and in `problems`.
        problems: By way, why there is none: "data not here (seed)"; what does not begin with one of `WANTING` is a failure.
        commands: By way, what trains it alone.
        origins: By way, command, commit, date and machine of the measurement.
    """

    row: Row
    found: Mapping[str, Found] = field(default_factory=lambda: MappingProxyType({}))
    problems: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    commands: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def failures(self) -> Mapping[str, str]:
        """The problems that are no matter of what is not here."""
        return MappingProxyType({name: why for name, why in self.problems.items() if not why.startswith(WANTING)})

    @property
    def verdict(self) -> str:
        """Whether ours, measured as the paper did, is within the paper's interval or better; empty where it cannot be said."""
        claim, ours = self.row.claim, self.found.get("paper")
        if self.row.stand_in:
            return self.row.stand_in if self.found else ""
        if claim.value is None or ours is None or claim.metric not in ours.figures:
            return ""
        value = ours.figures[claim.metric].value
        if claim.interval is None:
            low, high = ours.figures[claim.metric].interval
            return "reached" if claim.value <= high else f"below ({value - claim.value:+.3f})"
        low, high = claim.interval
        return "above" if value > high else "reached" if value >= low else f"below ({value - claim.value:+.3f})"
