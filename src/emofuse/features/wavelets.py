"""How much there is of each octave of an EEG, and how unevenly, by wavelets: two numbers an octave and channel for a whole trial.

As shivam-199/Python-Emotion-using-EEG-Signal has them for SEED, which kanafin_2024 took over: Daubechies' wavelet of six vanishing
moments, five times over, the ends mirrored; of each octave's coefficients c the sum of log2 c^2, called energy, and minus the sum
of c^2 log2 c^2, called entropy, though c^2 do not sum to one. At 200 Hz the octaves are 50-100, 25-50, 12.5-25, 6.3-12.5 and
3.1-6.3 Hz. Both numbers grow with a trial's length: where every film has a length of its own, they tell the film.
T: samples, C: channels, L: octaves.
"""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality

SCALING = np.array([
    0.11154074335008017, 0.4946238903983854, 0.7511339080215775, 0.3152503517092432, -0.22626469396516913, -0.12976686756709563,
    0.09750160558707936, 0.02752286553001629, -0.031582039318031156, 0.0005538422009938016, 0.004777257511010651, -0.00107730108499558,
])  # fmt: skip
"""Of the wavelet (Daubechies 1992, table 6.1, N = 6); its squares sum to one."""

SMALLEST = 1e-12  # of a squared coefficient, before its logarithm


@dataclass(frozen=True, slots=True)
class Wavelets:
    """Energies and entropies of octaves, for as long as there is a signal: zeros in all channels behind its end are none.

    Shape:
        (T, C) microvolts -> (1, 2 * C * L) float32: entropies, channel by channel from the lowest octave up; then energies

    Args:
        octaves: How many.
        each: Means over the coefficients in place of sums, so that a trial's length is not told.

    Raises:
        MediaError: It is no EEG.
    """

    octaves: int = 5
    each: bool = False
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, C) -> (1, 2 * C * L)."""
        if signal.values.ndim != 2 or not signal.values.size:
            raise MediaError(f"A signal of shape {signal.values.shape} was given; this feature takes EEG, (time, channel). Give it such.")
        rest = _until_its_end(signal.values.astype(np.float64))
        entropies, energies = [], []
        total = np.mean if self.each else np.sum
        for _ in range(self.octaves):
            rest, details = halved(rest)
            power = np.maximum(details**2, SMALLEST)
            entropies.append(-total(power * np.log2(power), axis=0))  # (C,)
            energies.append(total(np.log2(power), axis=0))
        rows: np.ndarray = np.concatenate([np.stack(found[::-1], axis=1).ravel() for found in (entropies, energies)])
        return rows[None].astype(np.float32)


def halved(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is slower than half of the band, and what is faster, each at half the rate; ends are mirrored.

    Shape:
        (T, C) -> ((T + 11) // 2, C) twice
    """
    taps = len(SCALING)
    ends = np.pad(values, ((taps - 1, taps - 1), (0, 0)), mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(ends, taps, axis=0)[1::2]  # (T', C, taps)
    wavelet = SCALING[::-1] * (-1.0) ** np.arange(taps)
    return windows @ SCALING, windows @ wavelet


def _until_its_end(values: np.ndarray) -> np.ndarray:
    """Without zeros behind the last sample in which any channel has another value. Shape: (T, C) -> (T', C), T' at least 1."""
    there = np.flatnonzero(values.any(axis=1))
    return values[: there[-1] + 1] if len(there) else values[:1]
