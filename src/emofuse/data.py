"""Clips to batches.

Nothing here knows about networks. N: clips, V: variants of a clip, T: time steps, C: classes.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import torch

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import SplitError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.features.base import Feature
from emofuse.features.baseline import Baseline
from emofuse.features.cache import Cache
from emofuse.features.extraction import Making, as_it_is, extracted
from emofuse.network import Batch

Target = Callable[[Clip, LabelSet], np.ndarray]
"""What a network should answer to a clip. Shape: (C,) probabilities."""

Variant = Callable[[Signal], Signal]
"""Another way the same moment might have sounded or looked; for training clips only."""

POOL = 32  # batches among which rows of one length are sought: enough to find them, few enough that chance still decides

Key = tuple[str, Modality, int]
"""Clip, modality, and how many variants: what features are remembered by."""


def one_hot(clip: Clip, labels: LabelSet) -> np.ndarray:
    """All belief on the clip's label. Shape: (C,) float32."""
    target = np.zeros(len(labels), dtype=np.float32)
    target[labels.index(clip.label or "")] = 1
    return target


class Rows:
    """One array a clip, all of one shape; each stays where it is, in a cache's file perhaps, until it is asked for.

    Indexed as a tensor is, clips first and variants second; what is asked for is copied, and nothing else.

    Shape:
        (N, V, T, ...) float32

    Raises:
        ValueError: No arrays, or arrays of different shapes.

    Example:
        >>> rows = Rows([np.zeros((3, 5)), np.ones((3, 5))])
        >>> rows.shape, rows[torch.tensor([1, 0]), torch.tensor([2, 2])][:, 0].tolist()
        ((2, 3, 5), [1.0, 0.0])
    """

    def __init__(self, rows: Sequence[np.ndarray]) -> None:
        shapes = {row.shape for row in rows}
        if len(shapes) != 1:
            raise ValueError(
                f"{len(rows)} clips have features of {len(shapes)} shapes, such as {sorted(shapes)[:2]}. "
                f"Expected one; let the recipe's `prepare` bring all signals to one length."
            )
        self._rows = tuple(rows)
        self.shape = (len(rows), *rows[0].shape)

    @property
    def dtype(self) -> torch.dtype:
        """Of every array."""
        return torch.from_numpy(np.empty(0, dtype=self._rows[0].dtype)).dtype

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: "int | slice | torch.Tensor | tuple[int | slice | torch.Tensor, ...]") -> torch.Tensor:
        """What is asked for, as a tensor of its own."""
        clips, *rest = index if isinstance(index, tuple) else (index,)
        if isinstance(clips, int):
            return torch.from_numpy(np.array(self._rows[clips]))[tuple(rest)]
        places = torch.arange(len(self))[clips].tolist()
        variants = rest[0] if rest else slice(None)
        if isinstance(variants, slice):
            picked = [self._rows[i] for i in places]
        else:
            each = [variants] * len(places) if isinstance(variants, int) else variants.tolist()
            picked = [self._rows[i][v] for i, v in zip(places, each, strict=True)]
            rest = rest[1:]
        shape = self._rows[0].shape if isinstance(variants, slice) else self._rows[0].shape[1:]
        stacked = np.stack(picked) if picked else np.empty((0, *shape), dtype=self._rows[0].dtype)
        return torch.from_numpy(stacked)[(slice(None), *rest)]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Clips as arrays, ready to be drawn in batches.

    Shape:
        inputs {m: (N, V, T, ...)} float32; present {m: (N,)} bool; targets (N, C) float32, what is taught;
        labels (N, C) float32, the corpus's own word, all belief on it; baseline: what the features were seen against;
        often (N,) float32, in how many epochs of one each is drawn, 1 at most; None for all of them in every epoch
    """

    inputs: Mapping[Modality, torch.Tensor | Rows]
    present: Mapping[Modality, torch.Tensor]
    targets: torch.Tensor
    labels: torch.Tensor
    baseline: Mapping[Modality, Baseline] = field(default_factory=lambda: MappingProxyType({}), kw_only=True)
    often: torch.Tensor | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def epoch(self) -> int:
        """How many are drawn in one epoch."""
        return len(self) if self.often is None else max(int(self.often.double().sum()), 1)

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
        order = self._order(generator)
        size = min(size, len(order))
        for rows in torch.split(order[: len(order) // size * size], size):
            yield self._drawn(rows, generator)

    def drawn_alike(self, size: int, generator: torch.Generator) -> Iterator[Batch]:
        """As `drawn`, but rows of about the same length stand together: what is padded to the longest is hardly padded then.

        A row ends where only what fills it up follows: the number that its last column holds most often.
        """
        order = self._order(generator)
        size = min(size, len(order))
        lengths = _lengths(next(iter(self.inputs.values())))
        pools = [pool[lengths[pool].argsort(stable=True)] for pool in torch.split(order[: len(order) // size * size], size * POOL)]
        batches = [rows for pool in pools for rows in torch.split(pool, size)]
        for i in torch.randperm(len(batches), generator=generator).tolist():
            yield self._drawn(batches[i], generator)

    def _order(self, generator: torch.Generator) -> torch.Tensor:
        """The rows of one epoch, in a random order; those that are drawn less often are spread evenly over epochs by chance."""
        order = torch.randperm(len(self), generator=generator)
        if self.often is None:
            return order
        reached = (self.often[order].double().cumsum(dim=0) + torch.rand(1, generator=generator).double()).floor()
        kept = order[reached > torch.cat([torch.zeros(1).double(), reached[:-1]])]
        return kept[torch.randperm(len(kept), generator=generator)][: self.epoch]

    def _drawn(self, rows: torch.Tensor, generator: torch.Generator) -> Batch:
        variants = next(iter(self.inputs.values())).shape[1]
        return self._batch(rows, torch.randint(variants, (len(rows),), generator=generator))

    def _batch(self, rows: torch.Tensor, variants: torch.Tensor) -> Batch:
        inputs = {m: values[rows, variants] for m, values in self.inputs.items()}
        return Batch(inputs, {m: flags[rows] for m, flags in self.present.items()}, self.targets[rows])


def examples(
    clips: Sequence[Clip],
    features: Mapping[Modality, Feature],
    labels: LabelSet,
    *,
    prepare: Callable[[Signal], Signal] = as_it_is,
    target: Target = one_hot,
    variants: Sequence[Variant] = (),
    remembered: MutableMapping[Key, np.ndarray] | None = None,
    cache: Cache | None = None,
    processes: int | None = None,
    progress: Progress = quiet_progress,
    baseline: Mapping[Modality, Baseline] | None = None,
    often: Callable[[Clip], float] | None = None,
) -> Examples:
    """Read every clip, and make its features.

    Args:
        clips: The clips of one part.
        features: What each encoder is fed.
        labels: The order of the targets.
        prepare: Brings every signal to one length.
        target: What the answer should be; soft where the corpus knows more than one word.
        variants: For training clips only: the signal as it might also have been; each makes one more variant.
        remembered: Features made before, by clip, modality and number of variants; new ones are added to it.
            To be shared only between calls with the same features, `prepare` and `variants`.
        cache: Features made before, on disk, whoever made them; new ones are added to it.
        processes: That make features, at most; None for as many as there are cores.
        progress: Called with clips done and clips in all, modality by modality.
        baseline: What features are seen against; one that knows no population learns it from these clips.
        often: In how many epochs of one a clip is drawn; None for every clip in every epoch.

    Raises:
        SplitError: No clips, or too few people to learn from what is usual among them.
        MediaError: A clip cannot be read.
        MissingModality: Clips that all lack a modality.
        ValueError: Features of different shapes.
    """
    if not clips:
        raise SplitError("There are no clips to make examples of. Expected at least one; look at the protocol and at the label map.")
    inputs: dict[Modality, torch.Tensor | Rows] = {}
    present, learnt = {}, {}
    for m, feature in features.items():
        making = Making(feature, prepare, tuple(variants))
        rows = _rows(clips, m, making, {} if remembered is None else remembered, cache, processes, progress)
        known = next((row for row in rows if row is not None), None)
        if known is None:
            clips[0].signal(m)  # says what is missing and what there is
        assert known is not None
        present[m] = torch.tensor([row is not None for row in rows])
        nothing = np.zeros_like(known)
        inputs[m] = Rows([nothing if row is None else row for row in rows])
        if baseline and m in baseline:
            stacked = inputs[m][:].numpy()
            there, having = present[m].numpy(), [clip for clip, row in zip(clips, rows, strict=True) if row is not None]
            learnt[m] = baseline[m] if baseline[m].population else baseline[m].among(stacked[there], having)
            stacked[there] = learnt[m](stacked[there], having)
            inputs[m] = torch.from_numpy(stacked)
    targets = np.stack([target(clip, labels) for clip in clips])
    own = np.stack([one_hot(clip, labels) for clip in clips])
    shares = None if often is None else torch.tensor([often(clip) for clip in clips], dtype=torch.float32)
    taught = torch.from_numpy(targets.astype(np.float32))
    return Examples(inputs, present, taught, torch.from_numpy(own), baseline=learnt, often=shares)


def _lengths(rows: torch.Tensor | Rows) -> torch.Tensor:
    """Where each row's padding begins. Shape: (N, V, T, L) -> (N,)."""
    values = rows[:, 0].flatten(1)
    filler = values[:, -1].mode().values
    filled = (values != filler).long()
    lengths: torch.Tensor = (filled * torch.arange(1, values.shape[1] + 1)).amax(dim=1)
    return lengths


def _rows(
    clips: Sequence[Clip],
    m: Modality,
    making: Making,
    remembered: MutableMapping[Key, np.ndarray],
    cache: Cache | None,
    processes: int | None,
    progress: Progress,
) -> list[np.ndarray | None]:
    """All variants of each clip's feature, (V, T, ...), or None for a clip that lacks the modality."""
    keys = [(clip.id, m, len(making.variants)) for clip in clips]
    unknown = [clip for clip, key in zip(clips, keys, strict=True) if key not in remembered]
    made = extracted(unknown, m, making, cache=cache, processes=processes, progress=progress)
    fresh = {(clip.id, m, len(making.variants)): row for clip, row in zip(unknown, made, strict=True) if row is not None}
    remembered.update(fresh)
    return [remembered[key] if m in clip.sources else None for clip, key in zip(clips, keys, strict=True)]
