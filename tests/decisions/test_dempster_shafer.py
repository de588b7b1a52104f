"""Against Dempster's rule written out over all subsets."""

from itertools import chain, combinations

import numpy as np
import pytest

from emofuse.decisions.dempster_shafer import DempsterShafer

TRUTH = np.array([0, 1, 2] * 10)


def by_the_book(members, reliabilities):
    """Combine masses on sets of classes by Dempster's rule, then share out by the pignistic transform."""
    classes = len(members[0])
    whole = frozenset(range(classes))
    combined = {whole: 1.0}
    for probabilities, reliability in zip(members, reliabilities, strict=True):
        masses = {frozenset([c]): reliability * p for c, p in enumerate(probabilities)} | {whole: 1 - reliability}
        met: dict[frozenset[int], float] = {}
        for (a, x), (b, y) in ((left, right) for left in combined.items() for right in masses.items()):
            met[a & b] = met.get(a & b, 0.0) + x * y
        conflict = met.pop(frozenset(), 0.0)
        combined = {which: mass / (1 - conflict) for which, mass in met.items()}
    assert set(combined) <= {frozenset(s) for s in chain.from_iterable(combinations(range(classes), k) for k in range(1, classes + 1))}
    return [sum(mass / len(which) for which, mass in combined.items() if c in which) for c in range(classes)]


def accurate(share):
    """Right in `share` of the clips."""
    answers = TRUTH.copy()
    wrong = round((1 - share) * len(TRUTH))
    answers[:wrong] = (answers[:wrong] + 1) % 3
    return np.eye(3)[answers][:, None]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_dempsters_rule(seed):
    generator = np.random.default_rng(seed)
    decision = DempsterShafer().fit({"a": accurate(0.9), "b": accurate(0.6), "c": accurate(1.0)}, TRUTH)
    members = generator.dirichlet(np.ones(3), size=3)

    answer = decision({name: row[None, None] for name, row in zip("abc", members, strict=True)})

    np.testing.assert_allclose(answer[0], by_the_book(members, decision.reliability_), atol=1e-9)


def test_who_is_right_by_chance_is_not_believed():
    decision = DempsterShafer().fit({"guess": accurate(1 / 3), "sure": accurate(1.0)}, TRUTH)

    assert decision.reliability_.round(6).tolist() == [0.0, 0.99]
    answer = decision({"guess": np.array([[[0.0, 1.0, 0.0]]]), "sure": np.array([[[1.0, 0.0, 0.0]]])})
    assert answer[0, 0] > 0.98
