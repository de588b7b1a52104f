"""What a few labelled clips of one person are worth: `emofuse calibrate` on people whom nobody has learnt from.

RAVDESS: each actor is judged by the run of the fold that has not heard them. Three clips a label, drawn (or all clips of one sentence),
adapt the voice; the actor's other clips judge it before and after. With the labels shuffled, everything must be refused.
EmoDB: the shipped voice, which has never heard it, is adapted to each speaker by up to three clips a label.
Where it is refused, the voice stays as it is, and counts so. Intervals draw people anew, p flips them.
"""

import argparse
import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

import emofuse
from emofuse.adaptation.answers import unlikely
from emofuse.core.clip import Clip
from emofuse.core.errors import EmofuseError
from emofuse.core.labels import relabel
from emofuse.core.modality import Modality
from emofuse.corpora.emodb import EMODB
from emofuse.evaluation.evaluate import answers
from emofuse.evaluation.metrics import intervals, uar
from emofuse.evaluation.paired import flipped
from emofuse.evaluation.record import show
from emofuse.recipe import call
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import commit, facts, load
from emofuse.splitting import split_of_run

EACH = 3  # clips of each label that adapt
TWICE = "01-03-01-02-02-07"  # a second name of a recording that RAVDESS has already
HEAD = f"{'who':>10} {'clips':>5} {'':>8} {'judged':>6} {'UAR':>6} {'then':>6} {'loss':>6} {'then':>6}"
Pick = Callable[[Sequence[Clip], np.ndarray, np.random.Generator], np.ndarray]


def main() -> None:
    """Adapt, judge, print a line a person and the means, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="holds ravdess/ and emodb/")
    parser.add_argument("--runs", type=Path, required=True, help="what `emofuse train ravdess:voice --out` left: a folder a fold")
    parser.add_argument("--docs", type=Path, help="keep what is printed there")
    options = parser.parse_args()
    lines: list[str] = []
    for title, pick, shuffle in (("three clips a label", drawn, False), ("one sentence", sentence, False), ("shuffled", drawn, True)):
        lines += told(f"RAVDESS, {title}", actors(options.data, options.runs, pick, shuffle))
    lines += told("EmoDB, three clips a label", speakers(options.data))
    if options.docs:
        show(
            options.docs,
            "One person's clips: what adapting to them is worth",
            "\n".join(lines),
            "python benchmarks/calibrating.py --runs runs/voice",
            commit(),
        )


def drawn(clips: Sequence[Clip], truth: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Some of each label. Shape: (n,) places."""
    return np.concatenate([generator.permutation(np.flatnonzero(truth == label))[:EACH] for label in np.unique(truth)])


def sentence(clips: Sequence[Clip], truth: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """All that say the first sentence. Shape: (n,) places."""
    first = min(clip.facts["sentence"] for clip in clips)
    return np.array([i for i, clip in enumerate(clips) if clip.facts["sentence"] == first])


def actors(data: Path, runs: Path, pick: Pick, shuffle: bool) -> Iterator[tuple[str, "Outcome"]]:
    """Every actor, by the run that has not heard them."""
    for run in sorted(runs.glob("fold-*")):
        said = facts(run)
        recipe = call(str(said["recipe"]), dict(said["arguments"]))  # type: ignore[call-overload]  # run.json holds an object there
        clips = relabel(recipe.clips(data), recipe.labels)
        for who, theirs in by_person(split_of_run(said, recipe.protocol, clips).test):
            yield who, adapted(str(run), theirs, pick, np.random.default_rng(int(who)), shuffle)


def speakers(data: Path) -> Iterator[tuple[str, "Outcome"]]:
    """Every speaker of EmoDB, by the shipped voice."""
    clips = relabel(EMODB.clips(EMODB.under(data)), load("voice").labels)
    for who, theirs in by_person(clips):
        yield who, adapted("voice", theirs, drawn, np.random.default_rng(int(who[-2:])), shuffle=False)


def by_person(clips: Sequence[Clip]) -> Iterator[tuple[str, list[Clip]]]:
    """Each person's clips, without a recording that stands there twice."""
    for who in sorted({clip.subject or "" for clip in clips}):
        yield who, [clip for clip in clips if clip.subject == who and not clip.id.endswith(TWICE)]


Outcome = tuple[int, bool, int, float, float, float, float]
"""Clips that adapt, whether it was kept, clips that judge, UAR before and after, mean log-loss before and after."""


def adapted(run: str, theirs: Sequence[Clip], pick: Pick, generator: np.random.Generator, shuffle: bool) -> Outcome:
    """One person: adapted to some of their clips, judged on the others."""
    before = load(run)
    assert isinstance(before, NetworkRecognizer)
    truth = np.array([before.labels.index(clip.label or "") for clip in theirs])
    mine = pick(theirs, truth, generator)
    others = np.setdiff1d(np.arange(len(theirs)), mine)
    words = [theirs[i].label for i in (generator.permutation(mine) if shuffle else mine)]
    judged, right = [theirs[i] for i in others], truth[others]
    first = answers(before, judged)
    with tempfile.TemporaryDirectory() as folder:
        table, out = Path(folder) / "clips.csv", Path(folder) / "me"
        with table.open("w", encoding="utf-8", newline="") as file:
            rows = [(theirs[i].sources[Modality.AUDIO].path.absolute(), word) for i, word in zip(mine, words, strict=True)]
            csv.writer(file).writerows([("file", "label"), *rows])
        try:
            emofuse.calibrate(run, table, out)
            then, kept = answers(load(out), judged), True
        except EmofuseError:
            then, kept = first, False
    return (
        len(mine), kept, len(others),
        float(uar(right, first.argmax(1))), float(uar(right, then.argmax(1))),
        float(unlikely(first, right).mean()), float(unlikely(then, right).mean()),
    )  # fmt: skip


def told(title: str, outcomes: Iterator[tuple[str, Outcome]]) -> list[str]:
    """A line a person, and what it comes to, printed as they come."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        print(line, flush=True)

    say(title)
    say(HEAD)
    rows = []
    for who, (mine, kept, others, *figures) in outcomes:
        say(f"{who:>10} {mine:>5} {'kept' if kept else 'refused':>8} {others:>6} " + " ".join(f"{figure:6.3f}" for figure in figures))
        rows.append((kept, *figures))
    kept, first, then, loss, lost = np.array(rows, dtype=float).T
    gain = then - first
    low, high = intervals({"gain": lambda weights: (weights @ gain) / weights.sum(-1)}, len(gain))["gain"]
    say(
        f"{int(kept.sum())} of {len(rows)} kept; UAR {first.mean():.3f} to {then.mean():.3f}, "
        f"{gain.mean():+.3f} [{low:+.3f}, {high:+.3f}], "
        f"p {flipped(gain).p:.4f}, {int((gain < 0).sum())} worse; "
        f"log-loss {loss.mean():.3f} to {lost.mean():.3f}"
    )
    say("")
    return lines


if __name__ == "__main__":
    main()
