import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.protocols.by_subject import EAV_30_6_6, EAV_SEVEN, RAVDESS_16_4_4, RAVDESS_FIVE, RAVDESS_SIX, folds, named


def clips(people, takes=2):
    return [Clip(f"{who}-{take}", who, "calm", {}) for who in people for take in range(takes)]


def people(part):
    return {clip.subject for clip in part}


ACTORS = [f"{actor:02d}" for actor in range(1, 25)]


VOLUNTEERS = [f"eav-{number:02d}" for number in range(1, 43)]


@pytest.mark.parametrize(("groups", "everybody"), [(RAVDESS_SIX, ACTORS), (RAVDESS_FIVE, ACTORS), (EAV_SEVEN, VOLUNTEERS)])
def test_the_published_folds_judge_everybody_once(groups, everybody):
    splits = list(folds(groups)(clips(everybody)))

    assert sorted(who for split in splits for who in people(split.test)) == everybody
    assert [people(split.valid) for split in splits] == [set(fold) for fold in (*groups[1:], groups[0])]
    assert [split.name for split in splits] == [f"fold-{i + 1}" for i in range(len(groups))]


def test_the_published_split_has_sixteen_four_and_four_actors():
    (split,) = named(**RAVDESS_16_4_4)(clips(ACTORS))

    assert (len(people(split.train)), people(split.valid), people(split.test)) == (16, {"11", "13", "18", "22"}, {"05", "10", "16", "19"})


def test_the_papers_division_of_eav_is_by_number():
    (split,) = named(**EAV_30_6_6)(clips(VOLUNTEERS))

    assert (people(split.train), people(split.valid), people(split.test)) == tuple(
        {f"eav-{number:02d}" for number in numbers} for numbers in (range(1, 31), range(31, 37), range(37, 43))
    )
    assert people(split.test) == set(EAV_SEVEN[-1])


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


def test_clips_of_nobody_are_refused():
    with pytest.raises(SplitError, match="1 clips, such as x, do not say who"):
        list(folds(["a", "b", "c"])([*clips("abc"), Clip("x", None, "calm", {})]))
