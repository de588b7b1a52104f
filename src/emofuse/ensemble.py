"""Several recognizers over one pass of a clip, and one answer from what is there."""

from collections.abc import Sequence

import numpy as np

from emofuse.core.clip import Chunk, Clip
from emofuse.core.labels import LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline
from emofuse.decisions.base import Decision
from emofuse.reading import Recognizer, read_through

FUSED_STEP = 200  # ms; the fused lane's cells, as fine as the finest member (faces at 5 a second)


class Ensemble:
    """Several recognizers over one pass of a clip, and one answer from what is there.

    Args:
        name: Of the fused lane.
        members: Each with its own window.
        decision: How their probabilities become one.
        way: Brings every member's labels to one set.
    """

    def __init__(self, members: Sequence[Recognizer], decision: Decision, way: LabelMap, name: str = "fused") -> None:
        self.name, self.members, self.decision, self.way = name, tuple(members), decision, way

    @property
    def labels(self) -> LabelSet:
        """The set that all members' labels are brought to."""
        return self.way.target

    @property
    def modalities(self) -> frozenset[Modality]:
        """What any member listens to."""
        return frozenset().union(*(member.modalities for member in self.members))

    def scores(self, cells: Sequence[Timeline]) -> dict[str, np.ndarray]:
        """What its members said on common cells, as its decision is given it: in its own words. Shape: {member: (N, 1, C)}."""
        return {lane.lane: self.way.scores(lane.scores, lane.labels)[:, None] for lane in cells}

    def reading(self) -> "_Together":
        """Begin with a clip."""
        return _Together(self)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip; a member that finds nothing of its own in it is absent.

        Raises:
            MissingModality: The clip has nothing that any member listens to.
        """
        return read_through(self, clip, progress)


class _Together:
    """Reading with several recognizers at once."""

    def __init__(self, ensemble: Ensemble) -> None:
        self.ensemble = ensemble
        self.readings = [member.reading() for member in ensemble.members]

    def push(self, chunk: Chunk) -> None:
        for reading in self.readings:
            reading.push(chunk)

    def close(self, duration: int) -> Timeline:
        lanes = [reading.close(duration) for reading in self.readings]
        cells = [lane.on(FUSED_STEP) for lane in lanes]
        way = self.ensemble.way
        fused = self.ensemble.decision(self.ensemble.scores(cells)).astype(np.float32)
        missing = np.isnan(fused[:, 0])
        reasons = [_reason([lane.absent[i] for lane in cells]) if gone else None for i, gone in enumerate(missing)]
        models = [model for lane in lanes for model in _models(lane)]
        present = [lane for lane in lanes if lane.present.any()]
        threshold = float(np.mean([lane.threshold for lane in present])) if present else 0.0
        return Timeline(
            self.ensemble.name, way.target, cells[0].segments, fused, duration, tuple(reasons), threshold,
            tuple(lanes), tuple(note for lane in lanes for note in (*lane.notes, *_absence(lane))), {"models": models, "labels": way.name},
        )  # fmt: skip


def _models(lane: Timeline) -> list[object]:
    models = lane.facts.get("models", [])
    assert isinstance(models, list)
    return models


def _reason(reasons: Sequence[str | None]) -> str:
    return ", ".join(dict.fromkeys(reason for reason in reasons if reason)) or "absent"


def _absence(lane: Timeline) -> list[str]:
    """What a reader must be told of a lane that does not answer all the time."""
    gone: dict[str, int] = {}
    for segment, reason in zip(lane.segments, lane.absent, strict=True):
        if reason is not None:
            gone[reason] = gone.get(reason, 0) + min(segment.end, lane.duration) - segment.start
    whole = {reason: ms for reason, ms in gone.items() if ms >= lane.duration}
    if whole:
        return [f"{reason}: the {lane.lane} lane is absent" for reason in whole]
    return [f"{reason} for {100 * ms / lane.duration:.0f} % of the time" for reason, ms in gone.items() if ms >= 0.01 * lane.duration]
