"""Why a recognizer answers what it does about a clip: each player's share over time, and a few moments looked at closely.

Members' shares need nothing but what members said. Modalities of one network have none of their own, so the network is asked
again with every set of them, in the same second reading of the clip that finds what was shown at the moments.
M: players, N: cells, C: classes.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from emofuse.core.clip import Chunk, Clip
from emofuse.core.errors import MissingModality
from emofuse.core.explanation import Explanation, Moment
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline
from emofuse.ensemble import FUSED_STEP, Ensemble
from emofuse.explanations.looks import looks
from emofuse.explanations.shapley import believed, contributions, shares
from emofuse.explanations.shown import Showing, last, showing
from emofuse.reading import CHUNK, Reading, Recognizer
from emofuse.recognizer import NetworkRecognizer

MOMENTS = 3  # looked at closely: what a page holds, and a second or two of work each


def explain(
    recognizer: Recognizer, clip: Clip, timeline: Timeline, *, moments: int = MOMENTS, progress: Progress = quiet_progress
) -> Explanation:
    """Why a timeline says what it says.

    Before anybody has said anything, every label is believed alike.

    Args:
        recognizer: Who answered: several, fused, or one network.
        clip: Read once more, as far as is needed; memory does not grow with it. `emofuse.explanations.remembered` spares the decoding.
        timeline: The answer.
        moments: How many of the strongest spans are looked at closely.
        progress: Told about milliseconds read again, and in all.

    Raises:
        MediaError: The clip can no longer be read.
    """
    cells = timeline.on(FUSED_STEP)
    chosen = strongest(timeline, moments)
    plans = [plan for i, moment in enumerate(chosen) for plan in _plans(recognizer, timeline, i, moment)]
    sets = _Sets(recognizer) if isinstance(recognizer, NetworkRecognizer) and len(recognizer.modalities) > 1 else None
    _read_again(clip, recognizer.modalities, [plan.showing for plan in plans], sets, timeline.duration, progress)
    players, shared = _shared(recognizer, timeline, cells, sets)
    shared[:, ~cells.present] = np.nan
    found = [(plan.moment, *looks(plan.showing, plan.wanted, chosen[plan.moment].label)) for plan in plans]
    seen = tuple(
        replace(moment, looks=tuple(look for place, some, _ in found if place == i for look in some)) for i, moment in enumerate(chosen)
    )
    notes = tuple(dict.fromkeys(note for _, _, said in found for note in said))
    prior = believed(None, len(timeline.labels))
    return Explanation(timeline.labels, players, cells.segments, prior, shared, seen, notes=notes)


def strongest(timeline: Timeline, count: int) -> tuple[Moment, ...]:
    """Where to look closely: in the strongest span of each label, then in other spans; in the order of time.

    In a span, where as many members answer as ever in it, and the label is at its most probable.
    """
    spans = sorted((span for span in timeline.spans() if span.label is not None), key=lambda span: -(span.probability or 0.0))
    firsts = sorted({span.label: span for span in reversed(spans)}.values(), key=lambda span: -(span.probability or 0.0))
    chosen = [*firsts, *(span for span in spans if all(span is not first for first in firsts))]
    cells = timeline.on(FUSED_STEP)
    answering = np.sum([lane.on(FUSED_STEP).present for lane in timeline.members or (timeline,)], axis=0)
    found = []
    for span in sorted(chosen[:count], key=lambda span: span.segment):
        assert span.label is not None
        scores = cells.scores[:, timeline.labels.index(span.label)]
        inside = [i for i, cell in enumerate(cells.segments) if cells.present[i] and span.segment.start <= cell.middle < span.segment.end]
        if inside:
            found.append(Moment(cells.segments[max(inside, key=lambda i: (answering[i], scores[i]))], span.segment, span.label))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """A network to be looked at in a moment."""

    moment: int
    showing: Showing
    wanted: np.ndarray


def _plans(recognizer: Recognizer, timeline: Timeline, place: int, moment: Moment) -> list[_Plan]:
    """Each network that has an answer at a moment, with its own labels that make up the moment's."""
    if isinstance(recognizer, Ensemble):
        way = recognizer.way(timeline.members)
        known = [
            (member, lane, [way.word(word) for word in member.labels] if way.starts_from(member.labels) else [])
            for member, lane in zip(recognizer.members, timeline.members, strict=True)
        ]
    else:
        known = [(recognizer, timeline, list(timeline.labels))]
    plans = []
    for member, lane, words in known:
        if not isinstance(member, NetworkRecognizer) or not words:
            continue
        judge = member.reading().recognizer  # as it judges a recording of somebody unknown
        assert isinstance(judge, NetworkRecognizer)
        shown = showing(judge, lane, moment.cell.middle)
        if shown is not None:
            plans.append(_Plan(place, shown, np.array([word == moment.label for word in words])))
    return plans


def _read_again(
    clip: Clip, wanted: frozenset[Modality], showings: Sequence[Showing], sets: "_Sets | None", duration: int, progress: Progress
) -> None:
    """Read a clip as far as it is needed, and give it to everybody who asked."""
    end = duration if sets is not None else min(last(showings), duration)
    if end <= 0:
        return
    with closing(clip.chunks(wanted, CHUNK)) as read:  # type: ignore[type-var]  # a generator, whatever its type says
        for chunk in read:
            for one in showings:
                one.push(chunk)
            if sets is not None:
                sets.push(chunk)
            progress(min(chunk.until, end), end)
            if chunk.until >= end and sets is None:
                return


class _Sets:
    """A network asked with every set of its modalities, but for none and all."""

    def __init__(self, recognizer: NetworkRecognizer) -> None:
        order = sorted(recognizer.modalities)
        sets = [frozenset(some) for size in range(1, len(order)) for some in combinations(order, size)]
        self.readings: dict[frozenset[Modality], Reading | None] = {some: recognizer.reading() for some in sets}

    def push(self, chunk: Chunk) -> None:
        for some, reading in self.readings.items():
            if reading is None:
                continue
            try:
                reading.push(replace(chunk, signals={m: signal for m, signal in chunk.signals.items() if m in some}))
            except MissingModality:  # a fusion that needs all has no answer without one
                self.readings[some] = None

    def close(self, duration: int) -> Mapping[frozenset[Modality], np.ndarray]:
        """What each set answered, on cells. Shape: {set: (N, C)}; rows of NaN where it had no answer."""
        answers = {}
        for some, reading in self.readings.items():
            try:
                if reading is not None:
                    answers[some] = reading.close(duration).on(FUSED_STEP).scores
            except MissingModality:
                continue
        return answers


def _shared(
    recognizer: Recognizer, timeline: Timeline, cells: Timeline, sets: _Sets | None
) -> tuple[dict[str, frozenset[Modality]], np.ndarray]:
    """Who the players are, and what each added. Shape: (M, N, C)."""
    if isinstance(recognizer, Ensemble):
        scores = recognizer.scores(timeline.members, [lane.on(FUSED_STEP) for lane in timeline.members])
        found = contributions(recognizer.decision, scores)
        having = [member for member in recognizer.members if member.name in scores]  # a say: others tell what is no emotion
        return {member.name: member.modalities for member in having}, np.stack([found[member.name] for member in having])
    nothing = np.broadcast_to(believed(None, len(cells.labels)), cells.scores.shape)
    if sets is None:
        return {recognizer.name: recognizer.modalities}, (cells.scores - nothing)[None].astype(np.float64)
    answers: dict[frozenset[str], np.ndarray] = {
        frozenset(map(str, some)): scores for some, scores in sets.close(timeline.duration).items()
    }
    players = [str(m) for m in sorted(recognizer.modalities)]

    def worth(some: frozenset[str]) -> np.ndarray:
        answer = cells.scores if len(some) == len(players) else answers.get(some, nothing)
        return np.where(np.isnan(answer), nothing, answer)

    return {str(m): frozenset({m}) for m in sorted(recognizer.modalities)}, shares(worth, players)
