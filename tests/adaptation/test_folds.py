import numpy as np
import pytest

from emofuse.adaptation.answers import Answers, unlikely
from emofuse.adaptation.folds import MOST, choose, folds, nested
from emofuse.adaptation.ways import ALONE, Nothing
from emofuse.core.errors import SplitError


def grouped(answers, files):
    return Answers(answers.labels, answers.members, answers.clips, answers.targets, tuple(files))


def test_every_clip_is_judged_once_by_what_has_not_met_it(generator, person):
    answers = person(generator)

    parts = folds(answers)

    assert len(parts) == MOST
    assert sorted(np.concatenate([judged for _, judged in parts]).tolist()) == list(range(24))
    assert all(not set(learnt) & set(judged) for learnt, judged in parts)


def test_labels_are_spread_evenly(generator, person):
    answers = person(generator, each=5)

    assert all(sorted(answers.targets[judged].tolist()) == [0, 1, 2, 3] for _, judged in folds(answers))


def test_clips_of_one_file_stay_together(generator, person):
    answers = grouped(person(generator), [f"{i // 2}.wav" for i in range(24)])

    for learnt, judged in folds(answers):
        assert not {answers.files[i] for i in learnt} & {answers.files[i] for i in judged}


def test_the_order_of_the_clips_does_not_matter(generator, person):
    answers = person(generator)
    order = generator.permutation(24)

    there = {frozenset(answers.files[i] for i in judged) for _, judged in folds(answers)}
    here = {frozenset(answers.some(order).files[i] for i in judged) for _, judged in folds(answers.some(order))}

    assert here == there


def test_no_clip_has_a_say_in_what_it_is_judged_by(generator, person):
    """Its label is changed, and its own answer stays what it was."""
    answers = person(generator, bias=(2.0, 0.0, 0.0, 0.0))
    learnt, judged = folds(answers)[0]
    other = answers.targets.copy()
    other[judged] = other[judged][::-1]
    changed = Answers(answers.labels, answers.members, answers.clips, other, answers.files)

    way = choose(answers.some(learnt), ALONE)

    assert choose(changed.some(learnt), ALONE) == way
    np.testing.assert_array_equal(answers.some(judged).by(way(answers.some(learnt))), changed.some(judged).by(way(changed.some(learnt))))


def test_a_person_who_is_misunderstood_is_understood_afterwards(generator, person):
    answers = person(generator, bias=(4.0, 0.0, 0.0, 0.0))

    found = nested(answers)

    assert (found.before.argmax(axis=1) == answers.targets).mean() < 0.6
    assert (found.after.argmax(axis=1) == answers.targets).mean() > 0.8
    assert unlikely(found.after, answers.targets).mean() < unlikely(found.before, answers.targets).mean()
    assert not isinstance(found.final, Nothing)


def test_labels_that_mean_nothing_gain_no_right_answer(generator, person, mislabelled):
    answers = mislabelled(person(generator, each=12), generator)

    found = nested(answers)

    assert (found.after.argmax(axis=1) == answers.targets).mean() < 0.45


@pytest.mark.parametrize(
    ("answers", "there"),
    [
        (lambda person, g: person(g, labels=(1,)), "calm 6"),
        (lambda person, g: person(g, each=2), "anger 2, calm 2, fear 2, sadness 2"),
        (lambda person, g: grouped(person(g), ["one.mp4"] * 24), "anger 1, calm 1, fear 1, sadness 1"),
        (lambda person, g: person(g).some(np.array([], dtype=int)), "none"),
    ],
)
def test_too_few_are_refused_with_what_there_is(answers, there, generator, person):
    with pytest.raises(SplitError, match=f"by label: {there}. Expected at least 2 labels with 3 files each .*record more"):
        nested(answers(person, generator))
