"""Decisions learnt and asked, fold by fold: small, but many, so that they are cells too.

N: clips, P: patterns of what is there, S: windows, C: classes.
"""

import inspect
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

from emofuse import catalog
from emofuse.bench.base import subsets
from emofuse.bench.cells import PROCESSOR, TIMED, Cell, Outcome, pinned
from emofuse.bench.heard import Heard, scores, taught_rows
from emofuse.bench.order import Work, spec
from emofuse.core.errors import EmofuseError
from emofuse.core.modality import Modality

SHOWN = 32  # numbers that a decision has learnt, written down with its scores; more say nothing to a reader

Quality = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """All that a decision is told.

    Shape:
        learnt {member: (n, S, C)}, truth (n,), asked P times {member: (N, S, C)}; quality {member: (n,)} and {member: (N,)}

    Args:
        cell: Which decision, fold and seed.
        learnt: Out-of-fold scores.
        truth: Of these clips.
        asked: Scores of the test clips, pattern by pattern.
        quality: How good the signals to learn from were; None where nobody knows.
        asked_quality: And those of the test clips.
        threads: That it may use.
    """

    cell: Cell
    learnt: Mapping[str, np.ndarray]
    truth: np.ndarray
    asked: tuple[Mapping[str, np.ndarray], ...]
    quality: Quality | None = None
    asked_quality: Quality | None = None
    threads: int = 1


def question(made: Work, cell: Cell, members: Mapping[str, Heard], quality: Mapping[Modality, np.ndarray], threads: int) -> Question:
    """What a decision of one fold is told of its members."""
    split = made.split(cell.fold)
    learnt, tested = taught_rows(made, split), made.rows(split.test)
    good = _quality(made, members, quality)
    return Question(
        cell=cell,
        learnt=scores(members),
        truth=made.truth[learnt],
        asked=tuple(scores(members, pattern) for pattern in subsets(made.bench.modalities)),
        quality=None if good is None else {name: values[learnt] for name, values in good.items()},
        asked_quality=None if good is None else {name: values[tested] for name, values in good.items()},
        threads=threads,
    )


def decided(asked: Question) -> Outcome:
    """A decision's answers.

    One that cannot be learnt, as clips are too few, or xgboost is not there, leaves no scores but what it says of it.

    Returns:
        test: (P, N, C) probabilities; NaN where no member has an answer.
    """
    name, settings = spec(asked.cell.name)
    kind = catalog.named("decisions", name)
    if "seed" in inspect.signature(kind).parameters:
        settings.setdefault("seed", asked.cell.seed)
    decision = kind(**settings)
    sees = asked.quality is not None and asks_quality(name)
    try:
        with pinned(asked.threads):
            began = time.process_time()
            decision.fit(asked.learnt, asked.truth, **({"quality": asked.quality} if sees else {}))
            seconds = time.process_time() - began
            also = {"quality": asked.asked_quality} if sees else {}
            test = np.stack([decision(pattern, **also) for pattern in asked.asked])
            ms = _milliseconds(decision, asked, sees)
    except EmofuseError as error:
        return Outcome({}, {"problem": str(error)})
    facts = {"seconds": seconds, "clock": PROCESSOR, "ms": ms, "threads": asked.threads, "learnt from": len(asked.truth)}
    return Outcome({"test": test}, {**facts, "learnt": _learnt(decision)})


def _milliseconds(decision: Callable[..., np.ndarray], asked: Question, sees: bool) -> float:
    """Of the decision alone, one clip at a time, the middle one of several after one that does not count."""
    taken = []
    for i in (0, *range(min(TIMED, len(next(iter(asked.asked[0].values())))))):
        one = {member: rows[i : i + 1] for member, rows in asked.asked[0].items()}
        also = {"quality": {member: values[i : i + 1] for member, values in (asked.asked_quality or {}).items()}} if sees else {}
        began = time.perf_counter()
        decision(one, **also)
        taken.append(1_000 * (time.perf_counter() - began))
    return median(taken[1:])


def asks_quality(name: str) -> bool:
    """Whether a decision asks how good signals were."""
    kind = catalog.named("decisions", spec(name)[0])
    return "quality" in inspect.signature(kind.fit).parameters  # type: ignore[attr-defined]  # a Decision, out of the catalog


def _quality(made: Work, members: Mapping[str, Heard], quality: Mapping[Modality, np.ndarray]) -> dict[str, np.ndarray] | None:
    """By member, the mean of its modalities' quality; NaN where nobody knows. None where nobody knows anything. Shape: (N,)."""
    if all(np.isnan(values).all() for values in quality.values()):
        return None
    known = {}
    for name in members:
        own = made.bench.team[name].modalities if name in made.bench.team else ()
        rows = np.stack([quality[m] for m in own]) if own else np.full((1, len(made.clips)), np.nan)
        there = ~np.isnan(rows)
        known[name] = np.where(there.any(axis=0), np.where(there, rows, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1), np.nan)
    return known


def _learnt(decision: object) -> dict[str, object]:
    """What it has learnt, where that is a few numbers: attributes that end in an underscore."""
    found: dict[str, object] = {}
    for name, value in vars(decision).items():
        if not name.endswith("_"):
            continue
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size <= SHOWN:
            found[name] = np.round(value, 4).tolist()
        elif isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            found[name] = list(value)
    return found
