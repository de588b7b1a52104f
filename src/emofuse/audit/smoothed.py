"""Features smoothed along a recording that is cut into parts: a moving average, or the linear dynamic system of SEED's copies.

Smoothed neighbours are near copies, and nobody needs to say so. Windows that were measured each on its own carry noise of their
own: however slowly what they measure drifts, correlation falls at the first step, and less afterwards. After smoothing it falls
as evenly from a window to itself as from the first neighbour to the second: drawn back to no step at all, it is 1.
A moving average of white noise over w windows gives 1 - k / w at k steps, hence exactly 1.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judging, pairs, recording, shared, where

ASKS = "Are smoothed windows of one recording both learnt from and judged?"
TRAPS = ("T4",)
SMOOTH = 0.93  # twice the correlation at one step less that at two; 0.3 to 0.9 for unsmoothed signals, 0.97 to 1.06 for smoothed ones
ALIKE = 0.5  # correlation at one step, below which neighbours are no copies
FEWEST = 50  # pairs of neighbours
COLUMNS = 300  # looked at, evenly chosen


def look(evidence: Evidence) -> Sequence[Finding]:
    """Recordings in several parts whose neighbouring rows are nearly the same.

    Raises:
        NotLooked: No features, no split judges anybody, recordings are not told, or they have too few windows.
    """
    if evidence.features is None:
        raise NotLooked("features, a row a clip")
    splits = judging(evidence)
    of = recording(evidence)
    (first, second), neighbours = _likeness(evidence)
    if neighbours < FEWEST:
        raise NotLooked(f"recordings of several windows each: only {neighbours} windows have a next one")
    if 2 * first - second < SMOOTH or first < ALIKE:
        return []
    found = shared(evidence, of, "recordings")
    if not found:
        return []
    rows, split = where(found, splits)
    return [
        Finding(
            "T4",
            Grade.INFLATED,
            "smoothed windows of one recording in train and test",
            f"A window's features tell those of the next one, with hardly any noise of their own (median correlation {first:.2f} at one "
            f"step, {second:.2f} at two), as after a moving average or LDS; of {rows} other windows of the recording were learnt from.",
            "Keep a recording in one part, or smooth within parts only, and causally.",
            len(found),
            pairs(found),
            split,
        )
    ]


def _likeness(evidence: Evidence) -> tuple[tuple[float, float], int]:
    """Median over the columns of the correlations at one and two steps within a recording, and how many neighbours there are."""
    assert evidence.features is not None
    of = recording(evidence)
    keys = [of(clip) for clip in evidence.clips]
    numbers = {key: i for i, key in enumerate(dict.fromkeys(key for key in keys if key is not None))}
    which = np.array([-1 if key is None else numbers[key] for key in keys])
    moment = np.array([_moment(clip.facts, i) for i, clip in enumerate(evidence.clips)])
    order = np.lexsort((moment, which))
    order = order[which[order] >= 0]
    if len(order) < 2:
        return (0.0, 0.0), 0
    columns = np.unique(np.linspace(0, evidence.features.shape[1] - 1, COLUMNS).astype(int))
    values = evidence.features[np.ix_(order, columns)].astype(np.float64)
    group = which[order]
    values = values[:, np.isfinite(values).all(axis=0)]
    begins = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sizes = np.diff(np.r_[begins, len(group)])
    values -= np.repeat(np.add.reduceat(values, begins, axis=0) / sizes[:, None], sizes, axis=0)
    spread = (values**2).sum(axis=0)
    known = spread > 1e-12 * max(float(spread.max(initial=0.0)), 1e-300)
    if not known.any():
        return (0.0, 0.0), 0

    def likeness(steps: int) -> float:
        together = group[steps:] == group[:-steps]
        return float(np.median((values[:-steps] * values[steps:])[together].sum(axis=0)[known] / spread[known]))

    return (likeness(1), likeness(2)), int((group[1:] == group[:-1]).sum())


def _moment(facts: Mapping[str, str], row: int) -> float:
    """When in its recording: its place, its start, or else the row's own place in the table."""
    for name in ("place", "window", "start"):
        try:
            return float(facts[name])
        except (KeyError, ValueError):
            continue
    return float(row)
