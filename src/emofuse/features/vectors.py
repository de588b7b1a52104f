"""Features that somebody else has made: published vectors, passed through as they are or as their mean over time."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality

WAYS = ("as they are", "mean", "mean and spread", "side by side")


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors that were published in place of a signal: embeddings, action units, band powers.

    Clips of different lengths meet in one batch as a mean over time; where order matters, `prepare` cuts or pads them first.

    Shape:
        (time, D) float32 -> (time, D); (1, D) for "mean"; (1, 2 D) for "mean and spread"; (1, time x D) for "side by side"

    Args:
        over_time: One of `WAYS`.
        modality: Whose vectors they are.

    Raises:
        ValueError: In a call: another way, or a signal that is not vectors, or holds what is no number.

    Example:
        >>> two = Signal(np.array([[1, 2], [3, 6]], dtype=np.float32), rate=1)
        >>> Vectors("mean")(two).tolist()
        [[2.0, 4.0]]
        >>> Vectors("side by side")(two).tolist()
        [[1.0, 2.0, 3.0, 6.0]]
    """

    over_time: str = "as they are"
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, D) -> (time', D')."""
        values = signal.values
        if values.ndim != 2 or values.dtype.kind not in "fiu" or not len(values):
            raise ValueError(
                f"A signal of shape {values.shape} and kind {values.dtype} was given; this feature takes vectors, (time, D) numbers."
            )
        rows: np.ndarray = values.astype(np.float32)
        if not np.isfinite(rows).all():
            raise ValueError("A signal holds values that are no numbers; this feature takes finite ones. Mend the table they are from.")
        if self.over_time == "as they are":
            return rows
        if self.over_time == "mean":
            return np.mean(rows, axis=0, keepdims=True, dtype=np.float32).reshape(1, -1)
        if self.over_time == "mean and spread":
            return np.concatenate([rows.mean(axis=0), rows.std(axis=0)])[None]
        if self.over_time == "side by side":
            return rows.reshape(1, -1)
        raise ValueError(f"Vectors go over time {', '.join(WAYS)}; not '{self.over_time}'. Choose one of these.")
