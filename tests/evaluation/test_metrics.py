from functools import partial
from time import perf_counter

import numpy as np
import pytest
from sklearn import metrics as reference

from emofuse.evaluation.metrics import (
    accuracy,
    aurc,
    brier,
    chance,
    confusion,
    ece,
    interval,
    intervals,
    macro_f1,
    majority,
    per_class,
    reliability,
    risk_coverage,
    uar,
    weighted_f1,
)

CLASSES = 5


@pytest.fixture
def truth(generator: np.random.Generator) -> np.ndarray:
    return generator.choice(CLASSES, size=400, p=(0.4, 0.3, 0.15, 0.1, 0.05))


@pytest.fixture
def probabilities(generator: np.random.Generator, truth: np.ndarray) -> np.ndarray:
    logits = generator.normal(size=(len(truth), CLASSES)) + 1.5 * np.eye(CLASSES)[truth]
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


AGAINST = {
    accuracy: reference.accuracy_score,
    uar: reference.balanced_accuracy_score,
    macro_f1: partial(reference.f1_score, average="macro"),
    weighted_f1: partial(reference.f1_score, average="weighted"),
}


@pytest.mark.parametrize("ours", AGAINST, ids=lambda ours: ours.__name__)
def test_a_metric_agrees_with_scikit_learn(ours, truth, probabilities):
    prediction = probabilities.argmax(axis=1)

    assert float(ours(truth, prediction)) == pytest.approx(AGAINST[ours](truth, prediction), abs=1e-12)


@pytest.mark.parametrize("ours", AGAINST, ids=lambda ours: ours.__name__)
def test_weights_mean_that_a_row_is_there_as_often(ours, truth, probabilities, generator):
    prediction = probabilities.argmax(axis=1)
    times = generator.integers(0, 3, size=(4, len(truth)))

    actual = ours(truth, prediction, times.astype(np.float32))

    expected = [AGAINST[ours](truth.repeat(row), prediction.repeat(row)) for row in times]
    np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_a_class_that_is_answered_but_never_true_is_in_no_mean_over_classes():
    truth, prediction = np.array([0, 0, 1, 1]), np.array([0, 2, 1, 1])
    true_ones = [0, 1]

    assert float(uar(truth, prediction)) == reference.recall_score(truth, prediction, average="macro", labels=true_ones)
    assert float(macro_f1(truth, prediction)) == reference.f1_score(truth, prediction, average="macro", labels=true_ones)
    assert float(weighted_f1(truth, prediction)) == reference.f1_score(truth, prediction, average="weighted", zero_division=0)


def test_a_class_without_rows_in_a_draw_is_in_no_mean_of_that_draw():
    truth, prediction = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    without_the_last = np.array([[1, 1, 1, 0]])

    assert macro_f1(truth, prediction, without_the_last) == pytest.approx(reference.f1_score(truth[:3], prediction[:3], average="macro"))
    assert uar(truth, prediction, without_the_last) == pytest.approx(0.75)


@pytest.mark.parametrize("ours", AGAINST, ids=lambda ours: ours.__name__)
def test_no_answer_is_a_wrong_answer(ours):
    truth = np.array([0, 0, 1, 1])

    assert float(ours(truth, np.array([0, -1, 1, 1]))) < float(ours(truth, truth)) == 1.0


def test_the_table_of_classes_agrees_with_scikit_learn(truth, probabilities):
    prediction = probabilities.argmax(axis=1)

    actual = per_class(truth, prediction, CLASSES)

    expected = reference.precision_recall_fscore_support(truth, prediction, labels=range(CLASSES), zero_division=0)
    for ours, theirs in zip(actual.values(), expected, strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_confusion_agrees_with_scikit_learn_and_keeps_a_column_for_no_answer(truth, probabilities):
    prediction = probabilities.argmax(axis=1)
    prediction[:7] = -1

    actual = confusion(truth, prediction, CLASSES)

    np.testing.assert_array_equal(actual[:, :CLASSES], reference.confusion_matrix(truth[7:], prediction[7:], labels=range(CLASSES)))
    np.testing.assert_array_equal(actual[:, CLASSES], np.bincount(truth[:7], minlength=CLASSES))


def test_brier_agrees_with_scikit_learn(truth, probabilities):
    expected = reference.brier_score_loss(truth, probabilities, scale_by_half=False)

    assert float(brier(truth, probabilities)) == pytest.approx(expected, abs=1e-12)


def test_ece_agrees_with_its_definition_written_out(truth, probabilities):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    expected = 0.0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())

    assert float(ece(truth, probabilities)) == pytest.approx(expected, abs=1e-9)


def test_overconfidence_is_its_own_calibration_error():
    truth = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])

    assert float(ece(truth, np.tile([0.9, 0.1], (10, 1)))) == pytest.approx(0.4)


@pytest.mark.parametrize("metric", [ece, brier, aurc])
def test_calibration_leaves_out_rows_without_an_answer(metric, truth, probabilities):
    absent = probabilities.copy()
    absent[100:] = np.nan

    assert float(metric(truth, absent)) == pytest.approx(float(metric(truth[:100], probabilities[:100])))


@pytest.mark.parametrize("metric", [ece, brier, aurc])
def test_weights_of_calibration_mean_that_a_row_is_there_as_often(metric, truth, probabilities, generator):
    times = generator.integers(0, 3, size=(2, len(truth)))

    actual = metric(truth, probabilities, times)

    expected = [float(metric(truth.repeat(row), probabilities.repeat(row, axis=0))) for row in times]
    np.testing.assert_allclose(actual, expected)


@pytest.mark.parametrize("metric", [ece, brier, aurc])
def test_calibration_of_no_answers_is_not_a_number(metric):
    assert np.isnan(metric(np.array([0, 1]), np.full((2, 2), np.nan)))


def test_bins_add_up_to_the_calibration_error(truth, probabilities):
    absent = probabilities.copy()
    absent[:50] = np.nan

    bins = reliability(truth, absent)

    assert [(part.low, part.high) for part in bins] == [(i / 15, (i + 1) / 15) for i in range(15)]
    assert sum(part.n for part in bins) == 350
    gaps = sum(part.n / 350 * abs(part.accuracy - part.confidence) for part in bins if part.n)
    assert gaps == pytest.approx(float(ece(truth, absent)))


def test_bins_agree_with_scikit_learn(truth, probabilities):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth

    ours = [part for part in reliability(truth, probabilities, bins=10) if part.n]

    from sklearn.calibration import calibration_curve

    accuracy_there, confidence_there = calibration_curve(right, confidence, n_bins=10)
    np.testing.assert_allclose([part.accuracy for part in ours], accuracy_there)
    np.testing.assert_allclose([part.confidence for part in ours], confidence_there)


def test_an_empty_bin_has_no_confidence():
    empty = reliability(np.array([0]), np.array([[0.9, 0.1]]), bins=2)[0]

    assert empty.n == 0
    assert np.isnan([empty.confidence, empty.accuracy]).all()


def test_risk_against_coverage_is_accuracy_above_each_confidence(truth, probabilities):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth

    points = risk_coverage(truth, probabilities)

    for point in points[::37]:
        kept = confidence >= point.threshold
        assert (point.n, point.coverage) == (kept.sum(), pytest.approx(kept.mean()))
        assert point.accuracy == pytest.approx(right[kept].mean())
    assert points[-1].coverage == 1
    assert points[-1].accuracy == pytest.approx(float(accuracy(truth, probabilities.argmax(axis=1))))


def test_risk_against_coverage_leaves_out_rows_without_an_answer():
    points = risk_coverage(np.array([0, 1, 1]), np.array([[0.9, 0.1], [np.nan, np.nan], [0.7, 0.3]]))

    assert [(point.coverage, point.accuracy) for point in points] == [(0.5, 1.0), (1.0, 0.5)]


def test_the_area_under_risk_and_coverage_agrees_with_its_definition_written_out(truth, probabilities):
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    risks = [1 - right[confidence >= threshold].mean() for threshold in confidence]

    assert float(aurc(truth, probabilities)) == pytest.approx(np.mean(risks))


def test_equally_sure_answers_are_one_step_whatever_their_order():
    sure = np.tile([0.9, 0.1], (4, 1))

    assert float(aurc(np.array([0, 0, 1, 1]), sure)) == float(aurc(np.array([1, 0, 1, 0]), sure)) == 0.5
    assert len(risk_coverage(np.array([0, 0, 1, 1]), sure)) == 1


def test_chance_is_what_drawing_labels_gets(generator):
    truth = generator.choice(4, size=200_000, p=(0.5, 0.3, 0.2, 0.0))

    said = chance(truth, classes=4)

    alike, matched = generator.integers(4, size=truth.size), generator.permutation(truth)
    assert said.uniform == 0.25 == pytest.approx(float(accuracy(truth, alike)), abs=0.005)
    assert said.matched == pytest.approx(float(accuracy(truth, matched)), abs=0.005)
    assert said.uar == pytest.approx(1 / 3) == pytest.approx(float(uar(truth, matched)), abs=0.005)
    assert said.uar == float(uar(truth, np.zeros_like(truth)))


def test_the_majority_is_the_most_frequent_truth(truth):
    assert majority(truth) == np.bincount(truth).argmax()


def test_an_interval_holds_the_figure_and_is_the_same_for_the_same_seed(truth, probabilities):
    prediction = probabilities.argmax(axis=1)

    low, high = interval(accuracy, truth, prediction, resamples=1_000, seed=3)

    assert low < float(accuracy(truth, prediction)) < high
    assert (low, high) == interval(accuracy, truth, prediction, resamples=1_000, seed=3)


def test_an_interval_of_rows_is_as_wide_as_the_normal_approximation(truth, probabilities):
    prediction = probabilities.argmax(axis=1)
    share = float(accuracy(truth, prediction))
    half = 1.96 * np.sqrt(share * (1 - share) / len(truth))

    low, high = interval(accuracy, truth, prediction, resamples=4_000)

    assert high - low == pytest.approx(2 * half, rel=0.1)


def test_an_interval_is_wider_where_the_people_differ():
    truth = np.zeros(200, dtype=int)
    people = np.repeat(np.arange(10), 20)
    prediction = np.where(people < 5, 0, 1)  # half of the people are always right, the others never

    of_rows = interval(accuracy, truth, prediction, resamples=1_000)
    of_people = interval(accuracy, truth, prediction, people.tolist(), resamples=1_000)

    assert of_people[1] - of_people[0] > 3 * (of_rows[1] - of_rows[0])


def test_ten_thousand_resamples_of_four_thousand_rows_take_less_than_five_seconds(generator):
    truth, prediction = generator.integers(7, size=(2, 4_000))
    began = perf_counter()

    interval(uar, truth, prediction)

    assert perf_counter() - began < 5


def test_intervals_of_several_numbers_are_those_of_each(truth, probabilities):
    prediction, people = probabilities.argmax(axis=1), [str(i % 9) for i in range(len(truth))]
    measures = {f.__name__: partial(f, truth, prediction) for f in (accuracy, uar)}

    together = intervals(measures, len(truth), people, resamples=700)

    assert together == {f.__name__: interval(f, truth, prediction, people, resamples=700) for f in (accuracy, uar)}


def test_what_is_never_there_to_measure_has_no_interval():
    assert np.isnan(interval(ece, np.array([0, 1]), np.full((2, 2), np.nan), resamples=10)).all()


@pytest.mark.parametrize(("rows", "groups"), [(1, None), (4, ["ann"] * 4)])
def test_of_fewer_than_two_nothing_is_drawn_and_there_is_no_interval(rows, groups):
    truth = np.zeros(rows, dtype=int)

    assert np.isnan(interval(accuracy, truth, truth, groups, resamples=20)).all()
