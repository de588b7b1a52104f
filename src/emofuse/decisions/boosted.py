"""Boosted trees on the members' probabilities.

kanafin_2024, section 5: XGBoost on the probabilities of two members, learnt on valid and judged on test.
Differences: a model for every set of members that are there, and trees kept small and slow: clips to learn from are few.
"""

import numpy as np

from emofuse.core.errors import RunError
from emofuse.decisions.base import SMALLEST, BySubset, Model


class Boosted(BySubset):
    """Gradient-boosted trees (Chen, Guestrin 2016).

    Args:
        trees: How many rounds; a round has a tree a class.
        depth: Of a tree.
        rate: What a round's trees count.
        seed: Of the rows drawn for each tree.

    Raises:
        RunError: In `fit`, where xgboost is not installed.
    """

    def __init__(self, trees: int = 80, depth: int = 3, rate: float = 0.1, seed: int = 0) -> None:
        self.trees, self.depth, self.rate, self.seed = trees, depth, rate, seed

    def learn(self, members: np.ndarray, targets: np.ndarray) -> Model:
        """Shape: (M, N, C), (N,) -> a model of (M, N, C) -> (N, C)."""
        try:
            from xgboost import XGBClassifier
        except ImportError as error:
            raise RunError(
                "Boosted trees need xgboost, which is not installed. Install it with: pip install 'emofuse[boosted]'."
            ) from error
        classes, codes = np.unique(targets, return_inverse=True)
        model = XGBClassifier(
            n_estimators=self.trees,
            max_depth=self.depth,
            learning_rate=self.rate,
            subsample=0.8,
            reg_lambda=2.0,
            min_child_weight=1.0,
            tree_method="hist",
            n_jobs=1,
            random_state=self.seed,
        ).fit(_rows(members), codes)

        def answer(asked: np.ndarray) -> np.ndarray:
            known = np.full(asked.shape[1:], SMALLEST)  # a class that was never seen stays as good as impossible
            known[:, classes] = model.predict_proba(_rows(asked))
            return known

        return answer


def _rows(members: np.ndarray) -> np.ndarray:
    """Shape: (M, N, C) -> (N, M x C)."""
    rows: np.ndarray = members.transpose(1, 0, 2).reshape(members.shape[1], -1)
    return rows
