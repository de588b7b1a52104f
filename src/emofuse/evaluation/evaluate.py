"""Recognizer and clips to a report: the one way to judge.

N: clips, C: classes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, runtime_checkable

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.labels import LabelSet, relabel
from emofuse.evaluation.metrics import Metric, accuracy, brier, confusion, ece, interval, macro_f1, majority, per_class, uar, weighted_f1
from emofuse.evaluation.report import Figure, Part, Report
from emofuse.recognizer import Recognizer

RESAMPLES = 10_000
SMALLEST = 20  # clips in a group; figures of fewer say nothing
KINDS = range(2, 7)  # a fact with so many values is a group worth telling apart


@runtime_checkable
class Pooling(Protocol):
    """A recognizer that can judge many clips at once, which is faster than one by one."""

    def pooled(self, clips: Sequence[Clip]) -> np.ndarray:
        """One answer a clip. Shape: (N, C); NaN where there is none."""


def evaluate(recognizer: Recognizer, clips: Sequence[Clip], *, shared: Collection[str] | None = (), resamples: int = RESAMPLES) -> Report:
    """Judge a recognizer on clips.

    Clips whose label it does not know are left out and counted; clips it has no answer to are wrong and counted.

    Args:
        recognizer: Never learnt from these clips.
        clips: With their labels, already brought to the recognizer's words where a map is needed.
        shared: People among them who were also learnt from (`Split.shared`); None where nobody knows.
        resamples: For the intervals.

    Raises:
        SplitError: No clip has a label that the recognizer knows.
    """
    known = relabel(clips, recognizer.labels)
    report = judged(recognizer.labels, known, answers(recognizer, known), shared=shared, resamples=resamples)
    return replace(report, dropped=len(clips) - len(known))


def answers(recognizer: Recognizer, clips: Sequence[Clip]) -> np.ndarray:
    """The recognizer's probabilities for each whole clip; a row of NaN where it has no answer.

    Shape:
        (N, C)
    """
    if isinstance(recognizer, Pooling):
        return recognizer.pooled(clips)
    rows = np.full((len(clips), len(recognizer.labels)), np.nan)
    for row, clip in zip(rows, clips, strict=True):
        try:
            row[:] = recognizer(clip).pooled
        except MissingModality:
            continue  # no answer, which the report counts
    return rows


def judged(
    labels: LabelSet,
    clips: Sequence[Clip],
    probabilities: np.ndarray,
    *,
    shared: Collection[str] | None = (),
    facts: Sequence[str] | None = None,
    folds: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
) -> Report:
    """Judge answers that are already there, such as those of several folds, one after another.

    Args:
        labels: The order of the probabilities.
        clips: With labels out of `labels`.
        probabilities: (N, C), rows that sum to one, or of NaN where there is no answer.
        shared: People among the clips who were also learnt from; None where nobody knows.
        facts: Which facts to tell apart; by default those with two to six values.
        folds: For each clip, in which fold it was judged; their figures are then told apart too.
        resamples: For the intervals.

    Raises:
        SplitError: No clips.
        ValueError: Probabilities of another shape, or that do not sum to one.
    """
    if not clips:
        raise SplitError(
            "There are no clips to judge. Expected at least one whose label the recognizer knows; look at corpus and label map."
        )
    _check(labels, clips, probabilities)
    truth = np.array([labels.index(clip.label or "") for clip in clips])
    absent = np.isnan(probabilities).any(axis=1)
    prediction = np.where(absent, -1, np.where(absent[:, None], 0, probabilities).argmax(axis=1))
    subjects = [clip.subject for clip in clips]
    people = tuple(sorted({who for who in subjects if who is not None})) if None not in subjects else None
    groups = subjects if people is not None and len(people) > 1 else None
    figure = partial(_figure, resamples=resamples)
    commonest = majority(truth)
    table = per_class(truth, prediction, len(labels))
    right = truth == prediction
    return Report(
        labels=labels,
        n=len(clips),
        people=people,
        shared=None if people is None or shared is None else tuple(sorted(set(shared) & set(people))),
        accuracy=figure(accuracy, truth, prediction, groups),
        uar=figure(uar, truth, prediction, groups),
        macro_f1=figure(macro_f1, truth, prediction, groups),
        weighted_f1=figure(weighted_f1, truth, prediction, groups),
        majority=figure(accuracy, truth, np.full_like(truth, commonest), groups),
        ece=figure(ece, truth, probabilities, groups),
        brier=figure(brier, truth, probabilities, groups),
        commonest=labels[commonest],
        classes={word: {name: float(column[i]) for name, column in table.items()} for i, word in enumerate(labels)},
        confusion=tuple(tuple(int(count) for count in row) for row in confusion(truth, prediction, len(labels))),
        subjects={who: float(right[[s == who for s in subjects]].mean()) for who in people or ()},
        groups=_groups(clips, truth, prediction, groups, facts, figure),
        folds=_parts(folds, truth, prediction, groups, figure) if folds is not None else {},
        unanswered=int(absent.sum()),
        drawn="clips" if groups is None else "people",
    )


class _Drawing(Protocol):
    def __call__(self, metric: Metric, truth: np.ndarray, answer: np.ndarray, groups: Sequence[str | None] | None) -> Figure: ...


def _figure(metric: Metric, truth: np.ndarray, answer: np.ndarray, groups: Sequence[str | None] | None, resamples: int) -> Figure:
    value = float(metric(truth, answer, None))
    if np.isnan(value):
        return Figure(value, (value, value))
    return Figure(value, interval(metric, truth, answer, groups, resamples))


def _groups(
    clips: Sequence[Clip],
    truth: np.ndarray,
    prediction: np.ndarray,
    people: Sequence[str | None] | None,
    facts: Sequence[str] | None,
    figure: _Drawing,
) -> dict[str, dict[str, Part]]:
    """Figures by the value of each fact, without values that few clips have."""
    names = facts if facts is not None else sorted({name for clip in clips for name in clip.facts})
    values = {name: [clip.facts.get(name, "") for clip in clips] for name in names}
    telling = {name: column for name, column in values.items() if facts is not None or len(set(column)) in KINDS}
    return {name: _parts(column, truth, prediction, people, figure, SMALLEST) for name, column in telling.items()}


def _parts(
    names: Sequence[str],
    truth: np.ndarray,
    prediction: np.ndarray,
    people: Sequence[str | None] | None,
    figure: _Drawing,
    smallest: int = 1,
) -> dict[str, Part]:
    parts = {}
    for name, count in sorted(Counter(names).items()):
        if count < smallest or not name:
            continue
        rows = np.flatnonzero([other == name for other in names])
        theirs = None if people is None else [people[int(i)] for i in rows]
        theirs = theirs if theirs is not None and len(set(theirs)) > 1 else None
        parts[name] = Part(
            count, figure(accuracy, truth[rows], prediction[rows], theirs), figure(uar, truth[rows], prediction[rows], theirs)
        )
    return parts


def _check(labels: LabelSet, clips: Sequence[Clip], probabilities: np.ndarray) -> None:
    if probabilities.shape != (len(clips), len(labels)):
        raise ValueError(f"{len(clips)} clips and {len(labels)} labels got probabilities of shape {probabilities.shape}.")
    sums = probabilities.sum(axis=1)
    if not np.allclose(sums[~np.isnan(sums)], 1, atol=1e-3):
        raise ValueError("Probabilities of a clip must sum to one; these look like logits or counts.")
