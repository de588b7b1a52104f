"""A map from a recognizer's probabilities to those for one person.

    z = x / temperature + mix x + bias,   x = log p less its mean over the labels;   the answer is softmax(z)

A few numbers that can be read, kept as JSON. Nothing here knows how they were found. N: rows, C: classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

import numpy as np

from emofuse.calibration import HIGHEST, LOWEST, softened
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.decisions.base import Scores, by_member, logs, weighed


@dataclass(frozen=True, slots=True)
class Personal:
    """A map from probabilities to probabilities, for one person.

    Args:
        labels: The order of both.
        how: By which way it was found, in words.
        temperature: What log-probabilities are divided by; 1 leaves them.
        bias: (C,) added to each; empty for none.
        mix: (C, C) what each label (row) hears of the others, beside itself; empty for nothing.
        weights: Of a fusion's members, by name; empty where all count the same, or where there is one recognizer.

    Raises:
        ValueError: Numbers that are none, or as many as do not fit the labels.

    Example:
        >>> hers = Personal(LabelSet(("anger", "calm")), "by hand", bias=(float(np.log(3)), 0.0))
        >>> hers(np.array([[0.5, 0.5]])).round(2).tolist()
        [[0.75, 0.25]]
    """

    labels: LabelSet
    how: str
    temperature: float = 1.0
    bias: tuple[float, ...] = ()
    mix: tuple[tuple[float, ...], ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        classes = len(self.labels)
        fits = len(self.bias) in (0, classes) and all(len(row) == classes for row in self.mix) and len(self.mix) in (0, classes)
        numbers = [self.temperature, *self.bias, *(one for row in self.mix for one in row), *self.weights.values()]
        if not fits or not np.isfinite(numbers).all():
            raise ValueError(f"A map for {classes} labels got {len(self.bias)} biases and {len(self.mix)} rows, or numbers that are none.")
        if not LOWEST <= self.temperature <= HIGHEST or min(self.weights.values(), default=1.0) < 0:
            raise ValueError(f"A map has a temperature of {self.temperature}, which must be {LOWEST} to {HIGHEST}, or a weight below 0.")

    @property
    def linear(self) -> tuple[np.ndarray, np.ndarray]:
        """What centred log-probabilities are multiplied by, and what is added. Shape: (C, C), (C,)."""
        classes = len(self.labels)
        mix = np.array(self.mix) if self.mix else np.zeros((classes, classes))
        return np.eye(classes) / self.temperature + mix, np.array(self.bias) if self.bias else np.zeros(classes)

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        """Shape: (N, C) -> (N, C), rows sum to one; rows of NaN (no answer) stay NaN."""
        matrix, bias = self.linear
        x = logs(probabilities.astype(np.float64))
        return softened((x - x.mean(axis=1, keepdims=True)) @ matrix.T + bias, 1.0)

    def fused(self, scores: Scores) -> np.ndarray:
        """Members' answers as one of theirs. Shape: {member: (N, S, C)} -> (N, C); NaN where no member has an answer."""
        weights = np.array([self.weights.get(name, 1.0) for name in sorted(scores)])
        return self(weighed(by_member(scores), weights))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "labels": list(self.labels),
            "how": self.how,
            "temperature": self.temperature,
            "bias": list(self.bias),
            "mix": [list(row) for row in self.mix],
            "weights": dict(self.weights),
        }

    @classmethod
    def from_dict(cls, said: object) -> Self:
        """The map that `as_dict` told of.

        Raises:
            RunError: It is none.
        """
        try:
            assert isinstance(said, dict)
            return cls(
                LabelSet(tuple(map(str, said["labels"]))),
                str(said["how"]),
                float(said["temperature"]),
                tuple(map(float, said["bias"])),
                tuple(tuple(map(float, row)) for row in said["mix"]),
                MappingProxyType({str(name): float(weight) for name, weight in said["weights"].items()}),
            )
        except (AssertionError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"This is no map for a person ({error!r}). Expected labels, how, temperature, bias, mix and weights that fit each other; "
                f"calibrate again."
            ) from error
