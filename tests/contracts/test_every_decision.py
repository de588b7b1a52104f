"""What is promised for one decision, tested for all: three members, and any of them missing."""

from itertools import product

import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.errors import SplitError

CLASSES = 3
NAMES = catalog.names("decisions")
LEARNING = [name for name in NAMES if name not in ("average", "product")]
SUBSETS = [gone for gone in product([False, True], repeat=3) if any(gone)]


def made(name):
    return catalog.named("decisions", name)()


@pytest.fixture
def targets(generator):
    return generator.integers(CLASSES, size=90)


@pytest.fixture
def scores(generator, targets):
    """A member that knows much, with two windows a clip, one that knows little and one in between, with one window a clip."""

    def member(windows, knowledge):
        logits = generator.normal(size=(len(targets), windows, CLASSES)) + knowledge * np.eye(CLASSES)[targets][:, None]
        return np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)

    return {"voice": member(2, 3.0), "face": member(1, 0.5), "eeg": member(1, 1.0)}


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


@pytest.mark.parametrize("gone", SUBSETS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_missing_is_left_out_of_that_clip_and_of_no_other(name, gone, scores, targets):
    decision = made(name).fit(scores, targets)
    left = {member: values.copy() for member, values in scores.items()}
    for member, missing in zip(sorted(left), gone, strict=True):
        left[member][0] = np.nan if missing else left[member][0]

    answer = decision(left)

    if all(gone):
        assert np.isnan(answer[0]).all()
    else:
        assert answer[0].sum() == pytest.approx(1)
        assert answer[0].min() >= 0
    np.testing.assert_allclose(answer[1:], decision(scores)[1:], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_is_not_named_is_as_good_as_absent(name, scores, targets):
    decision = made(name).fit(scores, targets)
    without = {member: values for member, values in scores.items() if member != "eeg"}

    absent = decision({**without, "eeg": np.full_like(scores["eeg"], np.nan)})

    np.testing.assert_allclose(decision(without), absent, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_one_window_of_several_may_be_missing(name, scores, targets):
    left = {member: values.copy() for member, values in scores.items()}
    left["voice"][:5, 0] = np.nan

    answer = made(name).fit(scores, targets)(left)

    assert np.isfinite(answer).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_one_is_answered_as_it_is_among_others(name, scores, targets):
    decision = made(name).fit(scores, targets)

    alone = decision({member: values[:1] for member, values in scores.items()})

    np.testing.assert_allclose(alone, decision(scores)[:1], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_members_does_not_matter(name, scores, targets):
    backwards = dict(reversed(scores.items()))

    np.testing.assert_allclose(made(name).fit(scores, targets)(scores), made(name).fit(backwards, targets)(backwards))


@pytest.mark.parametrize("name", LEARNING)
def test_too_few_clips_are_an_error_and_not_a_guess(name, scores, targets):
    few = {member: values[:14] for member, values in scores.items()}

    with pytest.raises(SplitError, match="There are 14 clips .* Expected at least 15"):
        made(name).fit(few, targets[:14])


@pytest.mark.parametrize("name", LEARNING)
def test_clips_without_any_answer_teach_nothing(name, scores, targets):
    left = {member: values.copy() for member, values in scores.items()}
    for values in left.values():
        values[:30] = np.nan

    answer = made(name).fit(left, targets)(scores)

    rest = {member: values[30:] for member, values in scores.items()}
    np.testing.assert_allclose(answer, made(name).fit(rest, targets[30:])(scores), atol=1e-6)


@pytest.mark.parametrize("name", LEARNING)
def test_a_class_that_was_never_met_is_next_to_impossible_and_no_error(name, scores, targets):
    known = targets != 2
    met = {member: values[known] for member, values in scores.items()}

    answer = made(name).fit(met, targets[known])(scores)

    assert answer.shape == (90, CLASSES)
    assert np.isfinite(answer).all()


@pytest.mark.parametrize("name", LEARNING)
def test_before_learning_there_is_no_answer(name, scores):
    with pytest.raises(ValueError, match="has not learnt anything yet"):
        made(name)(scores)


@pytest.mark.parametrize("name", LEARNING)
def test_a_stranger_among_the_members_is_refused(name, scores, targets):
    decision = made(name).fit({"voice": scores["voice"], "face": scores["face"]}, targets)

    with pytest.raises(ValueError, match="not about eeg"):
        decision(scores)


@pytest.mark.parametrize("name", NAMES)
def test_no_members_is_an_error(name, targets):
    with pytest.raises(ValueError, match="no members"):
        made(name).fit({}, targets)({})
