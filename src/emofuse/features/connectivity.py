"""How firmly rhythms at two electrodes keep step: phase locking of every pair, band by band.

Source: Lachaux, Rodriguez, Martinerie, Varela 1999, "Measuring phase synchrony in brain signals". Electrodes that share a reference, or
a muscle, keep step without any brain: take the average as reference first, and do not read more out of it than that.
T: samples, C: channels, P: pairs, F: bands.
"""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.features.eeg import BANDS, FLATTEST, picked


@dataclass(frozen=True, slots=True)
class PhaseLocking:
    """From 0, where two channels' phases have nothing to do with each other, to 1, where they always differ by as much; over a stretch.

    A stretch of S seconds shows two strangers at about 1 / sqrt(2 S x width of the band in Hz), so that windows must be of one length.

    Shape:
        (T, channels) microvolts -> (1, P * F) float32, all bands of the first pair first; one channel alone has a pair with itself

    Args:
        channels: By 10-20 names, in this order; none for all there are.
        bands: Name, from and to (Hz) of each.

    Raises:
        MediaError: It is no EEG, or lacks most channels.
    """

    channels: tuple[str, ...] = ()
    bands: tuple[tuple[str, float, float], ...] = BANDS
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, channels) -> (1, P * F)."""
        values, _ = picked(signal, self.channels)
        first, second = np.triu_indices(values.shape[1], 1) if values.shape[1] > 1 else (np.zeros(1, int), np.zeros(1, int))
        spread = np.nan_to_num(values).std(axis=0)
        still = (spread < FLATTEST) | np.isnan(values).all(axis=0)  # what does not move has no phase
        spectrum = np.fft.fft(np.nan_to_num(values - np.nan_to_num(values).mean(axis=0)), axis=0)
        hertz = np.fft.fftfreq(len(values), 1 / signal.rate)
        locked = []
        for _, low, high in self.bands:
            wave = np.fft.ifft(np.where(((low <= hertz) & (hertz < high))[:, None], spectrum, 0), axis=0)  # one side alone: analytic
            phase = wave / np.maximum(np.abs(wave), 1e-12)
            pairs = np.abs((phase[:, first] * phase[:, second].conj()).mean(axis=0))
            locked.append(np.where(still[first] | still[second], 0.0, pairs))
        return np.stack(locked, axis=1).reshape(1, -1).astype(np.float32)

    def says(self, signal: Signal) -> tuple[str, ...]:
        """What a reader must be told: channels that are missing."""
        missing = picked(signal, self.channels)[1]
        return (f"the EEG has no {', '.join(missing)}: nothing is locked to it",) if missing else ()
