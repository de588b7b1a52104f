"""A small CNN over members' scores stacked as an image: a row a segment of a member, a column a class.

kanafin_2024, section 5 and figure 28: 10 rows (6 of sound and picture, 4 of EEG) by 5 emotions, 27,237 parameters.
Differences: any number of rows and classes, in a fixed order of members; log-probabilities in place of a dense layer's outputs;
rows of absent segments are blank (the mean), and while learning whole members are blanked at random, so that one may be missing.
B: batch, R: rows, C: classes.
"""

import math
from typing import Self

import numpy as np
import torch
from torch import nn

from emofuse.core.errors import SplitError
from emofuse.decisions.base import CLIPS_A_CLASS, Scores, check, check_scores, check_targets, check_varied, logs, normalized

STEPS = 2_400  # sixty passes over 1,280 clips; seven over 10,000 teach it as much, in an eighth of the time
ROWS, CLASSES = 10, 5  # the paper's image, and the smallest that two convolutions and two poolings leave something of


class StackedCnn:
    """Two convolutions, two dense layers; the mean of what several of them, taught from different beginnings, answer.

    Args:
        epochs: Passes over the clips, at most.
        learning_rate: Of Adam.
        batch: Clips a step.
        gone: Share of clips in which a member is blanked while learning.
        networks: How many.
        seed: Of initial weights, batch order, dropout and blanking.
        steps: No more than so many in all, in whole passes, at least one: where clips are many, passes are few.
    """

    def __init__(
        self,
        epochs: int = 60,
        learning_rate: float = 1e-3,
        batch: int = 32,
        gone: float = 0.2,
        networks: int = 1,
        seed: int = 0,
        steps: int = STEPS,
    ) -> None:
        self.epochs, self.learning_rate, self.batch, self.gone = epochs, learning_rate, batch, gone
        self.networks, self.seed, self.steps = networks, seed, steps

    def fit(self, scores: Scores, targets: np.ndarray) -> Self:
        """Learn from the clips that any member has an answer to.

        Raises:
            SplitError: Too few clips, or clips of one class.
        """
        images, members = _images(scores)
        truth = np.asarray(targets)
        there = ~np.isnan(images).all(axis=(1, 2))
        classes = images.shape[2]
        check_targets(truth, len(images), classes)
        if there.sum() < CLIPS_A_CLASS * classes:
            raise SplitError(
                f"There are {there.sum()} clips with an answer to teach a CNN of {classes} classes. Expected at least "
                f"{CLIPS_A_CLASS * classes}; give it more, or take a decision that learns nothing (average)."
            )
        check_varied(truth[there])
        self.names_, self.rows_, self.classes_ = tuple(sorted(scores)), {name: scores[name].shape[1] for name in scores}, classes
        known = images[there]
        self.mean_, self.spread_ = float(np.nanmean(known)), float(np.nanstd(known)) or 1.0
        with torch.random.fork_rng(devices=[]):
            self.networks_ = [self._taught(known, members, truth[there], classes, self.seed + i) for i in range(self.networks)]
        return self

    def __call__(self, scores: Scores) -> np.ndarray:
        """One answer a clip. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer.

        Raises:
            ValueError: It was not fitted, or members or their number of segments differ from those it learnt about.
        """
        check(self, scores)
        wrong = {name: values.shape[1] for name, values in scores.items() if values.shape[1] != self.rows_[name]}
        if wrong:
            raise ValueError(
                f"StackedCnn has learnt about {self.rows_} segments a member, not about {wrong}. Give as many, or fit it anew."
            )
        count, classes = next(iter(scores.values())).shape[0], next(iter(scores.values())).shape[2]
        whole = {name: scores.get(name, np.full((count, rows, classes), np.nan)) for name, rows in self.rows_.items()}
        images, _ = _images(whole)
        nobody = np.isnan(images).all(axis=(1, 2))
        asked = torch.from_numpy(self._scaled(images))
        with torch.inference_mode():
            answer = torch.stack([network(asked).softmax(dim=1) for network in self.networks_]).mean(dim=0).double().numpy()
        answer[nobody] = np.nan
        return normalized(answer)

    def _scaled(self, images: np.ndarray) -> np.ndarray:
        """Around zero, blank where there is nothing. Shape: (B, R, C) -> (B, 1, R, C) float32."""
        scaled: np.ndarray = np.nan_to_num((images - self.mean_) / self.spread_, nan=0.0)[:, None].astype(np.float32)
        return scaled

    def _taught(self, images: np.ndarray, members: np.ndarray, targets: np.ndarray, classes: int, seed: int) -> nn.Module:
        torch.manual_seed(seed)
        network = stack(images.shape[1], classes)
        stepper = torch.optim.Adam(network.parameters(), self.learning_rate)
        inputs, truth = torch.from_numpy(self._scaled(images)), torch.from_numpy(targets.astype(np.int64))
        owner = torch.from_numpy(members)
        count = int(owner.max()) + 1
        network.train()
        for _ in range(min(self.epochs, max(self.steps // math.ceil(len(inputs) / self.batch), 1))):
            for rows in torch.randperm(len(inputs)).split(self.batch):
                seen = inputs[rows].clone()
                if count > 1 and self.gone:
                    blank = (torch.rand(len(rows)) < self.gone)[:, None] & (torch.randint(count, (len(rows), 1)) == owner)
                    seen[blank[:, None]] = 0.0
                loss = nn.functional.cross_entropy(network(seen), truth[rows])
                stepper.zero_grad()
                loss.backward()
                stepper.step()
        return network.eval()


def stack(rows: int, classes: int) -> nn.Sequential:
    """The paper's network; for 10 rows and 5 classes as it stands there. Shape: (B, 1, R, C) -> (B, C).

    Example:
        >>> sum(p.numel() for p in stack(10, 5).parameters())
        27237
    """
    height, width = max(rows, ROWS), max(classes, CLASSES)  # smaller images get a blank margin, or nothing is left of them
    return nn.Sequential(
        nn.ZeroPad2d((0, width - classes, 0, height - rows)),
        nn.Conv2d(1, 32, 2),
        nn.MaxPool2d((2, 1)),  # before the rectifier, as what is left is the same and half as many are rectified
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Conv2d(32, 64, 3),
        nn.MaxPool2d((2, 1)),
        nn.ReLU(),
        nn.Dropout(0.25),
        nn.Flatten(),
        nn.Linear(64 * (((height - 1) // 2 - 2) // 2) * (width - 3), 64),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(64, classes),
    )


def _images(scores: Scores) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities with members one under the other, and whose each row is. Shape: (N, R, C), (R,)."""
    check_scores(scores)
    names = sorted(scores)
    owners = np.concatenate([np.full(scores[name].shape[1], i) for i, name in enumerate(names)])
    return logs(np.concatenate([scores[name] for name in names], axis=1)), owners
