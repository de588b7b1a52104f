"""The weighted average whose weights make the truth most likely.

A mixture of the members' probabilities; its weights by expectation maximisation (Dempster, Laird, Rubin 1977), which
never lowers the likelihood. Unlike accuracy, likelihood sees how sure a member was and not only whether it was right,
and a member that adds nothing to the others ends with no weight.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import SMALLEST, Scores, answered, by_member, check, weighed

STEPS = 500
SETTLED = 1e-7  # change of a weight below which nothing more is learnt


class Likelihood:
    """The mixture of members under which the clips it was fitted on are most likely.

    Example:
        >>> truth = np.array([0, 1] * 5)
        >>> right, wrong = np.eye(2)[truth][:, None], np.eye(2)[1 - truth][:, None]
        >>> Likelihood().fit({"face": right, "voice": wrong}, truth).weights_.round(2).tolist()
        [1.0, 0.0]
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Weights that sum to one, over the members that are there in each clip.

        Raises:
            SplitError: Too few clips.
        """
        members, truth = answered(by_member(scores), np.asarray(targets))
        there = ~np.isnan(members).any(axis=2)
        of_truth = np.where(there, np.take_along_axis(members, truth[None, :, None], axis=2)[:, :, 0], 0.0)  # (M, N)
        of_truth = np.where(there, np.maximum(of_truth, SMALLEST), 0.0)
        weights = np.full(len(members), 1 / len(members))
        for _ in range(STEPS):
            share = weights[:, None] * of_truth
            share /= share.sum(axis=0, keepdims=True)  # whose doing the truth of each clip is
            renewed = share.sum(axis=1) / there.shape[1]
            moved, weights = np.abs(renewed - weights).max(), renewed
            if moved < SETTLED:
                break
        self.names_, self.classes_ = tuple(sorted(scores)), members.shape[2]
        self.weights_: np.ndarray = weights / weights.sum()
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or a member was not there then.
        """
        check(self, scores)
        return weighed(by_member(scores), np.array([self.weights_[self.names_.index(name)] for name in sorted(scores)]))
