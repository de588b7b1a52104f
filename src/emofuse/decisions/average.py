"""The average: every member that has an answer counts the same.

Nothing is learnt, so nothing can go wrong where clips are few; with calibrated members it is hard to beat.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import Scores


class Average:
    """The mean of the members' probabilities, over what is present.

    A member is first averaged over its own segments, so that many short windows do not outvote a few long ones.

    Example:
        >>> sure, unsure = np.array([[[1.0, 0.0]]]), np.array([[[0.4, 0.6]]])
        >>> Average()({"voice": sure, "face": unsure}).tolist()
        [[0.7, 0.3]]
        >>> Average()({"voice": sure, "face": np.full((1, 1, 2), np.nan)}).tolist()
        [[1.0, 0.0]]
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Nothing to learn."""
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: No members.
        """
        if not scores:
            raise ValueError("There are no members to average. Expected the probabilities of at least one; give them by name.")
        members = np.stack([_mean_of_present(member, axis=1) for member in scores.values()])  # (M, N, C)
        mean = _mean_of_present(members, axis=0)  # (N, C)
        answer: np.ndarray = mean / mean.sum(axis=1, keepdims=True)
        return answer


def _mean_of_present(scores: np.ndarray, axis: int) -> np.ndarray:
    """Mean over an axis of the rows that are not NaN; NaN where all are."""
    present = ~np.isnan(scores).any(axis=-1, keepdims=True)
    count = present.sum(axis=axis)
    total = np.where(present, scores, 0.0).sum(axis=axis)
    mean: np.ndarray = total / np.where(count, count, np.nan)
    return mean
