"""What adapting to a person is worth: before and after by outer folds, whether that is shown, and whether it is kept.

Kept: it hurts neither UAR nor log-loss, gains in one of them, and its answers are shown to go with the labels at all:
on labels that mean nothing, merely doubting everything would gain, too.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from emofuse.adaptation.answers import Answers, unlikely
from emofuse.adaptation.folds import Nested
from emofuse.core.labels import LabelSet
from emofuse.evaluation.metrics import accuracy, intervals, uar
from emofuse.evaluation.paired import LEVEL, flipped, swapped
from emofuse.evaluation.report import Figure

FIGURES = ("accuracy", "UAR", "log-loss")
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True)
class Gain:
    """Figures of one person's clips, each answered by what had not learnt from it.

    Args:
        clips: By label, how many there are.
        files: How many they are of: what intervals draw, and tests flip.
        before: By figure, as the recognizer is.
        after: By figure, adapted.
        difference: By figure, after less before, with its interval.
        p: By figure, of the paired permutation test over files.
        unseeing: Log-loss, among the labels that are shown, of answering how often each is shown.
        blind: p of the adapted answers' being no better than that; 1 where they are worse.
        how: The way that was chosen, in words.
        chosen: By way, how many outer folds chose it.
    """

    clips: Mapping[str, int]
    files: int
    before: Mapping[str, Figure]
    after: Mapping[str, Figure]
    difference: Mapping[str, Figure]
    p: Mapping[str, float]
    unseeing: float
    blind: float
    how: str
    chosen: Mapping[str, int]

    @property
    def refusal(self) -> str | None:
        """Why it is not kept; None where it is."""
        uar, loss = self.difference["UAR"].value, self.difference["log-loss"].value
        figures = f"UAR {self._change('UAR')}, log-loss {self._change('log-loss')} by nested folds"
        advice = "Use the recognizer as it is, or record more clips"
        if self.blind >= LEVEL:
            return (
                f"Not adapted: what is answered is not shown to go with these labels ({figures}; "
                f"p {told_p(self.blind)} against only counting labels). Expected answers that are better than not looking at all. "
                f"Look whether each clip has its own label; then record more clips."
            )
        if self.how == "nothing" or (abs(uar) < _ALIKE and abs(loss) < _ALIKE):
            return f"Not adapted: no way of adapting does better than none ({figures}). Expected a gain. {advice}."
        if uar < -_ALIKE or loss > _ALIKE:
            return f"Not adapted: it would hurt ({figures}). Expected a gain in one, and no loss in the other. {advice}."
        return None

    @property
    def sentence(self) -> str:
        """What is gained, and whether that is shown."""
        if self.refusal is not None:
            return self.refusal
        shown = [name for name in ("UAR", "log-loss") if self.p[name] < LEVEL]
        told = f"Adapted by {self.how}: UAR {self._change('UAR')}, log-loss {self._change('log-loss')} over {self._counted}"
        if not shown:
            return (
                f"{told}. The gain is not shown: so few clips would bring as much by luck often enough ({self._ps}). More clips would tell."
            )
        if "UAR" in shown:
            return f"{told}: shown ({self._ps})."
        return f"{told}: that its probabilities are better is shown, that it is right more often is not ({self._ps})."

    @property
    def _ps(self) -> str:
        return ", ".join(f"{name} p {told_p(self.p[name])}" for name in ("UAR", "log-loss"))

    @property
    def _counted(self) -> str:
        clips = sum(self.clips.values())
        return f"{clips} clips" if clips == self.files else f"{clips} clips of {self.files} files"

    def _change(self, name: str) -> str:
        return f"{self.before[name].value:.3f} to {self.after[name].value:.3f}"

    def text(self) -> str:
        """For a terminal."""
        wide = max(map(len, FIGURES))
        lines = [f"{self._counted}: " + ", ".join(f"{word} {count}" for word, count in self.clips.items() if count)]
        if silent := [word for word, count in self.clips.items() if not count]:
            lines.append(f"no clip shows {', '.join(silent)}: such answers are adapted by nothing, and were not judged")
        lines += ["", f"{'':<{wide}}  {'before':<21}  {'after':<21}  {'difference':<24}  p"]
        for name in FIGURES:
            sides = f"{self.before[name]!s:<21}  {self.after[name]!s:<21}  {self.difference[name].signed:<24}"
            lines.append(f"{name:<{wide}}  {sides}  {told_p(self.p[name]).removeprefix('= ')}")
        picked = ", ".join(f"{how} ({count})" for how, count in self.chosen.items())
        lines += ["", f"chosen by all clips: {self.how}; by outer folds: {picked}", "", self.sentence]
        return "\n".join(lines)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "clips": dict(self.clips),
            "files": self.files,
            **{
                part: {name: figure.as_dict() for name, figure in getattr(self, part).items()} for part in ("before", "after", "difference")
            },
            "p": dict(self.p),
            "unseeing": self.unseeing,
            "blind": self.blind,
            "how": self.how,
            "chosen": dict(self.chosen),
            "sentence": self.sentence,
        }


def gain(answers: Answers, found: Nested) -> Gain:
    """Figures of what nested folds answered; intervals draw whole files, and tests flip them."""
    truth, files, n = answers.targets, answers.files, len(answers.targets)
    labels: LabelSet = answers.labels
    sides = {"before": found.before, "after": found.after}
    said = {side: rows.argmax(axis=1) for side, rows in sides.items()}
    losses = {side: unlikely(rows, truth) for side, rows in sides.items()}
    measures = {
        **{("accuracy", side): partial(accuracy, truth, said[side]) for side in sides},
        **{("UAR", side): partial(uar, truth, said[side]) for side in sides},
        **{("log-loss", side): partial(_mean, losses[side]) for side in sides},
    }
    every = {"|".join(key): measure for key, measure in measures.items()}
    every |= {f"{name}|difference": partial(_less, measures[name, "after"], measures[name, "before"]) for name in FIGURES}
    edges = intervals(every, n, files)
    figures = {key: Figure(float(measure(None)), edges[key]) for key, measure in every.items()}
    shown = answers.shown
    seeing, unseeing = (unlikely(_among(rows, shown), truth) for rows in (found.after, found.unseeing))
    better = _by_file(unseeing - seeing, files)
    return Gain(
        clips={word: int((truth == c).sum()) for c, word in enumerate(labels)},
        files=len(set(files)),
        **{part: {name: figures[f"{name}|{part}"] for name in FIGURES} for part in ("before", "after", "difference")},
        p={
            "accuracy": swapped(accuracy, truth, said["after"], said["before"], files),
            "UAR": swapped(uar, truth, said["after"], said["before"], files),
            "log-loss": flipped(_by_file(losses["after"] - losses["before"], files)).p,
        },
        unseeing=float(unseeing.mean()),
        blind=flipped(better).p if better.sum() > 0 else 1.0,
        how=found.final.how,
        chosen=dict(Counter(found.chosen).most_common()),
    )


def _mean(rows: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Shape: (N,), (..., N) -> (...)."""
    mean: np.ndarray = rows.mean()[()] if weights is None else (weights @ rows) / weights.sum(axis=-1)
    return mean


def _less(first: partial[np.ndarray], second: partial[np.ndarray], weights: np.ndarray | None = None) -> np.ndarray:
    difference: np.ndarray = first(weights) - second(weights)
    return difference


def _among(rows: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Probabilities as if only some labels could be answered. Shape: (N, C), (C,) -> (N, C)."""
    kept = np.where(which, rows, 0.0)
    shared: np.ndarray = kept / np.maximum(kept.sum(axis=1, keepdims=True), 1e-12)
    return shared


def _by_file(rows: np.ndarray, files: tuple[str, ...]) -> np.ndarray:
    """What each file adds. Shape: (N,) -> (F,)."""
    names = {name: i for i, name in enumerate(dict.fromkeys(files))}
    sums: np.ndarray = np.bincount([names[name] for name in files], rows)
    return sums


def told_p(p: float) -> str:
    """A p in a sentence.

    Example:
        >>> told_p(0.0001), told_p(0.0417)
        ('< 0.001', '= 0.042')
    """
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"
