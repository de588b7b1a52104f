"""Which picture each sample of a uniform grid shows, whatever the times of the pictures: what is on the screen at that moment.

Nothing here knows where pictures come from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emofuse.media.video import Grey, grey

if TYPE_CHECKING:
    from av import VideoFrame

HELD = 1.0  # seconds that a picture counts as still on the screen when no other follows
NEAREST = 0.075  # seconds; a sample takes the next picture rather than the last where that is nearer and at most so far away
_LATE = 0.1  # seconds that the first picture may be late and still stand for the beginning, as reordered frames often are
_EMPTY = 50  # samples without a picture handed over at once


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the next `count` samples of the grid show; None where there is no picture."""

    picture: Grey | None
    count: int


@dataclass(slots=True, eq=False)
class Grid:
    """The grid, and the picture that is on the screen.

    Args:
        rate: Samples a second.
        furthest: Seconds beyond which, after a leap, a picture's time is not believed.
        leap: Seconds; a longer step must end before `furthest`.
        aspect: Width of a pixel over its height.
        spacing: Seconds from one picture to the next where the file does not say.
    """

    rate: float
    furthest: float
    leap: float
    aspect: float
    spacing: float
    last: float = 0.0  # seconds; when the picture held began
    damaged: int = 0
    made: int = field(default=0, init=False)  # samples given out
    held: "VideoFrame | None" = field(default=None, init=False)
    end: int = 0  # ms; where the picture ends, known after `close`

    def push(self, frame: "VideoFrame", start: float | None) -> Iterator[Seen]:
        """The samples that are decided by the coming of this frame."""
        if start is None:
            start = self.last + self.spacing if self.held is not None else 0.0
        if self.held is None:
            start = 0.0 if start <= _LATE else start
        if start - self.last >= self.leap and start > self.furthest or (self.held is not None and start < self.last):
            self.damaged += 1
            return
        yield from self._until(start - min(NEAREST, (start - self.last) / 2))
        self.held, self.last = frame, start

    def close(self, shown: float) -> Iterator[Seen]:
        """The samples up to the end of the last picture, or of a last one that was not decoded."""
        if self.held is not None:
            end = min(max(self.last + self.spacing, shown), self.last + self.spacing + 4 * NEAREST)
            yield from self._until(end)
            self.end = round(end * 1_000)

    def _until(self, moment: float) -> Iterator[Seen]:
        """The samples before `moment`: they show the picture held, as long as it can be believed to be still there."""
        due = max(int(-(-moment * self.rate // 1)) - self.made, 0)
        if not due or (self.held is None and moment <= 0):
            return
        shown = 0
        if self.held is not None:
            shown = min(max(int((self.last + HELD) * self.rate) + 1 - self.made, 0), due)
        self.made += due
        if shown and self.held is not None:
            yield Seen(grey(self.held, self.aspect), shown)
        for first in range(shown, due, _EMPTY):
            yield Seen(None, min(_EMPTY, due - first))
