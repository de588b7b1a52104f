"""Recognizer and clips to a report: the one way to judge.

N: rows, which are clips, or segments of clips; C: classes.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, EmofuseError, MediaError, MissingModality, SplitError
from emofuse.core.labels import LabelSet, relabel
from emofuse.evaluation.hashes import fingerprint
from emofuse.evaluation.metrics import (
    Point,
    accuracy,
    answered,
    aurc,
    brier,
    chance,
    confusion,
    ece,
    intervals,
    macro_f1,
    majority,
    per_class,
    reliability,
    risk_coverage,
    uar,
    weighted_f1,
)
from emofuse.evaluation.report import Figure, Part, Person, Report, counted
from emofuse.reading import Recognizer

RESAMPLES = 10_000
SMALLEST = 20  # rows in a group; figures of fewer say nothing
KINDS = range(2, 7)  # a fact with so many values is a group worth telling apart
POINTS = 100  # of the risk against coverage that a report keeps: every hundredth of the rows


@runtime_checkable
class Comparing(Protocol):
    """A recognizer to which a clip is another beside other clips of the same person."""

    def beside(self, clips: Sequence[Clip]) -> Recognizer:
        """The same, having met these clips; their labels are not looked at."""


@runtime_checkable
class Pooling(Protocol):
    """A recognizer that can judge many clips at once, which is faster than one by one."""

    def pooled(self, clips: Sequence[Clip]) -> np.ndarray:
        """One answer a clip. Shape: (N, C); NaN where there is none."""


def evaluate(
    recognizer: Recognizer,
    clips: Sequence[Clip],
    *,
    shared: Collection[str] | None = (),
    resamples: int = RESAMPLES,
    units: str | None = None,
    facts: Sequence[str] | None = None,
    smallest: int = SMALLEST,
) -> Report:
    """Judge a recognizer on clips.

    Clips whose label it does not know are left out and counted; clips it has no answer to are wrong and counted.

    Args:
        recognizer: Never learnt from these clips.
        clips: With their labels, already brought to the recognizer's words where a map is needed.
        shared: People among them who were also learnt from (`Split.shared`); None where nobody knows.
        resamples: For the intervals.
        units: The fact whose values the intervals draw anew, instead of people.
        facts: Which facts to tell apart; by default those with two to six values.
        smallest: Clips that a group must have.

    Raises:
        SplitError: No clip has a label that the recognizer knows, or none says what `units` or `facts` ask for.
    """
    known = relabel(clips, recognizer.labels)
    told = answers(recognizer, known)
    report = judged(recognizer.labels, known, told, shared=shared, facts=facts, resamples=resamples, units=units, smallest=smallest)
    return replace(report, dropped=len(clips) - len(known))


def answers(recognizer: Recognizer, clips: Sequence[Clip], unreadable: list[str] | None = None) -> np.ndarray:
    """The recognizer's probabilities for each whole clip; a row of NaN where it has no answer.

    Shape:
        (N, C)

    Args:
        recognizer: Asked for every clip, having met all of them where that is a difference to it.
        clips: In the order of the rows.
        unreadable: Takes the ids of clips that cannot be read, whose rows are NaN; without it they are an error.

    Raises:
        CorpusError: A clip cannot be read.
    """
    recognizer = recognizer.beside(clips) if isinstance(recognizer, Comparing) else recognizer
    if isinstance(recognizer, Pooling):
        return _pooled(recognizer, clips, len(recognizer.labels), unreadable)
    rows = np.full((len(clips), len(recognizer.labels)), np.nan)
    for row, clip in zip(rows, clips, strict=True):
        try:
            row[:] = recognizer(clip).pooled
        except MissingModality:
            continue  # no answer, which the report counts
        except (MediaError, CorpusError) as error:
            _note_unreadable(clip, error, unreadable)
    return rows


def answers_by_segment(
    recognizer: Recognizer, clips: Sequence[Clip], unreadable: list[str] | None = None
) -> tuple[tuple[Clip, ...], np.ndarray]:
    """The recognizer's probabilities for each segment that it answers, and the segment as a row of its clip's label and facts.

    Segments in which there is nothing to judge (silence, no face) are no rows: the clip's label is not shown there.

    Shape:
        (N,), (N, C)

    Raises:
        CorpusError: A clip cannot be read.
    """
    recognizer = recognizer.beside(clips) if isinstance(recognizer, Comparing) else recognizer
    rows: list[Clip] = []
    scores = [np.empty((0, len(recognizer.labels)))]
    for clip in clips:
        try:
            timeline = recognizer(clip)
        except MissingModality:
            continue
        except (MediaError, CorpusError) as error:
            _note_unreadable(clip, error, unreadable)
            continue
        scores.append(timeline.scores[timeline.present])
        there = [segment for segment, present in zip(timeline.segments, timeline.present, strict=True) if present]
        rows += [replace(clip, id=f"{clip.id}@{s.start}-{s.end}", sources={}, facts={**clip.facts, "clip": clip.id}) for s in there]
    return tuple(rows), np.concatenate(scores)


def _pooled(recognizer: Pooling, clips: Sequence[Clip], classes: int, unreadable: list[str] | None) -> np.ndarray:
    """All at once; where something cannot be read, half by half, until what it is stands alone."""
    if not clips:
        return np.empty((0, classes))
    try:
        return recognizer.pooled(clips)
    except (MediaError, CorpusError) as error:
        if len(clips) == 1 or unreadable is None:
            _note_unreadable(clips[0] if len(clips) == 1 else None, error, unreadable)
            return np.full((1, classes), np.nan)
    middle = len(clips) // 2
    return np.concatenate([_pooled(recognizer, part, classes, unreadable) for part in (clips[:middle], clips[middle:])])


def _note_unreadable(clip: Clip | None, error: EmofuseError, unreadable: list[str] | None) -> None:
    if unreadable is None or clip is None:
        which = f"Clip {clip.id}" if clip is not None else "A clip"
        raise CorpusError(
            f"{which} cannot be read: {error} Put the file right, or leave such clips out with --skip-unreadable: they are counted."
        ) from error
    unreadable.append(clip.id)


def judged(
    labels: LabelSet,
    clips: Sequence[Clip],
    probabilities: np.ndarray,
    *,
    shared: Collection[str] | None = (),
    facts: Sequence[str] | None = None,
    folds: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
    units: str | None = None,
    smallest: int = SMALLEST,
    level: str = "clip",
) -> Report:
    """Judge answers that are already there, such as those of several folds, one after another.

    The intervals draw anew what succeeds and fails together: people; the values of the fact `units` where it is named;
    the clips that segments were cut from where people are not known; single rows only where nothing is known.

    Args:
        labels: The order of the probabilities.
        clips: The rows, with labels out of `labels`; a segment is a row like a clip, its facts say of which clip.
        probabilities: (N, C), rows that sum to one, or of NaN where there is no answer.
        shared: People among the clips who were also learnt from; None where nobody knows.
        facts: Which facts to tell apart; by default those with two to six values.
        folds: For each clip, in which fold it was judged; their figures are then told apart too.
        resamples: For the intervals.
        units: The fact whose values the intervals draw anew, such as a dialogue or a recording.
        smallest: Rows that a group must have.
        level: What a row is: "clip" or "segment".

    Raises:
        SplitError: No clips, or none that says what `units` or `facts` ask for, or groups of less than a row.
        ValueError: Probabilities of another shape, or that do not sum to one.
    """
    check_smallest(smallest)
    if not clips:
        raise SplitError(
            "There are no clips to judge. Expected at least one whose label the recognizer knows; look at corpus and label map."
        )
    _check(labels, clips, probabilities)
    truth = np.array([labels.index(clip.label or "") for clip in clips])
    absent = np.isnan(probabilities).any(axis=1)
    prediction = answered(probabilities)
    subjects = [clip.subject for clip in clips]
    people = tuple(sorted({who for who in subjects if who is not None})) if None not in subjects else None
    drawn, owners = drawn_units(clips, units, level)
    units_drawn = len(clips) if owners is None else len(set(owners))
    commonest = majority(truth)
    figures: dict[str, Any] = _figures(  # by the names that Report has for them
        {
            **{f.__name__: partial(f, truth, prediction) for f in (accuracy, uar, macro_f1, weighted_f1)},
            "majority": partial(accuracy, truth, np.full_like(truth, commonest)),
            **{f.__name__: partial(f, truth, probabilities) for f in (ece, brier, aurc)},
        },
        len(clips),
        owners,
        resamples,
    )
    part = partial(_part, truth, prediction, owners, resamples)
    table = per_class(truth, prediction, len(labels))
    groups, few = _groups(clips, part, facts, smallest)
    return Report(
        labels=labels,
        n=len(clips),
        people=people,
        shared=None if people is None or shared is None else tuple(sorted(set(shared) & set(people))),
        **figures,
        chance=chance(truth, len(labels)),
        commonest=labels[commonest],
        classes={word: {name: float(column[i]) for name, column in table.items()} for i, word in enumerate(labels)},
        confusion=tuple(tuple(int(count) for count in row) for row in confusion(truth, prediction, len(labels))),
        reliability=reliability(truth, probabilities),
        coverage=_thinned(risk_coverage(truth, probabilities)),
        subjects={} if people is None else _people(subjects, truth, prediction),
        groups=groups,
        few=few,
        smallest=smallest,
        folds={} if folds is None else {name: part(rows) for name, rows in _by_value(folds).items()},
        unanswered=int(absent.sum()),
        drawn=drawn,
        drawn_from=units_drawn,
        resamples=resamples,
        level=level,
        data=fingerprint(clips),
        notes=_none_drawn(drawn, units_drawn, people),
    )


def check_smallest(smallest: int) -> None:
    """Refuse groups of no rows, before anything is read.

    Raises:
        SplitError: Less than one row is asked for.
    """
    if smallest < 1:
        raise SplitError(f"Groups of {smallest} rows at least were asked for. Expected 1 or more; {SMALLEST} is usual.")


_Partly = Callable[[np.ndarray], Part]


def _figures(
    measures: Mapping[str, Callable[[np.ndarray | None], np.ndarray]], rows: int, owners: Sequence[str] | None, resamples: int
) -> dict[str, Figure]:
    """Each with its interval; where there is nothing to measure, neither."""
    values = {name: float(measure(None)) for name, measure in measures.items()}
    known = {name: measure for name, measure in measures.items() if not np.isnan(values[name])}
    edges = intervals(known, rows, owners, resamples)
    return {name: Figure(value, edges.get(name, (value, value))) for name, value in values.items()}


def _part(truth: np.ndarray, prediction: np.ndarray, owners: Sequence[str] | None, resamples: int, rows: np.ndarray) -> Part:
    """Accuracy and UAR of some of the rows; without an interval where these are one person's, and people are drawn."""
    theirs = None if owners is None else [owners[int(i)] for i in rows]
    measures = {f.__name__: partial(f, truth[rows], prediction[rows]) for f in (accuracy, uar)}
    return Part(len(rows), **_figures(measures, len(rows), theirs, resamples))


def _none_drawn(drawn: str, count: int, people: Sequence[str] | None) -> tuple[str, ...]:
    """What must be told where too few are judged for the intervals to say anything of others.

    Example:
        >>> _none_drawn("clips", 1, ("ann",)), _none_drawn("clips", 9, None)
        (('one person, one clip: no interval',), ())
    """
    alone = people is not None and len(people) == 1
    if count < 2:
        return (f"{'one person, ' if alone else ''}one {counted(1, drawn).removeprefix('1 ')}: no interval",)
    return (f"one person: the intervals draw {drawn} of theirs, and tell nothing of other people",) if alone else ()


def drawn_units(clips: Sequence[Clip], fact: str | None, level: str) -> tuple[str, list[str] | None]:
    """What the intervals draw, in a word, and whose each row is; None where rows are drawn one by one."""
    if fact is not None:
        named = [clip.facts.get(fact) for clip in clips]
        _need({fact} if None in named else set(), clips)
        return f"{fact}s", [str(value) for value in named]
    people = [clip.subject for clip in clips]
    if None not in people and len(set(people)) > 1:
        return "people", [str(who) for who in people]
    if level == "segment" and all("clip" in clip.facts for clip in clips):
        return "clips", [clip.facts["clip"] for clip in clips]
    return f"{level}s", None


def _groups(
    clips: Sequence[Clip], part: _Partly, facts: Sequence[str] | None, smallest: int
) -> tuple[dict[str, dict[str, Part]], dict[str, dict[str, int]]]:
    """Figures by the value of each fact, and the values that too few rows have."""
    known = {name for clip in clips for name in clip.facts} - {"clip"}
    _need(set(facts or ()) - known, clips)
    groups: dict[str, dict[str, Part]] = {}
    few: dict[str, dict[str, int]] = {}
    for name in facts if facts is not None else sorted(known):
        rows = _by_value([clip.facts.get(name, "") for clip in clips])
        if facts is None and len(rows) not in KINDS:
            continue
        groups[name] = {value: part(theirs) for value, theirs in rows.items() if value and len(theirs) >= smallest}
        few[name] = {value: len(theirs) for value, theirs in rows.items() if value and len(theirs) < smallest}
    return groups, {name: values for name, values in few.items() if values}


def _need(missing: Collection[str], clips: Sequence[Clip]) -> None:
    if missing:
        known = ", ".join(sorted({name for clip in clips for name in clip.facts})) or "nothing"
        raise SplitError(
            f"Not every clip says its {' or '.join(sorted(missing))}. Expected one of the facts of this corpus; they are: {known}."
        )


def _by_value(column: Sequence[str]) -> dict[str, np.ndarray]:
    """The rows of each value, in the order of the values."""
    where: dict[str, list[int]] = {value: [] for value in sorted(Counter(column))}
    for row, value in enumerate(column):
        where[value].append(row)
    return {value: np.array(rows) for value, rows in where.items()}


def _people(subjects: Sequence[str | None], truth: np.ndarray, prediction: np.ndarray) -> dict[str, Person]:
    return {
        who: Person(len(rows), float(accuracy(truth[rows], prediction[rows])), float(uar(truth[rows], prediction[rows])))
        for who, rows in _by_value([str(who) for who in subjects]).items()
    }


def _thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """A hundred of many, the first and the last among them."""
    chosen = np.unique(np.linspace(0, len(points) - 1, min(POINTS, len(points))).round().astype(int))
    return tuple(points[i] for i in chosen.tolist())


def _check(labels: LabelSet, clips: Sequence[Clip], probabilities: np.ndarray) -> None:
    if probabilities.shape != (len(clips), len(labels)):
        raise ValueError(f"{len(clips)} clips and {len(labels)} labels got probabilities of shape {probabilities.shape}.")
    sums = probabilities.sum(axis=1)
    if not np.allclose(sums[~np.isnan(sums)], 1, atol=1e-3):
        raise ValueError("Probabilities of a clip must sum to one; these look like logits or counts.")
