"""Runs of other rows, which answer the same clips by one modality each, averaged by weights that are given: late fusion by hand."""

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emofuse.audit.audit import GRADES
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.evaluation.evaluate import answers, judged
from emofuse.evaluation.predictions import FILE, read_predictions
from emofuse.experiment import answerable
from emofuse.reproduce.base import Found, Place
from emofuse.reproduce.ways import Trained, certified, found, looked, resamples
from emofuse.run import load


@dataclass(frozen=True, slots=True)
class Averaged:
    """The weighted mean of what several runs say; a clip that one of them cannot answer is answered by the others.

    Args:
        paper: Whose rows the runs are.
        members: By row, what trains its run under the paper's protocol, and its weight.
        calibrated: Whether their probabilities are; or taken as the networks say them, which asks them once more.
        says: Who is judged.
        keep: The ids that are judged, from the clips that all have and the data root; None for all.
    """

    paper: str
    members: Mapping[str, tuple[Trained, float]]
    calibrated: bool
    says: str
    keep: Callable[[Sequence[Clip], Path], Collection[str]] | None = None

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those of the runs."""
        return tuple(dict.fromkeys(name for whole, _ in self.members.values() for name in whole.corpora))

    @property
    def weights(self) -> tuple[str, ...]:
        """Pretrained models of the runs."""
        return tuple(dict.fromkeys(name for whole, _ in self.members.values() for name in whole.weights))

    @property
    def command(self) -> str:
        """What trains the runs."""
        return shlex.join(["emofuse", "reproduce", self.paper, *(word for row in self.members for word in ("--row", row)), "--data", "DIR"])

    def __call__(self, place: Place, folder: Path) -> Found:
        """Train what is not there yet, and judge the mean.

        Raises:
            RunError: The runs answer other labels, or have no clip in common.
        """
        runs = {row: folder.parent.parent / row / "paper" for row in self.members}
        for row, (whole, _) in self.members.items():
            whole.there(place, runs[row])
        told = {row: read_predictions(run / FILE) for row, run in runs.items()}
        first = next(iter(told.values()))
        common = set.intersection(*({clip.id for clip in one.clips} for one in told.values()))
        clips = tuple(clip for clip in first.clips if clip.id in common)
        if not clips or any(one.labels.words != first.labels.words for one in told.values()):
            raise RunError(
                f"The runs {', '.join(told)} answer {len(common)} clips in common. Expected some, and the same labels of all; mend the row."
            )
        every = self.keep is None or place.quick
        kept = {clip.id for clip in clips} if every else set(self.keep(clips, place.data)) if self.keep else set()
        clips = tuple(clip for clip in clips if clip.id in kept)
        rows, shares = [], []
        for row, (whole, weight) in self.members.items():
            known = {clip.id: answer for clip, answer in zip(told[row].clips, told[row].probabilities, strict=True)}
            said = np.stack([known[clip.id] for clip in clips]) if self.calibrated else _as_they_come(whole, runs[row], clips, place)
            there = ~np.isnan(said).any(axis=1, keepdims=True)
            rows.append(np.where(there, weight * said, 0))
            shares.append(np.where(there, weight, 0))
        with np.errstate(invalid="ignore"):
            mean = np.sum(rows, axis=0) / np.sum(shares, axis=0)
        report = judged(first.labels, clips, mean, shared=None, resamples=resamples(place))
        grades = [certified(runs[row]) if every else looked(whole.made, place.data, kept) for row, (whole, _) in self.members.items()]
        worst = max((grade for grade, _ in grades), key=GRADES.index)
        return found(report, worst, "; ".join(dict.fromkeys(sentence for _, sentence in grades)))


def _as_they_come(whole: Trained, run: Path, clips: Sequence[Clip], place: Place) -> np.ndarray:
    """What a run says of clips by their ids, without the temperature that was fitted for it. Shape: (N, C)."""
    recipe, recognizer = whole.made, load(run)
    recognizer.temperature = 1.0
    there = {clip.id: clip for split in recipe.protocol(answerable(recipe, recipe.clips(place.data))) for clip in split.test}
    return answers(recognizer, [there[clip.id] for clip in clips])
