"""The ways in which a row is measured: a recipe that is trained, a line of a bench, a part of what another way judged."""

import hashlib
import json
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from emofuse.audit.audit import GRADES, audit
from emofuse.audit.base import Evidence, Grade
from emofuse.bench.base import Bench
from emofuse.bench.fuse import fuse
from emofuse.bench.order import Order
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.evaluation import kept
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.predictions import FILE, read_predictions
from emofuse.evaluation.report import FIGURES, Figure, Report
from emofuse.experiment import answerable, train
from emofuse.recipe import Recipe, call, called
from emofuse.reproduce.base import FEW, METRICS, Found, Place
from emofuse.reproduce.precise import precise
from emofuse.splitting import lists

Arguments = Mapping[str, object]


def _nothing() -> Arguments:
    return MappingProxyType({})


def _short() -> Arguments:
    return MappingProxyType({"epochs": 1})


@dataclass(frozen=True, slots=True)
class Trained:
    """A recipe, trained and judged on its own test part, or over all of its folds.

    Args:
        recipe: Its path.
        arguments: To call it with.
        says: Who is learnt from, who is judged.
        seed: Of the training.
        short: Arguments that take the place of these in a quick run.
        needs: Corpora beside the recipe's own, or folders under the data root.
        weights: Names of pretrained models on the hub, which must be on this machine.
    """

    recipe: str
    arguments: Arguments = field(default_factory=_nothing)
    says: str = ""
    seed: int = 0
    short: Arguments = field(default_factory=_short)
    needs: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()

    @property
    def made(self) -> Recipe:
        """The recipe, called."""
        return call(self.recipe, self.arguments)

    @property
    def corpora(self) -> tuple[str, ...]:
        """The recipe's, and those beside it."""
        recipe = self.made
        return tuple(dict.fromkeys((recipe.corpus.name, *(corpus.name for corpus in recipe.beside), *self.needs)))

    @property
    def command(self) -> str:
        """What trains this alone."""
        seed = ["--seed", str(self.seed)] if self.seed else []
        return _typed("train", self.recipe, self.arguments, [*seed, "--data", "DIR", "--out", "DIR"])

    def __call__(self, place: Place, folder: Path) -> Found:
        """Train what is not there yet; a report that is there is read."""
        if (folder / FILE).exists():
            self.there(place, folder)
            return found(kept.report(json.loads((folder / "report.json").read_text(encoding="utf-8"))), *certified(folder))
        arguments = {**self.arguments, **(self.short if place.quick else {})}
        few = FEW if place.quick else None
        report = train(self.recipe, arguments, data=place.data, out=folder, seed=self.seed, cache=place.cache, few=few)
        if report is None:
            raise RunError(f"{self.recipe} judges nobody. Expected a protocol with a test part; mend the row.")
        return found(report, *certified(folder))

    def there(self, place: Place, folder: Path) -> None:
        """Train what is not in a folder of another way or row, and make sure that what is there is this.

        Raises:
            RunError: The folder holds a run of another recipe, or of other arguments.
        """
        if not (folder / FILE).exists():
            self(place, folder)
        run = next(path for path in (folder / "run.json", *sorted(folder.glob("*/run.json"))) if path.exists())
        said = json.loads(run.read_text(encoding="utf-8"))
        asked = {**self.arguments, **(self.short if place.quick else {})}
        if (said["recipe"], said["arguments"], said["seed"]) != (self.recipe, json.loads(json.dumps(asked)), self.seed):
            raise RunError(
                f"{folder} holds a run of {said['recipe']} {said['arguments']}. "
                f"Expected {self.recipe} {asked}; remove it, or choose another --out."
            )


@dataclass(frozen=True, slots=True)
class Fused:
    """A line of a bench's table.

    Args:
        bench: Its path.
        line: The line's name: of a member, fusion or decision, with its settings.
        arguments: To call the bench with.
        says: Who is learnt from, who is judged.
        fusions: That the bench makes.
        decisions: Likewise.
        folder: That rows share, whose lines stand in one table.
        needs: Corpora beside the bench's own.
    """

    bench: str
    line: str
    arguments: Arguments = field(default_factory=_nothing)
    says: str = ""
    fusions: str = "none"
    decisions: str = "none"
    folder: str = ""
    needs: tuple[str, ...] = ()

    @property
    def corpora(self) -> tuple[str, ...]:
        """The bench's, and those beside it."""
        return tuple(dict.fromkeys((called(self.bench, self.arguments, ("emofuse.recipes",), Bench).corpus.name, *self.needs)))

    @property
    def command(self) -> str:
        """What makes this bench's table."""
        return _typed(
            "fuse", self.bench, self.arguments, ["--fusions", self.fusions, "--decisions", self.decisions, "--data", "DIR", "--out", "DIR"]
        )

    def order(self, place: Place) -> Order:
        """What the bench is asked for."""
        asked = json.dumps(dict(self.arguments), sort_keys=True)
        return Order(self.bench, place.data, asked, quick=place.quick, few=FEW if place.quick else 0)

    def where(self, folder: Path) -> Path:
        """Where the bench lies, of a row's folder."""
        return folder.parent.parent / self.folder if self.folder else folder

    def __call__(self, place: Place, folder: Path) -> Found:
        """Make what is not there yet, and take the line."""
        results = fuse(
            self.order(place),
            self.where(folder),
            fusions=self.fusions,
            decisions=self.decisions,
            missing="none",
            cache=place.cache,
            resamples=resamples(place),
            command=self.command,
            progress=place.progress,
        )
        line = next((line for line in results.lines if line.name == self.line), None)
        if line is None or not line.figures:
            raise RunError(
                f"The bench {self.bench} has no figure for '{self.line}'{f': {line.problem}' if line and line.problem else ''}. "
                f"Expected one of {', '.join(line.name for line in results.lines)}; mend the row."
            )
        figures = {name: figure for name, figure in line.figures.items() if name in METRICS}
        return Found(figures, results.n, results.majority, *graded(results.notes), people=results.people, drawn=results.drawn)


@dataclass(frozen=True, slots=True)
class OfWhole:
    """What looks again at the answers of a recipe that is trained: it needs what that needs, and is trained as that is.

    Args:
        whole: What trains it.
    """

    whole: Trained

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those of the whole."""
        return self.whole.corpora

    @property
    def weights(self) -> tuple[str, ...]:
        """Likewise."""
        return self.whole.weights

    @property
    def command(self) -> str:
        """What trains the whole."""
        return self.whole.command


@dataclass(frozen=True, slots=True)
class PartOf(OfWhole):
    """Some of the clips that another way judged: the same answers, fewer of them; or all, where another figure of theirs is told.

    Args:
        whole: As in `OfWhole`.
        keep: The ids that are judged, from the clips, the answers and the data root; None for all.
        says: Which these are.
        beside: Which way of its row the whole is.
        of: The row that has the whole; this one by default.
    """

    keep: Callable[[Sequence[Clip], Path], Collection[str]] | None
    says: str
    beside: str = "paper"
    of: str = ""

    def __call__(self, place: Place, folder: Path) -> Found:
        """Judge the part, once the whole is there."""
        whole = (folder.parent.parent / self.of if self.of else folder.parent) / self.beside
        self.whole.there(place, whole)
        answers = read_predictions(whole / FILE)
        every = {clip.id for clip in answers.clips}
        left = every if self.keep is None or place.quick else set(self.keep(answers.clips, place.data))
        rows = [i for i, clip in enumerate(answers.clips) if clip.id in left]
        clips, told = [answers.clips[i] for i in rows], answers.probabilities[rows]
        report = judged(answers.labels, clips, told, shared=None)
        grade = certified(whole) if self.keep is None or place.quick else looked(self.whole.made, place.data, left)
        return found(report, *grade, precise(answers.labels, clips, told, resamples(place)))


_LOOKED: dict[tuple[str, str], tuple[Grade, str]] = {}
"""What was found, by corpus and who is in which part: rows that judge the same part need not look again, which takes a minute."""


def looked(recipe: Recipe, data: Path, judged: Collection[str]) -> tuple[Grade, str]:
    """What the audit says of a recipe's splits where only some of their test clips are judged: the worst grade, and a sentence."""
    splits = tuple(
        replace(split, name=f"{i} in part", test=tuple(clip for clip in split.test if clip.id in judged))
        for i, split in enumerate(recipe.protocol(answerable(recipe, recipe.clips(data))), 1)
    )
    key = recipe.corpus.name, hashlib.sha256(json.dumps([lists(split) for split in splits]).encode()).hexdigest()
    if key not in _LOOKED:
        clips = tuple({clip.id: clip for split in splits for part in (split.train, split.valid, split.test) for clip in part}.values())
        told = audit(Evidence(recipe.name, clips, splits, recipe.corpus))
        _LOOKED[key] = told.verdict, told.sentence
    return _LOOKED[key]


def graded(notes: Iterable[str]) -> tuple[Grade, str]:
    """The worst mark of a bench's audit, and all of them in a sentence.

    Example:
        >>> graded(["T13 (broken), paired by label: strangers", "read on", "T1 (inflated), people"])[0]
        <Grade.BROKEN: 'broken'>
        >>> graded([])
        (<Grade.FINE: 'fine'>, 'nothing was found')
    """
    found = {note: Grade(mark[1]) for note in notes if (mark := re.match(r"T\d+ \((\w+)\)", note))}
    return max(found.values(), key=GRADES.index, default=Grade.FINE), "; ".join(found) or "nothing was found"


def certified(folder: Path) -> tuple[Grade, str]:
    """The audit's grade of a run, and its sentence, as its report has them."""
    certificate = json.loads((folder / "report.json").read_text(encoding="utf-8"))["certificate"]
    return Grade(certificate["verdict"]), certificate["sentence"]


def resamples(place: Place) -> int:
    """How often intervals draw anew."""
    return 1_000 if place.quick else 10_000


def found(report: Report, grade: Grade, audited: str, more: Mapping[str, Figure] = MappingProxyType({})) -> Found:
    """What a report says, as a row has it, with more figures of the same answers."""
    figures: dict[str, Figure] = {**{name: getattr(report, name) for name in FIGURES if name in METRICS}, **more}
    return Found(
        figures,
        report.n,
        report.majority.value,
        grade,
        audited,
        None if report.shared is None else len(report.shared),
        None if report.people is None else len(report.people),
        report.drawn,
    )


def _typed(what: str, path: str, arguments: Arguments, rest: Sequence[str]) -> str:
    """A command as it is typed."""
    said = [word for name, value in arguments.items() for word in ("--with", f"{name}={json.dumps(value)}")]
    return shlex.join(["emofuse", what, path, *said, *rest])
