"""What to try next: every point of a grid, a random one, or one that what was tried speaks for.

What is proposed depends on the seed and on what was tried before, never on when a search was stopped.
"""

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from emofuse.search.kept import Kept, decoded, distributions
from emofuse.search.space import Choices, Range, Space, values

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

WAYS = ("grid", "random", "tpe")
FAR = 100_003  # between the seeds of two searches: a prime beyond any number of trials


def grid(over: Space, seed: int = 0) -> list[dict[str, object]]:
    """Every combination of values, in a random order: a grid that is broken off has looked everywhere.

    Raises:
        UnknownName: A range without a number of steps.
    """
    columns = [values(name, axis) for name, axis in over.items()]
    rows = list(product(*columns))
    return [dict(zip(over, rows[i], strict=True)) for i in np.random.default_rng(seed).permutation(len(rows))]


def proposed(kept: Kept, way: str, seed: int) -> dict[str, object]:
    """A setting: "random" (Bergstra, Bengio 2012), or "tpe", the tree-structured Parzen estimator (Bergstra et al. 2011).

    Numbers are rounded to three digits, so that what is tried is what is printed.

    Args:
        kept: What was tried.
        way: "random" or "tpe"; the latter is random for its first ten settings.
        seed: Of the search.
    """
    from optuna import create_study

    trials = kept.trials()
    study = create_study(sampler=_sampler(way, seed * FAR + len(trials)), direction=kept.study.direction)  # in memory
    study.add_trials(trials)
    arguments = decoded(study.ask(distributions(kept.over)).params, kept.over)
    return {name: _rounded(arguments[name], axis) for name, axis in kept.over.items()}


def shares(kept: Kept, seed: int) -> dict[str, float]:
    """What mattered: each argument's share of the variance among what was tried (functional ANOVA; Hutter, Hoos, Leyton-Brown 2014).

    Empty where fewer than four different settings have a figure, or all have the same one.
    """
    from optuna import create_study
    from optuna.importance import FanovaImportanceEvaluator

    told = [trial for trial in kept.trials() if trial.value is not None and math.isfinite(trial.value)]
    if len({tuple(trial.params.items()) for trial in told}) < 4 or len({trial.value for trial in told}) < 2:
        return {}
    study = create_study(direction=kept.study.direction)
    study.add_trials(told)
    found = FanovaImportanceEvaluator(seed=seed).evaluate(study)
    return {name: float(share) for name, share in found.items()}


def beforehand(over: Space) -> list[dict[str, object]]:
    """Settings that hold every end and every listed value once: what a recipe is asked before anything is taught."""
    edges = {name: axis.values if isinstance(axis, Choices) else (axis.low, axis.high) for name, axis in over.items()}
    first = {name: known[0] for name, known in edges.items()}
    return [{**first, name: value} for name, known in edges.items() for value in known]


def _sampler(way: str, seed: int) -> "BaseSampler":
    from optuna.samplers import RandomSampler, TPESampler

    return RandomSampler(seed=seed) if way == "random" else TPESampler(seed=seed)


def _rounded(value: object, axis: Choices | Range) -> object:
    return axis.readable(value) if isinstance(axis, Range) and isinstance(value, float) else value
