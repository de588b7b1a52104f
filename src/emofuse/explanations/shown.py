"""What a network was shown for one of its answers, read again.

To look at a few moments closely a clip is gone through a second time, as far as the last of them; only the stretches that were
looked at are held, so that memory does not grow with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from emofuse.core.clip import Chunk, Signal
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.recognizer import NetworkRecognizer
from emofuse.windows import around, missed, shown


@dataclass(slots=True, eq=False)
class Showing:
    """One answer of one network, and what it was given for it, as far as that has been read again.

    Args:
        recognizer: Whose network.
        cell: The lane's segment that the answer is for.
        window: The stretch that was looked at.
        answer: What it said. Shape: (C,)
        held: By modality.
    """

    recognizer: NetworkRecognizer
    cell: Segment
    window: Segment
    answer: np.ndarray
    held: dict[Modality, Signal] = field(default_factory=dict)

    def push(self, chunk: Chunk) -> None:
        """Keep what of the next stretch lies in the window."""
        for m in self.recognizer.modalities & set(chunk.signals):
            signal = chunk.signals[m]
            if signal.end <= self.window.start or signal.start >= self.window.end:
                continue
            part = signal.crop(self.window)
            self.held[m] = self.held[m].then(part) if m in self.held else part

    def signals(self) -> dict[Modality, Signal]:
        """What was there, by modality, each brought to the window's length."""
        if self.recognizer.window is None:
            return {m: _first(signal) for m, signal in self.held.items() if _one_seen(signal)}
        there = {m: signal for m, signal in self.held.items() if missed(m, signal, self.cell, self.window) is None}
        return {m: shown(signal, self.window) for m, signal in there.items()}


def showing(recognizer: NetworkRecognizer, lane: Timeline, time: int) -> Showing | None:
    """The answer that a lane gives for a moment in ms, with nothing read yet; None where it gives none."""
    for segment, present, row in zip(lane.segments, lane.present, lane.scores, strict=True):
        if segment.start <= time < segment.end:
            if not present:
                return None
            window = segment if recognizer.window is None else around(segment, recognizer.window, lane.duration)
            return Showing(recognizer, segment, window, row)
    return None


def inputs(recognizer: NetworkRecognizer, signals: Mapping[Modality, Signal]) -> dict[Modality, np.ndarray]:
    """Features of what was there. Shape: {m: (T, ...)}."""
    return {m: recognizer.features[m](signal) for m, signal in signals.items()}


def last(showings: Sequence[Showing]) -> int:
    """Up to where the recording must be read again, in ms."""
    return max((one.window.end for one in showings), default=0)


def _one_seen(signal: Signal) -> bool:
    return len(signal.values) > 0 and (signal.present is None or bool(signal.present[0]))


def _first(signal: Signal) -> Signal:
    """The sample that was judged by itself."""
    return replace(signal, values=signal.values[:1], present=None, when=None if signal.when is None else signal.when[:1])
