"""Which channels carry anything, second by second: not where nothing was recorded, nothing moves, or something else than a brain does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FLATTEST = 0.1  # microvolts of spread in a second, below which a channel is not connected; amplifiers hiss more
WILDEST = 250.0  # microvolts of spread in a second, above which it is a loose electrode, a jaw or a cable; blinks stay under it
LOST = 0.5  # share of a second's samples that must be there
ENOUGH = 0.5  # share of the channels that must be good for a moment to count
LEAST = 0.25  # of a second; a shorter end is told by too few samples, and goes with what came before


@dataclass(frozen=True, slots=True)
class Second:
    """How good one second is.

    Args:
        start: ms.
        end: ms.
        reasons: A word for each channel, why it is not good; None where it is.
    """

    start: int
    end: int
    reasons: tuple[str | None, ...]

    @property
    def good(self) -> float:
        """Share of the channels that carry something."""
        return sum(reason is None for reason in self.reasons) / len(self.reasons)

    @property
    def present(self) -> bool:
        """Whether enough of them do."""
        return self.good >= ENOUGH


def reasons(block: np.ndarray) -> tuple[str | None, ...]:
    """Why each channel says nothing in this stretch; None where it does.

    Shape:
        (time, channels) microvolts, NaN where there is nothing -> a word for each channel

    Example:
        >>> noise = np.random.default_rng(0).normal(size=(256, 1))
        >>> reasons(np.hstack([10 * noise, 0 * noise, 900 * noise, np.nan * noise]))
        (None, 'flat', 'artefact', 'nothing')
    """
    return tuple(
        "nothing" if part < LOST else "flat" if wide < FLATTEST else "artefact" if wide > WILDEST else None
        for part, wide in zip(*(of.tolist() for of in spreads(block)), strict=True)
    )


def spreads(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which share of each channel's samples is there, and by how much these spread.

    Shape:
        (time, channels), NaN where there is nothing -> (channels,) each
    """
    there = np.isfinite(block)
    count = np.maximum(there.sum(axis=0), 1)
    mean = np.where(there, block, 0.0).sum(axis=0) / count
    return there.mean(axis=0), np.sqrt((np.where(there, block - mean, 0.0) ** 2).sum(axis=0) / count)


def told(names: Sequence[str], seconds: Sequence[Second]) -> tuple[str, ...]:
    """What a reader must be told of the channels that were often not good.

    Example:
        >>> told(["Cz"], [Second(0, 1_000, ("flat",)), Second(1_000, 2_000, (None,))])
        ('Cz: flat for 50 % of the time',)
    """
    notes = []
    for i, name in enumerate(names):
        said = [second.reasons[i] for second in seconds]
        for reason in sorted({one for one in said if one is not None}):
            share = said.count(reason) / len(said)
            if share >= 0.05:
                notes.append(f"{name}: {reason} for {share:.0%} of the time".replace("%", " %"))
    return tuple(notes)
