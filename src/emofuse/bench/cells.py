"""A cell: one network taught on one fold from one seed, and what it then says of clips that it has not learnt from.

N: clips, P: patterns of what is there, S: windows of a clip, C: classes.
"""

import inspect
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch

from emofuse import __version__, catalog
from emofuse.bench.base import Bench, Fit, Member, subsets
from emofuse.bench.order import Order, spec, work
from emofuse.bench.rows import Rows, for_fold
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.modality import Modality
from emofuse.evaluation.report import counted
from emofuse.fusions.base import Fusion
from emofuse.network import Batch, Committee, Network
from emofuse.training.augment import Augment, chained
from emofuse.training.dropout import going

AT_ONCE = 64  # clips that are judged side by side
TIMED = 20  # clips that are judged one by one, to time it
MEMBER, FUSION, DECISION = "member", "fusion", "decision"
PROCESSOR, WALL = "processor", "wall"  # how seconds are taken; cells that do not say took them by the wall clock


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One thing to be done, which needs no other cell of its kind.

    Args:
        kind: "member", "fusion" or "decision".
        name: Of the row, with its settings.
        fold: The split's name.
        seed: Of initial weights, batch order and everything else that is drawn.
        among: Which members from elsewhere a decision is between, too: a digest of what they say.
    """

    kind: str
    name: str
    fold: str
    seed: int
    among: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}, {self.fold}, seed {self.seed}"


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came out of a cell: arrays, and facts for JSON."""

    arrays: Mapping[str, np.ndarray]
    facts: Mapping[str, object]


def taught(cell: Cell, order: Order, folder: Path, threads: int) -> Outcome:
    """Teach a cell's network and ask it.

    Args:
        cell: A member's or a fusion's.
        order: What was asked for.
        folder: Where the features are.
        threads: That it may use. The same number gives the same result on the same machine.

    Returns:
        test: (P, N, S, C) logarithms of probabilities of the fold's test clips, pattern by pattern (`subsets` of its modalities);
        NaN where a clip has nothing of the pattern.
        valid: (N, S, C) of its valid clips, with all there is, where the fold is the only one.

    Raises:
        SplitError: Too little to learn from.
    """
    made = work(order)
    split, rows = made.split(cell.fold), for_fold(order, folder, cell.fold)
    member = as_member(made.bench, cell.kind, cell.name)
    with pinned(threads):
        torch.manual_seed(1_000 * cell.seed)
        network = built(made.bench, member)
        learnt = _with_any(rows, made.rows(made.learnt(split)), member.modalities)
        _check(cell, made.truth[learnt])
        chosen_on = _with_any(rows, made.rows(split.valid), member.modalities) if len(made.splits) == 1 or made.bench.chooses else ()
        began = time.process_time()
        losses = _teach(made.bench, member, network, rows, learnt, np.array(chosen_on, dtype=int), cell.seed)
        seconds = time.process_time() - began  # of this process alone, whoever else works on the machine
        patterns = subsets(member.modalities)
        tested = made.rows(split.test)
        arrays = {"test": np.stack([says(network, rows, tested, pattern) for pattern in patterns])}
        if len(made.splits) == 1 and split.valid:
            arrays["valid"] = says(network, rows, made.rows(split.valid), patterns[0])
        facts = {
            "patterns": ["+".join(pattern) for pattern in patterns],
            "parameters": sum(p.numel() for p in network.parameters()),
            "seconds": seconds,
            "clock": PROCESSOR,
            "ms": _milliseconds(network, rows, tested[:TIMED]),
            "losses": losses,
            "learnt from": len(learnt),
            "judged": len(tested),
            "threads": threads,
            "versions": {"emofuse": __version__, "torch": torch.__version__, "numpy": np.__version__},
        }
    return Outcome(arrays, facts)


def as_member(bench: Bench, kind: str, name: str) -> Member:
    """A cell's network, described: a member of the team, or a fusion of all modalities."""
    if kind == MEMBER:
        return bench.team[name]
    fusion, settings = spec(name)
    return Member(bench.modalities, fusion, {**bench.settings.get(fusion, {}), **settings}, bench.fit, bench.networks)


def built(bench: Bench, member: Member) -> Network:
    """A fresh network; several of them in a committee."""
    networks = [_network(bench, member) for _ in range(bench.several(member))]
    return Committee(networks) if len(networks) > 1 else networks[0]


def _network(bench: Bench, member: Member) -> Network:
    encoders = {m: bench.senses[m].encoder() for m in sorted(member.modalities)}
    kind = catalog.named("fusions", member.fusion)
    takes = inspect.signature(kind).parameters
    settings = {name: value for name, value in member.settings.items() if name in takes}
    if "mid_dims" in takes:
        settings["mid_dims"] = {m: encoder.mid_dim for m, encoder in encoders.items()}
    fusion = kind({m: encoder.dim for m, encoder in encoders.items()}, len(bench.words), **settings)
    assert isinstance(fusion, Fusion)
    return Network(encoders, fusion)


def _teach(bench: Bench, member: Member, network: Network, rows: Rows, learnt: np.ndarray, chosen_on: np.ndarray, seed: int) -> list[float]:
    """Teach each network of a committee, or the one there is; the losses of its last epoch."""
    part = rows.part(learnt, member.modalities)
    valid = rows.part(chosen_on, member.modalities) if len(chosen_on) else None
    fit = _fit(bench, member)
    networks = network.networks if isinstance(network, Committee) else (network,)
    losses = []
    for i, one in enumerate(networks):
        for m in one.modalities:
            there = learnt[rows.present[m][torch.from_numpy(learnt)].numpy()]
            encoder = one.encoders[m]
            encoder.adjust(rows.inputs[m][torch.from_numpy(there), 0])  # type: ignore[operator]  # an Encoder, out of a ModuleDict
        losses.append(fit(one, part, valid, seed=1_000 * seed + i, augment=_augment(bench, member.modalities))[-1].loss)
    network.eval()
    return losses


def _fit(bench: Bench, member: Member) -> Fit:
    if member.fit is not None:
        return member.fit
    return bench.senses[member.modalities[0]].fit if len(member.modalities) == 1 else bench.fit


def _augment(bench: Bench, modalities: Sequence[Modality]) -> Augment | None:
    """What happens to batches: what each sense wants, and, where there are several, modalities that go missing."""
    steps = [augment for m in sorted(modalities) if (augment := bench.senses[m].augment) is not None]
    gone = going(bench.missing)
    if len(modalities) > 1 and gone is not None:
        steps.append(gone)
    return chained(*steps) if steps else None


@torch.inference_mode()
def says(network: Network, rows: Rows, clips: np.ndarray, pattern: Sequence[Modality]) -> np.ndarray:
    """Logarithms of probabilities, with nothing of other modalities than the pattern's.

    Shape:
        clips (N,) -> (N, S, C) float32; NaN where a clip has nothing of the pattern, or the fusion needs what is missing
    """
    network.eval()
    windows = max(rows.windows[m] for m in network.modalities)
    parts = [clips[first : first + AT_ONCE] for first in range(0, max(len(clips), 1), AT_ONCE)]
    return np.concatenate([np.stack([_asked(network, rows, part, pattern, i) for i in range(windows)], axis=1) for part in parts])


def _asked(network: Network, rows: Rows, clips: np.ndarray, pattern: Sequence[Modality], window: int) -> np.ndarray:
    """Shape: (N, C)."""
    nothing = np.full((len(clips), rows.targets.shape[1]), np.nan, dtype=np.float32)
    if not len(clips):
        return nothing
    device = next(network.parameters()).device
    batch = rows.shown(clips, pattern, network.modalities, window)
    there = torch.stack(list(batch.present.values())).any(dim=0)
    moved = Batch({m: x.to(device) for m, x in batch.inputs.items()}, {m: flags.to(device) for m, flags in batch.present.items()})
    try:
        said = network(moved).logits.float().log_softmax(dim=1).cpu()
    except MissingModality:  # a fusion that needs all of them
        return nothing
    answers: np.ndarray = said.masked_fill(~there[:, None], float("nan")).numpy()
    return answers


def _milliseconds(network: Network, rows: Rows, clips: np.ndarray) -> float:
    """Of the network alone, one clip at a time, the middle one of several: no reading, no features."""
    says(network, rows, clips[:1], network.modalities)
    taken = []
    for clip in clips:
        began = time.perf_counter()
        says(network, rows, np.array([clip]), network.modalities)
        taken.append(1_000 * (time.perf_counter() - began))
    return median(taken)


def _with_any(rows: Rows, clips: np.ndarray, modalities: Sequence[Modality]) -> np.ndarray:
    kept: np.ndarray = clips[rows.having(modalities)[clips]]
    return kept


def _check(cell: Cell, truth: np.ndarray) -> None:
    if len(truth) < 2 or len(np.unique(truth)) < 2:
        raise SplitError(
            f"{cell} has {counted(len(truth), 'clips')} of {counted(len(np.unique(truth)), 'labels')} to learn from. "
            f"Expected two of different labels at least; "
            f"choose other folds or modalities."
        )


@contextmanager
def pinned(threads: int) -> Iterator[None]:
    """So many threads for torch, then as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
