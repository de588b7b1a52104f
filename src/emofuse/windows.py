"""What a network is shown of a clip: every sample on its own, or the window around each cell of time.

Each is a `Reading`: it takes the clip's chunks and answers what is complete. Where there is nothing, it says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import Protocol

import numpy as np

from emofuse.core.clip import Chunk, Signal
from emofuse.core.errors import MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.features.base import Feature, said
from emofuse.media.sound import silent
from emofuse.network import Network

HEARD = 400  # ms around a cell within which something must be heard
ROUNDED = 1  # ms by which a sample may begin after the end of the one before it: both are rounded
NOTHING = {Modality.AUDIO: "no sound", Modality.VIDEO: "no picture", Modality.TEXT: "no text", Modality.EEG: "no EEG"}
MISSED = {Modality.AUDIO: "silence", Modality.VIDEO: "no face", Modality.TEXT: "no words", Modality.EEG: "no contact"}

_Look = tuple[Segment, frozenset[Modality]]  # a window, and the modalities that are there around the cell it is for


class Judge(Protocol):
    """Who answers: `emofuse.recognizer.NetworkRecognizer`, as much of it as is asked here."""

    name: str
    labels: LabelSet
    features: Mapping[Modality, Feature]
    network: Network
    window: int | None
    hop: int | None

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it listens to."""

    def probabilities(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C)."""

    def timeline(self, segments: Sequence[Segment], scores: np.ndarray, absent: Sequence[str | None], duration: int) -> Timeline:
        """Answers as its lane."""


class Samples:
    """Reading one sample at a time: every face is an answer."""

    def __init__(self, recognizer: Judge) -> None:
        self.recognizer = recognizer
        (self.modality,) = recognizer.modalities
        self.segments: list[Segment] = []
        self.scores: list[np.ndarray] = []
        self.absent: list[str | None] = []
        self.until = 0  # ms that samples have reached

    def push(self, chunk: Chunk) -> None:
        """Take the next stretch, and judge what is complete."""
        signal = chunk.signals.get(self.modality)
        if signal is None or not len(signal.values):
            return
        self._nothing_until(signal.start)
        when = signal.segments
        count = len(signal.values)
        present = np.ones(count, dtype=bool) if signal.present is None else signal.present
        scores = np.full((count, len(self.recognizer.labels)), np.nan, dtype=np.float32)
        if present.any():
            times = None if signal.when is None else tuple(compress(signal.when, present))
            seen = self.recognizer.features[self.modality](replace(signal, values=signal.values[present], present=None, when=times))
            inputs = {self.modality: seen[:, None]}  # (B, 1, ...)
            scores[present] = self.recognizer.probabilities(inputs, {self.modality: np.ones(len(seen), dtype=bool)})
        for i, segment in enumerate(when):
            self._nothing_until(segment.start)
            self.segments.append(segment)
            self.scores.append(scores[i : i + 1])
            self.absent.append(None if present[i] else MISSED[self.modality])

    def close(self, duration: int) -> Timeline:
        """Judge the rest; the clip lasted `duration` ms."""
        if self.segments:
            self._nothing_until(duration)
        segments = [Segment(segment.start, min(segment.end, duration)) for segment in self.segments if segment.start < duration]
        scores = np.concatenate(self.scores) if self.scores else np.empty((0, len(self.recognizer.labels)), dtype=np.float32)
        return self.recognizer.timeline(segments, scores[: len(segments)], self.absent[: len(segments)], duration)

    def _nothing_until(self, start: int) -> None:
        """Flag the time before the next sample, where that is later than the end of the last one."""
        end = max(self.until, self.segments[-1].end) if self.segments else 0  # utterances may overlap
        self.until = end
        if start > end + ROUNDED:
            self.segments.append(Segment(end, start))
            self.scores.append(np.full((1, len(self.recognizer.labels)), np.nan, dtype=np.float32))
            self.absent.append(NOTHING[self.modality])


class Windows:
    """Reading by windows: each cell of a hop takes the answer of the window around it."""

    def __init__(self, recognizer: Judge) -> None:
        assert recognizer.window is not None
        assert recognizer.hop is not None
        self.recognizer, self.window, self.hop = recognizer, recognizer.window, recognizer.hop
        self.held: dict[Modality, Signal] = {}
        self.segments: list[Segment] = []
        self.scores: list[np.ndarray] = []
        self.absent: list[str | None] = []
        self.last: tuple[_Look, np.ndarray] | None = None  # the last window judged, and its answer
        self.told: dict[Modality, tuple[str, ...]] = {}  # what features say of the signals they are given
        self.unfit: set[Modality] = set()  # signals that they cannot take

    def push(self, chunk: Chunk) -> None:
        """Take the next stretch, and judge what is complete."""
        for m in self.recognizer.modalities & set(chunk.signals):
            if m not in self.told:
                self._meet(m, chunk.signals[m])
            self.held[m] = self.held[m].then(chunk.signals[m]) if m in self.held else chunk.signals[m]
        if not self.held:
            return  # nothing yet, and perhaps never
        cells: list[Segment] = []
        while max((cell := self._cell(len(self.segments) + len(cells))).end, around(cell, self.window).end) <= chunk.until:
            cells.append(cell)
        self._judge(cells, None)
        oldest = len(self.segments) * self.hop - self.window - self.hop
        if oldest > 0:
            self.held = {m: signal.crop(Segment(oldest, max(signal.end, oldest + 1))) for m, signal in self.held.items()}

    def close(self, duration: int) -> Timeline:
        """Judge the rest; the clip lasted `duration` ms."""
        if self.held:
            last = -(-duration // self.hop)
            cells = [self._cell(k) for k in range(len(self.segments), last)]
            self._judge([Segment(cell.start, min(cell.end, duration)) for cell in cells], duration)
        between = f"the {self.recognizer.name} lane looks at {self.window} of every {self.hop} ms: what lies between is not judged"
        notes = [between] if self.held and self.hop > self.window else []
        scores = np.concatenate(self.scores) if self.scores else np.empty((0, len(self.recognizer.labels)), dtype=np.float32)
        timeline = self.recognizer.timeline(self.segments, scores, self.absent, duration)
        return replace(timeline, notes=(*timeline.notes, *notes, *(note for m in sorted(self.told) for note in self.told[m])))

    def _meet(self, m: Modality, signal: Signal) -> None:
        """Hear what the feature says of a signal; one that it cannot take is as if it were not there, and the others answer."""
        try:
            self.told[m] = said(self.recognizer.features[m], signal)
        except MediaError as error:
            self.told[m] = (str(error),)
            self.unfit.add(m)

    def _cell(self, k: int) -> Segment:
        return Segment(k * self.hop, (k + 1) * self.hop)

    def _judge(self, cells: Sequence[Segment], duration: int | None) -> None:
        """Answers for `cells`; those with the same window and the same modalities in it share one."""
        looks: list[_Look] = []
        for cell in cells:
            window = around(cell, self.window, duration)
            missing = {
                m: missed(m, None if m in self.unfit else self.held.get(m), cell, window) for m in sorted(self.recognizer.modalities)
            }
            looks.append((window, frozenset(m for m, reason in missing.items() if reason is None)))
            reasons = ", ".join(dict.fromkeys(reason for reason in missing.values() if reason is not None))
            self.absent.append(None if looks[-1][1] else reasons)
        known = dict([self.last]) if self.last else {}
        fresh = [look for look in dict.fromkeys(looks) if look[1] and look not in known]
        if fresh:
            known |= dict(zip(fresh, self._answers(fresh), strict=True))
            self.last = (fresh[-1], known[fresh[-1]])
        nothing = np.full(len(self.recognizer.labels), np.nan, dtype=np.float32)
        self.segments += cells
        self.scores += [known.get(look, nothing)[None] for look in looks]

    def _answers(self, looks: "Sequence[_Look]") -> np.ndarray:
        """Shape: (B,) windows, and what there is in each -> (B, C)."""
        inputs, present = {}, {}
        for m, feature in self.recognizer.features.items():
            rows = [feature(shown(self.held[m], window)) if m in there else None for window, there in looks]
            known = next((row for row in rows if row is not None), None)
            blank = self.recognizer.network.blank(m) if known is None else np.zeros_like(known)
            inputs[m] = np.stack([blank if row is None else row for row in rows])
            present[m] = np.array([row is not None for row in rows])
        return self.recognizer.probabilities(inputs, present)


def around(cell: Segment, window: int, duration: int | None = None) -> Segment:
    """What is looked at to judge a cell: `window` ms around it, and inside the clip as far as its end is known."""
    start = cell.middle - window // 2
    start = max(start if duration is None else min(start, duration - window), 0)
    return Segment(start, start + window)


def shown(signal: Signal, window: Segment) -> Signal:
    """A signal within a window, zeros where there is none of it."""
    part = signal.crop(window)
    count = round(window.duration * part.rate / 1_000)
    values = np.zeros((count, *part.values.shape[1:]), dtype=part.values.dtype)
    at = min(round((part.start - window.start) * part.rate / 1_000), count - 1)
    kept = part.values[: count - at]
    values[at : at + len(kept)] = kept
    if part.present is not None:
        values[at : at + len(kept)][~part.present[: len(kept)]] = 0  # whatever stands there carries nothing
    return Signal(values, part.rate, window.start, channels=part.channels)


def missed(m: Modality, signal: Signal | None, cell: Segment, window: Segment) -> str | None:
    """Why a modality says nothing about a cell that is judged by a window; None if it does."""
    if signal is None:
        return NOTHING[m]
    near = Segment(max(cell.start - HEARD, window.start), max(min(cell.end + HEARD, window.end), cell.start + 1))
    part = signal.crop(near)
    if not len(part.values):
        return NOTHING[m]
    there = part.values if part.present is None else part.values[part.present]
    if not len(there):
        return NOTHING[m] if m is Modality.AUDIO else MISSED[m]
    return MISSED[m] if m is Modality.AUDIO and silent(there) else None
