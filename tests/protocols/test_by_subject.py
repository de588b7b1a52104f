import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.protocols.by_subject import RAVDESS_16_4_4, RAVDESS_FIVE, RAVDESS_SIX, folds, grouped, leave_one_out, named


def clips(people, takes=2):
    return [Clip(f"{who}-{take}", who, "calm", {}) for who in people for take in range(takes)]


def people(part):
    return {clip.subject for clip in part}


ACTORS = [f"{actor:02d}" for actor in range(1, 25)]


@pytest.mark.parametrize("groups", [RAVDESS_SIX, RAVDESS_FIVE])
def test_the_published_folds_judge_every_actor_once(groups):
    splits = list(folds(groups)(clips(ACTORS)))

    assert sorted(who for split in splits for who in people(split.test)) == ACTORS
    assert [people(split.valid) for split in splits] == [set(fold) for fold in (*groups[1:], groups[0])]
    assert [split.name for split in splits] == [f"fold-{i + 1}" for i in range(len(groups))]


def test_the_published_split_has_sixteen_four_and_four_actors():
    (split,) = named(**RAVDESS_16_4_4)(clips(ACTORS))

    assert (len(people(split.train)), people(split.valid), people(split.test)) == (16, {"11", "13", "18", "22"}, {"05", "10", "16", "19"})


def test_who_is_in_no_fold_is_always_learnt_from():
    splits = list(folds(["a", "b"])(clips("abxy")))

    assert [people(split.train) for split in splits] == [{"x", "y"}, {"x", "y"}]


def test_valid_people_can_be_chosen_fold_by_fold():
    splits = list(folds(["a", "b"], valid=["c", "d"])(clips("abcd")))

    assert [(people(s.test), people(s.valid), people(s.train)) for s in splits] == [
        ({"a"}, {"c"}, {"b", "d"}),
        ({"b"}, {"d"}, {"a", "c"}),
    ]


@pytest.mark.parametrize(
    ("groups", "valid"),
    [([], None), (["a", "ab"], None), (["a", "b"], ["c"])],
    ids=["nobody", "somebody twice", "too few valid groups"],
)
def test_lists_that_do_not_fit_are_refused_before_there_are_clips(groups, valid):
    with pytest.raises(SplitError, match="mend the lists"):
        folds(groups, valid=valid)


def test_somebody_valid_and_test_is_refused():
    with pytest.raises(SplitError, match="a would be both"):
        list(named(valid=["a"], test=["a"])(clips("ab")))


def test_people_without_clips_are_named():
    with pytest.raises(SplitError, match="no clips of x, y"):
        list(folds(["a", "xy", "b"])(clips("abc")))


def test_folds_that_leave_nobody_to_learn_from_are_refused():
    with pytest.raises(SplitError, match="nothing to learn from"):
        list(folds(["a", "b"])(clips("ab")))


@pytest.mark.parametrize("protocol", [folds(["a", "b", "c"]), leave_one_out(), grouped(3)], ids=["folds", "leave_one_out", "grouped"])
def test_clips_of_nobody_are_refused(protocol):
    with pytest.raises(SplitError, match="do not say who"):
        list(protocol([*clips("abc"), Clip("x", None, "calm", {})]))


def test_leave_one_out_judges_each_person_alone():
    splits = list(leave_one_out()(clips("cab")))

    assert [(people(split.test), people(split.valid), people(split.train)) for split in splits] == [
        ({"a"}, {"b"}, {"c"}),
        ({"b"}, {"c"}, {"a"}),
        ({"c"}, {"a"}, {"b"}),
    ]


def test_groups_judge_everybody_once_in_folds_of_like_size():
    many = [*clips(ACTORS[:10]), *clips(["big"], takes=6)]

    splits = list(grouped(4, seed=1)(many))

    assert sorted(who for split in splits for who in people(split.test)) == [*ACTORS[:10], "big"]
    assert max(len(split.test) for split in splits) - min(len(split.test) for split in splits) <= 2


def test_groups_depend_on_the_seed_and_not_on_the_order_of_the_clips():
    ordered = clips(ACTORS)
    shuffled = [ordered[i] for i in np.random.default_rng(5).permutation(len(ordered))]

    def tests(clips, seed):
        return [people(split.test) for split in grouped(6, seed)(clips)]

    assert tests(ordered, 0) == tests(shuffled, 0)
    assert tests(ordered, 0) != tests(ordered, 1)


@pytest.mark.parametrize("k", [2, 5])
def test_groups_that_people_cannot_make_are_refused(k):
    with pytest.raises(SplitError, match=f"4 people cannot make {k} folds"):
        list(grouped(k)(clips("abcd")))
