"""Clip to Timeline: one network, or an ensemble of recognizers.

The same call judges a corpus, analyses a file and serves a page. Nothing here knows how weights were learnt.
"""

import queue
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Protocol

import numpy as np
import torch

from emofuse.calibration import softened
from emofuse.core.clip import Chunk, Clip, Signal
from emofuse.core.errors import MissingModality
from emofuse.core.labels import LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.decisions.base import Decision
from emofuse.features.base import Feature
from emofuse.graph import Answer
from emofuse.media.sound import silent
from emofuse.network import Batch, Network

CHUNK = 4_000  # ms read and judged at a time: long enough for full batches, short enough that reading runs ahead of judging
PADDING = 150  # ms; codecs of sound round its end up to whole frames, of 2,048 samples at most
FUSED_STEP = 200  # ms; the fused lane's cells, as fine as the finest member (faces at 5 a second)
HEARD = 400  # ms around a cell within which something must be heard
ROUNDED = 1  # ms by which a sample may begin after the end of the one before it: both are rounded
NOTHING = {Modality.AUDIO: "no sound", Modality.VIDEO: "no picture", Modality.TEXT: "no text", Modality.EEG: "no EEG"}
MISSED = {Modality.AUDIO: "silence", Modality.VIDEO: "no face", Modality.TEXT: "no words", Modality.EEG: "no contact"}

_Look = tuple[Segment, frozenset[Modality]]  # a window, and the modalities that are there around the cell it is for


class Reading(Protocol):
    """A recognizer's work on one clip, chunk by chunk."""

    def push(self, chunk: Chunk) -> None:
        """Take the next stretch, and judge what is complete."""

    def close(self, duration: int) -> Timeline:
        """Judge the rest; the clip lasted `duration` ms."""


class Recognizer(Protocol):
    """Clip to Timeline."""

    @property
    def name(self) -> str:
        """Also the name of its lane."""

    @property
    def labels(self) -> LabelSet:
        """What it answers, in the order of its scores."""

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it can listen to."""

    def reading(self) -> Reading:
        """Begin with a clip."""

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip."""


def read_through(recognizer: Recognizer, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
    """Give a clip to a recognizer chunk by chunk: memory does not grow with the clip.

    Raises:
        MissingModality: The clip has nothing that the recognizer listens to.
    """
    if not recognizer.modalities & set(clip.sources):
        has, needs = ", ".join(sorted(clip.sources)) or "nothing", " or ".join(sorted(recognizer.modalities))
        raise MissingModality(f"Clip {clip.id} has no {needs}; it has {has}. '{recognizer.name}' needs {needs}: choose another.")
    total = int(clip.facts.get("duration", "0"))
    reading, until = recognizer.reading(), 0
    notes: list[str] = []
    with _one_thread(), closing(_ahead(clip.chunks(recognizer.modalities, CHUNK))) as read:
        for chunk in read:
            reading.push(chunk)
            until = max(until, chunk.until)
            notes += chunk.notes
            progress(min(until, total) if total else until, total)
    if total < until <= total + PADDING:
        until = total or until
    timeline = reading.close(max(until, 1))
    return replace(timeline, notes=(*dict.fromkeys([*notes, *timeline.notes]),))


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for torch: decoding has the other cores, and small transforms wait longer for each other than they take."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _ahead(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """The same chunks, the next one being read in a thread of its own while one is judged."""
    ready: queue.Queue[Chunk | BaseException | None] = queue.Queue(maxsize=1)
    left = threading.Event()

    def give(what: Chunk | BaseException | None) -> None:
        while not left.is_set():
            with suppress(queue.Full):
                ready.put(what, timeout=0.1)
                return

    def read() -> None:
        try:
            for chunk in chunks:
                give(chunk)
                if left.is_set():
                    return
            give(None)
        except BaseException as error:  # raised again where the chunks are asked for
            give(error)

    thread = threading.Thread(target=read, name="emofuse reading", daemon=True)
    thread.start()
    try:
        while (got := ready.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got
    finally:
        left.set()
        thread.join(timeout=5)


class NetworkRecognizer:
    """One network over windows of a clip.

    Args:
        name: Of the recognizer and of its lane.
        network: Trained; it is put into evaluation mode.
        features: What its encoders are fed.
        labels: The order of its logits.
        window: What it looks at for one answer, in ms; None for one sample (one face) at a time.
        hop: An answer every so many ms, each from the window around it; not used where the window is None.
        temperature: Logits are divided by it, so that probabilities mean what they say (Guo et al. 2017).
        threshold: Margin between the two best labels below which an answer is uncertain.
        answer: The same network as a graph, where there is one; it is asked instead.
        facts: What exports say of it: weights' hash, corpus, licence.
    """

    def __init__(
        self,
        name: str,
        network: Network,
        features: Mapping[Modality, Feature],
        labels: LabelSet,
        *,
        window: int | None = None,
        hop: int | None = None,
        temperature: float = 1.0,
        threshold: float = 0.0,
        answer: Answer | None = None,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.name, self.labels = name, labels
        self.network, self.features = network.eval(), dict(features)
        self.window, self.hop = window, hop or window
        self.temperature, self.threshold = temperature, threshold
        self.answer = answer or self._logits
        self.facts = dict(facts or {})

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it listens to."""
        return frozenset(self.features)

    def reading(self) -> "_Samples | _Windows":
        """Begin with a clip."""
        return _Samples(self) if self.window is None else _Windows(self)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip.

        Raises:
            MissingModality: The clip has none of the recognizer's modalities.
        """
        return read_through(self, clip, progress)

    def probabilities(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """Calibrated answers. Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C) float32, rows sum to one."""
        return softened(self.answer(inputs, present), self.temperature).astype(np.float32)

    def _logits(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """What the network says, in torch. Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C)."""
        batch = Batch({m: torch.from_numpy(x) for m, x in inputs.items()}, {m: torch.from_numpy(x) for m, x in present.items()})
        with torch.inference_mode():
            logits: np.ndarray = self.network(batch).logits.float().numpy()
        return logits

    def timeline(self, segments: Sequence[Segment], scores: np.ndarray, absent: Sequence[str | None], duration: int) -> Timeline:
        """Answers as this recognizer's lane; a lane without a single segment is absent from end to end."""
        if not segments:
            (first, *_) = sorted(self.modalities)
            segments, absent = [Segment(0, duration)], [NOTHING[first]]
            scores = np.full((1, len(self.labels)), np.nan, dtype=np.float32)
        return Timeline(
            self.name, self.labels, tuple(segments), scores, duration, tuple(absent), self.threshold, facts={"models": [self.facts]}
        )


class _Samples:
    """Reading one sample at a time: every face is an answer."""

    def __init__(self, recognizer: NetworkRecognizer) -> None:
        self.recognizer = recognizer
        (self.modality,) = recognizer.modalities
        self.segments: list[Segment] = []
        self.scores: list[np.ndarray] = []
        self.absent: list[str | None] = []

    def push(self, chunk: Chunk) -> None:
        signal = chunk.signals.get(self.modality)
        if signal is None or not len(signal.values):
            return
        self._nothing_until(signal.start)
        count = len(signal.values)
        present = np.ones(count, dtype=bool) if signal.present is None else signal.present
        edges = signal.start + np.round(np.arange(count + 1) * 1_000 / signal.rate).astype(int)
        scores = np.full((count, len(self.recognizer.labels)), np.nan, dtype=np.float32)
        if present.any():
            seen = self.recognizer.features[self.modality](replace(signal, values=signal.values[present], present=None))
            inputs = {self.modality: seen[:, None]}  # (B, 1, ...)
            scores[present] = self.recognizer.probabilities(inputs, {self.modality: np.ones(len(seen), dtype=bool)})
        self.segments += [Segment(int(a), int(b)) for a, b in zip(edges, edges[1:], strict=False)]
        self.scores.append(scores)
        self.absent += [None if there else MISSED[self.modality] for there in present]

    def close(self, duration: int) -> Timeline:
        if self.segments:
            self._nothing_until(duration)
        segments = [Segment(segment.start, min(segment.end, duration)) for segment in self.segments if segment.start < duration]
        scores = np.concatenate(self.scores) if self.scores else np.empty((0, len(self.recognizer.labels)), dtype=np.float32)
        return self.recognizer.timeline(segments, scores[: len(segments)], self.absent[: len(segments)], duration)

    def _nothing_until(self, start: int) -> None:
        """Flag the time before the next sample, where that is later than the end of the last one."""
        end = self.segments[-1].end if self.segments else 0
        if start > end + ROUNDED:
            self.segments.append(Segment(end, start))
            self.scores.append(np.full((1, len(self.recognizer.labels)), np.nan, dtype=np.float32))
            self.absent.append(NOTHING[self.modality])


class _Windows:
    """Reading by windows: each cell of a hop takes the answer of the window around it."""

    def __init__(self, recognizer: NetworkRecognizer) -> None:
        assert recognizer.window is not None
        assert recognizer.hop is not None
        self.recognizer, self.window, self.hop = recognizer, recognizer.window, recognizer.hop
        self.held: dict[Modality, Signal] = {}
        self.segments: list[Segment] = []
        self.scores: list[np.ndarray] = []
        self.absent: list[str | None] = []
        self.last: tuple[_Look, np.ndarray] | None = None  # the last window judged, and its answer

    def push(self, chunk: Chunk) -> None:
        for m in self.recognizer.modalities & set(chunk.signals):
            self.held[m] = _joined(self.held[m], chunk.signals[m]) if m in self.held else chunk.signals[m]
        if not self.held:
            return  # nothing yet, and perhaps never
        cells: list[Segment] = []
        while max((cell := self._cell(len(self.segments) + len(cells))).end, self._window(cell).end) <= chunk.until:
            cells.append(cell)
        self._judge(cells, None)
        oldest = len(self.segments) * self.hop - self.window - self.hop
        if oldest > 0:
            self.held = {m: signal.crop(Segment(oldest, max(signal.end, oldest + 1))) for m, signal in self.held.items()}

    def close(self, duration: int) -> Timeline:
        if self.held:
            last = -(-duration // self.hop)
            cells = [self._cell(k) for k in range(len(self.segments), last)]
            self._judge([Segment(cell.start, min(cell.end, duration)) for cell in cells], duration)
        scores = np.concatenate(self.scores) if self.scores else np.empty((0, len(self.recognizer.labels)), dtype=np.float32)
        return self.recognizer.timeline(self.segments, scores, self.absent, duration)

    def _cell(self, k: int) -> Segment:
        return Segment(k * self.hop, (k + 1) * self.hop)

    def _window(self, cell: Segment, duration: int | None = None) -> Segment:
        """What is looked at to judge a cell: around it, and inside the clip as far as its end is known."""
        start = cell.middle - self.window // 2
        start = max(start if duration is None else min(start, duration - self.window), 0)
        return Segment(start, start + self.window)

    def _judge(self, cells: Sequence[Segment], duration: int | None) -> None:
        """Answers for `cells`; those with the same window and the same modalities in it share one."""
        looks: list[_Look] = []
        for cell in cells:
            window = self._window(cell, duration)
            missing = {m: self._missing(m, cell, window) for m in sorted(self.recognizer.modalities)}
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
            rows = [feature(self._part(m, window)) if m in there else None for window, there in looks]
            known = next((row for row in rows if row is not None), None)
            blank = self.recognizer.network.blank(m) if known is None else np.zeros_like(known)
            inputs[m] = np.stack([blank if row is None else row for row in rows])
            present[m] = np.array([row is not None for row in rows])
        return self.recognizer.probabilities(inputs, present)

    def _part(self, m: Modality, window: Segment) -> Signal:
        """The signal within a window, zeros where there is none of it."""
        part = self.held[m].crop(window)
        count = round(self.window * part.rate / 1_000)
        values = np.zeros((count, *part.values.shape[1:]), dtype=part.values.dtype)
        at = min(round((part.start - window.start) * part.rate / 1_000), count - 1)
        kept = part.values[: count - at]
        values[at : at + len(kept)] = kept
        if part.present is not None:
            values[at : at + len(kept)][~part.present[: len(kept)]] = 0  # whatever stands there carries nothing
        return Signal(values, part.rate, window.start)

    def _missing(self, m: Modality, cell: Segment, window: Segment) -> str | None:
        """Why a modality says nothing about a cell; None if it does."""
        if m not in self.held:
            return NOTHING[m]
        around = Segment(max(cell.start - HEARD, window.start), max(min(cell.end + HEARD, window.end), cell.start + 1))
        part = self.held[m].crop(around)
        if not len(part.values):
            return NOTHING[m]
        there = part.values if part.present is None else part.values[part.present]
        if not len(there):
            return NOTHING[m] if m is Modality.AUDIO else MISSED[m]
        return MISSED[m] if m is Modality.AUDIO and silent(there) else None


def _joined(before: Signal, after: Signal) -> Signal:
    """Two stretches of one signal as one."""
    present = None
    if before.present is not None or after.present is not None:
        flags = [np.ones(len(s.values), dtype=bool) if s.present is None else s.present for s in (before, after)]
        present = np.concatenate(flags)
    return Signal(np.concatenate([before.values, after.values]), before.rate, before.start, present)


class Ensemble:
    """Several recognizers over one pass of a clip, and one answer from what is there.

    Args:
        name: Of the fused lane.
        members: Each with its own window.
        decision: How their probabilities become one.
        way: Brings every member's labels to one set.
    """

    def __init__(self, members: Sequence[Recognizer], decision: Decision, way: LabelMap, name: str = "fused") -> None:
        self.name, self.members, self.decision, self.way = name, tuple(members), decision, way

    @property
    def labels(self) -> LabelSet:
        """The set that all members' labels are brought to."""
        return self.way.target

    @property
    def modalities(self) -> frozenset[Modality]:
        """What any member listens to."""
        return frozenset().union(*(member.modalities for member in self.members))

    def reading(self) -> "_Together":
        """Begin with a clip."""
        return _Together(self)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip; a member that finds nothing of its own in it is absent.

        Raises:
            MissingModality: The clip has nothing that any member listens to.
        """
        return read_through(self, clip, progress)


class _Together:
    """Reading with several recognizers at once."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self.readings = [member.reading() for member in ensemble.members]

    def push(self, chunk: Chunk) -> None:
        for reading in self.readings:
            reading.push(chunk)

    def close(self, duration: int) -> Timeline:
        lanes = [reading.close(duration) for reading in self.readings]
        cells = [lane.on(FUSED_STEP) for lane in lanes]
        way = self.ensemble.way
        scores = {lane.lane: way.scores(lane.scores, lane.labels)[:, None] for lane in cells}  # (N, 1, C)
        fused = self.ensemble.decision(scores).astype(np.float32)
        missing = np.isnan(fused[:, 0])
        reasons = [_reason([lane.absent[i] for lane in cells]) if gone else None for i, gone in enumerate(missing)]
        models = [model for lane in lanes for model in _models(lane)]
        present = [lane for lane in lanes if lane.present.any()]
        threshold = float(np.mean([lane.threshold for lane in present])) if present else 0.0
        return Timeline(
            self.ensemble.name, way.target, cells[0].segments, fused, duration, tuple(reasons), threshold,
            tuple(lanes), tuple(note for lane in lanes for note in _absence(lane)), {"models": models, "labels": way.name},
        )  # fmt: skip


def _models(lane: Timeline) -> list[object]:
    models = lane.facts.get("models", [])
    assert isinstance(models, list)
    return models


def _reason(reasons: Sequence[str | None]) -> str:
    return ", ".join(dict.fromkeys(reason for reason in reasons if reason)) or "absent"


def _absence(lane: Timeline) -> list[str]:
    """What a reader must be told of a lane that does not answer all the time."""
    gone: dict[str, int] = {}
    for segment, reason in zip(lane.segments, lane.absent, strict=True):
        if reason is not None:
            gone[reason] = gone.get(reason, 0) + min(segment.end, lane.duration) - segment.start
    whole = {reason: ms for reason, ms in gone.items() if ms >= lane.duration}
    if whole:
        return [f"{reason}: the {lane.lane} lane is absent" for reason in whole]
    return [f"{reason} for {100 * ms / lane.duration:.0f} % of the time" for reason, ms in gone.items() if ms >= 0.01 * lane.duration]
