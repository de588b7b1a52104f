"""Two systems on the same rows: is the one better, or was it luck? Tests and counts, nothing else.

Nothing here knows about clips. U: units that succeed and fail together, which are people where people are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, fsum, lgamma, log, log2
from statistics import NormalDist

import numpy as np

from emofuse.evaluation.metrics import Metric

DRAWS = 10_000  # sign flips, where there are too many units for all of them
POWER = 0.8  # chance of showing a difference that is there, by which people are counted that would be needed
LEVEL = 0.05  # of significance


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p of McNemar's test: are the rows that only one of two gets right as often the one's as the other's?

    It takes rows for independent of each other, which clips of one person are not: `flipped` does not.

    Args:
        only_first: Rows that the first alone gets right.
        only_second: Rows that the second alone gets right.

    Example:
        >>> round(mcnemar(1, 9), 4)
        0.0215

    Source:
        McNemar 1947; exact by the binomial distribution.
    """
    n = only_first + only_second
    logs = (lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) - n * log(2) for k in range(min(only_first, only_second) + 1))
    return min(1.0, 2 * fsum(exp(value) for value in logs))


@dataclass(frozen=True, slots=True)
class Flipped:
    """What flipping signs says.

    Args:
        p: Share of the flips with a difference at least as large as the one that was found, either way.
        exact: Whether all flips were tried, rather than drawn.
        least: The smallest p that so few units can give.
    """

    p: float
    exact: bool
    least: float


def flipped(contributions: np.ndarray, draws: int = DRAWS, seed: int = 0) -> Flipped:
    """Paired permutation test over units: if both systems were alike, each unit's difference could as well have the other sign.

    Shape:
        contributions (U,): what each unit adds to the difference, of which the difference is the sum

    Args:
        contributions: One for each unit.
        draws: How many flips are drawn where trying all of them would be more.
        seed: Of the draws.

    Example:
        >>> flipped(np.array([1.0, 2.0, 3.0]))
        Flipped(p=0.25, exact=True, least=0.25)

    Source:
        Fisher 1935; the estimate from draws counts the flip that was found, too (Phipson and Smyth 2010).
    """
    units = len(contributions)
    found = abs(contributions.sum()) - 1e-12
    exact = units <= log2(draws)
    least = 2.0 ** (1 - units) if units < 60 else 0.0
    if exact:
        flips = 1 - 2 * ((np.arange(2**units)[:, None] >> np.arange(units)) & 1)
        return Flipped(float((np.abs(flips @ contributions) >= found).mean()), True, min(1.0, least))
    random = np.random.default_rng(seed)
    larger, at_once = 0, max(1, 4_000_000 // units)
    for start in range(0, draws, at_once):
        signs = 1 - 2 * random.integers(2, size=(min(at_once, draws - start), units), dtype=np.int8).astype(np.float32)
        larger += int((np.abs(signs @ contributions) >= found).sum())
    return Flipped((larger + 1) / (draws + 1), False, max(least, 1 / (draws + 1)))


def swapped(metric: Metric, truth: np.ndarray, first: np.ndarray, second: np.ndarray, owners: Sequence[str], draws: int = DRAWS) -> float:
    """Paired permutation test of any metric: were both systems alike, each owner's answers might as well be the other's.

    A metric that is no sum over clips, as F1 is, cannot be tested by flipping signs.

    Args:
        metric: Such as `weighted_f1`.
        truth: (N,) indices.
        first: (N,) answers of the one.
        second: (N,) answers of the other.
        owners: (N,) whose each row is; whole owners are swapped.
        draws: How often.

    Returns:
        The share of swaps that differ at least as much, the one that was found among them (Phipson and Smyth 2010).

    Example:
        >>> from emofuse.evaluation.metrics import accuracy
        >>> truth, owners = np.array([0, 1] * 5), [str(i) for i in range(10)]
        >>> swapped(accuracy, truth, truth, 1 - truth, owners) < 0.01
        True
    """
    units = np.unique(np.asarray(owners), return_inverse=True)[1]
    rows, answers = np.tile(truth, 2), np.concatenate([first, second])
    found = abs(float(metric(truth, first, None) - metric(truth, second, None))) - 1e-12
    random, as_far, at_once = np.random.default_rng(0), 0, max(1, 2_000_000 // len(rows))
    for start in range(0, draws, at_once):
        mine = random.integers(2, size=(min(at_once, draws - start), units.max() + 1))[:, units].astype(np.float32)  # (R, N)
        ours, theirs = (metric(rows, answers, np.concatenate(pair, axis=1)) for pair in ((mine, 1 - mine), (1 - mine, mine)))
        as_far += int((np.abs(ours - theirs) >= found).sum())
    return (as_far + 1) / (draws + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """The p of several tests, as each would have to be read had it been asked alone.

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]

    Source:
        Holm 1979.
    """
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=lambda i: ps[i])):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[i]))
        adjusted[i] = highest
    return adjusted


def kappa(first: np.ndarray, second: np.ndarray) -> float:
    """Agreement of two systems' answers beyond what their frequencies alone would give; 1 where both always say the same one thing.

    Shape:
        (N,), (N,) labels; no answer is a label, too

    Example:
        >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
        0.5

    Source:
        Cohen 1960.
    """
    same = float((first == second).mean())
    alike = sum(float((first == word).mean() * (second == word).mean()) for word in np.union1d(first, second))
    return 1.0 if alike == 1 else (same - alike) / (1 - alike)


def needed(contributions: np.ndarray, tests: int = 1) -> int | None:
    """About how many units like these it would take to show the difference, four times of five; None where nobody can tell.

    If the difference, and how much units differ in it, stay as they are.

    Args:
        contributions: What each unit adds to the difference.
        tests: How many differences are asked for together.
    """
    mean = float(contributions.mean())
    if len(contributions) < 2 or abs(mean) < 1e-12:
        return None
    level = LEVEL / tests
    reach = NormalDist().inv_cdf(1 - level / 2) + NormalDist().inv_cdf(POWER)
    count = ceil((reach * float(contributions.std(ddof=1)) / mean) ** 2)
    return max(count, ceil(log2(2 / level)), len(contributions) + 1)  # of fewer, not even all the same way would do
