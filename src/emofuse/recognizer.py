"""Clip to Timeline by one network.

The same call judges a corpus, analyses a file and serves a page. Nothing here knows how weights were learnt.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from emofuse.calibration import softened
from emofuse.core.clip import Clip
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.features.base import Feature
from emofuse.graph import Answer
from emofuse.network import Batch, Network
from emofuse.reading import read_through
from emofuse.windows import NOTHING, Samples, Windows


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
        self.network, self.features = network.eval(), features
        self.window, self.hop = window, hop or window
        self.temperature, self.threshold = temperature, threshold
        self.answer = answer or self._logits
        self.facts = dict(facts or {})

    @property
    def modalities(self) -> frozenset[Modality]:
        """What it listens to."""
        return frozenset(self.features)

    def reading(self) -> Samples | Windows:
        """Begin with a clip."""
        return Samples(self) if self.window is None else Windows(self)

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
