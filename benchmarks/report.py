"""What a report costs: its intervals, all of its figures, and its whole folder, on as many rows and on ten times as many.

The floor is the same intervals by resampling rows and asking scikit-learn, timed on few resamples and multiplied.
"""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.labels import COMMON_SEVEN
from emofuse.evaluation.about import About
from emofuse.evaluation.evaluate import RESAMPLES, judged
from emofuse.evaluation.folder import write_report
from emofuse.evaluation.metrics import interval, uar
from emofuse.evaluation.predictions import Predictions
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

ROWS, PEOPLE = 4_000, 24
FLOOR = 50  # resamples by which the floor is timed: all of them take minutes


def main() -> None:
    """Measure both sizes, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    options = parser.parse_args()
    small = {name: seconds(way, ROWS) for name, way in WAYS.items()}
    large = {name: seconds(way, 10 * ROWS) for name, way in WAYS.items()}
    floor = seconds(by_scikit_learn, ROWS) * RESAMPLES / FLOOR
    memory = f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    for name in WAYS:
        print(f"{name}: {ROWS:,} rows {small[name]:.2f} s, {10 * ROWS:,} rows {large[name]:.2f} s, growth {large[name] / small[name]:.1f}")
    print(f"the floor, scikit-learn resample by resample: {floor:.0f} s; memory at most {memory}")
    first, *_ = WAYS
    measured = [(first, floor, small[first], f"scikit-learn, resample by resample {floor:.0f} s")]
    measured += [(f"{name}, ten times the rows", small[name], large[name], f"{ROWS:,} rows {small[name]:.2f} s") for name in WAYS]
    for name, under, ours, said in measured:
        row = {
            "question": "What does a report cost?",
            "size": f"{name}, {RESAMPLES:,} resamples, one thread",
            "floor": said,
            "ours": f"{ours:.2f} s",
            "ratio": round(ours / under, 3),
            "memory": memory,
            **origin("python benchmarks/report.py", commit()),
        }
        BENCHMARKS.add(options.docs, row)


def answers(count: int) -> Predictions:
    """Answers such as a recognizer gives that is right every other time, to clips of `PEOPLE` people."""
    random = np.random.default_rng(0)
    truth = random.integers(len(COMMON_SEVEN), size=count)
    logits = random.normal(size=(count, len(COMMON_SEVEN))) + 1.5 * np.eye(len(COMMON_SEVEN))[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    clips = [
        Clip(f"c{i:06d}", f"p{i % PEOPLE}", COMMON_SEVEN[int(word)], {}, {"sex": "male" if i % 2 else "female", "take": str(i // 7 % 3)})
        for i, word in enumerate(truth)
    ]
    return Predictions(COMMON_SEVEN, tuple(clips), probabilities)


def one_interval(told: Predictions) -> None:
    """Of UAR, drawing clips: the slow case, as no two rows stand together."""
    truth, prediction = indices(told)
    interval(uar, truth, prediction)


def all_figures(told: Predictions) -> None:
    """A report with every figure, of all and of five groups, drawing people."""
    judged(told.labels, told.clips, told.probabilities)


def whole_folder(told: Predictions) -> None:
    """The same, written with its page, pictures, tables and answers."""
    report = judged(told.labels, told.clips, told.probabilities)
    with tempfile.TemporaryDirectory() as folder:
        write_report(Path(folder), report, told, About("voice", "made up"))


def by_scikit_learn(told: Predictions) -> None:
    """The floor: rows drawn, and scikit-learn asked, `FLOOR` times."""
    from sklearn.metrics import balanced_accuracy_score

    truth, prediction = indices(told)
    random = np.random.default_rng(0)
    for _ in range(FLOOR):
        drawn = random.integers(len(truth), size=len(truth))
        balanced_accuracy_score(truth[drawn], prediction[drawn])


WAYS = {"an interval of UAR, drawing clips": one_interval, "every figure of a report": all_figures, "a report's whole folder": whole_folder}


def indices(told: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """Truth and answers, as indices. Shape: (N,), (N,)."""
    return np.array([told.labels.index(str(clip.label)) for clip in told.clips]), told.answers


def seconds(way: object, count: int) -> float:
    """How long it takes: the second time, when everything is imported."""
    assert callable(way)
    told = answers(count)
    if count == ROWS:
        way(told)
    began = time.perf_counter()
    way(told)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
