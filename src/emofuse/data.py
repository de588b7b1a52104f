"""Clips to batches.

Nothing here knows about networks. N: clips, V: variants of a clip, T: time steps, C: classes.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import SplitError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.features.base import Feature
from emofuse.network import Batch

Target = Callable[[Clip, LabelSet], np.ndarray]
"""What a network should answer to a clip. Shape: (C,) probabilities."""

Variant = Callable[[Signal], Signal]
"""Another way the same moment might have sounded or looked; for training clips only."""

Key = tuple[str, Modality, int]
"""Clip, modality, and how many variants: what features are remembered by."""


def one_hot(clip: Clip, labels: LabelSet) -> np.ndarray:
    """All belief on the clip's label. Shape: (C,) float32."""
    target = np.zeros(len(labels), dtype=np.float32)
    target[labels.index(clip.label or "")] = 1
    return target


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Clips as arrays, ready to be drawn in batches.

    Shape:
        inputs {m: (N, V, T, ...)} float32; present {m: (N,)} bool; targets (N, C) float32, what is taught;
        labels (N, C) float32, the corpus's own word, all belief on it
    """

    inputs: Mapping[Modality, torch.Tensor]
    present: Mapping[Modality, torch.Tensor]
    targets: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.targets)

    def by_label(self) -> "Examples":
        """The same, to be taught the corpus's own labels and nothing softer."""
        return replace(self, targets=self.labels)

    def batches(self, size: int) -> Iterator[Batch]:
        """All of them in order, the first variant of each."""
        for rows in torch.split(torch.arange(len(self)), size):
            yield self._batch(rows, torch.zeros(len(rows), dtype=torch.long))

    def drawn(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """All of them once in a random order, a random variant of each; a last batch that is not full is left out.

        Fewer examples than `size` make one batch.
        """
        order = torch.randperm(len(self), generator=generator)
        size = min(size, len(self))
        for rows in torch.split(order[: len(self) // size * size], size):
            variants = next(iter(self.inputs.values())).shape[1]
            yield self._batch(rows, torch.randint(variants, (len(rows),), generator=generator))

    def _batch(self, rows: torch.Tensor, variants: torch.Tensor) -> Batch:
        inputs = {m: values[rows, variants] for m, values in self.inputs.items()}
        return Batch(inputs, {m: flags[rows] for m, flags in self.present.items()}, self.targets[rows])


def examples(
    clips: Sequence[Clip],
    features: Mapping[Modality, Feature],
    labels: LabelSet,
    *,
    prepare: Callable[[Signal], Signal] = lambda signal: signal,
    target: Target = one_hot,
    variants: Sequence[Variant] = (),
    remembered: MutableMapping[Key, np.ndarray] | None = None,
) -> Examples:
    """Read every clip, make its features, and stack them.

    Args:
        clips: The clips of one part.
        features: What each encoder is fed.
        labels: The order of the targets.
        prepare: Brings every signal to one length.
        target: What the answer should be; soft where the corpus knows more than one word.
        variants: For training clips only: the signal as it might also have been; each makes one more variant.
        remembered: Features made before, by clip, modality and number of variants; new ones are added to it.
            To be shared only between calls with the same features, `prepare` and `variants`.

    Raises:
        SplitError: No clips.
        MissingModality: Clips that all lack a modality.
    """
    if not clips:
        raise SplitError("There are no clips to make examples of. Expected at least one; look at the protocol and at the label map.")
    inputs, present = {}, {}
    for m, feature in features.items():
        rows = [_row(clip, m, feature, prepare, variants, {} if remembered is None else remembered) for clip in clips]
        known = next((row for row in rows if row is not None), None)
        if known is None:
            clips[0].signal(m)  # says what is missing and what there is
        assert known is not None
        inputs[m] = torch.from_numpy(np.stack([row if row is not None else np.zeros_like(known) for row in rows]))
        present[m] = torch.tensor([row is not None for row in rows])
    targets = np.stack([target(clip, labels) for clip in clips])
    own = np.stack([one_hot(clip, labels) for clip in clips])
    return Examples(inputs, present, torch.from_numpy(targets.astype(np.float32)), torch.from_numpy(own))


def _row(
    clip: Clip,
    m: Modality,
    feature: Feature,
    prepare: Callable[[Signal], Signal],
    variants: Sequence[Variant],
    remembered: MutableMapping[Key, np.ndarray],
) -> np.ndarray | None:
    """All variants of one clip's feature, (V, T, ...), or None where the clip lacks the modality."""
    if m not in clip.sources:
        return None
    key = (clip.id, m, len(variants))
    if key not in remembered:
        signal = clip.signal(m)
        remembered[key] = np.stack([feature(prepare(variant(signal))) for variant in (lambda same: same, *variants)])
    return remembered[key]
