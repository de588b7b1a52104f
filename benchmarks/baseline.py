"""How many clips of a person the baseline needs: RAVDESS' action units, alone and beside the voice, by number of clips.

One network a fold is taught beside all other clips of each person (and one on clips alone, to compare with); people whom it has not
learnt from are then judged beside 0, 1, 2, 5, 10 and 60 clips of theirs, drawn anew for every clip, several times over.
Two more rows say what happens where those clips are all of one emotion: whichever, or neutral; drawing them looks at labels,
which no recognizer could. Two last ones take all clips of a person, in a random order, for one recording of four minutes: each is
seen beside what came before it, or beside the first minute. Every fold is calibrated on the others' people, judged the same way.
Fused is the product of both members' probabilities, of which nothing is learnt.
A run that is already in `--out` is taken as it is.
"""

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emofuse.calibration import softened, temperature
from emofuse.core.clip import Clip
from emofuse.corpora.ravdess_au import RAVDESS_AU
from emofuse.data import examples
from emofuse.decisions.product import Product
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.predictions import read_predictions
from emofuse.evaluation.record import RESULTS, origin, show
from emofuse.evaluation.report import Figure, Report
from emofuse.experiment import train
from emofuse.features.baseline import UNIT, Beginning, Few, Running
from emofuse.features.cache import Cache, usual
from emofuse.recipes.ravdess_au import PROTOCOLS
from emofuse.run import commit, load

RECIPE = "ravdess_au:face"
ALL = 59  # other clips that RAVDESS has of each person
COUNTS = (0, 1, 2, 5, 10, ALL)
DRAWS = 5
NEUTRAL = 3  # neutral clips that everybody has besides one of their own four
Kind = Few | tuple[Running, int] | None
"""A baseline to judge by: a few clips; one recording in an order that a seed decides; or none."""
EMOTION = {f"{number:02d}": word for number, word in enumerate(RAVDESS_AU.labels, 1)}
"""RAVDESS' clips say their emotion in the second part of their names."""


@dataclass(frozen=True, slots=True)
class OfOne(Few):
    """Clips of the person that are all of one emotion: which needs labels, and is here to see what it costs."""

    of: str | None = None

    def drawn(self, clip: str, theirs: Sequence[str]) -> Sequence[str]:
        """So many of the emotion; of whichever comes up first, where none is named."""
        (first,) = Few(clips=1, seed=DRAWS + self.seed).drawn(clip, theirs)
        of = self.of or emotion(first)
        return Few(clips=self.clips, seed=self.seed).drawn(clip, [other for other in theirs if emotion(other) == of])


def emotion(clip: str) -> str:
    """What a clip's name says it shows."""
    return EMOTION[clip.split("-")[1]]


def main() -> None:
    """Teach what is not there, judge, print the curve, and keep its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds ravdess/")
    parser.add_argument("--voice", type=Path, required=True, help="predictions.csv that `emofuse train ravdess:voice` left")
    parser.add_argument("--out", type=Path, required=True, help="gets the runs")
    parser.add_argument("--draws", type=int, default=DRAWS, help=f"how often clips are drawn ({DRAWS})")
    parser.add_argument("--docs", type=Path, help="folder of results.json; without it, rows are printed only")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for name, beside in (("alone", 0), ("beside", ALL)):
        train(RECIPE, {"beside": beside}, data=options.data, out=options.out / name, cache=Cache(usual()))
    clips = RAVDESS_AU.clips(RAVDESS_AU.under(options.data))
    voice = read_predictions(options.voice)
    if voice.labels != RAVDESS_AU.labels:
        parser.error(f"{options.voice} answers {', '.join(voice.labels)}; expected {', '.join(RAVDESS_AU.labels)}")
    heard = dict(zip((clip.id for clip in voice.clips), voice.probabilities, strict=True))
    curve = Curve(clips, options.out, heard)
    rows = [("judged alone, learnt alone", *curve.figures("alone", [None]))]
    for count in COUNTS:
        kinds: list[Kind] = [Few(clips=count, seed=seed) for seed in range(options.draws if 0 < count < ALL else 1)]
        rows.append((f"{'all 59' if count == ALL else count} other clips", *curve.figures("beside", kinds)))
    for of in (None, "neutral"):
        skewed: list[Kind] = [OfOne(clips=NEUTRAL, seed=seed, of=of) for seed in range(options.draws)]
        rows.append((f"{NEUTRAL} other clips, {f'all {of}' if of else 'all of one emotion'}", *curve.figures("beside", skewed)))
    for what, kind in (("what came before", Running()), ("the first minute", Beginning())):
        orders: list[Kind] = [(kind, seed) for seed in range(options.draws)]
        rows.append((f"{what}, clips in a row", *curve.figures("beside", orders)))
    lines = [f"{'beside':<38} {'action units':>24} {'with the voice':>24}"]
    lines += [f"{what:<38} {shown(face):>24} {shown(fused):>24}" for what, face, fused in rows]
    text = "\n".join([*lines, "UAR of 8 emotions, 24 actors in six folds by actor; 95 % intervals over people"])
    print(text)
    if options.docs is not None:
        keep(options.docs, rows, text)


class Curve:
    """The same people judged again and again, by the same networks.

    Args:
        clips: Of RAVDESS.
        runs: Folder of the runs.
        heard: The voice's probabilities by clip, out of fold.
    """

    def __init__(self, clips: Sequence[Clip], runs: Path, heard: dict[str, np.ndarray]) -> None:
        self.runs, self.heard = runs, heard
        self.splits = tuple(PROTOCOLS["six"](clips))

    def figures(self, run: str, kinds: Sequence[Kind]) -> tuple[Figure, Figure]:
        """UAR of the face, and of the product with the voice, over all draws."""
        tested = [clip for split in self.splits for clip in split.test]
        voice = np.stack([self.heard[clip.id] for clip in tested])
        faces = [self.calibrated([asked(self.runs / run / split.name, kind, split.test) for split in self.splits]) for kind in kinds]
        fused = [Product()({"voice": voice[:, None], "face": face[:, None]}) for face in faces]
        reports: list[Report] = [judged(RAVDESS_AU.labels, tested * len(kinds), np.concatenate(rows), facts=()) for rows in (faces, fused)]
        return reports[0].uar, reports[1].uar

    def calibrated(self, scores: Sequence[np.ndarray]) -> np.ndarray:
        """Answers fold by fold, each brought to the temperature of the other folds' people. Shape: [(n, C)] -> (N, C)."""
        truth = [np.array([RAVDESS_AU.labels.index(str(clip.label)) for clip in split.test]) for split in self.splits]
        logs = [np.log(np.maximum(rows, 1e-12)) for rows in scores]
        softer = []
        for i, rows in enumerate(logs):
            others, right = (np.concatenate([*parts[:i], *parts[i + 1 :]]) for parts in (logs, truth))
            softer.append(softened(rows, temperature(others, right)))
        return np.concatenate(softer)


def asked(run: Path, kind: Kind, clips: Sequence[Clip]) -> np.ndarray:
    """What a run answers to clips beside others of their people, drawn in a way of ours. Shape: (N, C)."""
    recognizer = load(run)
    (m,) = recognizer.modalities
    few = kind if isinstance(kind, Few) else None
    learnt = recognizer.baseline.get(m)
    known = None if learnt is None else learnt.population
    part = examples(clips, recognizer.features, recognizer.labels, baseline=None if few is None else {m: replace(few, population=known)})
    rows = part.inputs[m][:, 0].numpy()  # (N, 1, units)
    if isinstance(kind, tuple):
        running, seed = kind
        rows = in_a_row(rows, replace(running, population=known), clips, np.random.default_rng(seed))
    return recognizer.probabilities({m: rows}, {m: part.present[m].numpy()})


def in_a_row(rows: np.ndarray, running: Running, clips: Sequence[Clip], generator: np.random.Generator) -> np.ndarray:
    """Each person's clips as if they were one recording, in a random order. Shape: (N, 1, units) -> the same."""
    seen = np.empty_like(rows)
    for who in sorted({str(clip.subject) for clip in clips}):
        order = generator.permutation([i for i, clip in enumerate(clips) if clip.subject == who])
        seen[order, 0] = running.along(rows[order, 0], step=UNIT)
    return seen


def shown(figure: Figure) -> str:
    """A figure with its interval."""
    low, high = figure.interval
    return f"{figure.value:.3f} ({low:.3f} to {high:.3f})"


def keep(docs: Path, rows: Sequence[tuple[str, Figure, Figure]], text: str) -> None:
    """Put the rows into the record, and the table under them."""
    command = "python benchmarks/baseline.py --data ../shared/data --voice runs/voice/predictions.csv --out runs/baseline --docs docs"
    for what, face, fused in rows:
        for system, figure in (("action units", face), ("voice and action units, product", fused)):
            row = {
                "paper": None,
                "system": f"{system}, {what}" if "alone" in what else f"{system}, beside {what}",
                "corpus": "ravdess_au",
                "protocol": "6 folds by actor, inductive" if "alone" in what else "6 folds by actor, with the person's own baseline",
                "metric": "UAR",
                "theirs": None,
                "ours": round(figure.value, 4),
                "interval": [round(end, 4) for end in figure.interval],
                "n": len(RAVDESS_AU.labels) * 180,
                "verdict": None,
                "majority": None,
                "audit": None,
                **origin(command, commit()),
            }
            RESULTS.add(docs, row)
    show(docs, "How many clips of a person the baseline needs", text, command, commit())


if __name__ == "__main__":
    main()
