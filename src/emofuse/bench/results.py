"""What a bench found: a line a way to answer, how it prints itself, and what it is as JSON. Nothing here knows how figures come about."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import isnan
from types import MappingProxyType

from emofuse.evaluation.report import Figure, counted, known

KINDS = ("member", "fusion", "decision", "ceiling")
"""Members alone, networks in which they meet, ways to decide between members, and what no choice among members' answers can exceed."""
SINGLE, ORACLE = "single", "any member right"
NAMES: Mapping[str, str] = {"accuracy": "accuracy", "uar": "UAR", "weighted_f1": "wF1"}
"""Of the measures, as a reader knows them."""


@dataclass(frozen=True, slots=True)
class Gain:
    """How much better than the best member.

    Args:
        uar: Difference in UAR, with its interval.
        accuracy: Difference in accuracy, with its interval.
        weighted_f1: Difference in weighted F1, with its interval.
        p: Of the paired permutation test of the difference in what is measured, whole units flipped.
        holm: The same, corrected for how many lines were tested.
    """

    uar: Figure
    accuracy: Figure
    weighted_f1: Figure
    p: float
    holm: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**{name: self.of(name).as_dict() for name in ("uar", "accuracy", "weighted_f1")}, "p": self.p, "p_holm": self.holm}

    def of(self, measure: str) -> Figure:
        """The difference in one of the measures."""
        figure: Figure = getattr(self, measure)
        return figure


@dataclass(frozen=True, slots=True)
class Behind:
    """How much less good than the best way.

    Args:
        difference: The best way less this one, in what is measured, with its interval.
        p: Of the paired permutation test of it, whole units flipped.
        holm: The same, corrected for how many lines were tested.
    """

    difference: Figure
    p: float
    holm: float

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"difference": self.difference.as_dict(), "p": self.p, "p_holm": self.holm}


@dataclass(frozen=True, slots=True)
class Gone:
    """What is left when so large a share of the signals is missing.

    Args:
        share: Of all modalities of all clips, missing at random.
        uar: What is not answered counts as wrong.
        accuracy: Likewise.
        weighted_f1: Likewise.
        answered: Share of clips of which anything is left.
    """

    share: float
    uar: float
    accuracy: float
    weighted_f1: float
    answered: float

    def of(self, measure: str) -> float:
        """One of the measures."""
        value: float = getattr(self, measure)
        return value


@dataclass(frozen=True, slots=True)
class Line:
    """One way to answer.

    Args:
        name: Of the member, fusion or decision, with its settings.
        kind: One of `KINDS`.
        regime: Whether clips were judged alone, or with their person's own baseline, by the modalities that it has.
        figures: "uar", "accuracy", "weighted_f1", "ece": over all folds and seeds.
        folds: The same figures but for ECE: mean and standard deviation of folds and seeds, each judged by itself.
        networks: How many; of a decision, those of all its members.
        parameters: Of the networks; None where there is none of ours.
        seconds: To teach all that it needs, for one fold.
        clock: How these were taken: "processor", or "wall", which counts what else the machine did.
        threads: With how many; more than one number where cells were done differently.
        ms: To answer one clip from its features.
        gain: Over the best member; None for that one, and for the ceiling.
        behind: The best way; None for that one, and for the ceiling.
        without: By what is there, figures "uar", "accuracy" and "weighted_f1"; None for those it cannot answer from.
        curve: With signals missing at random.
        learnt: What a decision has learnt in each fold and seed, where that is a few numbers.
        problem: Why there is no figure.
    """

    name: str
    kind: str
    regime: str
    figures: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    folds: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    networks: int | None = None
    parameters: int | None = None
    seconds: float | None = None
    clock: str | None = None
    threads: tuple[int, ...] = ()
    ms: float | None = None
    gain: Gain | None = None
    behind: Behind | None = None
    without: Mapping[str, Mapping[str, Figure] | None] = field(default_factory=lambda: MappingProxyType({}))
    curve: tuple[Gone, ...] = ()
    learnt: tuple[Mapping[str, object], ...] = ()
    problem: str | None = None

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "regime": self.regime,
            "figures": {name: figure.as_dict() for name, figure in self.figures.items()},
            "folds": {name: {"mean": known(mean), "sd": known(sd)} for name, (mean, sd) in self.folds.items()},
            "networks": self.networks,
            "parameters": self.parameters,
            "seconds": self.seconds,
            "clock": self.clock,
            "threads": list(self.threads),
            "ms": self.ms,
            "gain": self.gain.as_dict() if self.gain else None,
            "behind": self.behind.as_dict() if self.behind else None,
            "without": {
                there: None if figures is None else {name: figure.as_dict() for name, figure in figures.items()}
                for there, figures in self.without.items()
            },
            "curve": [asdict(point) for point in self.curve],
            "learnt": [dict(one) for one in self.learnt],
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Results:
    """The table.

    Args:
        name: Of the bench.
        corpus: Judged on.
        regime: Of every line that has all modalities; one that has fewer may be judged alone where others are not.
        quick: Whether next to nothing was learnt: then the figures are none.
        lines: Members first, then fusions, decisions, and the ceiling.
        best: The best member's name, which gains are over; None where none has a figure.
        labels: What is answered.
        n: Clips judged, each as often as there are seeds.
        people: Of whom; None where the corpus does not tell.
        protocol: By name, or "the bench's own".
        splits: How many.
        seeds: How many.
        drawn: What intervals draw and tests flip: "people", "clips", "dialogues".
        drawn_from: How many of these there are.
        majority: Accuracy of always giving the commonest label.
        chance: UAR of answering without looking.
        patterns: What may be there, all of it first.
        measure: What members are ranked by and gains are tested in: "uar", "accuracy" or "weighted_f1".
        lessons: Who networks, decisions and temperatures learn from, in sentences.
        notes: What a reader must be told.
        made: How it came about: command, commit, date, machine.
    """

    name: str
    corpus: str
    regime: str
    quick: bool
    lines: tuple[Line, ...]
    best: str | None
    labels: tuple[str, ...]
    n: int
    people: int | None
    protocol: str
    splits: int
    seeds: int
    drawn: str
    drawn_from: int
    majority: float
    chance: float
    patterns: tuple[str, ...]
    measure: str = "uar"
    lessons: str = ""
    notes: tuple[str, ...] = ()
    made: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands above every table, so that no figure is read without it."""
        quick = ("QUICK: a few epochs, to see that everything works. These are no results.",) if self.quick else ()
        return (*quick, *self.notes)

    @property
    def first(self) -> Line | None:
        """The best way, by what is measured; None where nothing has a figure."""
        some = [line for line in self.lines if line.kind != "ceiling" and line.figures]
        return max(some, key=lambda line: rank(line.figures[self.measure].value), default=None)

    @property
    def clock(self) -> str:
        """How all seconds were taken: "processor", "wall", or "both" where lines differ."""
        clocks = {line.clock for line in self.lines if line.seconds is not None}
        return "both" if len(clocks) > 1 else next(iter(clocks), None) or "processor"

    @property
    def threads(self) -> tuple[int, ...]:
        """With how many threads costs were taken."""
        return tuple(sorted({count for line in self.lines for count in line.threads}))

    @property
    def answered(self) -> str:
        """How many labels are answered, and which."""
        return f"{counted(len(self.labels), 'labels')}: {', '.join(self.labels)}"

    def line(self, name: str, kind: str | None = None) -> Line:
        """One of the lines."""
        return next(line for line in self.lines if line.name == name and kind in (line.kind, None))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in {"lines", "made", "notes"}}
        return {
            "format": "emofuse bench results 1",
            **{name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()},
            "notes": list(self.marks),
            "made": dict(self.made),
            "lines": [line.as_dict() for line in self.lines],
        }

    def text(self) -> str:
        """The table, for a terminal."""
        rows = [heads(self.measure, self.clock, self.threads), *(tuple(cells(line, self.measure)) for line in self.lines)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        table = [
            "  ".join(
                cell.ljust(width) if i < WORDS else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        people = "" if self.people is None else f" of {counted(self.people, 'people')}"
        head = (
            f"{self.name}: {self.n} clips{people}, {counted(self.splits, 'splits')} ({self.protocol}), {counted(self.seeds, 'seeds')}, "
            f"{self.regime}; {self.answered}; "
            f"always the commonest label: accuracy {self.majority:.3f}, UAR {self.chance:.3f}"
        )
        problems = [f"{line.kind} {line.name}: {line.problem}" for line in self.lines if line.problem]
        return "\n".join([*self.marks, head, "", *(row.rstrip() for row in table), *([""] if problems else []), *problems])


WORDS = 3  # columns that hold words


def heads(measure: str, clock: str = "processor", threads: tuple[int, ...] = ()) -> tuple[str, ...]:
    """What the columns of the table hold; the costs with how they were taken."""
    names = (NAMES[name] for name in columns(measure))
    train = "train CPU s" if clock == "processor" else "train s"
    once = f"ms a clip ({spoken(threads)})" if threads else "ms a clip"
    return ("kind", "name", "regime", *names, f"gain in {NAMES[measure]}", "p (Holm)", "ECE", "networks", "parameters", train, once)


def spoken(threads: tuple[int, ...]) -> str:
    """How many threads, in words.

    Example:
        >>> spoken((1,)), spoken((1, 2))
        ('1 thread', '1 or 2 threads')
    """
    return counted(threads[0], "threads") if len(threads) == 1 else f"{' or '.join(str(count) for count in threads)} threads"


def columns(measure: str) -> tuple[str, ...]:
    """The measures in the order of their columns: the one that counts first.

    Example:
        >>> columns("weighted_f1")
        ('weighted_f1', 'accuracy', 'uar')
    """
    return (measure, *(name for name in NAMES if name != measure))


def cells(line: Line, measure: str) -> Iterator[str]:
    """A line of the table, as `heads` names its cells; the last of the measures without its interval."""
    yield SINGLE if line.kind == "member" else line.kind
    yield line.name
    yield line.regime
    *first, last = columns(measure)
    for name in first:
        yield str(line.figures[name]) if name in line.figures else "-"
    yield _short(line.figures.get(last))
    yield line.gain.of(measure).signed if line.gain else "-"
    yield chance(line.gain.holm) if line.gain else "-"
    yield _short(line.figures.get("ece"))
    yield "-" if line.networks is None else str(line.networks)
    yield "-" if line.parameters is None else f"{line.parameters:,}"
    yield "-" if line.seconds is None else f"{line.seconds:.1f}"
    yield "-" if line.ms is None else f"{line.ms:.2f}"


def rank(value: float) -> float:
    """A figure, by which ways are ranked; one that there is none of comes last."""
    return -2.0 if isnan(value) else value


def chance(p: float) -> str:
    """A p as it is read.

    Example:
        >>> chance(0.0004), chance(0.04)
        ('<0.001', '0.040')
    """
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def _short(figure: Figure | None) -> str:
    return "-" if figure is None or known(figure.value) is None else f"{figure.value:.3f}"
