"""What pretrained models of pictures are fed: brightness or colours between 0 and 1; the model brings them to its own size."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality


@dataclass(frozen=True, slots=True)
class Picture:
    """Pictures as they are, whatever their size: those who look at them know what they want (`emofuse.encoders.pretrained`).

    Shape:
        (time, height, width) or (time, height, width, 3) uint8 -> the same, float32 in 0..1

    Raises:
        ValueError: Anything else.
    """

    modality: Modality = Modality.VIDEO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, height, width) or (time, height, width, 3) uint8 -> the same, float32."""
        shape = signal.values.shape
        if signal.values.dtype != np.uint8 or not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)):
            raise ValueError(
                f"Pictures of shape {shape} and kind {signal.values.dtype} were given; this feature takes grey, (time, height, width), or "
                f"colours, (time, height, width, 3), of 8 bits."
            )
        pictures: np.ndarray = signal.values.astype(np.float32) / 255
        return pictures
