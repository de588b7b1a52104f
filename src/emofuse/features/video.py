"""What networks over pictures are fed."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality

DARK = 4.0  # grey levels of 255; a picture that varies less than this is flat, and is not blown up into noise


@dataclass(frozen=True, slots=True)
class GreyFace:
    """Grey face crops, each with its own mean taken off and divided by its own spread.

    A face in shade and a face in the sun then look alike, which the weights cannot be asked to learn from photographs of others.

    Shape:
        (time, size, size) uint8 -> (time, size, size) float32

    Raises:
        ValueError: Crops of another size.
    """

    size: int = 48
    modality: Modality = Modality.VIDEO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, size, size) uint8 -> (time, size, size) float32."""
        if signal.values.shape[1:] != (self.size, self.size):
            raise ValueError(f"Faces of {signal.values.shape[1:]} were given; this feature takes {self.size}x{self.size} grey crops.")
        faces = signal.values.astype(np.float32)
        mean = faces.mean(axis=(1, 2), keepdims=True)
        spread = faces.std(axis=(1, 2), keepdims=True)
        scaled: np.ndarray = (faces - mean) / np.maximum(spread, DARK)
        return scaled
