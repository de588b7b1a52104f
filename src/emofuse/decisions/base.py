"""What every decision promises: several recognizers' probabilities in, one answer out.

A decision sees probabilities and nothing else: no clips, no networks, no files.
N: clips (or cells of time), S: a member's own segments in each, C: classes.
"""

from collections.abc import Mapping
from typing import Protocol, Self

import numpy as np

Scores = Mapping[str, np.ndarray]
"""Members' probabilities by name, (N, S, C) each; S is each member's own; rows of NaN are absent."""


class Decision(Protocol):
    """Learns from members' probabilities, gives one answer.

    It is fitted on valid, since members have already seen train; what is learnt ends in an underscore.
    Rows of the answer sum to one; where no member has an answer, the row is NaN.
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Learn from `scores` and class indices, (N,); a second call forgets the first."""

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C)."""
