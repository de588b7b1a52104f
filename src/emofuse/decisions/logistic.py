"""Logistic regression on the members' log-probabilities.

Wolpert 1992, "Stacked generalization", with the simplest learner on top: each class listens to each class of each member.
Differences: a model for every set of members that are there.
"""

import numpy as np

from emofuse.decisions.base import SMALLEST, BySubset, Model, logs


class Logistic(BySubset):
    """Multinomial logistic regression with an L2 penalty.

    Args:
        strength: Inverse of the penalty (scikit-learn's C), on standardised log-probabilities.
    """

    def __init__(self, strength: float = 0.1) -> None:
        self.strength = strength

    def learn(self, members: np.ndarray, targets: np.ndarray) -> Model:
        """Shape: (M, N, C), (N,) -> a model of (M, N, C) -> (N, C)."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        model = make_pipeline(StandardScaler(), LogisticRegression(C=self.strength, max_iter=2_000)).fit(_rows(members), targets)

        def answer(asked: np.ndarray) -> np.ndarray:
            known = np.full(asked.shape[1:], SMALLEST)  # a class that was never seen stays as good as impossible
            known[:, model.classes_] = model.predict_proba(_rows(asked))
            return known

        return answer


def _rows(members: np.ndarray) -> np.ndarray:
    """Shape: (M, N, C) -> (N, M x C)."""
    rows: np.ndarray = logs(members).transpose(1, 0, 2).reshape(members.shape[1], -1)
    return rows
