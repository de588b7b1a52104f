"""A whole stretch of sound in one row: the means over time of what is heard frame by frame."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.features.audio import LogMel, Mfcc
from emofuse.features.base import Feature
from emofuse.features.chroma import Chroma

HEARD = 50.0  # dB under the loudest frame; what is quieter is the room before and after a sentence, or zeros that fill a window


@dataclass(frozen=True, slots=True)
class Means:
    """Means over the frames in which something is heard, of several features side by side.

    Without the quiet frames, a sentence has the same means however much silence is around it.

    Shape:
        (time,) float32 -> (1, D) float32; (1, 2 D) with spreads

    Args:
        parts: Features of sound with the same frames.
        heard: A frame counts where its power is at most so many decibels under that of the loudest.
        spreads: Standard deviations over time, too.

    Raises:
        ValueError: A signal that a part does not take, or parts with frames of their own.

    Example:
        >>> Means((Mfcc(count=40), Chroma()))(Signal(np.zeros(16_000, dtype=np.float32), rate=16_000)).shape
        (1, 52)
    """

    parts: tuple[Feature, ...] = (Mfcc(count=40), Chroma(), LogMel(size=2_048, hop=512, bands=128, low=0.0))
    heard: float = HEARD
    spreads: bool = False
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (1, D) float32."""
        made = [part(signal) for part in self.parts]
        if len({len(rows) for rows in made}) != 1:
            raise ValueError(f"Parts gave {', '.join(str(len(rows)) for rows in made)} frames; this feature takes parts with the same.")
        loud = _loud(signal.values, len(made[0]), self.heard)
        rows = np.concatenate(made, axis=1)[loud]  # (frames, D)
        row = np.concatenate([rows.mean(axis=0), rows.std(axis=0)]) if self.spreads else rows.mean(axis=0)
        return row[None].astype(np.float32)


def _loud(values: np.ndarray, frames: int, heard: float) -> np.ndarray:
    """In which of so many frames, centred and evenly spread, something is heard; in all where nothing is. Shape: (frames,) bool."""
    edges = np.linspace(0, len(values), frames + 1).astype(int)[:-1]
    power = np.add.reduceat(np.append(values.astype(np.float64) ** 2, 0), edges)
    decibels = 10 * np.log10(power + 1e-12)
    loud: np.ndarray = decibels >= decibels.max() - heard
    return loud
