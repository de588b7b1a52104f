"""How much an answer about a film rests on which faces are looked at: a few at random, beside all that are sampled.

Li 2024, section 2.2.3: a number of frames are drawn from each film, a network of single pictures judges each, and the mean of their
probabilities is the film's. Its discussion blames the drawing for missing the moments that matter; here that can be looked at.
C: labels.
"""

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from emofuse.core.clip import Chunk, Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline
from emofuse.reading import Reading, Recognizer, read_through

COUNT = 5  # faces: the paper says "a number of"
LEFT = "not drawn"  # why a face has no answer


class SomeFrames:
    """A recognizer of single faces that answers by a few of a film's, drawn at random; their mean is the film's.

    The same seed draws the same faces of a film again. Every face is judged by itself, so that what is said of those that are drawn is
    what `recognizer` says of them.

    Args:
        recognizer: Answers one face at a time.
        count: Faces that are drawn, of those that are found; all where there are fewer.
        seed: Of the drawing.

    Raises:
        RunError: A recognizer that looks at stretches of time.
        ValueError: Less than one face.
    """

    def __init__(self, recognizer: Recognizer, count: int = COUNT, seed: int = 0) -> None:
        if count < 1:
            raise ValueError(f"{count} faces cannot be drawn. Expected one or more.")
        single_faces(recognizer)
        self.recognizer, self.count, self.seed = recognizer, count, seed
        self.clip = ""

    @property
    def name(self) -> str:
        """That of the recognizer."""
        return self.recognizer.name

    @property
    def labels(self) -> LabelSet:
        """Those of the recognizer."""
        return self.recognizer.labels

    @property
    def modalities(self) -> frozenset[Modality]:
        """Pictures alone."""
        return self.recognizer.modalities

    def reading(self) -> Reading:
        """Begin with a film."""
        return _Drawn(self.recognizer.reading(), self.count, self.seed, self.clip)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole film."""
        asked = SomeFrames(self.recognizer, self.count, self.seed)
        asked.clip = clip.id
        return read_through(asked, clip, progress)


@dataclass(slots=True)
class _Drawn:
    """Work on one film, whose answers are drawn from when it is over."""

    reading: Reading
    count: int
    seed: int
    clip: str

    def push(self, chunk: Chunk) -> None:
        """Take the next stretch."""
        self.reading.push(chunk)

    def close(self, duration: int) -> Timeline:
        """Draw from what was answered."""
        return drawn(self.reading.close(duration), self.count, self.seed, self.clip)


def single_faces(recognizer: Recognizer) -> None:
    """Refuse what looks at stretches of time, in which faces cannot be drawn one by one.

    Raises:
        RunError: It does.
    """
    if recognizer.modalities != {Modality.VIDEO} or getattr(recognizer, "window", None) is not None:
        raise RunError(
            f"'{recognizer.name}' does not judge one face at a time, so that none can be drawn. Expected a run of single faces, such as "
            f"the shipped 'face'; name one."
        )


def drawn(timeline: Timeline, count: int = COUNT, seed: int = 0, clip: str = "") -> Timeline:
    """The same lane with the answers of so many segments, drawn at random among those that have one; the others are absent.

    Args:
        timeline: One answer a face.
        count: Of the faces; all where there are fewer.
        seed: Of the drawing.
        clip: The film's name, so that films are drawn from differently.

    Shape:
        scores (N, C) -> (N, C), NaN where nothing was drawn
    """
    there = np.flatnonzero(timeline.present)
    kept = np.random.default_rng([seed, crc32(clip.encode())]).choice(there, min(count, len(there)), replace=False)
    scores = np.full_like(timeline.scores, np.nan)
    scores[kept] = timeline.scores[kept]
    chosen = set(kept.tolist())
    absent = tuple(reason if i in chosen else reason or LEFT for i, reason in enumerate(timeline.absent))
    note = f"{len(kept)} of {len(there)} faces were drawn at random"
    return replace(timeline, scores=scores, absent=absent, notes=(*timeline.notes, note))


@dataclass(frozen=True, slots=True)
class Drawing:
    """What drawing does to the answer about one film.

    Args:
        faces: How many were found.
        label: By all of them; None where there is none.
        probability: Of that label, by all.
        same: Share of the drawings that give the same label.
        least: The label's probability in the drawing that thinks least of it.
        most: And in the one that thinks most of it.
    """

    faces: int
    label: str | None
    probability: float
    same: float
    least: float
    most: float


def drawings(timeline: Timeline, count: int = COUNT, draws: int = 100, seed: int = 0) -> Drawing:
    """Draw again and again from the answers about one film, and look at how often the answer stays.

    Args:
        timeline: One answer a face.
        count: Faces of a drawing.
        draws: How many drawings.
        seed: Of the first; each further one has the next.
    """
    faces = int(timeline.present.sum())
    if timeline.label is None:
        return Drawing(faces, None, float("nan"), float("nan"), float("nan"), float("nan"))
    best = timeline.labels.index(timeline.label)
    means = np.stack([drawn(timeline, count, seed + i).pooled for i in range(draws)])  # (draws, C)
    own = means[:, best]
    same = float((means.argmax(axis=1) == best).mean())
    return Drawing(faces, timeline.label, float(timeline.pooled[best]), same, float(own.min()), float(own.max()))
