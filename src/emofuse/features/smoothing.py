"""Features smoothed along time, within one trial: a mean over neighbours, or what a slowly drifting state makes of them.

Emotion changes more slowly than EEG's features do. But whoever smooths over the border of a trial tells each trial what its
neighbours were, and whoever smooths before dividing the windows of a trial between train and test judges what was learnt from.
So nothing here ever looks beyond the trial it is given. S: moments, D: width of the features.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.features.base import Feature
from emofuse.features.eeg import DifferentialEntropy

WAYS = ("dynamics", "mean")
STEADY = 1e-9  # variance below which a column does not change at all
ROUNDS = 12  # of expectation maximisation; the two variances no longer move visibly


def moving_average(rows: np.ndarray, width: int) -> np.ndarray:
    """The mean of each moment and its neighbours, `width` in all; fewer at the ends.

    Shape:
        (S, D) -> (S, D)

    Example:
        >>> moving_average(np.array([[0.0], [3.0], [6.0], [0.0]]), 3).ravel().tolist()
        [1.5, 3.0, 3.0, 3.0]
    """
    total = np.concatenate([np.zeros((1, *rows.shape[1:])), np.cumsum(rows, axis=0, dtype=np.float64)])
    place = np.arange(len(rows))
    first, last = np.maximum(place - (width - 1) // 2, 0), np.minimum(place + width // 2 + 1, len(rows))
    return np.asarray((total[last] - total[first]) / (last - first).reshape(-1, *[1] * (rows.ndim - 1)))


def linear_dynamics(rows: np.ndarray, rounds: int = ROUNDS) -> np.ndarray:
    """What a state that drifts at random, seen through noise, most likely was at each moment of a trial.

    Each column by itself; how much is drift and how much noise is estimated from this trial alone.

    Shape:
        (S, D) -> (S, D)

    Source:
        Shi, Lu 2010, "Off-line and on-line vigilance estimation based on linear dynamical system and manifold learning"; the smoother is
        Rauch, Tung, Striebel 1965, the variances by Shumway, Stoffer 1982. The state neither grows nor shrinks by itself here.
    """
    x = np.asarray(rows, dtype=np.float64)
    variance = x.var(axis=0)
    if len(x) < 3:
        return x
    drift, noise = np.maximum(variance, STEADY) * 0.1, np.maximum(variance, STEADY) * 0.5
    state = x
    for _ in range(rounds):
        state, spread, together = _smoothed(x, drift, noise)
        moved = (np.diff(state, axis=0) ** 2 + spread[1:] + spread[:-1] - 2 * together).mean(axis=0)
        drift = np.maximum(moved, STEADY)
        noise = np.maximum(((x - state) ** 2 + spread).mean(axis=0), STEADY)
    return np.where(variance > STEADY, state, x)


def within(rows: np.ndarray, trials: Sequence[Hashable], way: str = "dynamics", width: int = 5) -> np.ndarray:
    """Rows of several trials, each smoothed by itself; rows of one trial stand in the order of time.

    Shape:
        (S, D), (S,) -> (S, D) float32

    Raises:
        MediaError: Another way.
    """
    smoothed = np.empty(rows.shape, dtype=np.float32)
    places: dict[Hashable, list[int]] = {}
    for i, trial in enumerate(trials):
        places.setdefault(trial, []).append(i)
    for own in places.values():
        smoothed[own] = _along(rows[own], way, width)
    return smoothed


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A feature smoothed along the one signal that it is shown, which is a trial or a part of one.

    Shape:
        as the feature has it

    Args:
        feature: What is smoothed.
        way: One of `WAYS`: "dynamics" or "mean".
        width: Moments of a mean.

    Raises:
        MediaError: Another way.
    """

    feature: Feature = field(default_factory=DifferentialEntropy)
    way: str = "dynamics"
    width: int = 5
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, ...) -> (time', D)."""
        return _along(self.feature(signal), self.way, self.width).astype(np.float32)


def _along(rows: np.ndarray, way: str, width: int) -> np.ndarray:
    if way not in WAYS:
        raise MediaError(f"Features are smoothed by {' or '.join(WAYS)}, not by '{way}'. Choose one of these.")
    return linear_dynamics(rows) if way == "dynamics" else moving_average(rows, width)


def _smoothed(x: np.ndarray, drift: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and variance of the state at each moment, and the covariance of neighbours. Shape: (S, D), (S, D), (S - 1, D)."""
    count = len(x)
    mean, spread = np.empty_like(x), np.empty_like(x)
    before, wide = x[0], noise + x.var(axis=0)
    for t in range(count):
        gain = wide / (wide + noise)
        mean[t], spread[t] = before + gain * (x[t] - before), (1 - gain) * wide
        before, wide = mean[t], spread[t] + drift
    together = np.empty((count - 1, *x.shape[1:]))
    for t in range(count - 2, -1, -1):
        back = spread[t] / (spread[t] + drift)
        ahead = spread[t] + drift
        mean[t] += back * (mean[t + 1] - mean[t])
        together[t] = back * spread[t + 1]
        spread[t] += back**2 * (spread[t + 1] - ahead)
    return mean, spread, together
