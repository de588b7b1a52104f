"""How good a signal is, as one number from 0 to 1: for decisions that trust a member the less, the less there was to see or hear."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality

PIECE = 100  # pieces a second that sound is looked at in: 10 ms, as speech does not change faster
QUIETEST = 1e-12  # power below which there is silence, so that its logarithm is a number


@dataclass(frozen=True, slots=True)
class Spoken:
    """Share of a sound that is loud enough to be somebody speaking; 0 for silence.

    Shape:
        (time,) float32 -> (1, 1) float32

    Args:
        reach: dB under the loudest 10 ms, above which a piece counts.
        silence: dB of full scale, below which nothing counts, however loud it is beside the rest.

    Raises:
        ValueError: A signal that is no sound.
    """

    reach: float = 35.0
    silence: float = -60.0
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (1, 1)."""
        if signal.values.ndim != 1 or not len(signal.values):
            raise ValueError(f"A signal of shape {signal.values.shape} was given; this feature takes sound, (time,).")
        piece = max(round(signal.rate / PIECE), 1)
        starts = np.arange(0, len(signal.values), piece)
        counts = np.diff(np.append(starts, len(signal.values)))
        loud = 10 * np.log10(np.add.reduceat(signal.values.astype(np.float64) ** 2, starts) / counts + QUIETEST)
        return _share(loud > max(loud.max() - self.reach, self.silence))


@dataclass(frozen=True, slots=True)
class Seen:
    """Share of the frames in which there is a face.

    Shape:
        (time, height, width) uint8 -> (1, 1) float32

    Raises:
        ValueError: A signal that is no faces.
    """

    modality: Modality = Modality.VIDEO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, height, width) -> (1, 1)."""
        if signal.values.ndim != 3 or not len(signal.values):
            raise ValueError(f"A signal of shape {signal.values.shape} was given; this feature takes faces, (time, height, width).")
        return _share(np.ones(len(signal.values), dtype=bool) if signal.present is None else signal.present)


@dataclass(frozen=True, slots=True)
class Clean:
    """Share of the EEG samples, over time and channels, that neither rest nor go beyond what a brain makes.

    Shape:
        (time, channel) microvolts -> (1, 1) float32

    Args:
        highest: Microvolts from the channel's own mean, beyond which it is a blink, a jaw or a cable.
        flattest: Microvolts of spread in a channel, below which it is not connected.

    Raises:
        ValueError: A signal that is no EEG.
    """

    highest: float = 100.0
    flattest: float = 0.1
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, channel) -> (1, 1)."""
        values = signal.values
        if values.ndim != 2 or not values.size:
            raise ValueError(f"A signal of shape {values.shape} was given; this feature takes EEG, (time, channel).")
        centred = values - values.mean(axis=0)
        return _share((np.abs(centred) < self.highest) & (values.std(axis=0) > self.flattest))


def _share(good: np.ndarray) -> np.ndarray:
    """Shape: (...) bool -> (1, 1)."""
    return np.full((1, 1), good.mean(), dtype=np.float32)
