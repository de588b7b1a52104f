"""A decision for one person: members weighed as they are to be believed about them, then the map."""

from typing import Self

import numpy as np

from emofuse.decisions.base import Scores
from emofuse.personal.map import Personal


class PersonalWeights:
    """A decision that weighs members, and then answers by a person's map.

    Args:
        personal: The map, in the words of the fused lane.
    """

    def __init__(self, personal: Personal) -> None:
        self.personal = personal

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Nothing more to learn."""
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer."""
        return self.personal.fused(scores)
