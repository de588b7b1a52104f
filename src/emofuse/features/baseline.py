"""The person's own baseline: features seen against what is usual for this very person, as their other recordings tell.

What people look and sound like at rest differs, often by more than one of their emotions differs from another; a few
recordings of a person, of whatever emotions, show what to subtract and what to divide by. Labels are never looked at
(as Busso et al. 2013, "Iterative feature normalization scheme for automatic emotion detection from speech", compare;
unlike there, no clip is guessed to be neutral first).

A few clips say little: what is usual for the person is drawn towards what is usual among the people who were learnt from.
The person's own n clips weigh n / (n + k), where k is the variance of clips of one person over the variance between people
(Bühlmann 1967, "Experience rating and credibility"; an empirical Bayes estimate, as in Efron, Morris 1975), for every
dimension by itself: once for the mean, once for the squared deviations from it.

Nothing here knows networks. N: clips, V: variants of a clip, T: time steps; statistics have the shape of one time step, (...).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, SplitError

UNIT = 4_000  # ms of a recording that say as much as one clip: about what a clip of the usual corpora lasts
NEVER = 1e6  # clips, at most, that a person needs to count as much as everybody: where people do not differ at all
FLATTEST = 1e-6  # spread over size, below which a dimension is taken for constant and not blown up
UTMOST = 8.0  # spreads; what is further from usual is no further: the largest that 64 clips standardised together can have


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What is usual for somebody: mean and spread of every dimension. Shape: (...) each."""

    mean: np.ndarray
    spread: np.ndarray

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Rows in spreads from usual. Shape: (T, ...) -> (T, ...) float32."""
        scaled: np.ndarray = np.clip((rows - self.mean) / self.spread, -UTMOST, UTMOST).astype(np.float32)
        return scaled


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
    def nothing(cls, shape: tuple[int, ...]) -> Self:
        """Of no clip."""
        return cls(0.0, np.zeros(shape), np.zeros(shape))

    def plus(self, other: "Moments", kept: float = 1.0) -> "Moments":
        """Both together, of the first only so much as is `kept`."""
        return Moments(kept * self.clips + other.clips, kept * self.total + other.total, kept * self.squares + other.squares)


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
        return _usual(mean, self.variance + share * (away - self.variance))

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
            assert isinstance(said, Mapping)
            return cls(*(np.array(said[name], dtype=np.float64) for name in cls.__slots__))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            raise RunError(
                f"What is usual among people cannot be read ({error!r}). Expected {', '.join(cls.__slots__)}, as a run of a recipe "
                f"with a baseline has them; restore run.json, or train again."
            ) from error


@dataclass(frozen=True, slots=True)
class Baseline:
    """How a recipe's features of one modality are seen against the person's own; a recipe names one of the three below.

    Args:
        population: Who was learnt from; without it, nothing draws a person's own statistics towards anybody's.
    """

    population: Population | None = None

    @property
    def needs_others(self) -> bool:
        """Whether it is the person's other clips that tell what is usual, rather than the recording itself."""
        return False

    def among(self, rows: np.ndarray, clips: Sequence[Clip]) -> Self:
        """The same, knowing what is usual among these people. Shape: (N, V, T, ...), of which the first variant is looked at.

        Raises:
            SplitError: Fewer than two people with two clips or more.
        """
        return replace(self, population=Population.of(rows[:, 0], [clip.subject for clip in clips]))

    def __call__(self, rows: np.ndarray, clips: Sequence[Clip]) -> np.ndarray:
        """Each clip seen against its person's other clips; a clip is never part of what it is seen against.

        Variants are seen against the same variants of the others: a faster voice is somebody else's.

        Shape:
            (N, V, T, ...) -> the same, float32

        Raises:
            SplitError: A clip whose person has no other, where no population is known.
        """
        seen = np.empty(rows.shape, dtype=np.float32)
        mean = rows.mean(axis=2, dtype=np.float64)  # (N, V, ...)
        square = np.stack([np.square(clip, dtype=np.float64).mean(axis=1) for clip in rows])  # all at once would take gigabytes
        for i, others in enumerate(self.others(clips)):
            for v in range(rows.shape[1]):
                own = Moments(float(len(others)), mean[others, v].sum(axis=0), square[others, v].sum(axis=0))
                seen[i, v] = self.usual(own, clips[i])(rows[i, v])
        return seen

    def others(self, clips: Sequence[Clip]) -> Iterator[np.ndarray]:
        """For each clip, where the clips stand that it is seen against."""
        places: dict[str | None, list[int]] = {}
        for i in sorted(range(len(clips)), key=lambda i: clips[i].id):
            places.setdefault(clips[i].subject, []).append(i)
        for clip in clips:
            others = [] if clip.subject is None else [j for j in places[clip.subject] if clips[j].id != clip.id]
            yield self._drawn(clip, np.array(others, dtype=int))

    def usual(self, own: Moments, clip: Clip) -> Usual:
        """For the person of a clip, of whom so much else is known.

        Raises:
            SplitError: Nothing is, and no population is known either.
        """
        if self.population is not None:
            return self.population.usual(own)
        if own.clips:
            mean = own.total / own.clips
            return _usual(mean, own.squares / own.clips - mean**2)
        raise SplitError(
            f"There is no other clip of the person in {clip.id} ({clip.subject or 'who is not named'}), and nobody who was learnt from to "
            f"compare them with. Expected two clips of every person; get them, or leave such people out."
        )

    def _drawn(self, clip: Clip, others: np.ndarray) -> np.ndarray:
        """Those of a person's other clips that tell what is usual."""
        return others


@dataclass(frozen=True, slots=True)
class Few(Baseline):
    """Beside a few other clips of the person, drawn at random for each clip, always the same ones.

    Args:
        clips: How many; all there are, where these are fewer, or by default.
        seed: Of the draw, which does not depend on the order of the clips, nor on what else they say.
    """

    clips: int | None = None
    seed: int = 0

    @property
    def needs_others(self) -> bool:
        """The recording itself tells nothing."""
        return True

    def _drawn(self, clip: Clip, others: np.ndarray) -> np.ndarray:
        if self.clips is None or len(others) <= self.clips:
            return others
        generator = np.random.default_rng([self.seed, crc32(clip.id.encode())])
        drawn: np.ndarray = others[np.sort(generator.choice(len(others), self.clips, replace=False))]
        return drawn


@dataclass(frozen=True, slots=True)
class Running(Baseline):
    """Beside what was heard and seen before in the same recording, the longer ago the less. Learnt beside all the person's other clips.

    Args:
        half_life: ms of the recording in which what was heard loses half its weight; None for never.
        until: ms of the recording from its start, after which nothing is added; None for no end.
    """

    half_life: int | None = 120_000
    until: int | None = None

    def along(self, rows: np.ndarray, step: float) -> np.ndarray:
        """A whole recording, time step by time step, each beside those before it alone.

        Shape:
            (T, ...) -> the same, float32

        Args:
            rows: Of one recording.
            step: ms from one to the next.

        Raises:
            SplitError: No population is known: there is nothing to see the first one against.
        """
        heard, seen = Heard(self, rows.shape[1:]), np.empty(rows.shape, dtype=np.float32)
        for i, row in enumerate(rows):
            seen[i] = heard.usual()(row)
            heard.add(row[None], step)
        return seen


@dataclass(frozen=True, slots=True)
class Beginning(Running):
    """Beside the beginning of the same recording: what was heard and seen in it before, up to its first minute, and that from then on."""

    half_life: int | None = None
    until: int | None = 60_000


class Heard:
    """What a running baseline has heard of one recording so far.

    Args:
        baseline: With its population.
        shape: Of one time step.

    Raises:
        SplitError: No population is known.
    """

    def __init__(self, baseline: Running, shape: tuple[int, ...]) -> None:
        if baseline.population is None:
            raise SplitError(
                "A recording is to be seen against its own past, and nobody was learnt from to see its first moment against. "
                "Expected a baseline that knows its population; take it from a run, or call `among` first."
            )
        self.baseline, self.population = baseline, baseline.population
        self.ms, self.own = 0.0, Moments.nothing(shape)

    def usual(self) -> Usual:
        """For this person, by what was heard so far."""
        return self.population.usual(self.own)

    def add(self, rows: np.ndarray, ms: float) -> None:
        """Remember so many ms more. Shape: (T, ...)."""
        most = self.baseline.until
        new = ms if most is None else min(ms, max(most - self.ms, 0.0))
        self.ms += ms
        if new > 0:
            kept = 1.0 if self.baseline.half_life is None else 0.5 ** (new / self.baseline.half_life)
            self.own = self.own.plus(Moments.of(rows, new / UNIT), kept)


def _usual(mean: np.ndarray, variance: np.ndarray) -> Usual:
    """Mean and spread, one where a dimension is constant."""
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
