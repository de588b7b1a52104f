"""Several systems' answers to a comparison, on the rows that all of them have. N: rows, U: units."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.evaluation.comparison import Comparison, Pair
from emofuse.evaluation.evaluate import RESAMPLES, drawn_units
from emofuse.evaluation.hashes import fingerprint
from emofuse.evaluation.metrics import Metric, accuracy, intervals, uar
from emofuse.evaluation.paired import flipped, holm, kappa, mcnemar, needed
from emofuse.evaluation.predictions import Predictions
from emofuse.evaluation.report import Figure


def compare(systems: Mapping[str, Predictions], *, units: str | None = None, resamples: int = RESAMPLES) -> Comparison:
    """Compare systems two by two.

    Args:
        systems: By name; none of them has learnt from these rows.
        units: The fact whose values are drawn and flipped as a whole, instead of people.
        resamples: For the intervals.

    Raises:
        RunError: Fewer than two systems, no row that all have, or a row of which they say different things.
        SplitError: A row does not say what `units` asks for.
    """
    if len(systems) < 2:
        raise RunError(f"There is nothing to compare {', '.join(systems) or 'nothing'} with. Expected two systems or more; name another.")
    labels = LabelSet(tuple(dict.fromkeys(word for told in systems.values() for word in told.labels)))
    clips, answers = _together(systems, labels)
    truth = np.array([labels.index(clip.label or "") for clip in clips])
    drawn, owners = drawn_units(clips, units, "clip")
    unit = np.arange(len(clips)) if owners is None else np.unique(owners, return_inverse=True)[1]
    right = {name: answer == truth for name, answer in answers.items()}
    ranked = sorted(systems, key=lambda name: -float(right[name].mean()))
    pairs = list(combinations(ranked, 2))
    figures = _figures(truth, answers, right, pairs, owners, resamples)
    tests = {pair: _tests(truth, right[pair[0]], right[pair[1]], unit, len(pairs)) for pair in pairs}
    corrected = {name: holm([tests[pair][name] for pair in pairs]) for name in ("permutation", "permutation_uar", "mcnemar")}
    return Comparison(
        n=len(clips),
        left={name: len(told.clips) - len(clips) for name, told in systems.items()},
        unanswered={name: int((answer < 0).sum()) for name, answer in answers.items()},
        accuracy={name: figures[f"accuracy {name}"] for name in systems},
        uar={name: figures[f"uar {name}"] for name in systems},
        any_right=figures["any"],
        all_right=figures["all"],
        pairs=tuple(
            _pair(
                pair,
                answers,
                right,
                accuracy=figures[f"accuracy {pair}"],
                uar=figures[f"uar {pair}"],
                holm=corrected["permutation"][i],
                holm_uar=corrected["permutation_uar"][i],
                holm_mcnemar=corrected["mcnemar"][i],
                units=int(unit.max()) + 1,
                drawn=drawn,
                **tests[pair],
            )
            for i, pair in enumerate(pairs)
        ),
        drawn=drawn,
        units=int(unit.max()) + 1,
        data=fingerprint(clips),
    )


def _together(systems: Mapping[str, Predictions], labels: LabelSet) -> tuple[tuple[Clip, ...], dict[str, np.ndarray]]:
    """The rows that all have, and each system's answers to them, as indices into `labels`.

    Raises:
        RunError: There is none, or systems say different things of one.
    """
    rows = {name: {clip.id: i for i, clip in enumerate(told.clips)} for name, told in systems.items()}
    (first, told), *others = systems.items()
    clips = tuple(clip for clip in told.clips if all(clip.id in rows[name] for name in rows))
    if not clips:
        raise RunError(
            f"{', '.join(systems)} have no row in common: {told.clips[0].id if told.clips else 'nothing'} is in {first} alone, for one. "
            f"Expected answers to the same clips, at the same level; judge them on the same data."
        )
    for name, other in others:
        for clip in clips:
            theirs = other.clips[rows[name][clip.id]]
            known = None not in (clip.subject, theirs.subject)
            if clip.label != theirs.label or (known and clip.subject != theirs.subject):
                raise RunError(
                    f"{first} says of row {clip.id} that it is {_said(clip)}; {name} says {_said(theirs)}. "
                    f"Expected the same truth; bring both to the same words (--map), or to the same copy of the data."
                )
    answers = {}
    for name, other in systems.items():
        place = np.array([*(labels.index(word) for word in other.labels), -1])  # the last is for no answer, -1
        answers[name] = place[other.answers[[rows[name][clip.id] for clip in clips]]]
    return clips, answers


def _said(clip: Clip) -> str:
    """A row's truth: its label, and its person where they are known.

    Example:
        >>> _said(Clip("32303", None, "anger", {})), _said(Clip("03a01Wa", "03", "anger", {}))
        ("'anger'", "'anger', by 03")
    """
    return f"'{clip.label}'" + ("" if clip.subject is None else f", by {clip.subject}")


def _figures(
    truth: np.ndarray,
    answers: Mapping[str, np.ndarray],
    right: Mapping[str, np.ndarray],
    pairs: Sequence[tuple[str, str]],
    owners: Sequence[str] | None,
    resamples: int,
) -> dict[str, Figure]:
    """Every system's figures, every pair's differences, and the ceiling: all from the same draws."""
    ones = np.ones_like(truth)
    stacked = np.stack(list(right.values()))
    measures = {f"{f.__name__} {name}": partial(f, truth, answer) for name, answer in answers.items() for f in (accuracy, uar)}
    measures |= {
        f"{f.__name__} {pair}": partial(_difference, f, truth, answers[pair[0]], answers[pair[1]])
        for pair in pairs
        for f in (accuracy, uar)
    }
    measures |= {
        name: partial(accuracy, ones, rows.astype(int)) for name, rows in (("any", stacked.any(axis=0)), ("all", stacked.all(axis=0)))
    }
    edges = intervals(measures, len(truth), owners, resamples)
    return {name: Figure(float(measure(None)), edges[name]) for name, measure in measures.items()}


def _difference(metric: Metric, truth: np.ndarray, first: np.ndarray, second: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    difference: np.ndarray = metric(truth, first, weights) - metric(truth, second, weights)
    return difference


def _tests(truth: np.ndarray, first: np.ndarray, second: np.ndarray, unit: np.ndarray, tests: int) -> dict[str, Any]:
    """What the tests say of two systems, given which rows each gets right, by the names that Pair has for it. Shape: (N,) each."""
    gain = first.astype(float) - second.astype(float)
    supports = np.bincount(truth)
    by_label = gain / (supports[truth] * (supports > 0).sum())  # summed over all rows, the difference in UAR
    whole, fair = (np.bincount(unit, weights) for weights in (gain, by_label))
    accurate, balanced = flipped(whole), flipped(fair)
    return {
        "permutation": accurate.p,
        "permutation_uar": balanced.p,
        "mcnemar": mcnemar(int((gain > 0).sum()), int((gain < 0).sum())),
        "exact": accurate.exact,
        "least": accurate.least,
        "needed": needed(whole, tests),
    }


def _pair(pair: tuple[str, str], answers: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray], **figures: Any) -> Pair:
    (first, second), (a, b) = pair, (right[pair[0]], right[pair[1]])
    return Pair(
        first,
        second,
        both=float((a & b).mean()),
        only_first=int((a & ~b).sum()),
        only_second=int((b & ~a).sum()),
        neither=float((~a & ~b).mean()),
        agreement=float((answers[first] == answers[second]).mean()),
        kappa=kappa(answers[first], answers[second]),
        **figures,  # gathered by the names that Pair has for them
    )
