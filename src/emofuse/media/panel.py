"""What is burnt into a video: the label, its probability and a bar an emotion, on a translucent panel.

It is drawn once for each state and laid over the brightness and colour planes of frames; no frame is converted for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.core.labels import LabelSet
from emofuse.core.timeline import Span

# Red, green, blue.
_BEHIND, _OPACITY = (14, 17, 22), 0.62
_BRIGHT, _DIM, _TRACK, _BAR, _CHOSEN = (255, 255, 255), (205, 210, 216), (92, 98, 106), (150, 170, 190), (255, 209, 72)
_ROW = 0.030  # height of a bar's row, as a part of the picture's shorter side
_SMALLEST = 11  # pixels; letters of lower rows cannot be read
_FINE = 44  # pixels that a row is drawn high, at least, then averaged: letters of seven pixels stay legible
_WIDTH, _LABEL, _PAD = 11.2, 4.9, 0.5  # in rows: of the panel, of the words beside the bars, around everything
_CAPITAL = 22  # pixels that a capital of OpenCV's Hershey font is high at scale 1
_STEPS = 50  # a bar has so many lengths: more are not seen, and fewer states are drawn

_KR_KB = {709: (0.2126, 0.0722), 601: (0.299, 0.114)}  # ITU-R BT.709 and BT.601: parts of red and blue in the brightness


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A panel ready to be laid over planes: what stays of the picture, in 256ths, and what is added.

    Shape:
        keep, add (height, width) uint16 for the brightness; (height / 2, width / 2) for both colours
    """

    keep: tuple[np.ndarray, np.ndarray]
    add: tuple[np.ndarray, np.ndarray, np.ndarray]

    def lay(self, planes: Sequence[np.ndarray]) -> None:
        """Draw into the upper left corner of brightness and colour planes (4:2:0), in place."""
        for plane, keep, add in zip(planes, (self.keep[0], self.keep[1], self.keep[1]), self.add, strict=True):
            height, width = min(plane.shape[0], add.shape[0]), min(plane.shape[1], add.shape[1])
            part = plane[:height, :width]
            part[...] = (part * keep[:height, :width] + add[:height, :width]) >> 8


class Panel:
    """Draws states, and remembers the last one: it holds for several frames.

    Args:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        labels: A bar each, in this order.
        aspect: Width of a pixel over its height; letters are drawn narrower where pixels are wide.
        matrix: How the picture's colours are coded: 601 or 709.
        full: Whether brightness runs from 0 to 255; else from 16 to 235.
    """

    def __init__(self, width: int, height: int, labels: LabelSet, aspect: float = 1.0, matrix: int = 601, *, full: bool = False) -> None:
        self.labels, self.aspect, self.matrix, self.full = labels, aspect, matrix, full
        self.row = max(_SMALLEST, round(_ROW * min(width * aspect, height)))
        self.fine = max(2, -(-_FINE // self.row))  # how many times larger it is drawn
        self._state: tuple[object, ...] = ()
        self._overlay: Overlay | None = None

    def overlay(self, span: Span, scores: np.ndarray) -> Overlay:
        """The panel for a moment.

        Args:
            span: What is said at it.
            scores: Probabilities at it, NaN where absent. Shape: (C,)
        """
        bars = tuple(-1 if np.isnan(p) else round(float(p) * _STEPS) for p in scores)
        state = (span.label, span.absent, span.uncertain, span.probability, bars)
        if self._overlay is None or state != self._state:
            self._state, self._overlay = state, self._coded(*self._drawn(span, bars))
        return self._overlay

    def _drawn(self, span: Span, bars: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Colours and opacity. Shape: (height, width, 3), (height, width) float32."""
        import cv2

        row = self.row * self.fine
        height, width = round(row * (len(self.labels) + 2 * _PAD + 2.4)), round(row * _WIDTH)
        paper = np.full((height, width, 3), _BEHIND, dtype=np.uint8)
        solid = np.full((height, width), round(255 * _OPACITY), dtype=np.uint8)

        def write(words: str, x: float, middle: float, size: float, colour: tuple[int, int, int], room: float) -> None:
            """Words from `x` on around the height `middle`, capitals `size` high, smaller where there is no room; all in rows."""
            scale, thick = size * row / _CAPITAL, max(1, round(size * row / 9))
            across = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)[0][0]
            scale *= min(1.0, room * row / max(across, 1))
            at = (round(x * row), round(middle * row + scale * _CAPITAL / 2))
            for ink, shade in ((paper, colour), (solid, 255)):
                cv2.putText(ink, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale, shade, thick, cv2.LINE_AA)

        def fill(x: float, middle: float, across: float, colour: tuple[int, int, int]) -> None:
            corners = (round(x * row), round((middle - 0.27) * row)), (round((x + across) * row), round((middle + 0.27) * row))
            for ink, shade in ((paper, colour), (solid, 235)):
                cv2.rectangle(ink, *corners, shade, cv2.FILLED)

        room = _WIDTH - 2 * _PAD
        if span.label is None or span.probability is None:
            write(span.absent or "", _PAD, _PAD + 0.75, 0.72, _DIM, room)
        else:
            doubt = "?" if span.uncertain else ""
            write(f"{span.label}{doubt} {span.probability:.0%}".replace("%", " %"), _PAD, _PAD + 0.75, 0.85, _BRIGHT, room)
            write("uncertain" if span.uncertain else "", _PAD, _PAD + 1.85, 0.55, _CHOSEN, room)
        for i, (label, bar) in enumerate(zip(self.labels, bars, strict=True)):
            middle = _PAD + 2.4 + i + 0.5
            write(label, _PAD, middle, 0.55, _BRIGHT if label == span.label else _DIM, _LABEL - 0.2)
            fill(_PAD + _LABEL, middle, room - _LABEL, _TRACK)
            if bar > 0:
                fill(_PAD + _LABEL, middle, (room - _LABEL) * bar / _STEPS, _CHOSEN if label == span.label else _BAR)
        size = (
            2 * max(1, round(width / self.fine / self.aspect / 2)),
            2 * max(1, round(height / self.fine / 2)),
        )  # even, as colours are halved
        small = [cv2.resize(ink, size, interpolation=cv2.INTER_AREA) for ink in (paper, solid)]
        return small[0].astype(np.float32), small[1].astype(np.float32) / 255

    def _coded(self, colours: np.ndarray, opacity: np.ndarray) -> Overlay:
        """As brightness and colour differences. Shape: (H, W, 3), (H, W) -> planes of (H, W) and (H / 2, W / 2)."""
        kr, kb = _KR_KB[self.matrix]
        low, span, swing = (0.0, 255.0, 255.0) if self.full else (16.0, 219.0, 224.0)
        red, green, blue = np.moveaxis(colours / 255, -1, 0)
        bright = kr * red + (1 - kr - kb) * green + kb * blue
        planes = [low + span * bright, 128 + swing * (blue - bright) / (2 - 2 * kb), 128 + swing * (red - bright) / (2 - 2 * kr)]
        halved = [_halved(plane) for plane in (planes[1], planes[2], opacity)]
        keep = tuple(np.round(256 * (1 - part)).astype(np.uint16) for part in (opacity, halved[2]))
        add = tuple(
            np.round(256 * part * weight).astype(np.uint16)
            for part, weight in ((planes[0], opacity), (halved[0], halved[2]), (halved[1], halved[2]))
        )
        return Overlay((keep[0], keep[1]), (add[0], add[1], add[2]))


def _halved(plane: np.ndarray) -> np.ndarray:
    """Means of two by two. Shape: (H, W) -> (H / 2, W / 2)."""
    mean: np.ndarray = plane.reshape(plane.shape[0] // 2, 2, plane.shape[1] // 2, 2).mean(axis=(1, 3))
    return mean
