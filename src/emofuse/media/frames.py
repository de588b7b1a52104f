"""Whole pictures of a video in colour, every so many: for models that look at more than a face. For clips of seconds."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.media.probe import open_media, packets, picture_stream

if TYPE_CHECKING:
    from av import VideoFrame

EVERY = 10  # pictures from one that is kept to the next (asswin_2023)
SHORTER = 256  # pixels of the shorter edge that is kept; models of pictures look at 224


def read_frames(path: Path, every: int = EVERY, shorter: int = SHORTER) -> Signal:
    """Every so many pictures of a video, upright, none larger than it is needed.

    Shape:
        values (time, height, width, 3) uint8

    Args:
        path: A video.
        every: The first of so many pictures is kept.
        shorter: Pixels of the shorter edge of what is kept; smaller pictures stay as they are.

    Raises:
        MediaError: It cannot be read, has no picture, or none that can be decoded.
    """
    import av

    kept: list[np.ndarray] = []
    with open_media(path) as container:
        stream = picture_stream(container)
        if stream is None:
            raise MediaError(f"{path} has no picture. Expected a video; choose a file with one.")
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        seen = 0
        try:
            for packet in packets(container, [stream]):
                for frame in packet.decode():
                    assert isinstance(frame, av.VideoFrame)
                    if seen % every == 0:
                        kept.append(_upright(frame, shorter))
                    seen += 1
        except av.error.FFmpegError as error:
            if not kept:
                raise MediaError(f"{path} cannot be decoded ({error}). Expected a video that can be played; get the file again.") from error
    if not kept:
        raise MediaError(f"{path} has no picture that can be decoded. Expected a video that can be played; get the file again.")
    shape = kept[0].shape
    return Signal(np.stack([picture for picture in kept if picture.shape == shape]), rate / every)


def _upright(frame: "VideoFrame", shorter: int) -> np.ndarray:
    """Shape: (height, width, 3) uint8."""
    factor = min(shorter / min(frame.width, frame.height), 1.0)
    size = (max(round(frame.width * factor), 1), max(round(frame.height * factor), 1))
    picture = frame.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90) % 4))
