"""The average: every member that has an answer counts the same.

Nothing is learnt, so nothing can go wrong where clips are few; with calibrated members it is hard to beat.
AVER in Wang et al. 2022, which kanafin_2024 quotes.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import Scores, by_member, mean_of_present, normalized


class Average:
    """The mean of the members' probabilities, over what is present.

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
        return normalized(mean_of_present(by_member(scores), axis=0))
