"""What is promised for one decision, tested for all."""

import numpy as np
import pytest

from emofuse import catalog

CLASSES = 3
NAMES = catalog.names("decisions")


def made(name):
    return catalog.named("decisions", name)()


@pytest.fixture
def targets(generator):
    return generator.integers(CLASSES, size=90)


@pytest.fixture
def scores(generator, targets):
    """A member that knows much, with two windows a clip, and one that knows little, with one window a clip."""

    def member(windows, knowledge):
        logits = generator.normal(size=(len(targets), windows, CLASSES)) + knowledge * np.eye(CLASSES)[targets][:, None]
        return np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)

    return {"voice": member(2, 3.0), "face": member(1, 0.5)}


@pytest.mark.parametrize("name", NAMES)
def test_rows_sum_to_one(name, scores, targets):
    answer = made(name).fit(scores, targets)(scores)

    assert answer.shape == (len(targets), CLASSES)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-6)
    assert answer.min() >= 0


@pytest.mark.parametrize("name", NAMES)
def test_a_perfect_member_is_found(name, scores, targets):
    perfect = {"voice": scores["face"] * 0 + 1 / CLASSES, "face": np.eye(CLASSES)[targets][:, None]}

    answer = made(name).fit(perfect, targets)(perfect)

    np.testing.assert_array_equal(answer.argmax(axis=1), targets)


@pytest.mark.parametrize("name", NAMES)
def test_fitting_twice_is_fitting_the_second(name, scores, targets):
    other = {member: values[::-1] for member, values in scores.items()}

    twice = made(name).fit(other, targets).fit(scores, targets)(scores)

    np.testing.assert_allclose(twice, made(name).fit(scores, targets)(scores))


@pytest.mark.parametrize("name", NAMES)
def test_an_absent_member_is_left_out_and_all_absent_is_no_answer(name, scores, targets):
    decision = made(name).fit(scores, targets)
    gone = {member: values.copy() for member, values in scores.items()}
    gone["face"][:2] = np.nan
    gone["voice"][1] = np.nan

    answer = decision(gone)

    assert np.isfinite(answer[0]).all()
    assert answer[0].sum() == pytest.approx(1)
    assert np.isnan(answer[1]).all()
    np.testing.assert_allclose(answer[2:], decision(scores)[2:])


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_members_does_not_matter(name, scores, targets):
    backwards = dict(reversed(scores.items()))

    np.testing.assert_allclose(made(name).fit(scores, targets)(scores), made(name).fit(backwards, targets)(backwards))
