"""Why a timeline says what it says: what each member added to each label, and what in its signal moved a member's score.

Nothing here knows how that is found out; `emofuse.explanations` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment

CANNOT = (
    "This shows what moved the recognizers' scores: which of them, which pixels, which tones. "
    "It does not show why a person feels or acts, nor whether the recognizers are right."
)
UNIFORM = "every label alike"  # what is believed when nobody has said anything, unless somebody knows better


@dataclass(frozen=True, slots=True)
class Axis:
    """One side of a map.

    Args:
        name: What lies along it: "down", "across", "time", "frequency", "word", "turn", "channel", "band", "column".
        places: Where each row of the map is: numbers in `unit`, or words.
        unit: Of numbers: "pixel", "ms", "Hz"; empty for words and counts.
    """

    name: str
    places: tuple[str | float, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How much each part of what one member was shown moved its score for a label.

    Shape:
        weights, one axis for each of `axes`; seen as weights, or None where the signal is no picture

    Args:
        member: The lane.
        modality: Of the signal.
        segment: What stretch of the recording it was shown.
        label: The label whose score was moved; in the words of the answer.
        method: How it was found out: "integrated gradients" or "occlusion".
        score: The member's probability of the label, having seen what it was shown.
        without: The same, having seen nothing in this modality's place: a flat grey face, an even sound, what is usual; None by occlusion.
        axes: What the sides of the map are.
        weights: For the label where above zero, against it where below. By integrated gradients they sum to `score` less `without`
            (to a few hundredths); by occlusion each is what the score loses when that part alone is taken away.
        seen: What the member was shown there: grey levels of a face, decibels of a sound.

    Raises:
        ValueError: Shapes that do not belong together.
    """

    member: str
    modality: Modality
    segment: Segment
    label: str
    method: str
    score: float
    without: float | None
    axes: tuple[Axis, ...]
    weights: np.ndarray
    seen: np.ndarray | None = None

    def __post_init__(self) -> None:
        sides = tuple(len(axis.places) for axis in self.axes)
        if self.weights.shape != sides or (self.seen is not None and self.seen.shape != sides):
            pictured = None if self.seen is None else self.seen.shape
            raise ValueError(f"A map with sides of {sides} places got weights {self.weights.shape} and a picture {pictured}.")

    def coarser(self, most: int) -> "Look":
        """The same with at most `most` places a side: neighbours are added up, so that the sum stays; without the picture."""
        axes, weights = [], self.weights
        for side, axis in enumerate(self.axes):
            together = -(-len(axis.places) // most)
            firsts = range(0, len(axis.places), together)
            weights = np.add.reduceat(weights, firsts, axis=side)
            axes.append(replace(axis, places=tuple(axis.places[first] for first in firsts)))
        return replace(self, axes=tuple(axes), weights=weights, seen=None)


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One moment of a recording, looked at closely: a place where a span's label is at its strongest.

    Args:
        cell: When.
        span: The stretch of one answer that it was taken from.
        label: Of the span.
        looks: What members were shown there, and what in it moved their scores.
    """

    cell: Segment
    span: Segment
    label: str
    looks: tuple[Look, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What each player added to an answer, cell by cell, and a few moments looked at closely.

    Players are the members of a fused answer, or the modalities of a single network's.

    Shape:
        prior (C,); contributions (M, N, C), rows of NaN where there is no answer, zeros where a player is absent

    Args:
        labels: The order of the scores.
        players: By name, what each listens to.
        segments: Cells side by side.
        prior: What is believed when nobody has said anything.
        contributions: Shapley values: over the players they sum to the answer less the prior.
        moments: In the order of time.
        prior_name: Whose prior that is.
        notes: What could not be explained, and why.

    Raises:
        ValueError: Shapes that do not belong together.
    """

    labels: LabelSet
    players: Mapping[str, frozenset[Modality]]
    segments: tuple[Segment, ...]
    prior: np.ndarray
    contributions: np.ndarray
    moments: tuple[Moment, ...] = ()
    prior_name: str = UNIFORM
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.players), len(self.segments), len(self.labels))
        if self.contributions.shape != shape or self.prior.shape != shape[2:]:
            raise ValueError(
                f"An explanation by {shape[0]} players of {shape[1]} segments and {shape[2]} labels got contributions "
                f"{self.contributions.shape} and a prior {self.prior.shape}."
            )

    @property
    def present(self) -> np.ndarray:
        """Which segments have an answer. Shape: (N,) bool."""
        answered: np.ndarray = ~np.isnan(self.contributions).any(axis=(0, 2))
        return answered

    @property
    def pooled(self) -> np.ndarray:
        """Mean contribution of each player to each label where there is an answer; NaN where there is none. Shape: (M, C)."""
        if not self.present.any():
            return np.full((len(self.players), len(self.labels)), np.nan)
        mean: np.ndarray = self.contributions[:, self.present].mean(axis=1)
        return mean

    def at(self, time: int) -> np.ndarray:
        """Each player's contribution to each label at a moment in ms; NaN beyond the end. Shape: (M, C)."""
        for i, segment in enumerate(self.segments):
            if segment.start <= time < segment.end:
                found: np.ndarray = self.contributions[:, i]
                return found
        return np.full((len(self.players), len(self.labels)), np.nan)
