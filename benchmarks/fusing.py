"""How long do decisions take over ten thousand clips, and what do two processes of a bench give over one?

Decisions: each learns from 10,000 clips of made-up members and is asked about as many; the processor's time, one thread.
Processes: eight cells, each the three networks of the bench's face taught on 1,200 made-up rows, one after another here, then in two
fresh processes, one thread each; the clock on the wall, with their start and without it. That needs two cores that nobody else uses: the
processor's time of a cell is told too, and says what the machine lost where both were at work.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported, here and in the processes that this one starts

import numpy as np

from emofuse import catalog
from emofuse.bench.workers import Workers, in_turn, processes
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

COMMAND = "python benchmarks/fusing.py"
CLIPS, ALLOWED = 10_000, 10.0  # s to learn from so many
FLOOR = "average"  # learns nothing
SIZES = ((2, 1, 8), (5, 1, 8), (2, 5, 5))  # members, windows of each, classes; the last is kanafin_2024's 10 rows by 5 emotions
CELLS, AT_LEAST = 8, 1.6  # and how many times as fast two processes must be
NETWORKS, ROWS, COLUMNS, EMOTIONS = 3, 1_200, 35, 8  # of the bench's face on RAVDESS


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("decisions", "processes"), help="one question instead of both")
    parser.add_argument("--epochs", type=int, default=40, help="of a cell (40)")
    parser.add_argument("--rounds", type=int, default=3, help="of the eight cells each way; medians count (3)")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    options = parser.parse_args()
    if options.only != "processes":
        for size in SIZES:
            decide(*size, options.docs)
    if options.only != "decisions":
        share(options.epochs, options.rounds, options.docs)


def decide(members: int, windows: int, classes: int, docs: Path) -> None:
    """Every decision on members of one size, and the row of the slowest."""
    import torch

    torch.set_num_threads(1)
    scores, truth = made_up(members, windows, classes)
    taken = {}
    for name in catalog.names("decisions"):
        began = time.process_time()
        decision = catalog.named("decisions", name)().fit(scores, truth)
        learnt = time.process_time()
        answers = decision(scores)
        taken[name] = (learnt - began, time.process_time() - learnt)
        right = (answers.argmax(axis=1) == truth).mean()
        print(
            f"{name:>16}: {taken[name][0]:6.2f} s to learn, {taken[name][1]:6.3f} s to answer, {right:.3f} right where it learnt",
            flush=True,
        )
    slowest = max(taken, key=lambda name: sum(taken[name]))
    whole, floor = sum(taken[slowest]), sum(taken[FLOOR])
    size = f"{members} members, {windows} window{'s' * (windows > 1)} each, {classes} classes, {CLIPS:,} clips"
    verdict = "as allowed" if max(fit for fit, _ in taken.values()) < ALLOWED else f"more than the {ALLOWED:.0f} s allowed"
    print(f"{size}: the slowest of {len(taken)} decisions is {slowest}, {whole:.2f} s; {verdict}", flush=True)
    row = {
        "question": "How long does the slowest decision take to learn and to answer?",
        "size": f"{size}, one thread",
        "floor": f"{FLOOR}: {floor:.3f} s of processor",
        "ours": f"{slowest}: {taken[slowest][0]:.2f} s to learn, {taken[slowest][1]:.2f} s to answer",
        "ratio": round(whole / floor, 1),
        "memory": None,
        **origin(COMMAND, commit()),
    }
    BENCHMARKS.add(docs, row)


def made_up(members: int, windows: int, classes: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Probabilities of members that are often right, each in clips of its own. Shape: {member: (N, S, C)}, (N,)."""
    draw = np.random.default_rng(0)
    truth = draw.integers(classes, size=CLIPS)
    scores = {}
    for i in range(members):
        logits = draw.normal(size=(CLIPS, windows, classes)) + np.eye(classes)[truth][:, None]
        raised = np.exp(logits + 0.6 * draw.normal(size=(CLIPS, 1, classes)))
        scores[f"member {i}"] = raised / raised.sum(axis=2, keepdims=True)
    return scores, truth


def share(epochs: int, rounds: int, docs: Path) -> None:
    """The cells in turn and in two processes, and the row."""
    cell((-1, 1))  # imports Fabric, which takes seconds once
    found: dict[int, list[tuple[float, float, float]]] = {1: [], 2: []}
    for _ in range(rounds):
        found[1].append(clocked(in_turn, epochs))
        found[2].append(clocked(processes(2), epochs))
    one, two = ([statistics.median(run[i] for run in found[count]) for i in range(3)] for count in (1, 2))
    whole, without = one[0] / two[0], one[1] / two[1]
    verdict = "as asked" if without >= AT_LEAST else f"less than the {AT_LEAST} asked"
    print(f"{CELLS} cells in turn {one[0]:.1f} s; in two processes {two[0]:.1f} s, {whole:.2f} times as fast")
    print(f"without their start {two[1]:.1f} s, {without:.2f} times as fast, {verdict}")
    print(f"a cell takes {one[2]:.2f} s of the processor alone, {two[2]:.2f} s beside another", flush=True)
    row = {
        "question": "What do two processes of a bench give over one?",
        "size": f"{CELLS} equal cells of {epochs} epochs, one thread each; ratio: times as fast, their start included",
        "floor": f"in turn {one[0]:.1f} s",
        "ours": f"{two[0]:.1f} s; {two[1]:.1f} s without the start, {without:.2f} times as fast",
        "ratio": round(whole, 2),
        "memory": None,
        **origin(COMMAND, commit()),
    }
    BENCHMARKS.add(docs, row)


def clocked(workers: Workers[tuple[int, int], tuple[float, float, float]], epochs: int) -> tuple[float, float, float]:
    """Seconds of all, seconds from the first cell's beginning to the last one's end, and a cell's median of the processor."""
    began = time.perf_counter()
    told = [result for _, result in workers(cell, [(i, epochs) for i in range(CELLS)])]
    whole = time.perf_counter() - began
    return whole, max(end for _, end, _ in told) - min(begin for begin, _, _ in told), statistics.median(taken for _, _, taken in told)


def cell(task: tuple[int, int]) -> tuple[float, float, float]:
    """Teach the bench's face from a seed: when it began and ended, in seconds of the day, and seconds of the processor."""
    import torch

    seed, epochs = task
    torch.set_num_threads(1)
    teach(0, 1)  # a fresh process imports Fabric now: part of its start
    began, taken = time.time(), time.process_time()
    for i in range(NETWORKS):
        teach(1_000 * (seed + 1) + i, epochs)
    return began, time.time(), time.process_time() - taken


def teach(seed: int, epochs: int) -> None:
    """One network, as the bench on RAVDESS teaches it, on noise."""
    import torch

    from emofuse.bench.usual import TAUGHT
    from emofuse.core.modality import Modality
    from emofuse.data import Examples
    from emofuse.encoders.scaled_mlp import ScaledMlp
    from emofuse.fusions.early import Early
    from emofuse.network import Network

    generator = torch.Generator().manual_seed(seed)
    targets = torch.eye(EMOTIONS)[torch.arange(ROWS) % EMOTIONS]
    values = torch.randn(ROWS, 1, 1, COLUMNS, generator=generator)
    part = Examples({Modality.VIDEO: values}, {Modality.VIDEO: torch.ones(ROWS, dtype=torch.bool)}, targets, targets)
    encoder = ScaledMlp(COLUMNS, dropout=0.5)
    network = Network({Modality.VIDEO: encoder}, Early({Modality.VIDEO: encoder.dim}, EMOTIONS, dropout=0.2))
    TAUGHT(network, part, None, epochs=epochs, seed=seed)


if __name__ == "__main__":
    main()
