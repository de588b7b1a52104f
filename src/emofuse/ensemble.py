"""Several recognizers over one pass of a clip, and one answer from what is there."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Chunk, Clip
from emofuse.core.labels import LabelMap, LabelSet
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.segment import Segment, windows
from emofuse.core.timeline import Timeline
from emofuse.decisions.average import Average
from emofuse.decisions.base import Decision
from emofuse.reading import Recognizer, read_through

WORN = (5_000, 4)  # ms of EEG in a window of the grid, at least, and how many windows; kanafin_2024, section 5, as the next line
SEEN = (3_600, 6)  # the same of sound, picture and words: ten rows in all where a recording of 20 s has both
FUSED_STEP = 200  # ms; the fused lane's cells, as fine as the finest member (faces at 5 a second)


class Ensemble:
    """Several recognizers over one pass of a clip, and one answer from what is there.

    Members keep their own words. The fused lane speaks those of the first way that starts from the words of every member with an
    answer in the clip; a member whose words lead nowhere (attention states) has its lane, and no say in the fused one.

    Args:
        name: Of the fused lane.
        members: Each with its own window.
        decision: How their probabilities become one.
        ways: Bring members' labels to one set; the finest set first.
        notes: What every reader of its answers is told.
        facts: What exports say of it, beside what they say of its members.
        whole: Decides about a whole recording from the grid (`overall`), six windows of a member or four of one of EEG; it may have
            learnt that (`StackedCnn`), or take the average.
    """

    def __init__(
        self,
        members: Sequence[Recognizer],
        decision: Decision,
        ways: LabelMap | Sequence[LabelMap],
        name: str = "fused",
        *,
        notes: Sequence[str] = (),
        facts: Mapping[str, object] = MappingProxyType({}),
        whole: Decision | None = None,
    ) -> None:
        self.name, self.members, self.decision = name, tuple(members), decision
        self.notes, self.facts = tuple(notes), dict(facts)
        self.whole = whole or Average()
        self.threshold: float | None = None  # of the fused lane, where somebody tells one; else the mean of its members'
        self.step = FUSED_STEP
        self.ways = (ways,) if isinstance(ways, LabelMap) else tuple(ways)

    @property
    def labels(self) -> LabelSet:
        """The set that members' labels are brought to, where all of them answer."""
        return self._way([member.labels for member in self.members]).target

    @property
    def modalities(self) -> frozenset[Modality]:
        """What any member listens to."""
        return frozenset().union(*(member.modalities for member in self.members))

    def way(self, lanes: Sequence[Timeline]) -> LabelMap:
        """What the fused lane speaks where members said this."""
        return self._way([lane.labels for lane in lanes if lane.present.any()] or [lane.labels for lane in lanes])

    def scores(self, lanes: Sequence[Timeline], cells: Sequence[Timeline]) -> dict[str, np.ndarray]:
        """What those of its members that have a say said on common cells, as its decision is given it. Shape: {member: (N, 1, C)}."""
        way = self.way(lanes)
        return {lane.lane: way.within(lane.scores, lane.labels)[:, None] for lane in cells if way.starts_from(lane.labels)}

    def _way(self, sets: Sequence[LabelSet]) -> LabelMap:
        leading = [labels for labels in sets if any(way.starts_from(labels) for way in self.ways)]
        return next((way for way in self.ways if all(way.starts_from(labels) for labels in leading)), self.ways[-1])

    def reading(self) -> "_Together":
        """Begin with a clip."""
        return _Together(self)

    def __call__(self, clip: Clip, progress: Progress = quiet_progress) -> Timeline:
        """Judge a whole clip; a member that finds nothing of its own in it is absent.

        Raises:
            MissingModality: The clip has nothing that any member listens to.
        """
        return read_through(self, clip, progress)


def overall(judge: Recognizer, timeline: Timeline) -> Timeline:
    """One answer for the whole recording, from a few windows of each member: kanafin_2024's way, a second form of the answer.

    The windows are spread over the recording: of 3.6 s, or 5 s where EEG is worn, or as long as it takes to leave nothing out.
    A member counts as much as any other, however little of the recording it has an answer for.

    Shape:
        scores (1, C), of NaN where nobody has a say; a member each, with its windows, in its own words

    Args:
        judge: Who answered.
        timeline: What it answered.
    """
    lanes = timeline.members or (timeline,)
    heard = {member.name: member.modalities for member in (judge.members if isinstance(judge, Ensemble) else (judge,))}
    sizes = {lane.lane: WORN if Modality.EEG in heard.get(lane.lane, ()) else SEEN for lane in lanes}
    grid = [lane.over(_spread(timeline.duration, *sizes[lane.lane])) for lane in lanes]
    if isinstance(judge, Ensemble):
        scores = judge.scores(lanes, grid)
        decision: Decision = judge.whole
    else:
        scores = {timeline.lane: grid[0].scores[:, None]}
        decision = Average()
    rows = {name: _filled(values.swapaxes(0, 1), sizes[name][1]) for name, values in scores.items()}
    answer = decision(rows) if rows else np.full((1, len(timeline.labels)), np.nan)
    absent = None if rows and not np.isnan(answer).any() else "nothing to decide by"
    facts = {"decision": _called(decision), "decides": [lane.lane for lane in grid if lane.lane in rows and lane.present.any()]}
    return Timeline(
        "overall", timeline.labels, (Segment(0, timeline.duration),), answer.astype(np.float32), timeline.duration, (absent,),
        timeline.threshold, tuple(grid), facts=facts,
    )  # fmt: skip


def _spread(duration: int, length: int, count: int) -> tuple[Segment, ...]:
    return windows(duration, max(length, -(-duration // count)), count)


def _filled(scores: np.ndarray, count: int) -> np.ndarray:
    """As many windows as a decision has learnt about: those that a short recording has no room for are absent. Shape: (1, S, C)."""
    missing = np.full((1, count - scores.shape[1], scores.shape[2]), np.nan)
    return np.concatenate([scores, missing], axis=1)


def _called(decision: Decision) -> str:
    """A decision by the name of its file."""
    return type(decision).__module__.rsplit(".", 1)[-1]


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
        cells = [lane.on(self.ensemble.step) for lane in lanes]
        way = self.ensemble.way(lanes)
        scores = self.ensemble.scores(lanes, cells)
        blank = np.full((len(cells[0].segments), len(way.target)), np.nan)
        fused = (self.ensemble.decision(scores) if scores else blank).astype(np.float32)
        missing = np.isnan(fused[:, 0])
        having = [lane for lane in cells if lane.lane in scores] or cells
        reasons = [_reason([lane.absent[i] or "no emotion" for lane in having]) if gone else None for i, gone in enumerate(missing)]
        models = [model for lane in lanes for model in _models(lane)]
        present = [lane for lane in lanes if lane.present.any() and lane.lane in scores]
        own = float(np.mean([lane.threshold for lane in present])) if present else 0.0
        threshold = own if self.ensemble.threshold is None else self.ensemble.threshold
        notes = [*self.ensemble.notes, *(note for lane in lanes for note in (*lane.notes, *_absence(lane), *_words(lane, way)))]
        return Timeline(
            self.ensemble.name, way.target, cells[0].segments, fused, duration, tuple(reasons), threshold,
            tuple(lanes), tuple(dict.fromkeys(notes)), {"models": models, "labels": way.name, **self.ensemble.facts},
        )  # fmt: skip


def _words(lane: Timeline, way: LabelMap) -> list[str]:
    """What a reader must be told where a lane's words are not those of the fused one."""
    if not lane.present.any():
        return []
    if not way.starts_from(lane.labels):
        return [f"the {lane.lane} lane tells {', '.join(lane.labels)}, which are no emotions: it has no say in the fused lane"]
    lost = [word for word in lane.labels if way.word(word) is None]
    return [f"the fused lane tells {', '.join(way.target)}: {', '.join(lost)} of the {lane.lane} lane has no place in it"] if lost else []


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
