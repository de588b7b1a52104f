"""The weighted average: a member counts as much as it is right.

WAVER in Wang et al. 2022; kanafin_2024, section 5: summed, normalised outputs times validation accuracy.
Differences: weights are of the members that are there, and the answer sums to one.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import Scores, answered, by_member, check, weighed


class Weighted:
    """The mean of the members' probabilities by their accuracy on the clips it was fitted on.

    Example:
        >>> truth = np.array([0, 1] * 5)
        >>> right, guess = np.eye(2)[truth][:, None], np.full((10, 1, 2), 0.5)
        >>> Weighted().fit({"face": right, "voice": guess}, truth).weights_.tolist()
        [1.0, 0.5]
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Each member's accuracy, over the clips that it has an answer to.

        Raises:
            SplitError: Too few clips.
        """
        members, truth = answered(by_member(scores), np.asarray(targets))
        there = ~np.isnan(members).any(axis=2)  # (M, N)
        right = (np.nan_to_num(members).argmax(axis=2) == truth) & there
        self.names_, self.classes_ = tuple(sorted(scores)), members.shape[2]
        self.weights_: np.ndarray = right.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or a member was not there then.
        """
        check(self, scores)
        return weighed(by_member(scores), np.array([self.weights_[self.names_.index(name)] for name in sorted(scores)]))
