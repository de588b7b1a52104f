"""What one answer costs on one core: a shipped recognizer's graph in ONNX Runtime against the same network in torch.

Both in one run, one thread each, in turns, so that a busy machine is as busy for both.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import numpy as np
import torch

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import commit, load, shipped

SIGNALS = {
    Modality.AUDIO: lambda recognizer: Signal(
        np.random.default_rng(0).normal(scale=0.1, size=recognizer.window * 16).astype(np.float32), 16_000
    ),
    Modality.VIDEO: lambda recognizer: Signal(np.random.default_rng(0).integers(0, 255, (1, 48, 48), dtype=np.uint8), 5),
    Modality.TEXT: lambda recognizer: Signal(
        np.array([["Ann: I told you so, did I not?", "Bob: You did.", "Ann: And?", "Bob: You were right."]]), 1.0
    ),
    Modality.EEG: lambda recognizer: Signal(
        np.random.default_rng(0).normal(scale=20.0, size=(recognizer.window * 256 // 1_000, 4)).astype(np.float32),
        256,  # microvolts
    ),
}
SHOWN = {Modality.VIDEO: "face", Modality.TEXT: "utterance with three turns before"}  # what one is called that has no window


def main() -> None:
    """Measure every shipped recognizer, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in shipped():
        recognizer = load(name)
        (modality,) = recognizer.modalities
        signal = SIGNALS[modality](recognizer)
        ways = {"torch": recognizer._logits, "ONNX Runtime": recognizer.answer}
        times = measured({way: once(recognizer, modality, signal, answer) for way, answer in ways.items()}, options.rounds)
        floor, ours = (statistics.median(times[way]) * 1_000 for way in ways)
        size = f"{name}: one {SHOWN.get(modality, f'{recognizer.window} ms window')}, feature and network, one thread"
        print(f"{size}: torch {floor:.2f} ms, ONNX Runtime {ours:.2f} ms (median of {options.rounds})")
        row = {
            "question": "One answer on one core: ONNX Runtime against torch",
            "size": size,
            "floor": f"torch {floor:.2f} ms",
            "ours": f"ONNX Runtime {ours:.2f} ms",
            "ratio": round(ours / floor, 3),
            "memory": None,
            **origin("python benchmarks/inference.py", commit()),
        }
        BENCHMARKS.add(options.docs, row)
    loading(options.docs)


def loading(docs: Path, rounds: int = 5) -> None:
    """How long a fresh process takes until it could answer, beside one that only imports torch."""
    ways = {"floor": "import torch", "ours": "from emofuse.analysis import recognizer; recognizer()"}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, code in ways.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times[name].append(time.perf_counter() - began)
    floor, ours = (statistics.median(times[name]) for name in ways)
    print(f"a fresh process: importing torch {floor:.2f} s, all recognizers loaded {ours:.2f} s")
    row = {
        "question": "How long does a fresh process take until it can answer?",
        "size": "all recognizers that ship",
        "floor": f"importing torch {floor:.2f} s",
        "ours": f"{ours:.2f} s",
        "ratio": round(ours / floor, 3),
        "memory": None,
        **origin("python benchmarks/inference.py", commit()),
    }
    BENCHMARKS.add(docs, row)


def once(recognizer: NetworkRecognizer, modality: Modality, signal: Signal, answer: Callable[..., np.ndarray]) -> Callable[[], object]:
    """One answer from a signal on, features included."""
    feature, here = recognizer.features[modality], {modality: np.ones(1, dtype=bool)}
    still = recognizer.window is None

    def run() -> object:
        made = feature(signal)
        return answer({modality: made[:, None] if still else made[None]}, here)

    return run


def measured(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each round of each way, the ways taking turns."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 10):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if turn >= 10:
                times[name].append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    main()
