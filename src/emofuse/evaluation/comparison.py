"""Several systems on the same rows: what came out of comparing them, in figures and in one sentence a pair.

A comparison knows how to print itself, not how its figures come about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan

from emofuse.evaluation import plots
from emofuse.evaluation.details import cells, number
from emofuse.evaluation.document import Document, Picture, Remark, Section, Table, Tone
from emofuse.evaluation.paired import LEVEL
from emofuse.evaluation.report import Figure, counted


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems; every difference is the first minus the second.

    Args:
        first: The better of the two in accuracy.
        second: The other.
        accuracy: Difference in accuracy, with its interval.
        uar: Difference in UAR, with its interval.
        both: Share of rows that both get right.
        only_first: Rows that the first alone gets right.
        only_second: Rows that the second alone gets right.
        neither: Share of rows that both get wrong.
        agreement: Share of rows with the same answer.
        kappa: The same, beyond chance.
        mcnemar: p of McNemar's exact test, rows taken for independent.
        permutation: p of flipping whole units, of the difference in accuracy.
        permutation_uar: The same, of the difference in UAR.
        holm: `permutation`, corrected for the number of pairs.
        holm_mcnemar: `mcnemar`, corrected.
        holm_uar: `permutation_uar`, corrected.
        exact: Whether every flip was tried.
        least: The smallest p that so few units can give.
        units: How many there are.
        drawn: What they are: "people", "clips", ...
        needed: About how many it would take; None where nobody can tell.
    """

    first: str
    second: str
    accuracy: Figure
    uar: Figure
    both: float
    only_first: int
    only_second: int
    neither: float
    agreement: float
    kappa: float
    mcnemar: float
    permutation: float
    permutation_uar: float
    holm: float
    holm_mcnemar: float
    holm_uar: float
    exact: bool
    least: float
    units: int
    drawn: str
    needed: int | None

    @property
    def shown(self) -> bool:
        """Whether a difference in accuracy is shown: corrected for the number of pairs, and with an interval that leaves out nought."""
        low, high = self.accuracy.interval
        return self.holm < LEVEL and (low > 0 or high < 0)  # neither is where there is no interval

    @property
    def sentence(self) -> str:
        """Whether a difference is shown, and what it rests on."""
        low, high = (100 * edge for edge in self.accuracy.interval)
        edges = "[-]" if isnan(low) else f"[{low:.1f}, {high:.1f}]"
        points = 100 * self.accuracy.value
        corrected = "" if self.holm == self.permutation else f", Holm {_p(self.holm)}"
        rests = f"{edges} over {counted(self.units, self.drawn)} (permutation {_is(self.permutation)}{corrected})"
        if not points:
            return f"{self.first} and {self.second} are right equally often {rests}: no difference is shown."
        said = f"{self.first} is better than {self.second} by {points:.1f} points {rests}"
        if self.shown:
            return f"{said}: shown."
        if self.least >= LEVEL:
            return f"{said}: not shown, nor could {counted(self.units, self.drawn)} show any: the smallest possible p is {_p(self.least)}."
        wanted = "" if self.needed is None else f"; it would need {_rounded(self.needed)} {self.drawn} like these"
        return f"{said}: not shown{wanted}."

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name not in ("accuracy", "uar")}
        return {
            **plain,
            "accuracy": self.accuracy.as_dict(),
            "uar": self.uar.as_dict(),
            "shown": self.shown,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several systems on the rows that all of them answer for.

    Args:
        n: How many rows.
        left: By system, how many rows only some of the others have; they count for nothing.
        unanswered: By system, how many rows it has no answer to; they count as wrong.
        accuracy: By system.
        uar: By system.
        any_right: Share of rows that at least one gets right: what choosing between them can reach at most.
        all_right: Share of rows that all get right.
        pairs: Two by two, each once.
        drawn: What intervals draw and permutations flip: "people", "clips", ...
        units: How many of these there are.
        data: SHA-256 of the rows' ids, labels and people.
    """

    n: int
    left: Mapping[str, int]
    unanswered: Mapping[str, int]
    accuracy: Mapping[str, Figure]
    uar: Mapping[str, Figure]
    any_right: Figure
    all_right: Figure
    pairs: tuple[Pair, ...]
    drawn: str
    units: int
    data: str

    def as_dict(self) -> dict[str, object]:
        """For ``comparison.json``: nothing but JSON's own types."""
        return {
            "n": self.n,
            "left": dict(self.left),
            "unanswered": dict(self.unanswered),
            "drawn": self.drawn,
            "units": self.units,
            "data": self.data,
            "systems": {name: {"accuracy": self.accuracy[name].as_dict(), "uar": self.uar[name].as_dict()} for name in self.accuracy},
            "any_right": self.any_right.as_dict(),
            "all_right": self.all_right.as_dict(),
            "pairs": [pair.as_dict() for pair in self.pairs],
        }

    def table(self) -> tuple[tuple[str, ...], list[list[str | int | float]]]:
        """Heads and rows of ``comparison.csv``: a row a pair, numbers unrounded."""
        plain = [name for name in Pair.__slots__ if name not in ("accuracy", "uar")]
        figures = [f"{name}{end}" for name in ("accuracy", "uar") for end in (" difference", " low", " high")]
        rows = [
            [
                *("" if (value := getattr(pair, name)) is None else value for name in plain),
                *(number for figure in (pair.accuracy, pair.uar) for number in (figure.value, *figure.interval)),
                "yes" if pair.shown else "no",
            ]
            for pair in self.pairs
        ]
        return (*plain, *figures, "shown"), rows

    def text(self) -> str:
        """For a terminal: the systems, the pairs, and a sentence for each."""
        wide = max(len(name) for name in ("any of them", *self.accuracy))
        lines = [f"{self.n:,} rows that all of them have; {counted(self.units, self.drawn)}"]
        lines += [f"{count:,} more rows of {name} left out: not all have them" for name, count in self.left.items() if count]
        lines += [_wrong(count, name) for name, count in self.unanswered.items() if count]
        lines += ["", f"{'':<{wide}}  {'accuracy':<21}  uar"]
        lines += [f"{name:<{wide}}  {figure!s:<21}  {self.uar[name]}" for name, figure in self.accuracy.items()]
        lines += [f"{'any of them':<{wide}}  {self.any_right}", f"{'all of them':<{wide}}  {self.all_right}", ""]
        for pair in self.pairs:
            lines.append(pair.sentence)
            lines.append(
                f"  only the first right {pair.only_first}, only the second {pair.only_second}, both wrong {100 * pair.neither:.1f} %; "
                f"same answer {100 * pair.agreement:.1f} % (kappa {pair.kappa:.2f}); McNemar {_is(pair.mcnemar)}; "
                f"UAR {100 * pair.uar.value:+.1f} points ({_is(pair.permutation_uar)})"
            )
        return "\n".join(lines)

    def document(self) -> Document:
        """The page."""
        return Document(
            title=f"{', '.join(self.accuracy)}: compared",
            lead=" ".join(pair.sentence for pair in self.pairs) if len(self.pairs) == 1 else self._lead(),
            remarks=tuple(self._remarks()),
            sections=tuple(self._sections()),
        )

    def _lead(self) -> str:
        shown = [f"{pair.first} over {pair.second}" for pair in self.pairs if pair.shown]
        what = f"{len(shown)} of {len(self.pairs)} differences are shown: {'; '.join(shown)}." if shown else "No difference is shown."
        return f"On the same {self.n:,} rows, {what[0].lower()}{what[1:]}"

    def _remarks(self) -> Iterator[Remark]:
        known = self.drawn != "clips"
        about = "" if known else ": people are not known, so that differences look surer than they are"
        yield Remark(Tone.GOOD if known else Tone.WARNING, f"{self.units:,} {self.drawn} are drawn and flipped as a whole{about}.")
        for name, count in self.left.items():
            if count:
                yield Remark(Tone.PLAIN, f"{count:,} more rows of {name} were left out: not all have them.")
        for name, count in self.unanswered.items():
            if count:
                yield Remark(Tone.WARNING, f"{_wrong(count, name)}.")

    def _sections(self) -> Iterator[Section]:
        rows = [(name, *cells(figure), *cells(self.uar[name])) for name, figure in self.accuracy.items()]
        rows += [("any of them right", *cells(self.any_right), "-", "-"), ("all of them right", *cells(self.all_right), "-", "-")]
        ceiling = (
            f"Choosing always the right one of them would reach {100 * self.any_right.value:.1f} %, and nothing that chooses can do more."
        )
        heads = ("system", "accuracy", "95 % interval", "UAR", "95 % interval")
        yield Section("Systems", (ceiling,), (), (Table("On the same rows", heads, tuple(rows)),))
        yield Section(
            "Differences",
            tuple(pair.sentence for pair in self.pairs),
            (
                Picture(
                    "Difference in accuracy and its 95 % interval, in points: on the line, there is none",
                    " ".join(pair.sentence for pair in self.pairs),
                    partial(plots.differences, {f"{pair.first} – {pair.second}": _points(pair.accuracy) for pair in self.pairs}),
                ),
            ),
            (self._tests(), self._answers()),
        )

    def _tests(self) -> Table:
        heads = ("pair", "accuracy", "95 % interval", "p", "Holm", "UAR", "95 % interval", "p", "Holm", "McNemar p", "Holm", "shown")
        rows = tuple(
            (
                f"{pair.first} – {pair.second}",
                *cells(pair.accuracy),
                _p(pair.permutation),
                _p(pair.holm),
                *cells(pair.uar),
                _p(pair.permutation_uar),
                _p(pair.holm_uar),
                _p(pair.mcnemar),
                _p(pair.holm_mcnemar),
                "yes" if pair.shown else "no",
            )
            for pair in self.pairs
        )
        return Table(f"Differences; p by flipping whole {self.drawn}, McNemar's takes rows for independent", heads, rows)

    def _answers(self) -> Table:
        heads = ("pair", "both right", "only the first", "only the second", "both wrong", "same answer", "kappa")
        rows = tuple(
            (
                f"{pair.first} – {pair.second}",
                number(pair.both),
                f"{pair.only_first}",
                f"{pair.only_second}",
                number(pair.neither),
                number(pair.agreement),
                number(pair.kappa),
            )
            for pair in self.pairs
        )
        return Table("Where they agree", heads, rows)


def _wrong(count: int, name: str) -> str:
    """What becomes of rows without an answer.

    Example:
        >>> _wrong(3589, "face"), _wrong(1, "face")
        ('3,589 rows without an answer of face count as wrong', '1 row without an answer of face counts as wrong')
    """
    return f"{count:,} row{'s' if count != 1 else ''} without an answer of {name} count{'s' if count == 1 else ''} as wrong"


def _points(figure: Figure) -> Figure:
    return Figure(100 * figure.value, (100 * figure.interval[0], 100 * figure.interval[1]))


def _p(value: float) -> str:
    """A p as papers print it.

    Example:
        >>> _p(0.00004), _p(0.0213), _p(0.4)
        ('< 0.001', '0.021', '0.40')
    """
    return "< 0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"


def _is(value: float) -> str:
    """The same in a sentence.

    Example:
        >>> _is(0.00004), _is(0.4)
        ('p < 0.001', 'p = 0.40')
    """
    said = _p(value)
    return f"p {said}" if said.startswith("<") else f"p = {said}"


def _rounded(count: int) -> str:
    """A number that is a guess, to two digits.

    Example:
        >>> _rounded(1234)
        'about 1,200'
    """
    if count > 100_000:
        return "more than 100,000"
    step = 10 ** max(len(str(count)) - 2, 0)
    return f"about {round(count / step) * step:,}"
