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


def said(feature: object, signal: Signal) -> tuple[str, ...]:
    """What a reader must be told of how a feature takes a signal; most have nothing to tell.

    Features that do have a method ``says``; one around another (``.feature``) leaves it to that.

    Raises:
        MediaError: The feature cannot take such a signal at all.
    """
    told = getattr(feature, "says", None)
    if told is not None:
        notes: tuple[str, ...] = told(signal)
        return notes
    inner = getattr(feature, "feature", None)
    return () if inner is None else said(inner, signal)


def key(feature: Feature) -> str:
    """What distinguishes this feature from every other: its class and all its parameters."""
    return repr(feature)
