"""What each player added to an answer: Shapley values, exact, from every set of players.

Shapley 1953, "A value for n-person games"; for models as Lundberg, Lee 2017, "A unified approach to interpreting model
predictions", section 2.2. A player's value is what it adds to the answer, averaged over all orders in which players may join.
Nothing here knows what a player is. M: players, N: clips (or cells of time), C: classes.
"""

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np

from emofuse.decisions.base import Scores

MOST = 10  # players; each more doubles the sets that must be asked, and these are 1,024

Worth = Callable[[frozenset[str]], np.ndarray]
"""What a set of players answers, the empty set too; arrays of one shape."""


def shares(worth: Worth, players: Sequence[str]) -> np.ndarray:
    """What each player added: the shares sum to the answer of all less that of nobody.

    Equal players get equal shares; one that never changes an answer gets none.

    Shape:
        worth(set) (...) -> (M, ...), in the order of `players`

    Raises:
        ValueError: No players, too many, or one twice.

    Example:
        >>> pay = {"": 0.0, "a": 2.0, "b": 4.0, "ab": 8.0}  # what a and b earn alone and together
        >>> shares(lambda some: np.array(pay["".join(sorted(some))]), ["a", "b"]).tolist()
        [3.0, 5.0]
    """
    count = len(players)
    if not 1 <= count <= MOST or len(set(players)) != count:
        raise ValueError(
            f"Shares of {count} players ({', '.join(players)}) were asked for. Expected one to {MOST} with names of their own: "
            f"every set of them is asked. Join some into one."
        )
    sets = [frozenset(player for bit, player in enumerate(players) if pattern >> bit & 1) for pattern in range(1 << count)]
    answers = np.stack([np.asarray(worth(some), dtype=np.float64) for some in sets])  # (2^M, ...)
    shared = np.zeros((count, *answers.shape[1:]))
    for pattern, some in enumerate(sets):
        weight = factorial(len(some)) * factorial(count - len(some) - 1) / factorial(count) if len(some) < count else 0.0
        for bit in range(count):
            if not pattern >> bit & 1:
                shared[bit] += weight * (answers[pattern | 1 << bit] - answers[pattern])
    return shared


def contributions(decision: Callable[[Scores], np.ndarray], scores: Scores, prior: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """What each member added to a decision's answer, for every clip and class.

    Every subset of the members is asked, the others being given as absent. They sum to the answer less the prior;
    a member that is absent added nothing, and where all are, nobody did.

    Args:
        decision: Answers with any of its members absent; it need not be told that it is being explained.
        scores: Members' probabilities, (N, S, C) each; rows of NaN are absent.
        prior: What is believed when nobody has said anything, (C,); without it, every label alike.

    Returns:
        By member, (N, C).

    Raises:
        ValueError: No members or too many, or a prior that is not one of these classes.

    Example:
        >>> from emofuse.decisions.average import Average
        >>> voice, face = np.array([[[0.9, 0.1]]]), np.array([[[0.7, 0.3]]])
        >>> found = contributions(Average(), {"voice": voice, "face": face})
        >>> {name: values.round(2).tolist() for name, values in found.items()}
        {'face': [[0.05, -0.05]], 'voice': [[0.25, -0.25]]}
    """
    names = sorted(scores)
    if not names:
        raise ValueError("There are no members to explain a decision by. Expected the probabilities of at least one; give them by name.")
    clips, _, classes = scores[names[0]].shape
    nothing = np.broadcast_to(believed(prior, classes), (clips, classes))

    def worth(some: frozenset[str]) -> np.ndarray:
        if not some:
            return nothing
        answer = decision({name: values if name in some else np.full_like(values, np.nan) for name, values in scores.items()})
        return np.where(np.isnan(answer), nothing, answer)

    found = dict(zip(names, shares(worth, names), strict=True))
    for name, values in scores.items():
        absent = np.all(np.isnan(values).any(axis=2), axis=1)
        found[name][absent] = 0.0  # exactly: a network's batch may differ in its last digit
    return found


def believed(prior: np.ndarray | None, classes: int) -> np.ndarray:
    """The prior, or every label alike where there is none. Shape: (C,), sums to one.

    Raises:
        ValueError: It has other classes, or is no distribution.
    """
    if prior is None:
        return np.full(classes, 1 / classes)
    known = np.asarray(prior, dtype=np.float64)
    if known.shape != (classes,) or float(known.min()) < 0 or abs(float(known.sum()) - 1) > 1e-6:
        raise ValueError(f"A prior of {known.tolist()} was given. Expected {classes} probabilities that sum to one; divide by their sum.")
    return known
