"""The product: what all members find possible.

Kittler, Hatef, Duin, Matas 1998, "On combining classifiers", section 2.1, with equal priors: right where members err independently.
One member that says never is a veto, so no probability counts as less than a millionth.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import Scores, by_member, logs


class Product:
    """The product of the members' probabilities, over what is present, made to sum to one.

    Example:
        >>> voice, face = np.array([[[0.6, 0.4]]]), np.array([[[0.6, 0.4]]])
        >>> Product()({"voice": voice, "face": face}).round(3).tolist()
        [[0.692, 0.308]]
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Nothing to learn."""
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: No members.
        """
        members = logs(by_member(scores))
        nobody = np.isnan(members).any(axis=2).all(axis=0)
        total = np.nan_to_num(members, nan=0.0).sum(axis=0)
        raised = np.exp(total - total.max(axis=1, keepdims=True))
        answer: np.ndarray = np.where(nobody[:, None], np.nan, raised / raised.sum(axis=1, keepdims=True))
        return answer
