"""What members and fusions say, calibrated: of the clips a fold judges, and of those that a decision for it may learn from.

Nobody is calibrated or decided about by clips that are judged: what is learnt for a fold comes from the scores of the other
folds' test clips, each given by a network that had not learnt from them; where there is one split only, from its valid clips.
N: clips, P: patterns of what is there, S: windows, C: classes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.bench.answers import Answers
from emofuse.bench.base import subsets
from emofuse.bench.cells import MEMBER, Cell
from emofuse.bench.kept import Kept
from emofuse.bench.order import Work
from emofuse.calibration import softened, temperature
from emofuse.core.errors import RunError, SplitError
from emofuse.core.modality import Modality
from emofuse.core.split import Split

SMALLEST = 1e-12  # of a probability, before its logarithm


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """One network's probabilities for one fold.

    Shape:
        learnt (n, S, C) of the clips that something may be learnt from for this fold; test {pattern: (N, S, C)}, by what is there of
        all that the bench takes in; rows of NaN where there is no answer

    Args:
        learnt: Out of fold.
        test: Of the fold's test clips.
        temperature: By which both were softened.
    """

    learnt: np.ndarray
    test: Mapping[tuple[Modality, ...], np.ndarray]
    temperature: float


def lessons(made: Work, split: Split) -> tuple[tuple[str, np.ndarray, np.ndarray], ...]:
    """Where the clips that may teach something for a split are judged by others.

    Returns:
        By other split: its name, which of its test clips, and where these stand among all clips. Each clip once; only such as this
        split may learn from, so that what it keeps apart stays apart.
    """
    allowed = {clip.id for clip in (*split.train, *split.valid)}
    found = []
    for other in made.splits:
        places = [i for i, clip in enumerate(other.test) if other.name != split.name and clip.id in allowed]
        allowed -= {other.test[i].id for i in places}
        if places:
            found.append((other.name, np.array(places), made.rows([other.test[i] for i in places])))
    return tuple(found)


def taught_rows(made: Work, split: Split) -> np.ndarray:
    """The clips that decisions for a split learn from, in the order of `Heard.learnt`. Shape: (n,)."""
    if len(made.splits) == 1:
        return made.rows(split.valid)
    parts = [rows for _, _, rows in lessons(made, split)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=int)


def heard(made: Work, kept: Kept, kind: str, name: str, seed: int, given: Mapping[str, Answers]) -> dict[str, Heard]:
    """What a member or a fusion says for each fold.

    Raises:
        RunError: A cell is not there, or is about other clips.
    """
    said = _given(made, given[name]) if kind == MEMBER and name in given else _cells(made, kept, kind, name, seed)
    modalities = given[name].modalities if kind == MEMBER and name in given else _modalities(made, kind, name)
    truth, answers = made.truth, {}
    for split in made.splits:
        test, valid = said[split.name]
        full = tuple(sorted(modalities))
        if len(made.splits) == 1:
            learnt = valid if valid is not None else test[full][:0]
        else:
            parts = [said[other][0][full][places] for other, places, _ in lessons(made, split)]
            learnt = np.concatenate(parts) if parts else test[full][:0]
        warmth = _warmth(learnt, truth[taught_rows(made, split)]) if made.bench.calibrated else 1.0
        softer = {pattern: _softened(logs, warmth) for pattern, logs in test.items()}
        own = {pattern: tuple(m for m in pattern if m in modalities) for pattern in subsets(made.bench.modalities)}
        nothing = np.full_like(softer[full], np.nan)
        answers[split.name] = Heard(
            _softened(learnt, warmth), {pattern: softer.get(part, nothing) for pattern, part in own.items()}, warmth
        )
    return answers


_Said = dict[str, tuple[dict[tuple[Modality, ...], np.ndarray], np.ndarray | None]]
"""By fold: logarithms of the test clips by what is there of the network's own modalities, and of the valid clips."""


def _modalities(made: Work, kind: str, name: str) -> tuple[Modality, ...]:
    return made.bench.team[name].modalities if kind == MEMBER else made.bench.modalities


def _cells(made: Work, kept: Kept, kind: str, name: str, seed: int) -> _Said:
    patterns = subsets(_modalities(made, kind, name))
    said: _Said = {}
    for split in made.splits:
        cell = Cell(kind, name, split.name, seed)
        arrays = kept.load(cell).arrays
        test = arrays["test"]
        if test.ndim != 4 or test.shape[:2] != (len(patterns), len(split.test)) or test.shape[3] != len(made.bench.words):
            raise RunError(
                f"{kept.path(cell)} holds scores of shape {test.shape}. Expected {len(patterns)} patterns, {len(split.test)} clips and "
                f"{len(made.bench.words)} labels: it is about other clips or labels. Remove it, and it is made again."
            )
        said[split.name] = dict(zip(patterns, test.astype(np.float64), strict=True)), arrays.get("valid")
    return said


def _given(made: Work, answers: Answers) -> _Said:
    """As if it had been a cell; without one of its modalities it has no answer."""
    said: _Said = {}
    for split in made.splits:
        parts = [np.log(np.maximum(answers.on([clip.id for clip in part]), SMALLEST))[:, None] for part in (split.test, split.valid)]
        said[split.name] = {answers.modalities: parts[0]}, parts[1]
    return said


def _warmth(learnt: np.ndarray, truth: np.ndarray) -> float:
    """The temperature; 1 where there is nothing to find it by."""
    count, windows = learnt.shape[:2]
    try:
        return temperature(learnt.reshape(count * windows, -1), np.repeat(truth, windows)) if count else 1.0
    except SplitError:
        return 1.0


def _softened(logs: np.ndarray, warmth: float) -> np.ndarray:
    """Shape: (..., C) -> the same."""
    return softened(logs.reshape(-1, logs.shape[-1]), warmth).reshape(logs.shape) if logs.size else logs


def scores(members: Mapping[str, Heard], pattern: Sequence[Modality] | None = None) -> dict[str, np.ndarray]:
    """What decisions are given: of the clips to learn from, or of the test clips with a pattern there. Shape: {member: (N, S, C)}."""
    return {name: one.learnt if pattern is None else one.test[tuple(pattern)] for name, one in members.items()}
