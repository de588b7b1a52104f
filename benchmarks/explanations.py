"""What does explaining cost over analysing, does memory grow with the recording, and does an explanation name what matters?

Cost: analysing alone against analysing and explaining, each in a process of its own, on films of 720p; the processor's time, since
others may use the machine, too.
What matters: parts that weigh most are taken away (a face's pixels greyed, a spectrum's points made as quiet as its room), and as many
others by chance; what the score loses is the measure. Faces are FER2013's PrivateTest, voices RAVDESS's, which the shipped voice learnt.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import numpy as np
from analysis import at_home, clips, encoded, peak, repeated

from emofuse.core.modality import Modality
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

SOFT = 1.5  # pixels or points; weights of neighbours alternate, and what is taken away should be parts, not dots
SHARE = {Modality.VIDEO: 0.15, Modality.AUDIO: 0.10}  # that is taken away
COUNT = {Modality.VIDEO: 60, Modality.AUDIO: 40}
SURE = 0.5  # probability from which an answer is worth explaining


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", default="1,10", help="lengths, with commas between (1,10)")
    parser.add_argument("--runs", type=int, default=3, help="of each measurement; their median counts (3)")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--models", type=Path, default=Path("../shared/models"))
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--measure", nargs=2, metavar=("WHAT", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure[0] == "explain", Path(options.measure[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        base = encoded(clips(Path(folder)), Path(folder) / "base.mp4")
        home = at_home(options.models, Path(folder))
        for minutes in filter(None, options.minutes.split(",")):
            film = repeated(base, Path(folder) / "film.mp4", int(minutes) * 60)
            cost(film, int(minutes), options, home)
            film.unlink()
    if (options.data / "fer2013").is_dir() and (options.data / "ravdess").is_dir():
        for m in (Modality.VIDEO, Modality.AUDIO):
            matters(m, options)


def cost(film: Path, minutes: int, options: argparse.Namespace, home: str | None) -> None:
    """Both ways in turns."""
    found: dict[str, list[dict[str, float]]] = {"analyse": [], "explain": []}
    environment = os.environ | ({"EMOFUSE_HOME": home} if home else {})
    for _ in range(options.runs):
        for what, runs in found.items():
            words = [sys.executable, __file__, "--measure", what, str(film)]
            child = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
            runs.append(json.loads(child.stdout.splitlines()[-1]))
    (plain, memory), (ours, more) = (
        (statistics.median(run["seconds"] for run in runs), statistics.median(run["peak"] for run in runs)) for runs in found.values()
    )
    print(f"{minutes} min: analysing {plain:.2f} s, {memory:.0f} MB; and explaining {ours:.2f} s, {more:.0f} MB; {ours / plain:.2f} times")
    row = {
        "question": "What does explaining cost over analysing?",
        "size": f"{minutes} min of 720p at 30/s",
        "floor": f"{plain:.2f} s",
        "ours": f"{ours:.2f} s",
        "ratio": round(ours / plain, 3),
        "memory": f"{more:.0f} MB (floor {memory:.0f} MB)",
        **origin(f"python benchmarks/explanations.py --minutes {minutes}", commit()),
    }
    BENCHMARKS.add(options.docs, row)


def measure(explain: bool, film: Path) -> None:
    """What a child does: analyse, the processor's time being taken."""
    from emofuse.analysis import analyze_file, recognizer

    recognizer()
    begun = time.process_time()
    analyze_file(film, explain=explain).spans()
    print(json.dumps({"seconds": time.process_time() - begun, "peak": peak()}))


def matters(m: Modality, options: argparse.Namespace) -> None:
    """What the score loses with the heaviest parts, and with others."""
    import cv2

    from emofuse.explanations.gradients import score_of, way, weighed
    from emofuse.run import load

    recognizer = load("face" if m is Modality.VIDEO else "voice")
    chance = np.random.default_rng(0)
    lost: dict[str, list[float]] = {"heaviest": [], "by chance": []}
    missed = []

    def said(rows: np.ndarray, wanted: np.ndarray) -> float:
        return float(recognizer.probabilities({m: rows[None]}, {m: np.ones(1, dtype=bool)})[0] @ wanted)

    for rows in shown(m, options.data):
        scores = [said(rows, wanted) for wanted in np.eye(len(recognizer.labels))]
        if max(scores) < SURE:
            continue
        wanted = np.eye(len(recognizer.labels), dtype=bool)[int(np.argmax(scores))]
        start, end = way(m, rows, lambda other, wanted=wanted: said(other, wanted))
        weights = weighed(score_of(recognizer, wanted, {}), {m: end}, {m: start})[m]
        whole = said(end, wanted)
        missed.append(abs(float(weights.sum()) - (whole - said(start, wanted))))
        for name, heat in (("heaviest", weights), ("by chance", chance.normal(size=weights.shape))):
            flat = cv2.GaussianBlur(heat.reshape(weights.shape[-2:]).astype(np.float64), (0, 0), SOFT).reshape(weights.shape)
            gone = flat >= np.quantile(flat, 1 - SHARE[m])
            lost[name].append(whole - said(np.where(gone, start, end).astype(np.float32), wanted))
        if len(missed) == COUNT[m]:
            break
    heaviest, other = (float(np.mean(values)) for values in lost.values())
    print(
        f"{recognizer.name}: without the heaviest {SHARE[m]:.0%} the score loses {heaviest:.3f}, without as much by chance {other:.3f}; "
        f"weights miss their sum by {np.mean(missed):.3f} on average, {np.max(missed):.3f} at most ({len(missed)} answers)"
    )
    row = {
        "question": "Do explanations name what matters?",
        "size": f"{len(missed)} answers of the {recognizer.name}; {SHARE[m]:.0%} taken away",
        "floor": f"{other:.3f} lost by chance",
        "ours": f"{heaviest:.3f} lost",
        "ratio": round(heaviest / other, 2),
        "memory": None,
        **origin("python benchmarks/explanations.py", commit()),
    }
    BENCHMARKS.add(options.docs, row)


def shown(m: Modality, data: Path) -> Iterator[np.ndarray]:
    """Features of clips in a random order, the same each time. Shape: (T, ...) each."""
    from emofuse.core.segment import Segment
    from emofuse.corpora.fer2013 import FER2013
    from emofuse.corpora.ravdess import RAVDESS
    from emofuse.recipes.ravdess import around_speech, spoken
    from emofuse.run import load

    draw = np.random.default_rng(1)
    if m is Modality.VIDEO:
        feature = load("face").features[m]
        found = [clip for clip in FER2013.clips(FER2013.under(data)) if clip.facts["usage"] == "PrivateTest"]
        yield from (feature(found[i].signal(m)) for i in draw.permutation(len(found)))
    else:
        feature = load("voice").features[m]
        found = [clip for clip in RAVDESS.clips(RAVDESS.under(data)) if spoken(clip)]
        yield from (feature(around_speech(found[i].signal(m)).crop(Segment(500, 3_500))) for i in draw.permutation(len(found)))


if __name__ == "__main__":
    main()
