import numpy as np
import pytest

from emofuse.calibration import HIGHEST, LOWEST, hesitation, softened, temperature
from emofuse.core.errors import SplitError
from emofuse.evaluation.metrics import ece


def drawn(generator, count=4_000, classes=5):
    """Logits, and truth drawn from just these probabilities."""
    logits = 2 * generator.normal(size=(count, classes))
    probabilities = softened(logits, 1.0)
    return logits, (probabilities.cumsum(axis=1) > generator.random((count, 1))).argmax(axis=1)


@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_what_was_multiplied_is_divided_again(generator, factor):
    logits, truth = drawn(generator)

    assert temperature(logits * factor, truth) == pytest.approx(factor, rel=0.05)


def test_the_temperature_is_where_the_likelihood_is_highest(generator):
    logits, truth = drawn(generator, 300)
    logits *= 3

    def likelihood(t):
        return np.log(softened(logits, t)[np.arange(len(truth)), truth]).sum()

    found = temperature(logits, truth)

    assert likelihood(found) >= max(likelihood(found * 0.999), likelihood(found * 1.001))


def test_log_probabilities_do_as_well_as_logits(generator):
    logits, truth = drawn(generator, 500)

    assert temperature(np.log(softened(logits, 1.0)), truth) == pytest.approx(temperature(logits, truth), rel=1e-6)


def test_an_impossible_answer_that_was_right_does_not_break_the_fit():
    log_probabilities = np.array([[0.0, -np.inf]] * 3)

    with np.errstate(invalid="raise"):
        assert temperature(log_probabilities, np.array([0, 0, 1])) == pytest.approx(HIGHEST, rel=1e-6)


def test_softened_probabilities_are_calibrated_and_choose_the_same(generator):
    logits, truth = drawn(generator)
    overconfident = 3 * logits

    after = softened(overconfident, temperature(overconfident, truth))

    assert ece(truth, after) < 0.03 < ece(truth, softened(overconfident, 1.0))
    np.testing.assert_array_equal(after.argmax(axis=1), overconfident.argmax(axis=1))
    np.testing.assert_allclose(after.sum(axis=1), 1)


@pytest.mark.parametrize(("right", "expected"), [(True, LOWEST), (False, HIGHEST)])
def test_all_right_or_all_wrong_ends_at_the_limits(right, expected):
    logits = np.array([[1.0, 0.0]] * 10)

    assert temperature(logits, np.full(10, 0 if right else 1)) == pytest.approx(expected, rel=1e-6)


def test_rows_without_an_answer_are_left_out_and_stay_so(generator):
    logits, truth = drawn(generator, 200)
    holes = np.vstack([logits, np.full((1, 5), np.nan)])

    assert temperature(holes, np.append(truth, 0)) == temperature(logits, truth)
    assert np.isnan(softened(holes, 2.0)[-1]).all()


def test_nothing_to_calibrate_on_is_an_error():
    with pytest.raises(SplitError, match="None of 2 clips has an answer"):
        temperature(np.full((2, 3), np.nan), np.array([0, 1]))


def test_below_the_margin_of_doubt_answers_are_right_at_most_as_often_as_said(generator):
    logits, truth = drawn(generator)
    probabilities = softened(logits, 1.0)
    ordered = np.sort(probabilities, axis=1)
    margin, right = ordered[:, -1] - ordered[:, -2], probabilities.argmax(axis=1) == truth

    found = hesitation(probabilities, truth)

    assert right[margin <= found].mean() <= 0.5 < right[margin > found].mean()
    assert found < hesitation(probabilities, truth, odds=0.6)


def test_who_is_always_right_never_hesitates():
    holes = np.array([[0.6, 0.4], [0.9, 0.1], [np.nan, np.nan]])

    assert hesitation(holes, np.array([0, 0, 1])) == 0.0


def test_equal_margins_are_trusted_together_or_not_at_all():
    clear = np.array([[0.9, 0.1]] * 5)

    assert hesitation(clear, np.array([1, 0, 0, 0, 0])) == 0.0
    assert hesitation(clear, np.array([1, 1, 1, 0, 0])) == pytest.approx(0.8)
    assert hesitation(clear[:0], np.array([], dtype=int)) == 0.0
