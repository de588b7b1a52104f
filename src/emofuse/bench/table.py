"""Scores to figures: every line of the table, from probabilities that lie side by side.

P: patterns of what is there, R: rows (test clips of all folds, one seed after another), C: classes, M: modalities.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from emofuse.bench.base import subsets
from emofuse.bench.order import Work
from emofuse.bench.results import ORACLE, Behind, Gain, Gone, Line, rank
from emofuse.core.modality import Modality
from emofuse.evaluation.evaluate import drawn_units
from emofuse.evaluation.metrics import Metric, accuracy, answered, ece, intervals, uar, weighted_f1
from emofuse.evaluation.paired import flipped, holm, swapped
from emofuse.evaluation.report import Figure

RESAMPLES = 2_000  # for intervals; a bench has hundreds of them
SHARES = tuple(share / 10 for share in range(11))  # of the signals that go missing at random
MASKS = 5  # times that signals go missing at random, always in the same places
MEASURES: Mapping[str, Metric] = {"uar": uar, "accuracy": accuracy, "weighted_f1": weighted_f1}
"""What ways can be ranked by."""
MISSING = ("none", "each", "curve", "all")
"""What is asked about missing signals: nothing, each pattern of what is there, missing at random, both."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What every line stands on: the rows, and what succeeds and fails together.

    Shape:
        truth (R,), owners (R,), folds (R,) of a fold in a seed; clips (R,), where each row's clip stands among all

    Args:
        patterns: What may be there.
        seeds: How many times the test clips follow each other.
        drawn: What an owner is.
        resamples: For the intervals.
    """

    truth: np.ndarray
    owners: np.ndarray
    folds: np.ndarray
    clips: np.ndarray
    patterns: tuple[tuple[Modality, ...], ...]
    seeds: int
    drawn: str
    resamples: int = RESAMPLES


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What one way to answer said.

    Shape:
        scores (P, R, C) probabilities, NaN where there is no answer

    Args:
        name: Of the line.
        kind: Of the line.
        scores: Pattern by pattern.
        facts: Networks, parameters, seconds, ms, learnt.
        regime: Of the line; None for that of the bench.
    """

    name: str
    kind: str
    scores: np.ndarray
    facts: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    regime: str | None = None


def ground(made: Work, seeds: int, resamples: int = RESAMPLES) -> Ground:
    """The rows of a bench: the test clips of each fold in turn, as often as there are seeds."""
    tested = [clip for split in made.splits for clip in split.test]
    drawn, owners = drawn_units(tested, made.bench.units, "clip")
    names = np.array(owners if owners is not None else [clip.id for clip in tested])
    folds = np.concatenate([np.full(len(split.test), i) for i, split in enumerate(made.splits)])
    clips = made.rows(tested)
    return Ground(
        truth=np.tile(made.truth[clips], seeds),
        owners=np.tile(names, seeds),
        folds=np.concatenate([folds + seed * len(made.splits) for seed in range(seeds)]),
        clips=np.tile(clips, seeds),
        patterns=subsets(made.bench.modalities),
        seeds=seeds,
        drawn=drawn,
        resamples=resamples,
    )


def lines(
    on: Ground, answers: Sequence[Answered], regime: str, missing: str = "all", measure: str = "uar"
) -> tuple[tuple[Line, ...], str | None]:
    """A line for each way to answer, the ceiling, and the name of the best member.

    Args:
        on: The rows.
        answers: Of members, fusions and decisions.
        regime: Of all that have no other, and of the ceiling.
        missing: One of `MISSING`.
        measure: One of `MEASURES`, that members are ranked by and gains are tested in.
    """
    made = [_line(on, one, one.regime or regime, missing) for one in answers]
    members = [(one, line) for one, line in zip(answers, made, strict=True) if one.kind == "member"]
    if not members:
        return tuple(made), None
    best, _ = max(members, key=lambda pair: rank(pair[1].figures[measure].value))
    first = max(range(len(made)), key=lambda i: rank(made[i].figures[measure].value))
    for i, behind in _behind(on, answers, first, measure).items():
        made[i] = replace(made[i], behind=behind)
    others = [i for i, one in enumerate(answers) if one is not best]
    gains = {i: _gain(on, answers[i].scores[0], best.scores[0], measure) for i in others}
    for i, corrected in zip(others, holm([gains[i].p for i in others]), strict=True):
        made[i] = replace(made[i], gain=replace(gains[i], holm=corrected))
    made.append(_ceiling(on, best, [one for one, _ in members], regime))
    return tuple(made), best.name


def _line(on: Ground, one: Answered, regime: str, missing: str) -> Line:
    full = one.scores[0]
    answers = answered(full)
    measures = {name: partial(f, on.truth, answers) for name, f in MEASURES.items()}
    figures = _figures(on, {**measures, "ece": partial(ece, on.truth, full)})
    facts = dict(one.facts)
    return Line(
        name=one.name,
        kind=one.kind,
        regime=regime,
        figures=figures,
        folds={name: _by_fold(on, f, answers) for name, f in MEASURES.items()},
        without=_without(on, one.scores) if missing in ("each", "all") else {},
        curve=_curve(on, one.scores) if missing in ("curve", "all") else (),
        **facts,  # type: ignore[arg-type]  # by the names that Line has for them
    )


def _figures(on: Ground, measures: Mapping[str, partial[np.ndarray]]) -> dict[str, Figure]:
    """Each with its interval; where there is nothing to measure, neither."""
    values = {name: float(measure(None)) for name, measure in measures.items()}
    some = {name: measure for name, measure in measures.items() if not np.isnan(values[name])}
    edges = intervals(some, len(on.truth), on.owners.tolist(), on.resamples) if some else {}
    return {name: Figure(value, edges.get(name, (value, value))) for name, value in values.items()}


def _by_fold(on: Ground, metric: Metric, answers: np.ndarray) -> tuple[float, float]:
    """Mean and standard deviation over folds and seeds; a label that a fold does not have is left out of its UAR."""
    values = np.array([float(metric(on.truth[on.folds == fold], answers[on.folds == fold], None)) for fold in np.unique(on.folds)])
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else float("nan")


def _without(on: Ground, scores: np.ndarray) -> dict[str, dict[str, Figure] | None]:
    found: dict[str, dict[str, Figure] | None] = {}
    for i, pattern in enumerate(on.patterns[1:], start=1):
        answers = answered(scores[i])
        name = "+".join(pattern)
        measures = {called: partial(f, on.truth, answers) for called, f in MEASURES.items()}
        found[name] = _figures(on, measures) if (answers >= 0).any() else None
    return found


def masks(clips: int, modalities: int, shares: Sequence[float] = SHARES, count: int = MASKS) -> np.ndarray:
    """Which modalities of which clips are missing, at random, always the same; what is missing at a share is so at all above it.

    Shape:
        (shares, masks, clips, M) bool
    """
    drawn = np.random.default_rng(0).random((count, clips, modalities))
    gone: np.ndarray = drawn[None] < np.array(shares)[:, None, None, None]
    return gone


def _curve(on: Ground, scores: np.ndarray) -> tuple[Gone, ...]:
    """No network is asked anew: what it says of a clip without some modalities is known, whichever clips they are missing in."""
    everything = on.patterns[0]
    place = {tuple(m in pattern for m in everything): i for i, pattern in enumerate(on.patterns)}
    answers = np.concatenate([np.stack([answered(part) for part in scores]), np.full((1, len(on.truth)), -1)])  # the last: nothing left
    lookup = np.array([place.get(tuple(bool(bits >> j & 1) for j in range(len(everything))), -1) for bits in range(2 ** len(everything))])
    points = []
    for share, gone in zip(SHARES, masks(int(on.clips.max()) + 1, len(everything)), strict=True):
        bits = (~gone @ (1 << np.arange(len(everything)))).astype(int)  # (masks, clips)
        said = [answers[lookup[mask[on.clips]], np.arange(len(on.truth))] for mask in bits]
        means = {name: float(np.mean([metric(on.truth, one, None) for one in said])) for name, metric in MEASURES.items()}
        points.append(Gone(share, **means, answered=float(np.mean([one >= 0 for one in said]))))
    return tuple(points)


def _gain(on: Ground, scores: np.ndarray, best: np.ndarray, measure: str) -> Gain:
    first, second = answered(scores), answered(best)
    figures = _figures(on, {name: partial(_difference, f, on.truth, first, second) for name, f in MEASURES.items()})
    p = _luck(on, first, second, measure)
    return Gain(**figures, p=p, holm=p)


def _behind(on: Ground, answers: Sequence[Answered], first: int, measure: str) -> dict[int, Behind]:
    """By place, how far every other way is behind the best one."""
    said = [answered(one.scores[0]) for one in answers]
    others = [i for i in range(len(answers)) if i != first]
    ps = [_luck(on, said[first], said[i], measure) for i in others]
    found = {}
    for i, p, corrected in zip(others, ps, holm(ps), strict=True):
        difference = _figures(on, {measure: partial(_difference, MEASURES[measure], on.truth, said[first], said[i])})[measure]
        found[i] = Behind(difference, p, corrected)
    return found


def _luck(on: Ground, first: np.ndarray, second: np.ndarray, measure: str) -> float:
    """The p of the difference between two ways to answer, whole owners flipped or swapped."""
    if measure == "weighted_f1":  # no sum over rows
        return swapped(weighted_f1, on.truth, first, second, on.owners.tolist())
    supports = np.bincount(on.truth)
    count = supports[on.truth] * (supports > 0).sum() if measure == "uar" else np.full(len(on.truth), len(on.truth))
    each = ((first == on.truth).astype(float) - (second == on.truth)) / count  # summed over all rows, the difference
    return flipped(np.bincount(np.unique(on.owners, return_inverse=True)[1], each)).p


def _difference(metric: Metric, truth: np.ndarray, first: np.ndarray, second: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    difference: np.ndarray = metric(truth, first, weights) - metric(truth, second, weights)
    return difference


def _ceiling(on: Ground, best: Answered, members: Sequence[Answered], regime: str) -> Line:
    """What a decision that always picks the right member would get, and the best one where none is right."""
    right = np.stack([answered(one.scores[0]) == on.truth for one in members]).any(axis=0)
    answers = np.where(right, on.truth, answered(best.scores[0]))
    figures = _figures(on, {name: partial(f, on.truth, answers) for name, f in MEASURES.items()})
    return Line(ORACLE, "ceiling", regime, figures, {name: _by_fold(on, f, answers) for name, f in MEASURES.items()})
