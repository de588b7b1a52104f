"""Features of every clip, made once, kept in the bench's folder, and mapped into memory by every process that learns from them.

N: clips, V: variants of a clip, T: time steps, C: classes.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from emofuse.bench.base import Sense
from emofuse.bench.order import Order, Work, known, plan, work
from emofuse.core.clip import Clip
from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.data import Examples
from emofuse.features.cache import Cache
from emofuse.features.extraction import Making, extracted
from emofuse.media.beside import beside
from emofuse.network import Batch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What is known of every clip of a bench.

    Shape:
        inputs {m: (N, V, T, ...)} float32, V each modality's own; present {m: (N,)} bool; targets (N, C) float32;
        quality {m: (N,)} float, NaN where nobody knows; windows: of the variants, how many are judged
    """

    inputs: Mapping[Modality, torch.Tensor]
    present: Mapping[Modality, torch.Tensor]
    targets: torch.Tensor
    quality: Mapping[Modality, np.ndarray]
    windows: Mapping[Modality, int]

    def part(self, rows: np.ndarray, modalities: Sequence[Modality]) -> "Part":
        """Some of the clips, with some of the modalities, to be drawn from."""
        order = sorted(modalities, key=lambda m: (-self.inputs[m].shape[1], m))  # the first one says how many variants there are
        index = torch.from_numpy(rows)
        targets = self.targets[index]
        return Part({m: self.inputs[m] for m in order}, {m: self.present[m] for m in order}, targets, targets, index)

    def shown(self, clips: np.ndarray, pattern: Sequence[Modality], modalities: Sequence[Modality], window: int) -> Batch:
        """A window of some clips as if they had nothing but the pattern. Shape: clips (n,)."""
        index = torch.from_numpy(clips)
        present = {m: self.present[m][index] & (m in pattern) for m in sorted(modalities)}
        inputs = {}
        for m, there in present.items():
            values = self.inputs[m][index, window % self.windows[m]]
            inputs[m] = values.masked_fill(~there.reshape(-1, *[1] * (values.ndim - 1)), 0.0)
        return Batch(inputs, present)

    def having(self, modalities: Sequence[Modality]) -> np.ndarray:
        """Which clips have any of the modalities. Shape: (N,) bool."""
        there: np.ndarray = torch.stack([self.present[m] for m in modalities]).any(dim=0).numpy()
        return there


@dataclass(frozen=True, slots=True, eq=False)
class Part(Examples):
    """Some of the rows, without a copy of them.

    Shape:
        inputs and present are those of all clips; targets and labels (n, C) and rows (n,) are of the part
    """

    rows: torch.Tensor

    def by_label(self) -> "Part":
        """The same: there are no softer targets here."""
        return replace(self, targets=self.labels)

    def _batch(self, rows: torch.Tensor, variants: torch.Tensor) -> Batch:
        chosen = self.rows[rows]
        inputs = {m: values[chosen, variants % values.shape[1]] for m, values in self.inputs.items()}
        return Batch(inputs, {m: flags[chosen] for m, flags in self.present.items()}, self.targets[rows])


def make(
    order: Order, folder: Path, *, cache: Cache | None = None, processes: int | None = None, progress: Progress = quiet_progress
) -> None:
    """Make the features of every clip in a folder, unless they are there.

    Args:
        order: What was asked for.
        folder: Gets an array a modality.
        cache: Features made before, whoever made them.
        processes: That make features, at most; None for as many as there are cores.
        progress: Called with clips done and clips in all, modality by modality.

    Raises:
        MediaError: A clip cannot be read, or the folder cannot be written to.
        MissingModality: No clip has a modality.
    """
    made = work(order)
    same = {key: value for key, value in plan(order).items() if key in {"clips", "settings", "quick"}}
    for m in made.bench.modalities:
        note = folder / f"{m}.json"
        if note.is_file() and known(json.loads(note.read_text(encoding="utf-8"))) == same:
            continue
        values, there, good = _made(made, m, cache, processes, progress)
        for name, array in ((m, values), (f"{m}-present", there), (f"{m}-quality", good)):
            with beside(folder / f"{name}.npy") as unfinished:
                np.save(unfinished, array)
        with beside(note) as unfinished:
            unfinished.write_text(json.dumps(same), encoding="utf-8")


def opened(order: Order, folder: Path) -> Rows:
    """What `make` has made; made here where it is not, as on another machine."""
    if not all((folder / f"{m}.json").is_file() for m in work(order).bench.modalities):
        make(order, folder, processes=1)
    return _opened(order, folder)


@lru_cache(maxsize=2)
def _opened(order: Order, folder: Path) -> Rows:
    made = work(order)
    inputs, present, quality = {}, {}, {}
    for m in made.bench.modalities:
        inputs[m] = torch.from_numpy(np.load(folder / f"{m}.npy", mmap_mode="c"))  # nobody writes to them, but torch wants to be able to
        present[m] = torch.from_numpy(np.load(folder / f"{m}-present.npy"))
        quality[m] = np.load(folder / f"{m}-quality.npy")
    targets = np.eye(len(made.bench.words), dtype=np.float32)[made.truth]
    windows = {m: sense.windows for m, sense in made.bench.senses.items()}
    return Rows(inputs, present, torch.from_numpy(targets), quality, windows)


@lru_cache(maxsize=1)
def for_fold(order: Order, folder: Path, fold: str) -> Rows:
    """What networks of a fold are fed: the features, beside the person's own where the bench asks for that.

    What is usual among people is told by those whom the fold learns from; what is usual for a person, by their own other clips.
    Nobody's label is known to it.
    """
    made, rows = work(order), opened(order, folder)
    asked = {m: sense.baseline for m, sense in made.bench.senses.items() if sense.baseline is not None}
    if not asked:
        return rows
    learnt = np.zeros(len(made.clips), dtype=bool)
    learnt[made.rows(made.learnt(made.split(fold)))] = True
    inputs = dict(rows.inputs)
    for m, baseline in asked.items():
        there = rows.present[m].numpy()
        nameless = [replace(clip, label=None) for clip, has in zip(made.clips, there, strict=True) if has]
        values = inputs[m].numpy().copy()
        known, taught = values[there], learnt[there]
        own = (
            baseline
            if baseline.population
            else baseline.among(known[taught], [clip for clip, one in zip(nameless, taught, strict=True) if one])
        )
        values[there] = own(known, nameless)
        inputs[m] = torch.from_numpy(values)
    return replace(rows, inputs=inputs)


def _made(
    made: Work, m: Modality, cache: Cache | None, processes: int | None, progress: Progress
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One modality of all clips. Shape: (N, V, T, ...), (N,), (N,)."""
    sense = made.bench.senses[m]
    making = Making(sense.feature, sense.prepare, sense.variants)
    rows = extracted(made.clips, m, making, cache=cache, processes=processes, progress=progress)
    known = [row for row in rows if row is not None]
    if not known:
        raise MissingModality(f"None of {len(rows)} clips of {made.bench.name} has {m}. Leave it out with --modalities, or get it.")
    _check_alike(made, m, rows)
    values = np.zeros((len(rows), *known[0].shape), dtype=np.float32)
    there = np.array([row is not None for row in rows])
    for i, row in enumerate(rows):  # one by one: several variants of all clips at once take gigabytes
        if row is not None:
            values[i] = row
    return values, there, _quality(made.clips, m, sense, cache, processes)


def _check_alike(made: Work, m: Modality, rows: Sequence[np.ndarray | None]) -> None:
    shapes = {clip.id: row.shape for clip, row in zip(made.clips, rows, strict=True) if row is not None}
    first, shape = next(iter(shapes.items()))
    other = next((name for name in shapes if shapes[name] != shape), None)
    if other is not None:
        raise ValueError(
            f"Clips {first} and {other} of {made.bench.name} have {m} features of {shape} and {shapes[other]}. Expected one shape, to "
            f"stand in one batch; give the sense a `prepare` that brings signals to one length, or a feature that takes a mean over time."
        )


def _quality(clips: Sequence[Clip], m: Modality, sense: Sense, cache: Cache | None, processes: int | None) -> np.ndarray:
    """Shape: (N,)."""
    if sense.quality is None:
        return np.full(len(clips), np.nan)
    rows = extracted(clips, m, Making(sense.quality), cache=cache, processes=processes)
    return np.array([np.nan if row is None else float(np.mean(row)) for row in rows])
