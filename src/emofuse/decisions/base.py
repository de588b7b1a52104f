"""What every decision promises: several recognizers' probabilities in, one answer out.

A decision sees probabilities and nothing else: no clips, no networks, no files.
M: members, N: clips (or cells of time), S: a member's own segments in each, C: classes.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Protocol, Self

import numpy as np

from emofuse.core.errors import SplitError

Scores = Mapping[str, np.ndarray]
"""Members' probabilities by name, (N, S, C) each; S is each member's own; rows of NaN are absent."""

Model = Callable[[np.ndarray], np.ndarray]
"""What was learnt for one set of members: (M, N, C) without NaN -> (N, C)."""

SMALLEST = 1e-6  # of a probability: a member that says never was wrong before
CLIPS_A_CLASS = 5  # fewer, on average, teach a decision nothing
EXACT = 1e-3  # how far probabilities may be from summing to one: members answer in single precision


class Decision(Protocol):
    """Learns from members' probabilities, gives one answer.

    It is fitted on clips that its members have not learnt from; what is learnt ends in an underscore.
    Rows of the answer sum to one; members that are absent are left out; where none has an answer, the row is NaN.
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Learn from `scores` and class indices, (N,); a second call forgets the first."""

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C)."""


def by_member(scores: Scores) -> np.ndarray:
    """Members in the order of their names, each averaged over its own segments: many short windows do not outvote few long ones.

    Shape:
        {member: (N, S, C)} -> (M, N, C); rows of NaN where a member is absent

    Raises:
        ValueError: No members, or scores that are not those of the same clips and classes, or no probabilities.
    """
    check_scores(scores)
    return np.stack([mean_of_present(scores[name], axis=1) for name in sorted(scores)])


def mean_of_present(scores: np.ndarray, axis: int) -> np.ndarray:
    """Mean over an axis of the rows that are not NaN; NaN where all are."""
    present = ~np.isnan(scores).any(axis=-1, keepdims=True)
    count = present.sum(axis=axis)
    total = np.where(present, scores, 0.0).sum(axis=axis)
    mean: np.ndarray = total / np.where(count, count, np.nan)
    return mean


def weighed(members: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the members that are there; the plain one where none of them weighs anything.

    Shape:
        (M, N, C), weights (M,) or (M, N) -> (N, C), rows sum to one, or of NaN where nobody is there
    """
    there = ~np.isnan(members).any(axis=2)  # (M, N)
    weight = np.where(there, weights.reshape(len(members), -1), 0.0)
    sums = weight.sum(axis=0)[:, None]  # (N, 1)
    total = (weight[:, :, None] * np.nan_to_num(members)).sum(axis=0)
    return normalized(np.where(sums > SMALLEST, total, mean_of_present(members, axis=0)))


def normalized(scores: np.ndarray) -> np.ndarray:
    """Rows that sum to one. Shape: (..., C)."""
    rows: np.ndarray = scores / scores.sum(axis=-1, keepdims=True)
    return rows


def logs(scores: np.ndarray) -> np.ndarray:
    """Logarithms of probabilities, none of them quite zero; NaN stays NaN."""
    values: np.ndarray = np.log(np.clip(scores, SMALLEST, 1.0))
    return values


def answered(members: np.ndarray, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clips that any member has an answer to, and their targets.

    Shape:
        (M, N, C), (N,) -> (M, N', C), (N',)

    Raises:
        SplitError: They are too few to learn from.
        ValueError: Targets that are not one index of a class a clip.
    """
    check_targets(targets, *members.shape[1:])
    there = ~np.isnan(members).any(axis=2).all(axis=0)
    classes = members.shape[2]
    if there.sum() < CLIPS_A_CLASS * classes:
        raise SplitError(
            f"There are {there.sum()} clips with an answer to learn a decision of {classes} classes from. Expected at least "
            f"{CLIPS_A_CLASS * classes}; give it more that its members have not learnt from, or take one that learns nothing (average)."
        )
    return members[:, there], targets[there]


def subsets(members: np.ndarray) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
    """Clips by which members they have: the members' places, and the clips' rows; those that have none are left out."""
    present = ~np.isnan(members).any(axis=2)  # (M, N)
    for pattern in np.unique(present, axis=1).T:
        if pattern.any():
            yield tuple(int(i) for i in np.flatnonzero(pattern)), np.flatnonzero((present == pattern[:, None]).all(axis=0))


class BySubset:
    """A decision with a model of its own for every set of members that are there, smaller sets' learnt when they are first met.

    A model that has seen all members cannot be asked with one of them gone; one that was learnt without it can.
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Keep what there is to learn from, and learn with all members.

        Raises:
            SplitError: Too few clips, or clips of one class.
        """
        self.members_, self.targets_ = answered(by_member(scores), np.asarray(targets))
        self.names_, self.classes_ = tuple(sorted(scores)), self.members_.shape[2]
        check_varied(self.targets_)
        self.models_: dict[tuple[str, ...], Model] = {}
        with suppress(SplitError):  # few clips that have all members; sets of fewer may have more
            self._model(self.names_)
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or a member was not there then.
        """
        check(self, scores)
        members, names = by_member(scores), sorted(scores)
        answer = np.full(members.shape[1:], np.nan)
        for places, rows in subsets(members):
            model = self._model(tuple(names[i] for i in places))
            answer[rows] = normalized(np.clip(model(members[list(places)][:, rows]), SMALLEST, None))
        return answer

    def learn(self, members: np.ndarray, targets: np.ndarray) -> Model:
        """A model of members that are all there. Shape: (M, N, C), (N,)."""
        raise NotImplementedError  # a decision that does not learn is not of this kind

    def _model(self, names: tuple[str, ...]) -> Model:
        if names not in self.models_:
            chosen = self.members_[[self.names_.index(name) for name in names]]
            whole = ~np.isnan(chosen).any(axis=2).any(axis=0)
            chosen, targets = answered(chosen[:, whole], self.targets_[whole])
            check_varied(targets)
            self.models_[names] = self.learn(chosen, targets)
        return self.models_[names]


def check_varied(targets: np.ndarray) -> None:
    """Refuse to learn from clips of one class. Shape: (N,).

    Raises:
        SplitError: They are.
    """
    if len(np.unique(targets)) < 2:
        raise SplitError(f"All {len(targets)} clips to learn a decision from are of one class. Expected two or more; give it other clips.")


def check(decision: object, scores: Scores) -> None:
    """Refuse to answer before learning, and about members or classes that were not learnt about.

    Raises:
        ValueError: One of these.
    """
    known = getattr(decision, "names_", None)
    name = type(decision).__name__
    if known is None:
        raise ValueError(f"{name} has not learnt anything yet. Expected clips that its members have not learnt from; call fit first.")
    strange = sorted(set(scores) - set(known))
    if strange:
        raise ValueError(f"{name} has learnt about {', '.join(known)}, not about {', '.join(strange)}. Leave them out, or fit it anew.")
    check_scores(scores)
    classes, asked = getattr(decision, "classes_", None), next(iter(scores.values())).shape[2]
    if classes != asked:
        raise ValueError(f"{name} has learnt about {classes} classes, not about {asked}. Bring members to the same labels, or fit it anew.")


def check_scores(scores: Scores) -> None:
    """Refuse what is not members' probabilities of the same clips in the same classes.

    Shape:
        {member: (N, S, C)}; S is each member's own

    Raises:
        ValueError: No members, other clips, other classes, rows of which some is no number, or that are no probabilities.
    """
    if not scores:
        raise ValueError("There are no members to decide between. Expected the probabilities of at least one; give them by name.")
    first, like = next(iter(scores.items()))
    for name, rows in scores.items():
        if not isinstance(rows, np.ndarray) or rows.ndim != 3 or not rows.shape[1]:
            shape = getattr(rows, "shape", type(rows).__name__)
            raise ValueError(
                f"Member '{name}' has scores of shape {shape}. Expected an array of clips, segments and classes; give it three axes."
            )
        if (len(rows), rows.shape[2]) != (len(like), like.shape[2]):
            raise ValueError(
                f"Member '{name}' answers {len(rows)} clips in {rows.shape[2]} classes, '{first}' {len(like)} in {like.shape[2]}. "
                f"Expected the same clips and labels in one order; bring them to one label set, with rows of NaN where one has no answer."
            )
        gone = np.isnan(rows)
        if (gone.any(axis=2) & ~gone.all(axis=2)).any():
            raise ValueError(
                f"Member '{name}' has rows of which some is NaN and some is not. Expected all of a row, or none of it where there is no "
                f"answer; look at what made them."
            )
        there = rows[~gone.any(axis=2)]
        if (there < 0).any() or (np.abs(there.sum(axis=1) - 1) > EXACT).any():
            raise ValueError(
                f"Member '{name}' has scores that are no probabilities. Expected none below zero, and rows that sum to one; logits need a "
                f"softmax first."
            )


def check_targets(targets: np.ndarray, count: int, classes: int) -> None:
    """Refuse what is not an index of a class for each clip. Shape: (N,).

    Raises:
        ValueError: Other clips, words in place of indices, or an index without a class.
    """
    if targets.shape != (count,) or targets.dtype.kind not in "iu":
        raise ValueError(
            f"The targets are of shape {targets.shape} and kind {targets.dtype} for {count} clips. Expected an index of a class for each; "
            f"look words up in the label set first."
        )
    if count and not 0 <= targets.min() <= targets.max() < classes:
        raise ValueError(
            f"The targets go from {targets.min()} to {targets.max()}; members answer in {classes} classes. Expected 0 to {classes - 1}; "
            f"bring both to one label set."
        )
