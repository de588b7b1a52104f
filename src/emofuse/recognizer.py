"""Clip to Timeline by one network.

The same call judges a corpus, analyses a file and serves a page. Nothing here knows how weights were learnt.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Self

import numpy as np
import torch

from emofuse.calibration import softened
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import CorpusError, MediaError, MissingModality
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.features.base import Feature
from emofuse.features.baseline import Baseline, Few, Heard, Running
from emofuse.features.population import Moments, Usual
from emofuse.graph import Answer
from emofuse.network import Batch, Network
from emofuse.reading import read_through
from emofuse.windows import NOTHING, Samples, Windows

UNKNOWN = "nothing else is known of this person, who is seen against what is usual for everybody"


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
        baseline: What its features are seen against, as it was learnt: it knows its population.
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
        baseline: Mapping[Modality, Baseline] | None = None,
    ) -> None:
        self.name, self.labels = name, labels
        self.network, self.features = network.eval(), features
        self.window, self.hop = window, hop or window
        self.temperature, self.threshold = temperature, threshold
        self.answer = answer or self._logits
        self.facts = dict(facts or {})
        self.baseline = dict(baseline or {})
        self.met: Mapping[tuple[Modality, str], Mapping[str, Moments]] = {}
        self.notes: tuple[str, ...] = ()

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it listens to."""
        return frozenset(self.features)

    def reading(self) -> Samples | Windows:
        """Begin with a clip of somebody unknown."""
        judge = self._of(None) if self.baseline else self
        return Samples(judge) if judge.window is None else Windows(judge)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip.

        Raises:
            MissingModality: The clip has none of the recognizer's modalities.
        """
        return read_through(self._of(clip) if self.baseline else self, clip, progress)

    def beside(self, clips: Sequence[Clip]) -> Self:
        """The same, having met these clips' people: where its baseline wants that, each is seen against others of its person.

        Labels are not looked at. A clip that cannot be read tells nothing here; asked about it, the recognizer says why.
        """
        wanting = [m for m, kind in self.baseline.items() if kind.needs_others]
        if not wanting:
            return self
        met: dict[tuple[Modality, str], dict[str, Moments]] = {}
        for clip in clips:
            ears = {m: _Ear(self.features[m]) for m in wanting}
            listener = self._with(ears)
            listener.answer = self._nothing
            with suppress(MissingModality, MediaError, CorpusError):
                read_through(listener, clip)
            for m, ear in ears.items():
                if ear.heard.clips and clip.subject is not None:
                    met.setdefault((m, clip.subject), {})[clip.id] = ear.heard.scaled(1 / ear.heard.clips)
        acquainted = copy(self)
        acquainted.met = met
        return acquainted

    def probabilities(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """Calibrated answers. Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C) float32, rows sum to one."""
        return softened(self.answer(inputs, present), self.temperature).astype(np.float32)

    def _logits(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """What the network says, in torch. Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C)."""
        batch = Batch({m: torch.from_numpy(x) for m, x in inputs.items()}, {m: torch.from_numpy(x) for m, x in present.items()})
        with torch.inference_mode():
            logits: np.ndarray = self.network(batch).logits.float().numpy()
        return logits

    def _nothing(self, inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        """No answer, at once. Shape: {m: (B, T, ...)}, {m: (B,)} -> (B, C)."""
        return np.zeros((len(next(iter(inputs.values()))), len(self.labels)), dtype=np.float32)

    def timeline(self, segments: Sequence[Segment], scores: np.ndarray, absent: Sequence[str | None], duration: int) -> Timeline:
        """Answers as this recognizer's lane; a lane without a single segment is absent from end to end."""
        if not segments:
            (first, *_) = sorted(self.modalities)
            segments, absent = [Segment(0, duration)], [NOTHING[first]]
            scores = np.full((1, len(self.labels)), np.nan, dtype=np.float32)
        return Timeline(
            self.name, self.labels, tuple(segments), scores, duration, tuple(absent), self.threshold,
            notes=self.notes, facts={"models": [self.facts]},
        )  # fmt: skip

    def _of(self, clip: Clip | None) -> Self:
        """The same for one recording, its features seen against its person's own."""
        seen: dict[Modality, Feature] = {}
        notes: list[str] = []
        for m, baseline in sorted(self.baseline.items()):
            if isinstance(baseline, Running):
                seen[m] = _Past(self.features[m], baseline, each=self.window is None)
                notes += [f"{m} is judged beside {baseline}"] if clip is None or m in clip.sources else []
                continue
            met = self.met.get((m, (clip and clip.subject) or ""), {})
            own, drawn = Moments.nothing(), baseline.drawn(clip.id, sorted(met)) if clip is not None else ()
            for name in drawn:
                own = own.plus(met[name])
            seen[m] = _Seen(self.features[m], baseline.usual(own))
            if clip is None or m in clip.sources:
                notes.append(f"{m} is judged beside {Few(clips=len(drawn))}" if drawn else UNKNOWN)
        judge = self._with(seen)
        judge.notes = (*self.notes, *dict.fromkeys(notes))
        return judge

    def _with(self, features: Mapping[Modality, Feature]) -> Self:
        """The same with other features of some modalities, and no baseline."""
        judge = copy(self)
        judge.features, judge.baseline = {**self.features, **features}, {}
        return judge


class _Ear:
    """A feature that remembers what it was asked for."""

    def __init__(self, feature: Feature) -> None:
        self.feature, self.modality, self.heard = feature, feature.modality, Moments.nothing()

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, ...) -> (time', ...)."""
        rows = self.feature(signal)
        self.heard = self.heard.plus(Moments.of(rows, len(rows)))
        return rows


class _Seen:
    """A feature, seen against what is usual for somebody."""

    def __init__(self, feature: Feature, usual: Usual) -> None:
        self.feature, self.modality, self.usual = feature, feature.modality, usual

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, ...) -> (time', ...)."""
        return self.usual(self.feature(signal))


class _Past:
    """A feature, seen against what came before in the same recording.

    Args:
        feature: Asked for one stretch after the other.
        baseline: With its population.
        each: Whether every time step is judged by itself, rather than a stretch as a whole.
    """

    def __init__(self, feature: Feature, baseline: Running, each: bool) -> None:
        self.feature, self.modality, self.each = feature, feature.modality, each
        self.baseline, self.heard, self.until = baseline, Heard(baseline), 0
        self.asked: tuple[int, int] | None = None
        self.before = copy(self.heard), self.until

    def __call__(self, signal: Signal) -> np.ndarray:
        """What is asked for again is seen against the same past, of which it is no part. Shape: (time, ...) -> (time', ...)."""
        if self.asked == (signal.start, signal.end):
            self.heard, self.until = copy(self.before[0]), self.before[1]
        self.asked, self.before = (signal.start, signal.end), (copy(self.heard), self.until)
        rows = self.feature(signal)
        if self.each:
            return self.baseline.along(rows, 1_000 / signal.rate, self.heard)
        seen = self.heard.usual()(rows)
        self.heard.add(rows, max(min(signal.end - self.until, signal.duration), 0))  # stretches overlap
        self.until = signal.end
        return seen
