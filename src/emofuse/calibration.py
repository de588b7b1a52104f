"""Probabilities that mean what they say: one number that all logits are divided by.

Guo, Pleiss, Sun, Weinberger 2017, section 4.2: temperature scaling. It never changes which label is best.
Nothing here knows about clips or networks. N: rows, C: classes.
"""

import numpy as np

from emofuse.core.errors import SplitError

LOWEST, HIGHEST = 0.05, 20.0  # beyond these, rows were all right or all wrong, and say nothing about confidence
HALVINGS = 60


def softened(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities at a temperature: above 1 softer, below 1 sharper; 1 is the plain softmax.

    Log-probabilities do as well as logits. Rows of NaN stay NaN.

    Shape:
        (N, C) -> (N, C), rows sum to one

    Example:
        >>> softened(np.log([[0.9, 0.1]]), temperature=2.0).round(2).tolist()
        [[0.75, 0.25]]
    """
    scaled = logits.astype(np.float64) / temperature
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return probabilities


def temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The temperature under which the truth is most likely.

    Fit it on clips that were neither learnt from nor are judged. The likelihood is concave in the inverse
    temperature, so its slope is followed to zero by halving; rows of NaN (no answer) are left out.

    Args:
        logits: (N, C), or log-probabilities.
        targets: (N,) class indices.

    Returns:
        A temperature from 0.05 to 20.

    Raises:
        SplitError: No row has an answer.

    Example:
        >>> logits = np.log([[0.9, 0.1]] * 4)  # as sure as 9 to 1, right 3 times of 4
        >>> round(temperature(logits, np.array([0, 0, 0, 1])), 3)
        2.0
    """
    answered = ~np.isnan(logits).any(axis=1)
    if not answered.any():
        raise SplitError(
            f"None of {len(logits)} clips has an answer to calibrate on. Expected valid clips with answers; look at the split."
        )
    known = logits[answered].astype(np.float64)
    known = np.maximum(known - known.max(axis=1, keepdims=True), -1e6)  # the log of zero is not a number to multiply
    of_truth = known[np.arange(len(known)), targets[answered]]

    def slope(inverse: float) -> float:
        return float((of_truth - (softened(known, 1 / inverse) * known).sum(axis=1)).mean())

    low, high = 1 / HIGHEST, 1 / LOWEST
    for _ in range(HALVINGS):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return float(1 / (low * high) ** 0.5)


def hesitation(probabilities: np.ndarray, targets: np.ndarray, odds: float = 0.5) -> float:
    """The margin between the two best labels below which an answer is right less often than `odds`.

    The share of right answers at a margin is estimated by isotonic regression: the wider the margin, never the less often right.

    Args:
        probabilities: (N, C), calibrated; rows of NaN are left out.
        targets: (N,) class indices.
        odds: Share of right answers that is not worth trusting.

    Returns:
        A margin from 0 (always trust) to 1.

    Example:
        >>> close, clear = [0.55, 0.45], [0.9, 0.1]
        >>> round(hesitation(np.array([close, close, clear, clear, clear]), np.array([1, 1, 0, 0, 0])), 2)
        0.1
    """
    known = ~np.isnan(probabilities).any(axis=1)
    ordered = np.sort(probabilities[known], axis=1)
    margin = ordered[:, -1] - ordered[:, -2]
    right = probabilities[known].argmax(axis=1) == targets[known]
    if not len(margin):
        return 0.0
    from sklearn.isotonic import IsotonicRegression  # imports in a second, and only training needs it

    share = IsotonicRegression(out_of_bounds="clip").fit(margin, right.astype(float)).predict(margin)
    below = margin[share <= odds]
    return float(below.max()) if len(below) else 0.0
