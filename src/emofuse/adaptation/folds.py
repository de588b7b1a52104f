"""Nested folds inside one person's clips: inner ones choose a way of adapting, outer ones judge what came of choosing so.

Varma, Simon 2006: choosing and judging by the same folds flatters. N: clips, C: classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.adaptation.answers import Answers, shares, unlikely
from emofuse.adaptation.ways import ALONE, TOGETHER, Nothing, Way
from emofuse.core.errors import SplitError

LABELS = 2  # that must be shown
FILES = 3  # of each of these, at least
MOST = 5  # folds

Fold = tuple[np.ndarray, np.ndarray]  # clips that are learnt from, clips that are judged


@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """What every clip was answered by who had not learnt from it, nor been chosen by it.

    Args:
        before: (N, C) by the recognizer as it is.
        after: (N, C) adapted to the clips of the other folds.
        unseeing: (N, C) by how often the clips of the other folds show each label.
        chosen: By outer fold, the way that was chosen.
        final: The way that all clips choose.
    """

    before: np.ndarray
    after: np.ndarray
    unseeing: np.ndarray
    chosen: tuple[str, ...]
    final: Way


def nested(answers: Answers, ways: Sequence[Way] = (), seed: int = 0) -> Nested:
    """Judge by outer folds what inner folds choose.

    Args:
        answers: Of one person's clips.
        ways: What there is to choose from, the simplest first; the usual ones by default.
        seed: Of the folds.

    Raises:
        SplitError: Too few labels, or too few files of them.
    """
    enough(answers)
    ways = ways or (TOGETHER if len(answers.members) > 1 else ALONE)
    before = answers.by(Nothing()(answers))
    after, unseeing = before.copy(), np.tile(shares(answers.targets, len(answers.labels)), (len(before), 1))
    picked: list[str] = []
    for learnt, judged in folds(answers, seed):
        known = answers.some(learnt)
        way = choose(known, ways, seed)
        picked.append(way.how)
        after[judged] = answers.some(judged).by(way(known))
        unseeing[judged] = shares(known.targets, len(answers.labels))
    return Nested(before, after, unseeing, tuple(picked), choose(answers, ways, seed))


def choose(answers: Answers, ways: Sequence[Way], seed: int = 0) -> Way:
    """The way whose answers to clips it had not learnt from have the smallest log-loss, summed over folds; the simplest where alike."""
    parts = folds(answers, seed)
    if not parts:
        return ways[0]
    losses = [
        sum(float(unlikely(answers.some(judged).by(way(answers.some(learnt))), answers.targets[judged]).sum()) for learnt, judged in parts)
        for way in ways
    ]
    return ways[int(np.argmin(losses))]


def folds(answers: Answers, seed: int = 0) -> tuple[Fold, ...]:
    """Five, or as many as there are files: files of a label are dealt out in turn, and clips of one file stay together.

    The order of the clips does not matter. A fold without which fewer than two labels are left is none.
    """
    files = sorted(set(answers.files))
    order = np.random.default_rng(seed).permutation(len(files))
    of = {name: [int(t) for f, t in zip(answers.files, answers.targets, strict=True) if f == name] for name in files}
    dealt = sorted((files[i] for i in order), key=lambda name: min(of[name]))  # stable: labels together, shuffled within
    place = {name: i % min(MOST, len(files)) for i, name in enumerate(dealt)}
    fold = np.array([place[name] for name in answers.files])
    parts = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(min(MOST, len(files)))]
    return tuple((learnt, judged) for learnt, judged in parts if len(np.unique(answers.targets[learnt])) >= LABELS)


def enough(answers: Answers) -> None:
    """Refuse what cannot be learnt from and judged by folds.

    Raises:
        SplitError: Fewer than two labels with three files each.
    """
    files = {word: len({f for f, t in zip(answers.files, answers.targets, strict=True) if t == c}) for c, word in enumerate(answers.labels)}
    if sum(count >= FILES for count in files.values()) < LABELS:
        there = ", ".join(f"{word} {count}" for word, count in files.items() if count) or "none"
        raise SplitError(
            f"There are too few clips to learn from and to judge by: files with an answer, by label: {there}. Expected at least {LABELS} "
            f"labels with {FILES} files each (stretches of one file stay together, and count once); record more."
        )
