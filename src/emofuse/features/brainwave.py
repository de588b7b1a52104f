"""The statistics of which the EEG Brainwave tables are made: 1,274 of each second of a headband's five signals, two to a row.

So a raw recording of a Muse (`emofuse.media.eeg`, its fifth input included) gives the 2,548 columns of ``emotions.csv``.
Source: Bird et al. 2018 and 2019, and the published generator (jordan-bird/eeg-feature-generation, the script of 2018), whose
oddities are kept, as the table has them: the "FFT" of each sample runs over the five signals, the "correlation" is the product of
single samples, the "covariance" is that of a 12 by 12 sheet of quarter statistics, the quarters' means are called like the halves'.
Differences: that sheet's covariance has no inverse, and its logarithm is a matter of rounding: eigenvalues count as no less than
2**-52 of the largest; entropy, which is minus infinity where samples differ in sign, is 0 there.
T: samples, C: signals.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment

SAMPLES = 150  # of a window, however many were recorded
WINDOW, HOP = 1_000, 500  # ms
SIGNALS = ("TP9", "AF7", "AF8", "TP10", "Right AUX")  # in the order of the tables
QUARTERS = ((0, 37), (37, 75), (75, 112), (112, 150))  # of a window's samples
ORDERS = (3, 4, 5, 6)  # of the central moments


@dataclass(frozen=True, slots=True)
class Brainwave:
    """The statistics of a stretch of 1.5 s, which is a row of the published table; their mean where it is longer.

    Shape:
        (T, C) -> (1, 2548) for five signals

    Args:
        channels: Which signals, in the order of the table; none for all there are, as they come.

    Raises:
        MediaError: It is no EEG, or lacks one of the signals.
    """

    channels: tuple[str, ...] = ()
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, C) -> (1, D)."""
        mean: np.ndarray = rows(signal, self.channels).mean(axis=0, keepdims=True, dtype=np.float64)
        return mean.astype(np.float32)


def rows(signal: Signal, channels: tuple[str, ...] = ()) -> np.ndarray:
    """A row for each second and the one that begins half a second later; the last one ends with the signal.

    Shape:
        (T, C) -> (N, D) float32, N at least 1: too short a signal is continued by its last sample

    Raises:
        MediaError: It is no EEG, or lacks one of the signals.
    """
    values = _signals(signal, channels)
    least = round((WINDOW + HOP) * signal.rate / 1_000)
    values = np.concatenate([values, np.repeat(values[-1:], max(least - len(values), 0), axis=0)])
    whole = Signal(values, signal.rate)
    starts = range(0, whole.duration - WINDOW + 1, HOP)
    each = [statistics(_resampled(whole.crop(Segment(start, start + WINDOW)).values)) for start in starts]
    return np.stack([np.concatenate(pair) for pair in zip(each, each[1:], strict=False)]).astype(np.float32)


def names(signals: int = 5) -> tuple[str, ...]:
    """What the columns are called in the published table; a name that comes again there has a 2 behind it.

    Example:
        >>> len(names()), names()[0], names()[10], names()[-1]
        (2548, 'mean_0_a', 'mean_d_0_a2', 'fft_749_b')
    """
    side = _sheet(signals)
    counts = {
        "mean": signals, "mean_d": signals, "mean_q": 10 * signals, "stddev": signals, "stddev_d": signals, "moments": 4 * signals,
        "max": signals, "max_d": signals, "max_q": 10 * signals, "min": signals, "min_d": signals, "min_q": 10 * signals,
        "covmat": side**2, "eigen": side, "logm": side * (side + 1) // 2, "entropy": signals, "correlate": SAMPLES // 2,
        "fft": SAMPLES * signals,
    }  # fmt: skip
    found: list[str] = []
    for family, count in counts.items():
        called = "mean_d" if family == "mean_q" else family
        for i in range(count):
            name = f"{called}{i}" if called == "entropy" else f"{called}_{i}"
            found.append(f"{name}_a2" if f"{name}_a" in found else f"{name}_a")
    return (*found, *(f"{name[: name.rindex('_a')]}_b{name[name.rindex('_a') + 2 :]}" for name in found))


def statistics(window: np.ndarray) -> np.ndarray:
    """Of one window.

    Shape:
        (150, C) -> (1274,) for five signals
    """
    first, second = window[: SAMPLES // 2], window[SAMPLES // 2 :]
    quarters = [window[start:stop] for start, stop in QUARTERS]
    mean_q, max_q, min_q = (_quarters([of(quarter, axis=0) for quarter in quarters]) for of in (np.mean, np.max, np.min))
    side = _sheet(window.shape[1])
    sheet = np.concatenate([mean_q[: len(mean_q) - (3 * len(mean_q) - side**2)], max_q, min_q]).reshape(side, side)
    covariance = np.cov(sheet)
    centred = window - window.mean(axis=0)
    return np.concatenate(
        [
            window.mean(axis=0), second.mean(axis=0) - first.mean(axis=0), mean_q,
            window.std(axis=0), second.std(axis=0) - first.std(axis=0), *((centred**order).mean(axis=0) for order in ORDERS),
            window.max(axis=0), second.max(axis=0) - first.max(axis=0), max_q,
            window.min(axis=0), second.min(axis=0) - first.min(axis=0), min_q,
            covariance.ravel(), np.real(np.linalg.eigvals(covariance)), _logarithm(covariance),
            _entropy(window), (first * second).sum(axis=1), np.real(np.fft.fft(window, axis=1)).ravel(),
        ]
    )  # fmt: skip


def _signals(signal: Signal, channels: tuple[str, ...]) -> np.ndarray:
    """Shape: (T, channels) -> (T, C) float64."""
    values = signal.values
    if values.ndim != 2 or not values.size:
        raise MediaError(f"A signal of shape {values.shape} was given; this feature takes EEG, (time, channel). Give it such a recording.")
    if not channels or signal.channels is None:
        return values.astype(np.float64)
    missing = [name for name in channels if name not in signal.channels]
    if missing:
        raise MediaError(
            f"The EEG lacks {', '.join(missing)}; it has {', '.join(signal.channels)}. Published statistics take {', '.join(channels)}: "
            f"read these from the file (--eeg-channels, channels=)."
        )
    return values[:, [signal.channels.index(name) for name in channels]].astype(np.float64)


def _resampled(window: np.ndarray) -> np.ndarray:
    """By its spectrum, as the generator does. Shape: (T, C) -> (150, C)."""
    spectrum = np.fft.rfft(window, axis=0)
    wanted = np.zeros((SAMPLES // 2 + 1, window.shape[1]), dtype=complex)
    kept = min(len(wanted), len(spectrum))
    wanted[:kept] = spectrum[:kept]
    if len(window) > SAMPLES:
        wanted[-1] = 2 * np.real(spectrum[SAMPLES // 2])  # the wave of two samples takes what was on both sides of it
    elif len(window) < SAMPLES and len(window) % 2 == 0:
        wanted[kept - 1] /= 2  # and shares it where there are two sides again
    return np.asarray(np.fft.irfft(wanted, SAMPLES, axis=0) * (SAMPLES / len(window)))


def _quarters(four: list[np.ndarray]) -> np.ndarray:
    """Each quarter's, and what each is more than each later one. Shape: four (C,) -> (10 C,)."""
    return np.concatenate([*four, *(a - b for a, b in combinations(four, 2))])


def _sheet(signals: int) -> int:
    """Side of the largest square of all quarter statistics."""
    return int(np.sqrt(30 * signals))


def _logarithm(covariance: np.ndarray) -> np.ndarray:
    """Diagonals of its logarithm from the main one up. Shape: (n, n) -> (n (n + 1) / 2,)."""
    values, vectors = np.linalg.eigh(covariance)
    least = max(values.max() * np.finfo(np.float64).eps, np.finfo(np.float64).tiny)
    logarithm = vectors * np.log(np.maximum(values, least)) @ vectors.T
    return np.concatenate([np.diagonal(logarithm, i) for i in range(len(logarithm))])


def _entropy(window: np.ndarray) -> np.ndarray:
    """Of the samples as if they were probabilities; 0 where they differ in sign. Shape: (150, C) -> (C,)."""
    total = window.sum(axis=0)
    share = window / np.where(total == 0, 1.0, total)
    entropy: np.ndarray = np.where((share < 0).any(axis=0), 0.0, -(share * np.log(np.maximum(share, 1e-300))).sum(axis=0))
    return entropy
