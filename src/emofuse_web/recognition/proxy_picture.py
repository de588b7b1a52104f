"""Pictures of any size, rate and turn as upright ones of one size at one steady rate."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from av import VideoFrame

MOST = 30  # pictures a second
RATES = (
    *map(Fraction, (10, 12, 15, 20)),
    Fraction(24_000, 1_001),
    *map(Fraction, (24, 25)),
    Fraction(30_000, 1_001),
    Fraction(30),
)  # what players and encoders are used to
ALIKE = Fraction(1, 100)  # by which a rate may differ from one of these and still be meant by it
EARLY = Fraction(1, 4)  # of a picture's time by which it may come before its place; so nothing is shown over 3/4 of it late


def steady(rate: Fraction | None) -> Fraction:
    """The rate at which pictures that come at about this rate are shown.

    Example:
        >>> steady(Fraction(60)), steady(Fraction(2997, 100)), steady(Fraction(171, 10)), steady(None)
        (Fraction(30, 1), Fraction(30000, 1001), Fraction(30, 1), Fraction(30, 1))
    """
    if not rate or rate <= 0:
        return Fraction(MOST)
    together = -(-rate // (MOST * (1 + ALIKE)))  # pictures of which one is shown
    shown = rate / max(round(together), 1)
    nearest = min(RATES, key=lambda known: abs(shown / known - 1))
    return nearest if abs(shown / nearest - 1) <= ALIKE else Fraction(MOST)


def fitted(width: int, height: int, most: tuple[int, int]) -> tuple[int, int]:
    """Even sides of the same shape, no larger than allowed, lying or standing.

    Example:
        >>> fitted(1920, 1080, (1280, 720)), fitted(1080, 1920, (1280, 720)), fitted(321, 241, (1280, 720))
        ((1280, 720), (720, 1280), (320, 240))
    """
    room = most if width >= height else most[::-1]
    scale = min(1.0, room[0] / width, room[1] / height)
    across, down = (max(2, int(side * scale + 1e-6) // 2 * 2) for side in (width, height))
    return across, down


class Pictures:
    """Decoded frames in, frames for the encoder out: number n is what is on the screen at n / rate seconds.

    A frame is held until another comes; before the first there is black.

    Args:
        first: The first frame, which says how large and how turned they are.
        rate: Of what comes out.
        aspect: Width of a stored pixel over its height.
        most: Sides that are allowed, the longer first.
    """

    def __init__(self, first: "VideoFrame", rate: Fraction, aspect: float, most: tuple[int, int]) -> None:
        self.rate, self.turns = rate, round(-first.rotation / 90) % 4  # clockwise; FFmpeg counts the other way
        across, down = max(1, round(first.width * aspect)), first.height
        self.size = fitted(*((down, across) if self.turns % 2 else (across, down)), most)
        self.made = 0
        self.held: VideoFrame | None = None

    def push(self, frame: "VideoFrame", seconds: Fraction) -> "Iterator[VideoFrame]":
        """The frames that are decided by the coming of this one."""
        place = int(seconds * self.rate + EARLY)
        if place < self.made:
            return  # another one is shown at that time already
        yield from self._until(place)
        self.held = self._upright(frame)
        yield self._next()

    def close(self, seconds: Fraction) -> "Iterator[VideoFrame]":
        """The last one, held up to the end of the picture."""
        yield from self._until(int(seconds * self.rate + EARLY))

    @property
    def end(self) -> Fraction:
        """Seconds that have come out."""
        return self.made / self.rate

    def _until(self, place: int) -> "Iterator[VideoFrame]":
        while self.made < place:
            if self.held is None:
                self.held = self._black()
            yield self._next()

    def _next(self) -> "VideoFrame":
        frame = self.held
        assert frame is not None
        frame.pts, frame.time_base, frame.pict_type = self.made, 1 / self.rate, 0  # the decoder's kinds are no orders to the encoder
        self.made += 1
        return frame

    def _upright(self, frame: "VideoFrame") -> "VideoFrame":
        """Of the size and form that goes out, standing upright."""
        import av

        width, height = self.size[::-1] if self.turns % 2 else self.size
        told = frame.colorspace, frame.color_primaries, frame.color_trc
        frame = frame.reformat(width, height, "yuv420p", interpolation="BILINEAR", dst_color_range=1)
        if self.turns:
            turned = av.VideoFrame(*self.size, "yuv420p")
            for old, new in zip(planes(frame), planes(turned), strict=True):
                new[...] = np.rot90(old, -self.turns)
            turned.color_range = 1
            turned.colorspace, turned.color_primaries, turned.color_trc = told
            frame = turned
        return frame

    def _black(self) -> "VideoFrame":
        import av

        frame = av.VideoFrame(*self.size, "yuv420p")
        for plane, value in zip(planes(frame), (16, 128, 128), strict=True):  # ITU-R BT.601: black
            plane[...] = value
        return frame


def planes(frame: "VideoFrame") -> list[np.ndarray]:
    """Brightness and both colours as they lie in memory. Shape: (height, width), and half of both twice; uint8."""
    views = []
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8, count=plane.line_size * plane.height).reshape(plane.height, plane.line_size)
        views.append(rows[:, : plane.width])
    return views
