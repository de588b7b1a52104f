"""Probabilities over a clip's segments, and the spans a person reads.

Nothing here knows who made the probabilities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from emofuse.core.explanation import Explanation
from emofuse.core.labels import LabelSet
from emofuse.core.segment import Segment

STEP = 100  # ms; the grid on which spans are cut, finer than any window's hop
SMOOTHING = 1_000  # ms; moving average before labels are read off, about the shortest expression worth a name
LEAD = 0.08  # probability by which another label must lead before it takes over: hysteresis against flicker
SHORTEST = 500  # ms; shorter spans are given to their neighbours
UNEXPLAINED = "absent"  # where a lane has no answer and nobody said why

_Run = tuple[int, int, tuple[int, str]]  # first cell, one past the last, (index of the label or -1, why absent)


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch with one answer.

    Args:
        segment: When.
        label: The emotion word; None where the lane has nothing to judge.
        probability: Mean probability of the label over the span; None where absent.
        uncertain: The two best labels are closer than the lane's threshold.
        absent: Why there is no answer ("no face", "silence", ...); None where there is one.
    """

    segment: Segment
    label: str | None
    probability: float | None
    uncertain: bool = False
    absent: str | None = None

    def __str__(self) -> str:
        what = f"{self.label} {self.probability:.2f}{' uncertain' if self.uncertain else ''}" if self.label else f"- {self.absent}"
        return f"{clock(self.segment.start)}–{clock(self.segment.end)} {what}"


@dataclass(frozen=True, eq=False)
class Timeline:
    """What a recognizer says about one clip.

    Shape:
        scores (N, C) float32, a row per segment; rows of absent segments are NaN, never zeros

    Args:
        lane: Whose answer: "fused", or a recognizer's name ("voice", "face").
        labels: The order of the scores.
        segments: When each row holds; sorted; they may overlap, they need not cover the clip.
        scores: Calibrated probabilities.
        duration: Length of the clip in ms.
        absent: Per segment, why there is no score; None where there is one.
        threshold: Margin between the two best labels below which an answer is uncertain.
        members: The lanes this one was fused from.
        notes: What a reader must be told ("no face for 38 % of the time").
        facts: Source, models, versions: whatever exports must repeat.
        explanation: Why it says so, where somebody asked.
        overall: The second form of the answer: one row over the whole clip, decided from a few windows of each member, which are
            its members.

    Raises:
        ValueError: Shapes that do not belong together.
    """

    lane: str
    labels: LabelSet
    segments: tuple[Segment, ...]
    scores: np.ndarray
    duration: int
    absent: tuple[str | None, ...] = ()
    threshold: float = 0.0
    members: "tuple[Timeline, ...]" = ()
    notes: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    explanation: Explanation | None = None
    overall: "Timeline | None" = None

    def __post_init__(self) -> None:
        if not self.absent:
            object.__setattr__(self, "absent", (None,) * len(self.segments))
        if self.scores.shape != (len(self.segments), len(self.labels)) or len(self.absent) != len(self.segments):
            raise ValueError(
                f"A timeline of {len(self.segments)} segments and {len(self.labels)} labels got scores {self.scores.shape} "
                f"and {len(self.absent)} reasons for absence."
            )
        if self.duration < 1:
            raise ValueError(f"A timeline lasts {self.duration} ms; it must last at least 1.")

    @property
    def present(self) -> np.ndarray:
        """Which segments have an answer. Shape: (N,) bool."""
        answered: np.ndarray = ~np.isnan(self.scores).any(axis=1)
        return answered

    @property
    def pooled(self) -> np.ndarray:
        """Mean probability of each label over the segments that have an answer; NaN if none has. Shape: (C,)."""
        if not self.present.any():
            return np.full(len(self.labels), np.nan, dtype=np.float32)
        mean: np.ndarray = self.scores[self.present].mean(axis=0)
        return mean

    @property
    def label(self) -> str | None:
        """The one word for the whole clip; None where nothing could be judged."""
        return self.labels[int(self.pooled.argmax())] if self.present.any() else None

    def on(self, step: int = STEP) -> "Timeline":
        """The same answer on side-by-side cells of `step` ms that cover the clip.

        A cell takes the mean of the answered segments over its middle, those whose own middle is near weighing more;
        it is absent where there are none. A segment too short to lie over any middle counts in the cell of its own.

        Shape:
            scores (N, C) -> (ceil(duration / step), C)
        """
        count = -(-self.duration // step)
        total = np.zeros((count, len(self.labels)))
        weight = np.zeros(count)
        reasons: list[str | None] = [None] * count
        middles = np.minimum(np.arange(count) * step + step / 2, self.duration - 0.5)
        firsts = np.searchsorted(middles, [segment.start for segment in self.segments])
        lasts = np.searchsorted(middles, [segment.end for segment in self.segments])
        for segment, row, reason, present, first, last in zip(
            self.segments, self.scores, self.absent, self.present, firsts, lasts, strict=True
        ):
            near = 1.0 - np.abs(middles[first:last] - segment.middle) / (segment.duration / 2 + 1)
            if first == last and segment.start < self.duration:
                first = min(segment.middle // step, count - 1)
                last, near = first + 1, np.ones(1)
            if not present:
                reasons[first:last] = [reason or UNEXPLAINED] * (last - first)
                continue
            total[first:last] += near[:, None] * row
            weight[first:last] += near
        scores = np.full(total.shape, np.nan)
        scores[weight > 0] = total[weight > 0] / weight[weight > 0, None]
        cells = tuple(Segment(i * step, min((i + 1) * step, self.duration)) for i in range(count))
        absent = tuple(None if w > 0 else reason or UNEXPLAINED for w, reason in zip(weight, reasons, strict=True))
        return Timeline(
            self.lane, self.labels, cells, scores.astype(np.float32), self.duration, absent, self.threshold, (), self.notes, self.facts
        )

    def over(self, segments: Sequence[Segment]) -> "Timeline":
        """The same answer over other segments: the mean of what was answered in each; absent where nothing was.

        Shape:
            scores (N, C) -> (len(segments), C)
        """
        cells = self.on(STEP)
        middles = np.array([cell.middle for cell in cells.segments])
        scores = np.full((len(segments), len(self.labels)), np.nan, dtype=np.float32)
        absent: list[str | None] = []
        for row, segment in zip(scores, segments, strict=True):
            within = slice(*np.searchsorted(middles, [segment.start, segment.end]))
            answered = cells.scores[within][cells.present[within]]
            if len(answered):
                row[:] = answered.mean(axis=0)
            reasons = dict.fromkeys(reason for reason in cells.absent[within] if reason)
            absent.append(None if len(answered) else ", ".join(reasons) or UNEXPLAINED)
        return Timeline(self.lane, self.labels, tuple(segments), scores, self.duration, tuple(absent), self.threshold)

    def spans(self) -> tuple[Span, ...]:
        """The clip as stretches with one answer each: smoothed, without flicker, no gap, no overlap.

        Probabilities are averaged over a second; a label gives way only to one that leads it clearly;
        nothing lasts under half a second unless the clip does; a span's label is the best of its mean probabilities,
        and no two labelled neighbours carry the same one.
        """
        return self._spans

    @cached_property
    def _spans(self) -> tuple[Span, ...]:
        """Worked out once: every export asks for them."""
        cells = self.on(STEP)
        present = cells.present
        choice = _steadied(_smoothed(cells.scores, present, SMOOTHING // STEP), present)
        keys = [(int(best), reason or "") for best, reason in zip(choice, cells.absent, strict=True)]
        edges = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(keys)) if a != b), len(keys)]
        runs = _without_flicker([(a, b, keys[a]) for a, b in pairwise(edges)], SHORTEST, self.duration)
        sums = np.vstack([np.zeros((1, len(self.labels))), np.where(present[:, None], cells.scores, 0.0).cumsum(axis=0, dtype=np.float64)])
        counts = np.concatenate([[0], present.cumsum()])

        def mean(first: int, last: int) -> np.ndarray:
            """Mean probabilities of the answered cells in ``[first, last)``. Shape: (C,)."""
            between: np.ndarray = (sums[last] - sums[first]) / (counts[last] - counts[first])
            return between

        named: list[_Run] = []
        for first, last, (best, reason) in runs:
            # Hysteresis only moves boundaries: in between, the label is the one whose mean is highest.
            key = (int(mean(first, last).argmax()), "") if best >= 0 else (-1, reason)
            if named and named[-1][2] == key:  # two stretches with the same best label have it together, too
                first = named.pop()[0]
            named.append((first, last, key))
        return tuple(self._span(cells, run, None if run[2][0] < 0 else mean(run[0], run[1])) for run in named)

    def _span(self, cells: "Timeline", run: _Run, mean: np.ndarray | None) -> Span:
        first, last, (best, reason) = run
        segment = Segment(cells.segments[first].start, cells.segments[last - 1].end)
        if mean is None:
            return Span(segment, None, None, absent=reason or UNEXPLAINED)
        others = np.delete(mean, best)
        margin = float(mean[best] - others.max()) if len(others) else 1.0
        return Span(segment, self.labels[best], float(mean[best]), uncertain=margin < self.threshold)


def clock(ms: int) -> str:
    """Milliseconds as people read them.

    Example:
        >>> clock(83_400)
        '01:23.4'
    """
    minutes, rest = divmod(ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1_000:02d}.{rest % 1_000 // 100}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes:02d}:{seconds}"


def _smoothed(scores: np.ndarray, present: np.ndarray, width: int) -> np.ndarray:
    """Centred moving average over the cells that are present. Shape: (N, C) -> (N, C)."""
    known = np.where(present[:, None], scores, 0.0).astype(np.float64)
    sums = np.vstack([np.zeros((1, scores.shape[1])), known.cumsum(axis=0)])
    counts = np.concatenate([[0], present.cumsum()])
    index = np.arange(len(scores))
    low, high = np.maximum(index - width // 2, 0), np.minimum(index + width // 2 + 1, len(scores))
    mean: np.ndarray = (sums[high] - sums[low]) / np.maximum(counts[high] - counts[low], 1)[:, None]
    return mean


def _steadied(scores: np.ndarray, present: np.ndarray) -> np.ndarray:
    """The label of each cell, -1 where absent; a label is kept until another leads it by `LEAD`."""
    choice = np.full(len(scores), -1)
    held = -1
    for i, row in enumerate(scores):
        if not present[i]:
            continue
        best = int(row.argmax())
        if held < 0 or row[best] - row[held] > LEAD:
            held = best
        choice[i] = held
    return choice


def _without_flicker(runs: list[_Run], shortest: int, duration: int) -> list[_Run]:
    """Give runs of cells shorter than `shortest` ms to a neighbour, the shortest first: to one with an answer, or the longer.

    The runs hang together as a list of neighbours and wait in a heap, so that an hour of flicker takes O(n log n).
    """
    left, right = list(range(-1, len(runs) - 1)), [*range(1, len(runs)), -1]
    alive = list(runs)

    def length(i: int) -> int:
        return min(alive[i][1] * STEP, duration) - alive[i][0] * STEP

    def swallow(i: int, gone: int) -> None:
        """Run `i` takes the cells of its neighbour `gone`, which is no more."""
        first, last = min(alive[i][0], alive[gone][0]), max(alive[i][1], alive[gone][1])
        alive[i] = (first, last, alive[i][2])
        alive[gone] = (0, 0, alive[gone][2])
        before, after = left[gone], right[gone]
        if before >= 0:
            right[before] = after
        if after >= 0:
            left[after] = before
        heappush(waiting, (length(i), i))

    waiting = [(length(i), i) for i in range(len(runs))]
    heapify(waiting)
    while waiting:
        size, i = heappop(waiting)
        if size >= shortest:
            break
        beside = [j for j in (left[i], right[i]) if j >= 0]
        if size != length(i) or alive[i][1] == 0 or not beside:
            continue  # grown or gone since it was put in the heap, or all that is left
        winner = max(beside, key=lambda j: (alive[j][2][0] >= 0, length(j)))
        swallow(winner, i)
        for j in (left[winner], right[winner]):  # neighbours that now say the same become one
            if j >= 0 and alive[j][2] == alive[winner][2]:
                swallow(winner, j)
    return [run for run in alive if run[1] > 0]
