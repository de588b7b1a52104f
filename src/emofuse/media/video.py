"""One frame of a video as brightness, upright, without converting what nobody looks at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.plane import VideoPlane

_PLANAR = ("yuv4", "yuvj4", "yuva4", "nv12", "nv21", "nv16", "nv24", "gray")  # formats whose first plane is the brightness
_FULL = 2  # FFmpeg's AVCOL_RANGE_JPEG: brightness from 0 to 255 instead of 16 to 235
_STRETCH = np.clip((np.arange(256) - 16.0) * 255 / 219 + 0.5, 0, 255).astype(np.uint8)  # ITU-R BT.601: 16..235 -> 0..255


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of an upright picture; it may reach beyond its edges."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        """Of both sides."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def overlap(self, other: "Box") -> float:
        """Intersection over union.

        Example:
            >>> Box(0, 0, 2, 2).overlap(Box(1, 0, 2, 2))
            0.3333333333333333
        """
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        shared = max(width, 0.0) * max(height, 0.0)
        return shared / (self.area + other.area - shared) if shared else 0.0

    def grown(self, factor: float) -> "Box":
        """A square around the same middle, `factor` times as long as the longer side."""
        side, (x, y) = max(self.width, self.height) * factor, self.middle
        return Box(x - side / 2, y - side / 2, side, side)


@dataclass(frozen=True, slots=True, eq=False)
class Grey:
    """A picture's brightness as stored, and how to look at it upright.

    Args:
        values: (height, width) uint8; a view into the decoder's memory where that is possible.
        turns: Quarter turns clockwise that make it stand upright.
        aspect: Width of a stored pixel over its height.
        full: Whether brightness runs from 0 to 255; else from 16 to 235, as most videos have it.
    """

    values: np.ndarray
    turns: int = 0
    aspect: float = 1.0
    full: bool = True

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, upright, in square pixels."""
        height, width = self.values.shape
        return (height, width * self.aspect) if self.turns % 2 else (width * self.aspect, height)

    def shrunk(self, longest: int) -> tuple[np.ndarray, float]:
        """The whole picture upright, its longer side near `longest`, and how many of its pixels fit into one of that.

        A whole factor, because averaging over whole pixels is several times as fast.
        """
        import cv2

        height, width = self.values.shape
        factor = max(1, round(max(self.size) / longest))
        small = (max(1, round(width * self.aspect / factor)), max(1, round(height / factor)))
        if small == (width, height):
            return np.rot90(self.values, -self.turns), 1.0
        return np.rot90(cv2.resize(self.values, small, interpolation=cv2.INTER_AREA), -self.turns), float(factor)

    def crop(self, box: Box, side: int) -> np.ndarray:
        """A square part, upright; beyond the edges its last pixels are repeated. Shape: (side, side) uint8."""
        import cv2

        full_height, full_width = self.values.shape
        x, y, width, height = self._stored(box)
        left, top = round(x), round(y)
        right, bottom = max(round(x + width), left + 1), max(round(y + height), top + 1)
        x0, y0 = min(max(left, 0), full_width - 1), min(max(top, 0), full_height - 1)
        x1, y1 = max(min(right, full_width), x0 + 1), max(min(bottom, full_height), y0 + 1)
        part = self.values[y0:y1, x0:x1]
        if (x0, y0, x1, y1) != (left, top, right, bottom):
            edges = (max(y0 - top, 0), max(bottom - y1, 0), max(x0 - left, 0), max(right - x1, 0))
            part = cv2.copyMakeBorder(part, *edges, cv2.BORDER_REPLICATE)
        factor = min(part.shape) // (2 * side)
        if factor > 1:  # first by a whole factor, which is several times as fast as averaging over parts of pixels
            high, wide = part.shape[0] // factor, part.shape[1] // factor
            part = cv2.resize(part[: high * factor, : wide * factor], (wide, high), interpolation=cv2.INTER_AREA)
        shrinks = min(part.shape) >= side
        upright = np.rot90(cv2.resize(part, (side, side), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), -self.turns)
        return np.ascontiguousarray(upright) if self.full else _STRETCH[upright]

    def _stored(self, box: Box) -> tuple[float, float, float, float]:
        """Where a box of the upright picture lies in the stored one: x, y, width, height."""
        height, wide = self.values.shape[0], self.values.shape[1] * self.aspect
        x, y, w, h = {
            0: (box.x, box.y, box.width, box.height),
            1: (box.y, height - box.x - box.width, box.height, box.width),
            2: (wide - box.x - box.width, height - box.y - box.height, box.width, box.height),
            3: (wide - box.y - box.height, box.x, box.height, box.width),
        }[self.turns % 4]
        return x / self.aspect, y, w / self.aspect, h


def grey(frame: "VideoFrame", aspect: float = 1.0) -> Grey:
    """Look at a decoded frame: its brightness plane as it lies in memory, or a conversion where it has none of 8 bits.

    Args:
        frame: As decoded; its memory lives as long as the result.
        aspect: Width of a pixel over its height.
    """
    turns = round(-frame.rotation / 90) % 4  # FFmpeg counts counterclockwise
    name, plane = frame.format.name, frame.planes[0]
    if name.startswith(_PLANAR) and frame.format.components[0].bits == 8 and plane.line_size >= frame.width:
        full = name.startswith(("yuvj", "gray")) or frame.color_range == _FULL
        return Grey(_pixels(plane), turns, aspect, full)
    return Grey(_pixels(frame.reformat(format="gray").planes[0]), turns, aspect)


def _pixels(plane: "VideoPlane") -> np.ndarray:
    """A plane's memory without the padding at the end of its lines. Shape: (height, width) uint8."""
    lines = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * plane.height)
    return lines.reshape(plane.height, plane.line_size)[:, : plane.width]
