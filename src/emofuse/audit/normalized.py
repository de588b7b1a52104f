"""Normalisation fitted on all rows: mean and spread of the judged rows have been looked at before the split."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from emofuse.audit.base import EVERYTHING, Evidence, Finding, Grade, NotLooked, judging, words

ASKS = "Were features normalised by the rows that are judged, too?"
TRAPS = ("T16",)
EXACT = 1e-3  # how near to 0 and 1 mean and spread of normalised columns are
PLAIN = 3 * EXACT  # how far from it those of another choice of rows are, on the median column
MOST = 0.9  # of the columns
REMEDY = "Fit mean and spread on train alone, and use them for all parts."


def look(evidence: Evidence) -> Sequence[Finding]:
    """What is said, and what the numbers show: all rows together have mean 0 and spread 1, or span 0 to 1, and train alone does not.

    Raises:
        NotLooked: Nothing is said, and there are no features or no split judges anybody.
    """
    said = evidence.says.get("normalized_on")
    if words(said) & EVERYTHING:
        says = f"Features are said to be normalised on '{said}'."
        return [Finding("T16", Grade.INFLATED, "normalised on judged rows", says, REMEDY)]
    if evidence.features is None or len(evidence.features) < 3:
        if said is None:
            raise NotLooked("features, or what is said about what they were normalised on (normalized_on)")
        return []
    splits = judging(evidence)
    place = {clip.id: i for i, clip in enumerate(evidence.clips)}
    values = evidence.features.astype(np.float64, copy=False)
    values = values[:, np.isfinite(values).all(axis=0)]
    values = values[:, np.ptp(values, axis=0) > 0] if values.size else values
    if not values.shape[1]:
        raise NotLooked("columns that are finite and not constant")
    trains = [values[[place[clip.id] for clip in split.train if clip.id in place]] for split in splits]
    if _standard(values) >= MOST and not _by_person(evidence, values):
        wrong = [split.name for split, train in zip(splits, trains, strict=True) if _offset(train) > PLAIN]
        what = "mean 0 and standard deviation 1"
    else:
        spans = [_spans(values, low) for low in (0.0, -1.0)]
        best = max(spans, key=lambda span: span.mean())
        if best.mean() < MOST:
            return []
        wrong = [split.name for split, train in zip(splits, trains, strict=True) if _missed(values[:, best], train[:, best])]
        what = "a span of exactly 0 to 1" if best is spans[0] else "a span of exactly -1 to 1"
    if not wrong:
        return []
    return [
        Finding(
            "T16",
            Grade.INFLATED,
            "normalised on all rows",
            f"All {len(values):,} rows together have {what} in nearly every column; the training rows of {len(wrong)} of {len(splits)} "
            "splits do not: the rows that are judged were part of the fit.",
            REMEDY,
            len(values),
            split=wrong[0] if len(splits) == 1 else None,
        )
    ]


def _standard(values: np.ndarray) -> float:
    """Share of the columns with mean 0 and standard deviation 1, however that is counted."""
    near = np.abs(values.mean(axis=0)) < EXACT
    spread = np.minimum(np.abs(values.std(axis=0) - 1), np.abs(values.std(axis=0, ddof=1) - 1))
    return float((near & (spread < EXACT)).mean())


def _offset(values: np.ndarray) -> float:
    """How far the median column is from mean 0 and standard deviation 1."""
    if len(values) < 2:
        return np.inf
    return float(np.median(np.maximum(np.abs(values.mean(axis=0)), np.abs(values.std(axis=0) - 1))))


def _by_person(evidence: Evidence, values: np.ndarray) -> bool:
    """Whether each person's rows, or each recording's, have mean 0 by themselves: then nobody's rows entered another's fit."""
    for names in ([clip.subject for clip in evidence.clips], [clip.facts.get("recording") for clip in evidence.clips]):
        rows: dict[str, list[int]] = defaultdict(list)
        for i, name in enumerate(names):
            if name is not None:
                rows[name].append(i)
        if len(rows) > 1 and all(np.median(np.abs(values[those].mean(axis=0))) < EXACT for those in rows.values()):
            return True
    return False


def _spans(values: np.ndarray, low: float) -> np.ndarray:
    """Which columns of more than two values run exactly from `low` to 1. Shape: (N, D) -> (D,)."""
    edges = (np.abs(values.min(axis=0) - low) < 1e-6) & (np.abs(values.max(axis=0) - 1) < 1e-6)
    between = ((values > low + 1e-6) & (values < 1 - 1e-6)).any(axis=0)
    spans: np.ndarray = edges & between
    return spans


def _missed(values: np.ndarray, train: np.ndarray) -> bool:
    """Whether a fifth of the columns, and three at least, reach their edges only in rows that were not learnt from."""
    if not len(train):
        return False
    short = (train.max(axis=0) < values.max(axis=0) - EXACT) | (train.min(axis=0) > values.min(axis=0) + EXACT)
    return int(short.sum()) >= max(3, 0.2 * len(short))
