"""What is usual: for everybody who was learnt from, and for one person of whom a few clips are known.

A few clips say little: what is usual for a person is drawn towards what is usual among the people who were learnt from.
The person's own n clips weigh n / (n + k), where k is the variance of clips of one person over the variance between people
(Bühlmann 1967, "Experience rating and credibility"; an empirical Bayes estimate, as in Efron, Morris 1975), for every
dimension by itself: once for the mean, once for the squared deviations from it.

Nothing here knows clips or labels. N: clips, T: time steps; statistics have the shape of one time step, (...).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from emofuse.core.errors import RunError, SplitError

NEVER = 1e6  # clips, at most, that a person needs to count as much as everybody: where people do not differ at all
FLATTEST = 1e-6  # spread over size, below which a dimension is taken for constant and not blown up
UTMOST = 8.0  # spreads; what is further from usual is no further: about the largest that 60 clips standardised together can have


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual for somebody: mean and spread of every dimension. Shape: (...) each.

    Args:
        mean: Of this person.
        spread: Likewise, above 0.
        everybody: What is usual among all; None where nobody knows.
    """

    mean: np.ndarray
    spread: np.ndarray
    everybody: "Usual | None" = None

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Rows as they would be if this person were like everybody, in their own unit; else in spreads from this person's mean.

        Shape:
            (T, ...) -> (T, ...) float32
        """
        away: np.ndarray = np.clip((rows - self.mean) / self.spread, -UTMOST, UTMOST)
        like = away if self.everybody is None else self.everybody.mean + away * self.everybody.spread
        return like.astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What is remembered of clips: how many, and the sums of their means and of their mean squares. Shape: (...) each.

    A clip counts one however long it is: its time steps resemble each other.
    """

    clips: float
    total: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, clips: float = 1.0) -> Self:
        """Of one clip, or of so much of one. Shape: (T, ...)."""
        wide = np.asarray(rows, dtype=np.float64)
        return cls(clips, clips * wide.mean(axis=0), clips * (wide**2).mean(axis=0))

    @classmethod
    def nothing(cls) -> Self:
        """Of no clip."""
        return cls(0.0, np.zeros(()), np.zeros(()))

    def scaled(self, by: float) -> "Moments":
        """The same, counting so many times as much."""
        return Moments(by * self.clips, by * self.total, by * self.squares)

    def plus(self, other: "Moments") -> "Moments":
        """Both together."""
        return Moments(self.clips + other.clips, self.total + other.total, self.squares + other.squares)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """What is usual among the people who were learnt from, and how much of a person's own clips outweighs it.

    Shape:
        (...) each

    Args:
        mean: Over people.
        variance: Of a person's time steps around that person's own mean, over people.
        mean_clips: k of the module's docstring for the mean: a person's own so many clips count as much as everybody.
        variance_clips: The same for the variance.
    """

    mean: np.ndarray
    variance: np.ndarray
    mean_clips: np.ndarray
    variance_clips: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, people: Sequence[str | None]) -> Self:
        """Of clips, and of whom each is.

        Shape:
            (N, T, ...), (N,)

        Raises:
            SplitError: Fewer than two people with two clips or more.
        """
        own = [[i for i in range(len(people)) if people[i] == who] for who in sorted({who for who in people if who is not None})]
        several = [places for places in own if len(places) > 1]
        if len(several) < 2:
            raise SplitError(
                f"{len(several)} of {len(own)} people have two clips or more. Expected two such people at least, to tell what is usual for "
                f"one of them from what is usual for all; get more of the corpus, or name no baseline."
            )
        within, means, squares = [], [], []
        for places in several:
            wide = np.asarray(rows[places], dtype=np.float64)
            each, whole = wide.mean(axis=1), wide.mean(axis=(0, 1))  # (n, ...), (...)
            noise = each.var(axis=0, ddof=1)
            means.append((whole, noise, len(places)))
            away = ((wide - whole) ** 2).mean(axis=1) + noise / len(places)  # the person's true mean is as uncertain as that
            squares.append((away.mean(axis=0), away.var(axis=0, ddof=1), len(places)))
            within.append(away.mean(axis=0))
        return cls(np.mean([mean for mean, _, _ in means], axis=0), np.mean(within, axis=0), _clips(means), _clips(squares))

    def usual(self, own: Moments) -> Usual:
        """For a person of whom so much is known; for anybody, where nothing is."""
        share = own.clips / (own.clips + self.mean_clips)
        count = max(own.clips, 1e-12)
        mean = self.mean + share * (own.total / count - self.mean)
        away = own.squares / count - 2 * mean * own.total / count + mean**2
        share = own.clips / (own.clips + self.variance_clips)
        return replace(standard(mean, self.variance + share * (away - self.variance)), everybody=standard(self.mean, self.variance))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {name: getattr(self, name).tolist() for name in self.__slots__}

    @classmethod
    def from_dict(cls, said: object) -> Self:
        """Out of JSON.

        Raises:
            RunError: It is not what `as_dict` made.
        """
        try:
            assert isinstance(said, Mapping), "it is not there"
            arrays = [np.array(said[name], dtype=np.float64) for name in cls.__slots__]
            assert len({array.shape for array in arrays}) == 1, "its parts are of different shapes"
            assert all(np.isfinite(array).all() for array in arrays), "not all of it are numbers"
            return cls(*arrays)
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"What is usual among people cannot be read ({error!r}). Expected {', '.join(cls.__slots__)}, as a run of a recipe "
                f"with a baseline has them; restore run.json, or train again."
            ) from error


def standard(mean: np.ndarray, variance: np.ndarray) -> Usual:
    """Mean and spread; a spread of one where a dimension is constant. Shape: (...), (...)."""
    spread = np.sqrt(np.maximum(variance, 0.0))
    return Usual(mean, np.where(spread > FLATTEST * np.maximum(np.abs(mean), FLATTEST), spread, 1.0))


def _clips(people: Sequence[tuple[np.ndarray, np.ndarray, int]]) -> np.ndarray:
    """How many of a person's own clips count as much as everybody: variance within people over variance between them.

    Args:
        people: Of each: the mean over clips, the variance over clips, and how many clips.

    Shape:
        (...)
    """
    noise = np.mean([variance for _, variance, _ in people], axis=0)
    chance = np.mean([variance / count for _, variance, count in people], axis=0)  # means differ by so much of themselves
    between = np.maximum(np.var([mean for mean, _, _ in people], axis=0, ddof=1) - chance, 0.0)
    clips: np.ndarray = np.divide(noise, between, out=np.full(noise.shape, NEVER), where=between * NEVER > noise)
    return clips
