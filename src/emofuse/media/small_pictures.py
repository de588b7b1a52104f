"""Whole pictures of a film, grey and small, at a steady rate: for networks over space and time. For clips of seconds."""

from pathlib import Path

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media.decode import decoding
from emofuse.media.grid import Seen
from emofuse.media.probe import LIMITS, Limits


def read_small_pictures(path: Path, height: int = 70, width: int = 80, rate: float = 10.0, limits: Limits = LIMITS) -> Signal:
    """What a film shows so many times a second, upright, squeezed to one size.

    Shape:
        values (time, height, width) uint8; absent where there is no picture

    Args:
        path: A film.
        height: Of what comes out, in pixels; the shape of the film's own pictures is not kept.
        width: Likewise.
        rate: Pictures a second.
        limits: What is refused.

    Raises:
        MediaError: It cannot be read, or has no picture.
    """
    import cv2

    pictures: list[np.ndarray] = []
    present: list[bool] = []
    with decoding(path, frozenset({Modality.VIDEO}), rate, limits) as (_, items):
        for item in items:
            if not isinstance(item, Seen):
                continue
            small = np.zeros((height, width), dtype=np.uint8)
            if item.picture is not None:
                upright = np.ascontiguousarray(np.rot90(item.picture.values, -item.picture.turns))
                small = np.asarray(cv2.resize(upright, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
            pictures += [small] * item.count
            present += [item.picture is not None] * item.count
    if not any(present):
        raise MediaError(f"{path} has no picture that can be decoded. Expected a film; copy or export it again.")
    there = np.array(present)
    return Signal(np.stack(pictures), rate, present=None if there.all() else there)
