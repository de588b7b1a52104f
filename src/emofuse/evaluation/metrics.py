"""Truth and answers to numbers.

Nothing here knows about clips or recognizers. N: rows, C: classes, R: resamples.
Truth is (N,) class indices; a prediction is (N,) class indices, -1 where there was no answer, which counts as wrong;
probabilities are (N, C), a row of NaN where there was no answer, which the calibration figures leave out.

Each metric takes `weights` (..., N), how often a row counts, and then answers (...): one number for each weighting.
That is what makes `interval` fast.

Means over classes (UAR, macro F1) are over the classes that have rows: a corpus with four of seven emotions is judged on four.
What is answered in one of the other three is wrong, and costs recall where it should have been said.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

BINS = 15  # of confidence; Guo et al. 2017 and nearly everybody after them
CHUNK = 2_000_000  # weights at once, resamples times rows: 8 MB of float32 stay in a processor's cache, more do not

Metric = Callable[[np.ndarray, np.ndarray, np.ndarray | None], np.ndarray]


def answered(probabilities: np.ndarray) -> np.ndarray:
    """The label of each row, as its index; -1 where there is no answer.

    Example:
        >>> answered(np.array([[0.2, 0.8], [np.nan, np.nan]])).tolist()
        [1, -1]
    """
    there = _there(probabilities)
    return np.where(there, np.where(there[:, None], probabilities, 0).argmax(axis=1), -1)


def confusion(truth: np.ndarray, prediction: np.ndarray, classes: int, weights: np.ndarray | None = None) -> np.ndarray:
    """How often each class was taken for which; the last column is for no answer at all.

    Shape:
        (N,), (N,) -> (C, C + 1); with weights (..., N) -> (..., C, C + 1)

    Example:
        >>> confusion(np.array([0, 0, 1]), np.array([0, 1, -1]), classes=2).astype(int).tolist()
        [[1, 1, 0], [0, 0, 1]]
    """
    cells = truth * (classes + 1) + np.where(prediction < 0, classes, prediction)
    size = classes * (classes + 1)
    if weights is None:
        return np.bincount(cells, minlength=size).reshape(classes, classes + 1).astype(np.float64)
    table: np.ndarray = weights @ np.eye(size, dtype=weights.dtype)[cells]
    return table.reshape(*weights.shape[:-1], classes, classes + 1).astype(np.float64)


def accuracy(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Share of right answers; no answer is wrong.

    Example:
        >>> float(accuracy(np.array([0, 0, 1, 1]), np.array([0, 1, 1, -1])))
        0.5
    """
    return _mean((truth == prediction).astype(np.float64), weights)


def uar(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Unweighted average recall: the mean over the true classes of the share that was found.

    Example:
        >>> float(uar(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])))
        0.5
    """
    table = _table(truth, prediction, weights)
    support = table.sum(axis=-1)
    recall = _ratio(_hits(table), support)
    return _ratio(recall.sum(axis=-1), (support > 0).sum(axis=-1))[()]


def macro_f1(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean F1 of the classes that are true somewhere: those that `uar` averages, too.

    scikit-learn's ``f1_score(average="macro")`` also counts, as 0, classes that are only answered;
    with ``labels=`` the classes that are true it says the same as this.

    Example:
        >>> round(float(macro_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))), 3)
        0.429
    """
    table = _table(truth, prediction, weights)
    occurs = table.sum(axis=-1) > 0
    return _ratio((_f1(table) * occurs).sum(axis=-1), occurs.sum(axis=-1))[()]


def weighted_f1(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean F1 of the classes, each counting as often as it is true.

    Example:
        >>> round(float(weighted_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))), 3)
        0.643
    """
    table = _table(truth, prediction, weights)
    support = table.sum(axis=-1)
    return _ratio((_f1(table) * support).sum(axis=-1), support.sum(axis=-1))[()]


def per_class(truth: np.ndarray, prediction: np.ndarray, classes: int) -> dict[str, np.ndarray]:
    """Precision, recall, F1 and support of each class; 0 where a class was never true or never answered.

    Shape:
        four times (C,)

    Example:
        >>> per_class(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2)["recall"].tolist()
        [0.5, 1.0]
    """
    table = confusion(truth, prediction, classes)
    return {
        "precision": _ratio(_hits(table), table[:, :-1].sum(axis=0)),
        "recall": _ratio(_hits(table), table.sum(axis=1)),
        "f1": _f1(table),
        "support": table.sum(axis=1).astype(int),
    }


def majority(truth: np.ndarray) -> int:
    """The class that is true most often: what a recognizer that learnt nothing would always say.

    Its accuracy, ``accuracy(truth, np.full_like(truth, majority(truth)))``, is the least that any figure has to beat.

    Example:
        >>> majority(np.array([2, 0, 2]))
        2
    """
    return int(np.bincount(truth).argmax())


@dataclass(frozen=True, slots=True)
class Chance:
    """What answering without looking would get.

    Args:
        uniform: Accuracy of drawing every label equally often.
        matched: Accuracy of drawing each label as often as it is true.
        uar: Mean recall of either, and of always saying the same: one class in so many.
    """

    uniform: float
    matched: float
    uar: float


def chance(truth: np.ndarray, classes: int) -> Chance:
    """What is to be expected of answers drawn at random.

    Where some of the `classes` are never true, drawing from all of them has an even lower mean recall than `Chance.uar`.

    Example:
        >>> chance(np.array([0, 0, 0, 1]), classes=2)
        Chance(uniform=0.5, matched=0.625, uar=0.5)
    """
    counts = np.bincount(truth, minlength=classes)
    shares = counts / counts.sum()
    return Chance(1 / classes, float((shares**2).sum()), 1 / int((counts > 0).sum()))


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose confidence lies in ``(low, high]``; their mean confidence and accuracy are NaN where there are none."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def reliability(truth: np.ndarray, probabilities: np.ndarray, bins: int = BINS) -> tuple[Bin, ...]:
    """The bins of `ece`: how sure the answers were, and how often they were right. Rows without an answer are left out.

    Example:
        >>> reliability(np.array([0, 0, 0, 1]), np.array([[0.75, 0.25]] * 4), bins=2)[1]
        Bin(low=0.5, high=1.0, n=4, confidence=0.75, accuracy=0.75)
    """
    confidence, right = _sureness(truth, probabilities)
    place = _bins(confidence, bins)
    made = []
    for i in range(bins):
        there = place == i
        n = int(there.sum())
        sure, hit = (float(confidence[there].mean()), float(right[there].mean())) if n else (np.nan, np.nan)
        made.append(Bin(i / bins, (i + 1) / bins, n, sure, hit))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Point:
    """What is left when answers below a confidence are withheld.

    Args:
        threshold: The confidence.
        coverage: Share of the answered rows that keep their answer.
        n: How many those are.
        accuracy: Of these.
    """

    threshold: float
    coverage: float
    n: int
    accuracy: float


def risk_coverage(truth: np.ndarray, probabilities: np.ndarray) -> tuple[Point, ...]:
    """Accuracy of the answers that remain, for every confidence that occurs, the highest first.

    Rows without an answer are left out: coverage is a share of those that have one. Risk is one minus accuracy.

    Example:
        >>> [(p.coverage, p.accuracy) for p in risk_coverage(np.array([0, 0]), np.array([[0.9, 0.1], [0.4, 0.6]]))]
        [(0.5, 1.0), (1.0, 0.5)]
    """
    confidence, right = _sureness(truth, probabilities)
    order, last = _ranked(confidence)
    hits = right[order].cumsum()
    return tuple(
        Point(float(confidence[order[i]]), (i + 1) / len(order), i + 1, float(hits[i] / (i + 1))) for i in np.unique(last).tolist()
    )


def tenths(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points nearest to answering all, nine tenths, ... one tenth; a point that is nearest to several stands once."""
    chosen = [min(points, key=partial(_far, share=share / 10)) for share in range(10, 0, -1)]
    return tuple(dict.fromkeys(chosen))


def _far(point: Point, share: float) -> float:
    return abs(point.coverage - share)


def aurc(truth: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Area under risk against coverage: the mean, over answered rows, of the error of all that are at least as sure.

    0 is perfect; answers whose confidence says nothing have their error rate. Equally sure rows count as one step.

    Example:
        >>> float(aurc(np.array([0, 0]), np.array([[0.9, 0.1], [0.4, 0.6]])))
        0.25

    Source:
        Geifman, Uziel, El-Yaniv 2019, over all thresholds that the rows themselves give.
    """
    confidence, right = _sureness(truth, probabilities)
    order, last = _ranked(confidence)
    rows = np.flatnonzero(_there(probabilities))[order]
    counted = np.ones(len(rows)) if weights is None else weights[..., rows]
    above, wrong = counted.cumsum(axis=-1), (counted * ~right[order]).cumsum(axis=-1)  # of whole numbers, which float32 holds exactly
    if not np.array_equal(last, np.arange(len(last))):
        above, wrong = above[..., last], wrong[..., last]
    risk = wrong / np.maximum(above, 1)  # nothing is wrong where nothing is above
    total = counted.sum(axis=-1)
    area: np.ndarray = np.where(total > 0, _ratio((risk * counted).sum(axis=-1, dtype=np.float64), total), np.nan)[()]
    return area


def ece(truth: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None, bins: int = BINS) -> np.ndarray:
    """Expected calibration error: how far confidence is from being right, on average.

    Rows are put into `bins` equally wide bins of their top label's probability;
    each bin's distance between mean confidence and accuracy counts by its share of the rows.

    Example:
        >>> float(ece(np.array([0, 0, 0, 1]), np.array([[0.75, 0.25]] * 4)))
        0.0

    Source:
        Guo, Pleiss, Sun, Weinberger 2017, equation 3.
    """
    confidence, right = _sureness(truth, probabilities)
    member = np.eye(bins)[_bins(confidence, bins)]  # (N, bins)
    counted = np.ones(len(confidence)) if weights is None else weights[..., _there(probabilities)]
    gap = counted @ (member * (right - confidence)[:, None])  # (..., bins): sum of right minus sum of confidence
    total = counted.sum(axis=-1)
    error: np.ndarray = np.where(total > 0, _ratio(np.abs(gap).sum(axis=-1), total), np.nan)[()]
    return error


def brier(truth: np.ndarray, probabilities: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean squared distance between probabilities and truth, summed over the classes: 0 is perfect, 2 the worst.

    Example:
        >>> float(brier(np.array([0]), np.array([[0.5, 0.5]])))
        0.5

    Source:
        Brier 1950, equation 2.
    """
    there = _there(probabilities)
    known = probabilities[there].astype(np.float64)
    distance = ((known - np.eye(probabilities.shape[1])[truth[there]]) ** 2).sum(axis=1)
    return _mean(distance, None if weights is None else weights[..., there])


def interval(
    metric: Metric,
    truth: np.ndarray,
    answer: np.ndarray,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> tuple[float, float]:
    """95 % bootstrap interval of a metric, drawing whole groups.

    Clips of one person succeed and fail together, so people are drawn, not clips;
    rows are drawn where people are not known, and the interval is then narrower than it should be. Of fewer than two nothing can be
    drawn anew: there is no interval then, both ends are NaN.

    Args:
        metric: One of this module's, or any function of truth, answer and weights.
        truth: (N,) class indices.
        answer: What the metric takes: a prediction (N,) or probabilities (N, C).
        groups: Whose each row is; None where nobody knows.
        resamples: How many times to draw.
        seed: The same seed draws the same people for every metric.

    Example:
        >>> truth, who = np.array([0, 1] * 50), ["a", "b", "c", "d"] * 25
        >>> interval(accuracy, truth, truth, who, resamples=100)
        (1.0, 1.0)
    """
    return intervals({"it": partial(metric, truth, answer)}, len(truth), groups, resamples, seed)["it"]


def intervals(
    measures: Mapping[str, Callable[[np.ndarray], np.ndarray]],
    rows: int,
    groups: Sequence[Hashable] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """95 % bootstrap intervals of several numbers about the same rows, as `interval`, drawing once for all of them; NaN of fewer than two.

    Args:
        measures: Each takes weights (R, N) and answers (R,).
        rows: How many there are.
        groups: Whose each row is; None where nobody knows.
        resamples: How many times to draw.
        seed: The same seed draws the same people.

    Example:
        >>> truth = np.array([0, 1] * 50)
        >>> intervals({"accuracy": partial(accuracy, truth, truth)}, 100, resamples=100)
        {'accuracy': (1.0, 1.0)}
    """
    drawn_from, owner = (rows, None) if groups is None else _owners(groups)
    if drawn_from < 2:
        return dict.fromkeys(measures, (np.nan, np.nan))
    random = np.random.default_rng(seed)
    values: dict[str, list[np.ndarray]] = {name: [] for name in measures}
    at_once = max(1, CHUNK // max(rows, 1))
    for start in range(0, resamples, at_once):
        count = min(at_once, resamples - start)
        drawn = random.integers(drawn_from, size=(count, drawn_from)) + np.arange(count)[:, None] * drawn_from
        times = np.bincount(drawn.ravel(), minlength=count * drawn_from).reshape(count, drawn_from).astype(np.float32)
        weights = times if owner is None else times[:, owner]
        for name, measure in measures.items():
            values[name].append(measure(weights))
    return {name: _middle(np.concatenate(parts)) for name, parts in values.items()}


def _middle(values: np.ndarray) -> tuple[float, float]:
    """What 95 % of the values lie between; draws in which there was nothing to measure are left out."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.percentile(known, (2.5, 97.5))
    return float(low), float(high)


def _owners(groups: Sequence[Hashable]) -> tuple[int, np.ndarray]:
    index = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    return len(index), np.array([index[group] for group in groups])


def _there(probabilities: np.ndarray) -> np.ndarray:
    """Which rows have an answer. Shape: (N, C) -> (N,) bool."""
    there: np.ndarray = ~np.isnan(probabilities).any(axis=1)
    return there


def _sureness(truth: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the answered rows: the probability of the top label, and whether it is right. Shape: (M,) float, (M,) bool."""
    there = _there(probabilities)
    known = probabilities[there]
    return known.max(axis=1), known.argmax(axis=1) == truth[there]


def _bins(confidence: np.ndarray, bins: int) -> np.ndarray:
    """In which bin each row is; they are open below and closed above."""
    place: np.ndarray = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    return place


def _ranked(confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The surest first; and for each rank, that of the last row which is as sure. Shape: (M,), (M,)."""
    order = np.argsort(-confidence, kind="stable")
    falling = -confidence[order]
    return order, np.searchsorted(falling, falling, side="right") - 1


def _table(truth: np.ndarray, prediction: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    classes = int(max(truth.max(initial=0), prediction.max(initial=0))) + 1
    return confusion(truth, prediction, classes, weights)


def _hits(table: np.ndarray) -> np.ndarray:
    hits: np.ndarray = table[..., :-1].diagonal(axis1=-2, axis2=-1)
    return hits


def _f1(table: np.ndarray) -> np.ndarray:
    """F1 of each class. Shape: (..., C, C + 1) -> (..., C)."""
    return _ratio(2 * _hits(table), table.sum(axis=-1) + table[..., :-1].sum(axis=-2))


def _mean(values: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    counted = np.ones(len(values)) if weights is None else weights
    total = counted.sum(axis=-1)
    mean: np.ndarray = np.where(total > 0, _ratio(counted @ values, total), np.nan)[()]
    return mean


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Division that gives 0 where there is nothing to divide by."""
    ratio: np.ndarray = np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=np.asarray(below) > 0)
    return ratio
