"""What recognizers said of one person's clips, as arrays: all that adapting needs to know. Nothing here knows about files.

M: members, W: one clip's windows, R: the windows of all clips, N: clips, C: classes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.core.labels import LabelSet
from emofuse.personal.map import Personal

MOST = 24  # windows of one clip that are learnt from, evenly spread: a clip of minutes has no more to say of its one label


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Labelled clips of one person, as members answered them window by window.

    Args:
        labels: Their order in the scores.
        members: Names, in the order of the scores' first axis.
        clips: For each clip (M, W, C) probabilities; a member's row is NaN where it has no answer.
        targets: (N,) class indices.
        files: (N,) which file each clip is of: those of one file are never told apart by folds.
    """

    labels: LabelSet
    members: tuple[str, ...]
    clips: tuple[np.ndarray, ...]
    targets: np.ndarray
    files: tuple[str, ...]

    @property
    def shown(self) -> np.ndarray:
        """Which labels the person shows in any clip. Shape: (C,) bool."""
        return np.isin(np.arange(len(self.labels)), self.targets)

    def some(self, which: np.ndarray) -> "Answers":
        """Some of the clips. Shape: (K,) indices."""
        return Answers(
            self.labels,
            self.members,
            tuple(self.clips[i] for i in which),
            self.targets[which],
            tuple(self.files[i] for i in which),
        )

    def windows(self) -> tuple[np.ndarray, np.ndarray]:
        """Windows to learn from, `MOST` of each clip at most, and whose each is. Shape: (M, R, C), (R,)."""
        kept = [clip[:, np.linspace(0, clip.shape[1] - 1, min(clip.shape[1], MOST)).round().astype(int)] for clip in self.clips]
        return np.concatenate(kept, axis=1), np.repeat(np.arange(len(kept)), [clip.shape[1] for clip in kept])

    def by(self, personal: Personal) -> np.ndarray:
        """Each clip's answer by a map: the mean over its windows, as a Timeline pools. Shape: (N, C)."""
        every = np.concatenate(self.clips, axis=1)
        owner = np.repeat(np.arange(len(self.clips)), [clip.shape[1] for clip in self.clips])
        answers = personal.fused({name: rows[:, None] for name, rows in zip(self.members, every, strict=True)})
        there = ~np.isnan(answers[:, 0])
        sums = np.stack([np.bincount(owner[there], column[there], len(self.clips)) for column in answers.T], axis=1)
        mean: np.ndarray = sums / np.bincount(owner[there], minlength=len(self.clips))[:, None]
        return mean


def unlikely(probabilities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Each clip's log-loss: minus the logarithm of what the truth was given, which is never taken for quite nought.

    Shape:
        (N, C), (N,) -> (N,)

    Example:
        >>> unlikely(np.array([[0.5, 0.5]]), np.array([0])).round(3).tolist()
        [0.693]
    """
    loss: np.ndarray = -np.log(np.clip(probabilities[np.arange(len(targets)), targets], 1e-6, None))
    return loss


def shares(targets: Sequence[int] | np.ndarray, classes: int) -> np.ndarray:
    """How often each label is shown, half a clip more for each that is: what answering without looking would say. Shape: (N,) -> (C,)."""
    counts = np.bincount(targets, minlength=classes).astype(np.float64)
    counts[counts > 0] += 0.5
    found: np.ndarray = counts / counts.sum()
    return found
