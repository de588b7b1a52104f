"""What is promised for one decision, tested for all: three members, and any of them missing."""

from functools import cache
from itertools import product

import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.errors import SplitError

CLASSES = 3
NAMES = catalog.names("decisions")
LEARNING = [name for name in NAMES if name not in ("average", "product")]
SUBSETS = [gone for gone in product([False, True], repeat=3) if any(gone)]


TARGETS = np.random.default_rng(0).integers(CLASSES, size=90)


def made(name):
    return catalog.named("decisions", name)()


@cache
def learnt(name):
    """Fitted once on all that there is: some take a second."""
    return made(name).fit(three(), TARGETS)


def quick(name):
    """The same; a network is taught for next to nothing."""
    kind = catalog.named("decisions", name)
    return kind(epochs=1) if name == "stacked_cnn" else kind()


@cache
def three():
    """A member that knows much, with two windows a clip, one that knows little and one in between, with one window a clip."""
    generator = np.random.default_rng(1)

    def member(windows, knowledge):
        logits = generator.normal(size=(len(TARGETS), windows, CLASSES)) + knowledge * np.eye(CLASSES)[TARGETS][:, None]
        return np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)

    return {"voice": member(2, 3.0), "face": member(1, 0.5), "eeg": member(1, 1.0)}


@pytest.fixture
def targets():
    return TARGETS.copy()


@pytest.fixture
def scores():
    return {member: values.copy() for member, values in three().items()}


@pytest.mark.parametrize("name", NAMES)
def test_rows_sum_to_one(name, scores, targets):
    answer = learnt(name)(scores)

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

    np.testing.assert_allclose(twice, learnt(name)(scores))


@pytest.mark.parametrize("gone", SUBSETS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_missing_is_left_out_of_that_clip_and_of_no_other(name, gone, scores):
    decision = learnt(name)
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


@pytest.mark.parametrize("gone", SUBSETS)
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_missing_from_every_clip_leaves_what_the_others_say(name, gone, scores):
    missing = [member for member, away in zip(sorted(scores), gone, strict=True) if away]
    left = {member: np.full_like(values, np.nan) if member in missing else values for member, values in scores.items()}

    answer = learnt(name)(left)

    if all(gone):
        assert np.isnan(answer).all()
        return
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-6)
    for row in (0, 40, 89):  # each as if it were alone
        np.testing.assert_allclose(learnt(name)({m: values[row : row + 1] for m, values in left.items()})[0], answer[row], atol=1e-6)
    told = {member: np.roll(values, 1, axis=2) for member, values in left.items()}
    assert not np.allclose(learnt(name)(told), answer)  # what is there is listened to


@pytest.mark.parametrize("gone", [gone for gone in SUBSETS if not all(gone)])
@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_missing_while_it_learns_is_left_out_of_those_clips(name, gone, scores, targets):
    left = {member: values.copy() for member, values in scores.items()}
    for member, missing in zip(sorted(left), gone, strict=True):
        if missing:
            left[member][:20] = np.nan

    decision = quick(name).fit(left, targets)

    np.testing.assert_allclose(decision(scores).sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(decision(left).sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_member_that_is_not_named_is_as_good_as_absent(name, scores):
    decision = learnt(name)
    without = {member: values for member, values in scores.items() if member != "eeg"}

    absent = decision({**without, "eeg": np.full_like(scores["eeg"], np.nan)})

    np.testing.assert_allclose(decision(without), absent, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_one_window_of_several_may_be_missing(name, scores, targets):
    left = {member: values.copy() for member, values in scores.items()}
    left["voice"][:5, 0] = np.nan

    answer = learnt(name)(left)

    assert np.isfinite(answer).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_of_one_is_answered_as_it_is_among_others(name, scores):
    decision = learnt(name)

    alone = decision({member: values[:1] for member, values in scores.items()})

    np.testing.assert_allclose(alone, decision(scores)[:1], atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_members_does_not_matter(name, scores, targets):
    backwards = dict(reversed(scores.items()))

    np.testing.assert_allclose(made(name).fit(backwards, targets)(backwards), learnt(name)(scores))
    np.testing.assert_allclose(learnt(name)(backwards), learnt(name)(scores))


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


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda rows: rows[:5], "answers 5 clips in 3 classes, .* Expected the same clips and labels .*; bring them"),
        (lambda rows: rows[:, :, :2], "answers 90 clips in 2 classes, .* Expected the same clips and labels .*; bring them"),
        (lambda rows: rows[:, 0], r"scores of shape \(90, 3\). Expected an array of clips, segments and classes; give"),
        (lambda rows: rows[:, :0], r"scores of shape \(90, 0, 3\). Expected"),
        (lambda rows: rows.tolist(), "scores of shape list. Expected an array"),
        (lambda rows: np.where(np.arange(3) == 1, np.nan, rows), "some is NaN and some is not. Expected all of a row, .*; look"),
        (lambda rows: np.log(rows), "no probabilities. Expected none below zero, .*; logits need a softmax"),
        (lambda rows: rows / 2, "no probabilities. Expected .* sum to one"),
        (lambda rows: rows * 0, "no probabilities. Expected .* sum to one"),
        (lambda rows: rows + np.inf, "no probabilities"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_probabilities_of_the_same_clips_and_classes_is_refused(name, spoilt, said, scores, targets):
    wrong = {**scores, "eeg": spoilt(scores["eeg"])}

    with pytest.raises(ValueError, match=f"(?s)Member 'eeg' .*{said}"):
        learnt(name)(wrong)
    if name in LEARNING:
        with pytest.raises(ValueError, match=f"(?s)Member 'eeg' .*{said}"):
            quick(name).fit(wrong, targets)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (TARGETS[:5], r"shape \(5,\) .* for 90 clips. Expected an index of a class for each; look"),
        (np.array(["calm", "anger", "fear"])[TARGETS], "kind <U5 for 90 clips. Expected an index of a class"),
        (TARGETS + 1, "go from 1 to 3; members answer in 3 classes. Expected 0 to 2; bring"),
        (TARGETS - 1, "go from -1 to 1; members answer in 3 classes"),
    ],
)
@pytest.mark.parametrize("name", LEARNING)
def test_targets_that_are_not_one_class_a_clip_are_refused(name, wrong, said, scores):
    with pytest.raises(ValueError, match=said):
        quick(name).fit(scores, wrong)


@pytest.mark.parametrize("name", LEARNING)
def test_classes_that_were_not_learnt_about_are_refused(name, scores):
    two = {member: np.full((4, values.shape[1], 2), 0.5) for member, values in scores.items()}

    with pytest.raises(ValueError, match="has learnt about 3 classes, not about 2. Bring members to the same labels, or fit it anew"):
        learnt(name)(two)


@pytest.mark.parametrize("name", NAMES)
def test_no_clips_are_no_answers(name, scores):
    assert learnt(name)({member: values[:0] for member, values in scores.items()}).shape == (0, CLASSES)


@pytest.mark.parametrize("name", NAMES)
def test_no_members_is_an_error(name, targets):
    with pytest.raises(ValueError, match="no members"):
        made(name).fit({}, targets)({})
