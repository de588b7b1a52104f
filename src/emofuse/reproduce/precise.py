"""Precision and recall as papers print them beside an F1: means over the labels, each counting alike or as often as it is true.

N: clips, C: classes, R: draws.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.labels import LabelSet
from emofuse.evaluation.evaluate import drawn_units
from emofuse.evaluation.metrics import accuracy, answered, confusion, intervals
from emofuse.evaluation.report import Figure


def macro_precision(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean over the labels that are true somewhere of how many answers of a label are right; 0 for one that is never answered.

    Shape:
        (N,), (N,) -> (); with weights (R, N) -> (R,)

    Example:
        >>> float(macro_precision(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])))
        0.75
    """
    precision, support = _precisions(truth, prediction, weights)
    mean: np.ndarray = (precision * (support > 0)).sum(axis=-1) / np.maximum((support > 0).sum(axis=-1), 1)
    return mean


def weighted_precision(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The same, each label counting as often as it is true.

    Example:
        >>> float(weighted_precision(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])))
        0.875
    """
    precision, support = _precisions(truth, prediction, weights)
    mean: np.ndarray = (precision * support).sum(axis=-1) / np.maximum(support.sum(axis=-1), 1)
    return mean


def precise(labels: LabelSet, clips: Sequence[Clip], probabilities: np.ndarray, resamples: int) -> dict[str, Figure]:
    """Both precisions and the weighted recall, which is the accuracy, with intervals as of a report.

    Args:
        labels: The order of the probabilities.
        clips: The rows, with labels out of `labels`.
        probabilities: (N, C), a row of NaN where there is no answer.
        resamples: For the intervals.
    """
    truth, said = np.array([labels.index(clip.label or "") for clip in clips]), answered(probabilities)
    measures = {
        "macro_precision": partial(macro_precision, truth, said),
        "weighted_precision": partial(weighted_precision, truth, said),
        "weighted_recall": partial(accuracy, truth, said),
    }
    edges = intervals(measures, len(clips), drawn_units(clips, None, "clip")[1], resamples)
    return {name: Figure(float(measure(None)), edges[name]) for name, measure in measures.items()}


def _precisions(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Of each label, how many of its answers are right, and how often it is true. Shape: twice (..., C)."""
    table = confusion(truth, prediction, int(max(truth.max(), prediction.max())) + 1, weights)
    own = table[..., :-1]
    right, said = own.diagonal(axis1=-2, axis2=-1), own.sum(axis=-2)
    return np.divide(right, said, out=np.zeros(said.shape), where=said > 0), table.sum(axis=-1)
