"""The person's own baseline: features seen against what is usual for this very person, as their other recordings tell.

What people look and sound like at rest differs, often by more than one of their emotions differs from another; a few
recordings of a person, of whatever emotions, show what to subtract and what to divide by. Labels are never looked at
(as in Busso et al. 2013, "Iterative feature normalization scheme for automatic emotion detection from speech"; unlike
there, no clip is guessed to be neutral first). Few clips are drawn towards everybody (`emofuse.features.population`).

Nothing here knows networks. N: clips, V: variants of a clip, T: time steps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Self
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.features.population import Moments, Population, Usual, standard

UNIT = 4_000  # ms of a recording that say as much as one clip: about what a clip of the usual corpora lasts


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

    def __str__(self) -> str:
        """For a reader."""
        raise NotImplementedError  # each kind says what it is

    def __call__(self, rows: np.ndarray, clips: Sequence[Clip]) -> np.ndarray:
        """Each clip as it would be if its person's other clips were like everybody's; it is never part of what it is seen against.

        Encoders take such features for the ones they know: what is usual for everybody, in their own unit. Without a
        population there is no everybody: features come in spreads from the person's mean.

        Variants are seen against the same variants of the others: a faster voice is somebody else's.

        Shape:
            (N, V, T, ...) -> the same, float32

        Raises:
            SplitError: A clip whose person has no other, where no population is known.
        """
        places: dict[str | None, dict[str, int]] = {}
        for i, clip in enumerate(clips):
            places.setdefault(clip.subject, {})[clip.id] = i
        theirs = {who: sorted(ids) for who, ids in places.items() if who is not None}
        seen = np.empty(rows.shape, dtype=np.float32)
        mean = rows.mean(axis=2, dtype=np.float64)  # (N, V, ...)
        square = np.stack([np.square(clip, dtype=np.float64).mean(axis=1) for clip in rows])  # all at once would take gigabytes
        for i, clip in enumerate(clips):
            others = [places[clip.subject][name] for name in self.drawn(clip.id, theirs.get(clip.subject or "", ()))]
            for v in range(rows.shape[1]):
                own = Moments(float(len(others)), mean[others, v].sum(axis=0), square[others, v].sum(axis=0))
                seen[i, v] = self.usual(own)(rows[i, v])
        return seen

    def drawn(self, clip: str, theirs: Sequence[str]) -> Sequence[str]:
        """Those of a person's clips, by id, that one of them is seen against; never itself.

        Args:
            clip: Its id.
            theirs: Ids of all clips of the person, sorted.
        """
        return [other for other in theirs if other != clip]

    def usual(self, own: Moments) -> Usual:
        """For a person of whom so much is known.

        Raises:
            SplitError: Nothing is, and no population is known either.
        """
        if self.population is not None:
            return self.population.usual(own)
        if own.clips:
            mean = own.total / own.clips
            return standard(mean, own.squares / own.clips - mean**2)
        raise SplitError(
            "There is a person of whom there is one clip alone, or a clip of nobody, and nobody who was learnt from to see it against. "
            "Expected two clips of every person; get them, or leave such clips out."
        )


@dataclass(frozen=True, slots=True)
class Few(Baseline):
    """Beside a few other clips of the person, drawn at random for each clip, always the same ones.

    Args:
        clips: How many; all there are, where these are fewer, or by default.
        seed: Of the draw, which does not depend on the order of the clips, nor on what else they say.

    Raises:
        SplitError: Less than none.
    """

    clips: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.clips is not None and self.clips < 0:
            raise SplitError(f"A clip is to be seen against {self.clips} others. Expected none or more; name no number for all there are.")

    @property
    def needs_others(self) -> bool:
        """The recording itself tells nothing."""
        return True

    def __str__(self) -> str:
        """For a reader."""
        return f"{'all' if self.clips is None else self.clips} other clip{'' if self.clips == 1 else 's'} of the person"

    def drawn(self, clip: str, theirs: Sequence[str]) -> Sequence[str]:
        """So many others, always the same ones."""
        others = [other for other in theirs if other != clip]
        if self.clips is None or len(others) <= self.clips:
            return others
        generator = np.random.default_rng([self.seed, crc32(clip.encode())])
        return [others[i] for i in sorted(generator.choice(len(others), self.clips, replace=False).tolist())]


@dataclass(frozen=True, slots=True)
class Running(Baseline):
    """Beside what was heard and seen before in the same recording, the longer ago the less. Learnt beside all the person's other clips.

    Args:
        half_life: ms of the recording in which what was heard loses half its weight; None for never.
        until: ms of the recording from its start, after which nothing is added; None for no end.

    Raises:
        SplitError: A half-life or an end of no time, or less.
    """

    half_life: int | None = 120_000
    until: int | None = None

    def __post_init__(self) -> None:
        for what, ms in (("A half-life", self.half_life), ("An end", self.until)):
            if ms is not None and ms <= 0:
                raise SplitError(f"{what} of {ms} ms was asked for. Expected one above 0; name none for what is never forgotten, nor ends.")

    def __str__(self) -> str:
        """For a reader."""
        upto = "" if self.until is None else f" within its first {self.until / 1_000:g} s"
        return f"what came before in the recording{upto}"

    def along(self, rows: np.ndarray, step: float, heard: "Heard | None" = None) -> np.ndarray:
        """A recording, time step by time step, each beside those before it alone.

        Shape:
            (T, ...) -> the same, float32

        Args:
            rows: Of one recording.
            step: ms from one to the next.
            heard: What came before; the rows are added to it.

        Raises:
            SplitError: No population is known: there is nothing to see the first one against.
        """
        heard, seen = heard or Heard(self), np.empty(rows.shape, dtype=np.float32)
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

    Raises:
        SplitError: No population is known.
    """

    def __init__(self, baseline: Running) -> None:
        if baseline.population is None:
            raise SplitError(
                "A recording is to be seen against its own past, and nobody was learnt from to see its first moment against. "
                "Expected a baseline that knows its population; take it from a run, or call `among` first."
            )
        self.baseline, self.population = baseline, baseline.population
        self.ms, self.own = 0.0, Moments.nothing()

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
            self.own = self.own.scaled(kept).plus(Moments.of(rows, new / UNIT))


KINDS: Mapping[str, type[Baseline]] = MappingProxyType({"few": Few, "running": Running, "beginning": Beginning})
"""By the names that a recipe's argument takes."""


def named(kind: str, **settings: int | None) -> Baseline:
    """A baseline by its name, as a recipe's argument says it.

    Raises:
        UnknownName: There is none of this name, or it takes no such setting.
        SplitError: A setting that says nothing.

    Example:
        >>> str(named("beginning", until=30_000))
        'what came before in the recording within its first 30 s'
    """
    if kind not in KINDS:
        raise UnknownName(f"Unknown baseline '{kind}'. Known: {', '.join(KINDS)}; name one of them, or none to judge clips alone.")
    takes = [f.name for f in fields(KINDS[kind]) if f.name != "population"]
    strange = sorted(set(settings) - set(takes))
    if strange:
        raise UnknownName(f"The baseline '{kind}' takes no '{strange[0]}'. It takes: {', '.join(takes)}; leave it out.")
    return KINDS[kind](**settings)  # type: ignore[arg-type]  # each checks its own


def told(baseline: Mapping[Modality, Baseline]) -> tuple[str, ...]:
    """What a reader of figures must be told: clips were not judged alone."""
    if not baseline:
        return ()
    beside = "; ".join(f"{m} beside {kind}" for m, kind in sorted(baseline.items()))
    return (f"with the person's own baseline, not to be compared with clips judged alone: {beside}",)
