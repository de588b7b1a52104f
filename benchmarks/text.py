"""What an utterance costs on one core, by its length: the graph of eight-bit weights against the same network in torch.

Both in one run, one thread each, in turns, so that a busy machine is as busy for both. With `--data`, what eight bits lose, too:
weighted F1 on MELD's dev part, on which nothing but the temperature was fitted.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import numpy as np
import torch

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.corpora.meld import MELD
from emofuse.evaluation.metrics import weighted_f1
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import commit, load

SENTENCE = "Well, I told you that it would not be so easy to get there, did I not?"
LENGTHS = {
    "a short utterance alone": np.array([["No!", "", "", ""]]),
    "an utterance with three turns before it, as long as MELD's are on average": np.array(
        [["Ann: I told you that it would not be easy, did I not?", "Bob: You did.", "Ann: And?", "Bob: And you were right, as you are."]]
    ),
    "as much as it reads": np.array([[SENTENCE * 6] * 4]),
}


def main() -> None:
    """Measure, print a table, and keep the row of the average utterance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="text", help="a shipped name or a run's folder (text)")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--data", type=Path, help="holds meld/; without it, accuracy is not compared")
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    recognizer = load(options.run)
    for size, values in LENGTHS.items():
        pieces, floor, ours = cost(recognizer, Signal(values, 1.0), options.rounds)
        print(f"{size} ({pieces} pieces): torch {floor:.2f} ms, eight bits {ours:.2f} ms (median of {options.rounds})")
        if "average" in size:
            row = {
                "question": "An utterance on one core: eight-bit graph against torch",
                "size": f"{recognizer.name}: {size}, {pieces} pieces, feature and network, one thread",
                "floor": f"torch {floor:.2f} ms",
                "ours": f"eight bits {ours:.2f} ms",
                "ratio": round(ours / floor, 3),
                "memory": None,
                **origin("python benchmarks/text.py", commit()),
            }
            BENCHMARKS.add(options.docs, row)
    if options.data:
        whole, small = (lost(recognizer, options.data, way) for way in (recognizer._logits, recognizer.answer))
        print(f"MELD dev, weighted F1: torch {whole:.4f}, eight bits {small:.4f}")


def cost(recognizer: NetworkRecognizer, signal: Signal, rounds: int) -> tuple[int, float, float]:
    """Pieces of words, and the median of ms in torch and by the graph, features included."""
    feature, here = recognizer.features[Modality.TEXT], {Modality.TEXT: np.ones(1, dtype=bool)}
    ways: tuple[Callable[..., np.ndarray], ...] = (recognizer._logits, recognizer.answer)
    times: tuple[list[float], ...] = ([], [])
    for turn in range(rounds + 10):
        for way, taken in zip(ways, times, strict=True):
            began = time.perf_counter()
            way({Modality.TEXT: feature(signal)[:, None]}, here)
            if turn >= 10:
                taken.append(time.perf_counter() - began)
    floor, ours = (statistics.median(taken) * 1_000 for taken in times)
    return int(np.count_nonzero(feature(signal))), floor, ours


def lost(recognizer: NetworkRecognizer, data: Path, way: Callable[..., np.ndarray]) -> float:
    """Weighted F1 on MELD's dev part by one way to answer."""
    clips = [clip for clip in MELD.clips(MELD.under(data)) if clip.facts["part"] == "dev"]
    feature, here = recognizer.features[Modality.TEXT], {Modality.TEXT: np.ones(1, dtype=bool)}
    said = [way({Modality.TEXT: feature(clip.signal(Modality.TEXT))[:, None]}, here).argmax() for clip in clips]
    truth = np.array([recognizer.labels.index(clip.label or "") for clip in clips])
    return float(weighted_f1(truth, np.array(said)))


if __name__ == "__main__":
    main()
