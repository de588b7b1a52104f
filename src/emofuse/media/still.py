"""A picture as a video of one frame: grey, 48 pixels a side unless more are asked for, from a file of any size or colours."""

from pathlib import Path

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError

SIDE = 48  # pixels; of a FER2013 face, which face encoders expect

Frame = tuple[float, float, float, float]
"""Left edge, upper edge, width, height, in pixels of the picture."""


def read_still(path: Path, face: Frame | None = None, side: int = SIDE) -> Signal:
    """The whole picture, or the face in it, as a video of one frame.

    Args:
        path: A file that OpenCV can decode: jpg, png, webp, bmp, tif.
        face: Where the face is; what reaches beyond the picture is left out.
        side: Pixels of the frame's height and width.

    Shape:
        values (1, side, side) uint8

    Raises:
        MediaError: There is no such file, it is no picture, or the face lies outside it.
    """
    import cv2

    try:
        data = np.fromfile(path, dtype=np.uint8)  # not cv2.imread: that cannot open names beyond ASCII everywhere
    except OSError as error:
        raise MediaError(
            f"{path} cannot be read ({(error.strerror or str(error)).lower()}). Expected a picture there; get the file again."
        ) from error
    picture = _decoded(path, data)
    if face is not None:
        left, upper, width, height = face
        picture = picture[max(round(upper), 0) : max(round(upper + height), 0), max(round(left), 0) : max(round(left + width), 0)]
        if not picture.size:
            raise MediaError(f"The face in {path} lies outside the picture, at {face}. Expected it inside; check the table that says so.")
    if picture.shape != (side, side):
        smaller = min(picture.shape) > side
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return Signal(picture[None], rate=1.0)


def _decoded(path: Path, data: np.ndarray) -> np.ndarray:
    """Shape: (height, width) uint8."""
    import cv2

    try:
        picture = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    except cv2.error:  # more pixels than OpenCV allows
        picture = None
    if picture is None:
        what = "is empty" if not data.size else "is no picture that can be decoded"
        raise MediaError(f"{path} {what}. Expected jpg, png, webp, bmp or tif; get the file again, or leave it out.")
    return picture
