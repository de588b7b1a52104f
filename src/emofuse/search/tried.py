"""One setting tried: taught on the train part of each split, judged on its valid part. C: classes, N: clips."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import relabel
from emofuse.core.progress import Progress
from emofuse.core.split import Split
from emofuse.data import Examples, Key, examples, one_hot
from emofuse.evaluation.metrics import accuracy, uar
from emofuse.experiment import adjust, answerable, check_labels, unwanted
from emofuse.features.cache import Cache, identity
from emofuse.network import Committee, Network
from emofuse.recipe import Recipe, call
from emofuse.search.folds import Fold, seen
from emofuse.splitting import from_file

NAMES = {"uar": "UAR", "accuracy": "accuracy", "loss": "loss"}
MEASURES = tuple(NAMES)
SIZE = 256  # clips that a network is asked about at a time


@dataclass(frozen=True, slots=True)
class Figures:
    """What a setting is worth on the valid clips of one split.

    Args:
        accuracy: Share of clips whose best label is right.
        uar: Recall, averaged over labels.
        loss: Cross entropy, in nats; infinite where it is no number.
        n: How many clips.
    """

    accuracy: float
    uar: float
    loss: float
    n: int

    def as_dict(self) -> dict[str, float | int | None]:
        """For JSON, which knows no infinity."""
        return {**asdict(self), "loss": self.loss if math.isfinite(self.loss) else None}


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting, and what came of it.

    Args:
        number: From 1, in the order of trying.
        arguments: Those that were searched.
        folds: Figures by split.
        seconds: That it took.
        same_as: The number of an earlier one with the same arguments, whose figures these are.
    """

    number: int
    arguments: Mapping[str, object]
    folds: Mapping[str, Figures]
    seconds: float
    same_as: int | None = None

    def value(self, measure: str) -> float:
        """Mean over splits."""
        return mean(self._values(measure))

    def spread(self, measure: str) -> float | None:
        """Standard deviation over splits; None of one."""
        known = self._values(measure)
        return stdev(known) if len(known) > 1 and all(map(math.isfinite, known)) else None

    def _values(self, measure: str) -> list[float]:
        return [getattr(figures, measure) for figures in self.folds.values()]


@dataclass(slots=True)
class Tries:
    """Teaches a recipe with one setting after the other, on the same clips.

    Args:
        path: Of the recipe.
        fixed: Arguments that all settings share.
        data: Holds one folder a corpus.
        seed: Of every training, so that settings differ in nothing else.
        allowed: Packages that the recipe may come from.
        split: A file of lists that divides the clips instead of the recipe's protocol.
        cache: Where features are looked up and kept.
        bar: Called with what is being read, for a progress of it.
    """

    path: str
    fixed: Mapping[str, object]
    data: Path
    seed: int
    allowed: Sequence[str]
    split: Path | None
    cache: Cache | None
    bar: Callable[[str], Progress]
    _listed: tuple[object, object, tuple[Clip, ...]] | None = None
    _remembered: dict[str, dict[Key, np.ndarray]] = field(default_factory=dict)
    _first: tuple[Fold, ...] | None = None

    def recipe(self, arguments: Mapping[str, object]) -> Recipe:
        """The recipe with these arguments beside the fixed ones.

        Raises:
            UnknownName: It takes no such argument, or not this value.
        """
        return call(self.path, {**self.fixed, **arguments}, self.allowed)

    def splits(self, recipe: Recipe) -> tuple[Split, ...]:
        """The recipe's splits, test parts and all: listed, not read.

        Raises:
            CorpusError: The corpus is not there, or has none of the recipe's labels.
            SplitError: Its clips cannot be split, or a part of them has nothing to tell apart.
        """
        if self._listed is None or self._listed[:2] != (recipe.corpus, recipe.keep):
            self._listed = (recipe.corpus, recipe.keep, recipe.clips(self.data))
        clips = answerable(recipe, self._listed[2])
        divide = recipe.protocol if self.split is None else from_file(self.split, unwanted(recipe, self.data, clips))
        return tuple(divide(clips))

    def folds(self, recipe: Recipe) -> tuple[Fold, ...]:
        """Who is learnt from and judged, the same for every setting.

        Raises:
            SplitError: As `splits`; or nobody can be judged but test clips.
            RunError: Other clips than those of the first setting.
        """
        found = seen(self.splits(recipe))
        for fold in found:
            check_labels(Split(fold.name, fold.learnt, fold.judged, ()))
        self._first = self._first or found
        if [_ids(fold) for fold in found] != [_ids(fold) for fold in self._first]:
            raise RunError(
                "These settings do not learn from the same clips, or are not judged on the same ones, so that their figures cannot be "
                "compared. Expected arguments that change how something is learnt, not from whom; leave the others out of --over."
            )
        return found

    def __call__(self, arguments: Mapping[str, object]) -> tuple[dict[str, Figures], float]:
        """Figures by split, and the seconds that it took."""
        began = time.monotonic()
        recipe = self.recipe(arguments)
        return {fold.name: self._judged(recipe, fold) for fold in self.folds(recipe)}, time.monotonic() - began

    def _judged(self, recipe: Recipe, fold: Fold) -> Figures:
        beside = tuple(clip for corpus in recipe.beside for clip in relabel(corpus.clips(corpus.under(self.data)), recipe.labels))
        learnt = self._examples(recipe, (*fold.learnt, *beside), teaching=True)
        judged = self._examples(replace(recipe, baseline=learnt.baseline), fold.judged)
        torch.manual_seed(self.seed)  # initial weights have no generator of their own
        network = recipe.build()
        for i, member in enumerate(network.networks if isinstance(network, Committee) else (network,)):
            adjust(member, learnt)
            recipe.fit(member, learnt, None if fold.held_out else judged, seed=self.seed + i)  # whoever is held out will be learnt from
        return figures(network.eval().cpu(), judged)

    def _examples(self, recipe: Recipe, clips: Sequence[Clip], *, teaching: bool = False) -> Examples:
        variants = recipe.variants if teaching else ()
        known = identity((recipe.features, recipe.prepare, recipe.variants))
        remembered = {} if known is None else self._remembered.setdefault(known, {})
        return examples(
            clips, recipe.features, recipe.labels, prepare=recipe.prepare, target=recipe.target if teaching else one_hot, variants=variants,
            remembered=remembered, cache=self.cache, progress=self.bar("features"), baseline=recipe.baseline,
            often=recipe.often if teaching else None,
        )  # fmt: skip


@torch.inference_mode()
def figures(network: Network, part: Examples) -> Figures:
    """What a network is worth on a part, asked as it was taught: of each clip what the recipe prepares, never all its windows."""
    logits = torch.cat([network(batch).logits.float() for batch in part.batches(SIZE)])
    truth = part.labels.argmax(dim=1)
    loss = float(torch.nn.functional.cross_entropy(logits, truth))
    right, said = truth.numpy(), logits.argmax(dim=1).numpy()
    return Figures(float(accuracy(right, said)), float(uar(right, said)), loss if math.isfinite(loss) else math.inf, len(part))


def _ids(fold: Fold) -> tuple[str, frozenset[str], frozenset[str]]:
    return fold.name, frozenset(clip.id for clip in fold.learnt), frozenset(clip.id for clip in fold.judged)
