import numpy as np
import pytest
from scipy.optimize import approx_fprime

from emofuse.adaptation.answers import MOST, Answers, shares, unlikely
from emofuse.adaptation.ways import TOGETHER, Fitted, Nothing, Shift, _Problem


def loss(answers, personal):
    return unlikely(answers.by(personal), answers.targets).mean()


def test_nothing_leaves_answers_as_they_are(generator, person):
    answers = person(generator)

    np.testing.assert_allclose(answers.by(Nothing()(answers)), np.stack([clip[0].mean(axis=0) for clip in answers.clips]), atol=1e-6)


def test_a_shift_takes_a_known_bias_away(generator, person):
    bias = np.array([2.0, 0.0, -1.0, -1.0])
    answers = person(generator, bias=bias, each=40, clear=1.0)

    np.testing.assert_allclose(Shift(1.0)(answers).bias, -bias, atol=0.4)
    np.testing.assert_allclose(Shift(0.5)(answers).bias, -bias / 2, atol=0.2)


def test_a_shift_does_not_take_what_is_shown_often_for_a_bias(generator, person):
    both = person(generator, each=40)
    uneven = both.some(np.concatenate([np.arange(40), *(np.arange(40 * c, 40 * c + 5) for c in (1, 2, 3))]))

    assert np.abs(Shift(1.0)(uneven).bias).max() < 0.6


def test_a_bias_is_found_and_drawn_towards_none(generator, person):
    answers = person(generator, bias=(2.0, 0.0, -1.0, -1.0), each=40)

    close, free = Fitted("small", bias=0.1)(answers), Fitted("free", bias=5.0)(answers)

    assert np.argmin(free.bias) == 0
    assert np.linalg.norm(close.bias) < np.linalg.norm(free.bias)
    assert loss(answers, free) < loss(answers, close) < loss(answers, Nothing()(answers))


def test_answers_that_are_too_sure_are_softened(generator, person):
    answers = person(generator, clear=1.0, each=40)
    sure = Answers(
        answers.labels,
        answers.members,
        tuple(clip**4 / (clip**4).sum(axis=2, keepdims=True) for clip in answers.clips),
        answers.targets,
        answers.files,
    )

    assert Fitted("temperature", temperature=2.0)(sure).temperature == pytest.approx(
        4 * Fitted("t", temperature=2.0)(answers).temperature, rel=0.3
    )


def test_a_regression_finds_that_two_labels_are_taken_for_each_other(generator, person):
    answers = person(generator, heard=(1, 0, 2, 3), each=12, clear=3.0)

    told = answers.by(Fitted("regression", bias=1.0, mix=0.5)(answers)).argmax(axis=1)

    assert (answers.by(Nothing()(answers)).argmax(axis=1) == answers.targets).mean() < 0.6
    assert (told == answers.targets).mean() > 0.9


def test_a_member_that_says_nothing_loses_its_weight(generator, person):
    answers = person(generator, members=2, each=12)

    weights = Fitted("weights", weights=1.0)(answers).weights

    assert sum(weights.values()) == pytest.approx(1)
    assert weights["voice"] > 2 * weights["face"]


@pytest.mark.parametrize("way", TOGETHER, ids=lambda way: way.how)
def test_labels_that_no_clip_shows_keep_their_place(way, generator, person):
    personal = way(person(generator, labels=(0, 2), members=2))

    if personal.bias:
        assert personal.bias[1] == personal.bias[3] == 0
        assert sum(personal.bias) == pytest.approx(0, abs=1e-4)
    if personal.mix:
        assert not any(personal.mix[1]) and not any(personal.mix[3])


@pytest.mark.parametrize("way", [way for way in TOGETHER if isinstance(way, Fitted)], ids=lambda way: way.how)
def test_the_slope_is_that_of_the_price(way, generator, person):
    answers = person(generator, members=2, each=3)
    answers.clips[0][1, 0] = np.nan  # a member that is absent for a moment
    problem = _Problem(way, answers)
    at = 0.3 * generator.normal(size=problem.size)

    numeric = approx_fprime(at, lambda numbers: problem(numbers)[0], 1e-6)

    np.testing.assert_allclose(problem(at)[1], numeric, atol=2e-3)


def test_a_long_clip_weighs_no_more_than_a_short_one(generator, person):
    long = person(generator, windows=500)

    windows, owner = long.windows()

    assert windows.shape[1] == len(long.clips) * MOST
    assert np.bincount(owner).tolist() == [MOST] * len(long.clips)


def test_what_is_shown_more_often_is_said_more_often_without_looking():
    np.testing.assert_allclose(shares([0, 0, 0, 2], 4), [0.7, 0, 0.3, 0])
