"""What every feature is: a frozen callable from a signal to an array.

A feature is a frozen dataclass, so that its `repr` names every parameter: that is its key in a cache.
"""

from typing import Protocol

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality


class Feature(Protocol):
    """Signal to (time, ...) float32, finite, the same for the same signal."""

    @property
    def modality(self) -> Modality:
        """What it listens to."""

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, ...) -> (time', ...) float32."""


def key(feature: Feature) -> str:
    """What distinguishes this feature from every other: its class and all its parameters."""
    return repr(feature)
