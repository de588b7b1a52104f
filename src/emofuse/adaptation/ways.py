"""The ways of adapting to one person: a handful, each with few free numbers, drawn towards leaving everything as it is.

    nothing                   the recognizer as it is
    shift                     what it says of the person on average, all labels alike, is taken away: their own prior
    temperature and bias      one number for how sure it is, one a label for how often it says it
    regression                multinomial logistic regression on the log-probabilities, drawn to the identity, not to nought
    members' weights          of a fusion: who of them is to be believed, alone or with temperature and bias

Labels that no clip shows keep their place: what is learnt is how those that are shown are told from each other.
Each clip counts once, however long; its answer is the mean over its windows, and that is what is fitted.
M: members, R: windows, N: clips, C: classes.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from emofuse.adaptation.answers import Answers
from emofuse.calibration import HIGHEST, LOWEST
from emofuse.decisions.base import SMALLEST, logs, weighed
from emofuse.personal.map import Personal


class Way(Protocol):
    """One way of adapting."""

    @property
    def how(self) -> str:
        """In words."""

    def __call__(self, answers: Answers) -> Personal:
        """What it learns from clips."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Leave everything as it is."""

    how: str = "nothing"

    def __call__(self, answers: Answers) -> Personal:
        """The map that changes nothing."""
        return Personal(answers.labels, self.how)


@dataclass(frozen=True, slots=True)
class Shift:
    """Take away what the recognizer says of this person on average; labels that are shown count alike, however often they are.

    Args:
        share: How much of it, 0 to 1.
    """

    share: float = 1.0

    @property
    def how(self) -> str:
        """In words."""
        return "a shift by the person's average" if self.share == 1 else f"a shift by {self.share:g} of the person's average"

    def __call__(self, answers: Answers) -> Personal:
        """A bias for each label that is shown; they add up to nought."""
        windows, owner = answers.windows()
        x = logs(weighed(windows, np.ones(len(windows))))
        means = np.stack([np.nanmean(x[owner == i], axis=0) for i in range(len(answers.clips))])  # (N, C)
        average = np.stack([means[answers.targets == c].mean(axis=0) for c in np.unique(answers.targets)]).mean(axis=0)
        shown = answers.shown
        bias = np.where(shown, -self.share * (average - average[shown].mean()), 0.0)
        return Personal(answers.labels, self.how, bias=tuple(bias.tolist()))


@dataclass(frozen=True, slots=True)
class Fitted:
    """The most likely map, were its numbers drawn from bells around no change at all; those of no width stay there.

    Args:
        how: In words.
        temperature: Width of the bell of the temperature's logarithm.
        bias: Of each bias.
        mix: Of what each label hears of each.
        weights: Of the logarithm of each member's weight.

    Source:
        Maximum a posteriori; with `mix` it is ridge regression (Hoerl, Kennard 1970) of the kind of Platt 1999 and Guo et al. 2017.
    """

    how: str
    temperature: float = 0.5
    bias: float = 0.0
    mix: float = 0.0
    weights: float = 0.0

    def __call__(self, answers: Answers) -> Personal:
        """The map."""
        from scipy.optimize import minimize

        problem = _Problem(self, answers)
        options = {"maxiter": 200, "ftol": 1e-7}
        found = minimize(problem, np.zeros(problem.size), jac=True, method="L-BFGS-B", bounds=problem.bounds, options=options)
        return problem.map(found.x, self.how)


class _Problem:
    """What is minimized: the log-loss of whole clips among the labels that are shown, and the price of every change."""

    def __init__(self, way: Fitted, answers: Answers) -> None:
        self.answers, self.classes = answers, len(answers.labels)
        self.windows, self.owner = answers.windows()
        there = ~np.isnan(self.windows[:, :, 0])
        heard = there.any(axis=0)
        self.windows, self.owner, self.there = self.windows[:, heard], self.owner[heard], there[:, heard].astype(np.float64)
        self.truth, self.shown = answers.targets[self.owner], answers.shown
        self.unweighed = self._heard(np.ones(len(answers.members)))
        self.counts = np.bincount(self.owner, minlength=len(answers.clips)).astype(np.float64)
        sizes = {"temperature": 1, "bias": self.classes, "mix": self.classes**2, "weights": len(answers.members)}
        self.parts: dict[str, slice] = {}
        widths: list[float] = []
        for name, size in sizes.items():
            if width := getattr(way, name):
                self.parts[name] = slice(len(widths), len(widths) + size)
                widths += [width] * size
        self.price, self.size = 1 / np.array(widths) ** 2, len(widths)
        self.bounds = [(-4.0, 4.0)] * self.size
        if "temperature" in self.parts:
            self.bounds[0] = (float(np.log(LOWEST)), float(np.log(HIGHEST)))

    def __call__(self, numbers: np.ndarray) -> tuple[float, np.ndarray]:
        """The price of a map, and its slope. Shape: (P,) -> (), (P,)."""
        scale, bias, mix, weights = self._read(numbers)
        fused, x = self._heard(weights) if "weights" in self.parts else self.unweighed
        z = np.where(self.shown, x * scale + bias + x @ mix.T, -np.inf)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        right = p[np.arange(len(p)), self.truth]
        whole = np.maximum(np.bincount(self.owner, right, minlength=len(self.counts)), np.finfo(float).tiny)
        slope = p.copy()
        slope[np.arange(len(p)), self.truth] -= 1
        slope *= (right / whole[self.owner])[:, None]  # a clip's windows share its slope by how much they have of its answer
        gradient = np.zeros(self.size)
        if "temperature" in self.parts:
            gradient[self.parts["temperature"]] = -(slope * x).sum() * scale
        if "bias" in self.parts:
            gradient[self.parts["bias"]] = slope.sum(axis=0)
        if "mix" in self.parts:
            gradient[self.parts["mix"]] = (slope.T @ x).ravel()
        if "weights" in self.parts:
            gradient[self.parts["weights"]] = self._of_weights(slope * scale + slope @ mix, fused, weights)
        value = -np.log(whole / self.counts).sum() + 0.5 * (self.price * numbers**2).sum()
        return float(value), gradient + self.price * numbers

    def _heard(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What members say together, and its centred logarithms. Shape: (M,) -> (R, C), (R, C)."""
        fused = weighed(self.windows, weights)
        x = logs(fused)
        return fused, x - x.mean(axis=1, keepdims=True)

    def _of_weights(self, slope: np.ndarray, fused: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """What the price hangs on the logarithms of weights. Shape: (R, C), (R, C), (M,) -> (M,)."""
        slope = (slope - slope.mean(axis=1, keepdims=True)) / np.maximum(fused, SMALLEST)
        total = (weights[:, None] * self.there).sum(axis=0)
        moved = (np.nan_to_num(self.windows) - fused) * self.there[:, :, None]  # (M, R, C)
        found: np.ndarray = np.array([w * ((slope * one).sum(axis=1) / total).sum() for w, one in zip(weights, moved, strict=True)])
        return found

    def map(self, numbers: np.ndarray, how: str) -> Personal:
        """Numbers as a map."""
        scale, bias, mix, weights = self._read(numbers)
        names = self.answers.members
        return Personal(
            self.answers.labels,
            how,
            float(np.clip(1 / scale, LOWEST, HIGHEST)),
            tuple(bias.tolist()) if "bias" in self.parts else (),
            tuple(map(tuple, mix.tolist())) if "mix" in self.parts else (),
            MappingProxyType(dict(zip(names, (weights / weights.sum()).tolist(), strict=True)) if "weights" in self.parts else {}),
        )

    def _read(self, numbers: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        """One over the temperature, bias, mix, weights."""
        parts = {name: numbers[place] for name, place in self.parts.items()}
        scale = float(np.exp(-parts["temperature"][0])) if "temperature" in parts else 1.0
        bias = parts.get("bias", np.zeros(self.classes))
        mix = parts.get("mix", np.zeros(self.classes**2)).reshape(self.classes, self.classes)
        return scale, bias, mix, np.exp(parts.get("weights", np.zeros(len(self.answers.members))))


ALONE: tuple[Way, ...] = (
    Nothing(),
    Shift(0.5),
    Shift(1.0),
    Fitted("a temperature and small biases", bias=0.5),
    Fitted("a temperature and biases", bias=1.5),
    Fitted("a small regression", bias=1.0, mix=0.05),
    Fitted("a regression", bias=1.0, mix=0.15),
    Fitted("a free regression", bias=1.5, mix=0.5),
)
"""For one recognizer, the simplest first."""

TOGETHER: tuple[Way, ...] = (
    *ALONE,
    Fitted("members' weights", temperature=0.5, weights=1.0),
    Fitted("members' weights, temperature and bias", bias=0.5, weights=1.0),
)
"""For a fusion."""
