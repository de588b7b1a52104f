"""Dempster-Shafer: members' probabilities as evidence, of which some says nothing.

Shafer 1976, "A mathematical theory of evidence", chapters 3 and 11: each member's belief is discounted by how often it is
wrong, what is left over says "any of them", beliefs are combined by Dempster's rule, and belief in "any" is shared out
(the pignistic transform, Smets 1990). Members that contradict each other are settled by what both find possible.
"""

from typing import Self

import numpy as np

from emofuse.decisions.base import SMALLEST, Scores, answered, by_member, check

SUREST = 0.99  # of a member that was never wrong where it was fitted: some clip will come


class DempsterShafer:
    """Dempster's rule over members, each believed as often as it was right beyond chance.

    With masses on single classes and on "any" alone, the rule has a closed form.

    Example:
        >>> truth = np.array([0, 1] * 5)
        >>> right, guess = np.eye(2)[truth][:, None], np.full((10, 1, 2), 0.5)
        >>> DempsterShafer().fit({"face": right, "voice": guess}, truth).reliability_.tolist()
        [0.99, 0.0]
    """

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """How much each member is believed: its accuracy beyond chance, 0 to 0.99.

        Raises:
            SplitError: Too few clips.
        """
        members, truth = answered(by_member(scores), np.asarray(targets))
        there = ~np.isnan(members).any(axis=2)
        right = ((np.nan_to_num(members).argmax(axis=2) == truth) & there).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
        chance = 1 / members.shape[2]
        self.names_, self.classes_ = tuple(sorted(scores)), members.shape[2]
        self.reliability_: np.ndarray = np.clip((right - chance) / (1 - chance), 0.0, SUREST)
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or a member was not there then.
        """
        check(self, scores)
        members = by_member(scores)
        there = ~np.isnan(members).any(axis=2)
        reliability = np.array([self.reliability_[self.names_.index(name)] for name in sorted(scores)])
        believed = np.where(there, reliability[:, None], 0.0)[:, :, None]  # (M, N, 1)
        any_of_them = 1 - believed
        # Commonality of {c} is m(c) + m(any); commonalities multiply, and m(c) is what is left above "any" (Shafer, theorem 3.3).
        common = (believed * np.nan_to_num(members) + any_of_them).clip(min=SMALLEST).prod(axis=0)  # (N, C)
        rest = any_of_them.prod(axis=0)  # (N, 1)
        masses = np.maximum(common - rest, 0.0) + rest / members.shape[2]
        answer: np.ndarray = np.where(there.any(axis=0)[:, None], masses / masses.sum(axis=1, keepdims=True), np.nan)
        return answer
