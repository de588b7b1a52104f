"""A recipe's features learnt by a support vector machine in place of its network.

As shivam-199/Python-Emotion-using-EEG-Signal does: each column divided by its length, a radial kernel, C and gamma chosen by five
folds of what is learnt from. That repository turns the columns by all their principal components, too, which leaves the distances
that the kernel sees as they are, and is left out. N: clips, D: width of the features.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.audit.audit import audit
from emofuse.audit.base import Evidence
from emofuse.core.clip import Clip
from emofuse.core.split import thinned
from emofuse.evaluation.evaluate import judged
from emofuse.experiment import answerable
from emofuse.features.extraction import Making, extracted
from emofuse.recipe import Recipe, call
from emofuse.reproduce.base import FEW, Found, Place
from emofuse.reproduce.ways import Arguments, found, resamples

C = tuple(10.0**n for n in range(2, 10))
GAMMA = tuple(10.0**n for n in range(-8, -4))
FOLDS = 5  # in which C and gamma are chosen
STEPS = 1_000_000  # of the solver, which for the largest C would go on for long and change little


@dataclass(frozen=True, slots=True)
class SupportVectors:
    """A support vector machine over the features of a recipe, divided as the recipe does.

    Args:
        recipe: Its path; of one modality.
        paper: Of the row, whose command this is.
        row: Its name.
        arguments: To call the recipe with.
        says: Who is learnt from, who is judged.
        by_all: Whether columns are divided by their length over all clips, judged ones too.
    """

    recipe: str
    paper: str
    row: str
    arguments: Arguments = field(default_factory=lambda: MappingProxyType({}))
    says: str = ""
    by_all: bool = False

    @property
    def corpora(self) -> tuple[str, ...]:
        """The recipe's."""
        return (call(self.recipe, self.arguments).corpus.name,)

    @property
    def command(self) -> str:
        """What measures the row: there is no run that could be trained alone."""
        return shlex.join(["emofuse", "reproduce", self.paper, "--row", self.row, "--data", "DIR"])

    def __call__(self, place: Place, folder: Path) -> Found:
        """Learn and judge, fold by fold."""
        recipe = call(self.recipe, self.arguments)
        folds = tuple(recipe.protocol(answerable(recipe, recipe.clips(place.data))))
        folds = (thinned(folds[0], FEW),) if place.quick else folds
        clips = tuple({clip.id: clip for fold in folds for clip in (*fold.train, *fold.valid, *fold.test)}.values())
        rows = _rows(recipe, clips, place)
        where = {clip.id: i for i, clip in enumerate(clips)}
        answers = np.full((len(clips), len(recipe.labels)), np.nan)
        for fold in folds:
            learnt, tested = ([where[clip.id] for clip in part] for part in (fold.train, fold.test))
            scale = _lengths(rows if self.by_all else rows[learnt])
            words = _told(rows[learnt] / scale, [clip.label or "" for clip in fold.train], rows[tested] / scale)
            answers[tested] = np.eye(len(recipe.labels))[[recipe.labels.index(word) for word in words]]
        tested = [where[clip.id] for fold in folds for clip in fold.test]
        report = judged(
            recipe.labels,
            [clips[i] for i in tested],
            answers[tested],
            shared={who for fold in folds for who in fold.shared},
            resamples=resamples(place),
        )
        says = {"tuned_on": "train", "normalized_on": "all" if self.by_all else "train", "folds": len(folds)}
        evidence = Evidence(
            self.row, clips, folds, recipe.corpus, scores=answers, labels=recipe.labels, says=says, protocol=recipe.protocol
        )
        looked = audit(evidence)
        return found(report, looked.verdict, looked.sentence)


def _rows(recipe: Recipe, clips: Sequence[Clip], place: Place) -> np.ndarray:
    """Shape: (N, D) float64."""
    ((m, feature),) = recipe.features.items()
    made = extracted(clips, m, Making(feature, recipe.prepare), cache=place.cache)
    return np.stack([row[0].ravel() for row in made if row is not None]).astype(np.float64)


def _lengths(rows: np.ndarray) -> np.ndarray:
    """Shape: (N, D) -> (D,), 1 where a column is nothing but zeros."""
    lengths = np.linalg.norm(rows, axis=0)
    return np.where(lengths > 0, lengths, 1.0)


def _told(rows: np.ndarray, words: Sequence[str], asked: np.ndarray) -> list[str]:
    """The words of the asked rows, by a machine that has learnt from the others. Shape: (N, D), N words, (n, D)."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import GridSearchCV
    from sklearn.svm import SVC

    fewest = min(words.count(word) for word in set(words))
    machine = SVC(max_iter=STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of settings that are not chosen for it
        if fewest < 2:
            return list(machine.fit(rows, words).predict(asked))
        search = GridSearchCV(machine, {"C": C, "gamma": GAMMA}, cv=min(FOLDS, fewest))
        return list(search.fit(rows, words).predict(asked))
