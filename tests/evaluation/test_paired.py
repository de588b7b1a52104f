from itertools import product

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from emofuse.evaluation.metrics import accuracy, weighted_f1
from emofuse.evaluation.paired import flipped, holm, kappa, mcnemar, needed, swapped


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (1, 0), (1, 9), (12, 12), (30, 17), (510, 600), (9_000, 9_400)])
def test_mcnemar_is_the_binomial_test(only_first, only_second):
    n = only_first + only_second
    expected = stats.binomtest(only_first, n).pvalue if n else 1.0

    assert mcnemar(only_first, only_second) == pytest.approx(expected, rel=1e-6)
    assert mcnemar(only_second, only_first) == mcnemar(only_first, only_second)


def test_mcnemar_by_hand():
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)


def test_all_flips_of_few_units_are_tried(generator):
    contributions = generator.normal(0.4, size=9)
    sums = [abs(np.dot(signs, contributions)) for signs in product((-1, 1), repeat=9)]

    said = flipped(contributions)

    assert said.exact
    assert said.p == pytest.approx(np.mean(np.array(sums) >= abs(contributions.sum()) - 1e-12))
    assert said.least == 2 / 2**9


def test_flips_agree_with_scipy(generator):
    contributions = generator.normal(0.4, size=10)

    expected = stats.permutation_test((contributions,), np.sum, permutation_type="samples", n_resamples=np.inf).pvalue

    assert flipped(contributions).p == pytest.approx(expected)


def test_drawn_flips_come_near_to_all_of_them(generator):
    contributions = generator.normal(0.35, size=16)
    signs = 1 - 2 * ((np.arange(2**16)[:, None] >> np.arange(16)) & 1)
    every = float((np.abs(signs @ contributions) >= abs(contributions.sum()) - 1e-12).mean())

    said = flipped(contributions)

    assert not said.exact
    assert said.p == pytest.approx(every, abs=0.01)
    assert said.p == flipped(contributions).p, "the same seed, the same flips"


def test_a_drawn_p_is_never_nought():
    assert flipped(np.ones(50)).p == pytest.approx(1 / 10_001)


def test_no_difference_at_all_has_a_p_of_one():
    assert flipped(np.zeros(5)).p == flipped(np.zeros(100)).p == 1


def test_false_alarms_are_as_frequent_as_the_level_says(generator):
    alarms = [flipped(generator.normal(size=12)).p < 0.05 for _ in range(400)]

    assert 0.02 < np.mean(alarms) < 0.085


def test_many_clips_are_flipped_within_a_second_or_two(generator):
    assert flipped(generator.choice((-1.0, 0.0, 1.0), size=4_000)).p > 0


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


def test_kappa_agrees_with_scikit_learn(generator):
    first = generator.integers(-1, 4, size=200)
    second = np.where(generator.random(200) < 0.6, first, generator.integers(-1, 4, size=200))

    assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_two_that_always_say_the_same_one_thing_agree():
    assert kappa(np.zeros(5), np.zeros(5)) == 1


def test_people_needed_are_those_with_whom_it_is_shown_four_times_of_five(generator):
    pilot = generator.normal(size=20)
    pilot = 0.5 + (pilot - pilot.mean()) / pilot.std(ddof=1)

    count = needed(pilot)

    shown = [flipped(generator.normal(0.5, 1.0, size=count)).p < 0.05 for _ in range(100)]
    assert count == 32
    assert np.mean(shown) == pytest.approx(0.78, abs=0.1)


def test_more_are_needed_for_several_differences_at_once(generator):
    few = generator.normal(0.1, 1.0, size=20)

    assert needed(few, tests=6) > needed(few) > len(few)


@pytest.mark.parametrize("contributions", [np.zeros(9), np.array([0.3])])
def test_where_there_is_no_difference_or_one_person_nobody_can_tell(contributions):
    assert needed(contributions) is None


def test_units_that_all_say_the_same_must_still_be_six():
    assert needed(np.full(3, 0.2)) == 6


def test_swapping_whole_owners_says_how_often_chance_differs_as_much():
    truth = np.tile([0, 1, 2], 20)
    owners = [str(i // 6) for i in range(60)]
    other = np.where(np.arange(60) % 7 == 0, (truth + 1) % 3, truth)

    assert swapped(weighted_f1, truth, other, other, owners, draws=200) == 1
    assert swapped(weighted_f1, truth, truth, (truth + 1) % 3, owners, draws=2_000) < 0.02
    assert swapped(weighted_f1, truth, truth, (truth + 1) % 3, ["one"] * 60, draws=200) == 1  # one owner tells nothing apart


def test_for_accuracy_swapping_is_flipping_signs():
    random = np.random.default_rng(3)
    truth = random.integers(3, size=120)
    first, second = (np.where(random.random(120) < share, truth, (truth + 1) % 3) for share in (0.7, 0.6))
    owners = random.integers(12, size=120)
    each = np.bincount(owners, (first == truth).astype(float) - (second == truth))

    ours = swapped(accuracy, truth, first, second, [str(who) for who in owners], draws=20_000)

    assert ours == pytest.approx(flipped(each / 120, draws=20_000).p, abs=0.015)
