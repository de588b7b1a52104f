"""Who a setting learns from and is judged on: never a test clip of the same split."""

import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import Split
from emofuse.protocols.by_clip import shuffled_folds
from emofuse.protocols.by_subject import folds
from emofuse.search.folds import seen

PEOPLE = [f"p{number}" for number in range(12)]
CLIPS = tuple(Clip(f"{who}-{take}", who, "calm", {}, {"recording": who}) for who in PEOPLE for take in range(3))


def ids(clips):
    return {clip.id for clip in clips}


def people(clips):
    return {clip.subject for clip in clips}


def test_valid_clips_are_what_a_split_has_of_them():
    splits = tuple(folds([PEOPLE[:6], PEOPLE[6:10]])(CLIPS))

    found = seen(splits)

    assert [(fold.name, ids(fold.learnt), ids(fold.judged), fold.held_out) for fold in found] == [
        (split.name, ids(split.train), ids(split.valid), "") for split in splits
    ]


def test_splits_without_valid_clips_are_left_out_where_others_have_some():
    one = Split("one", CLIPS[:9], CLIPS[9:12], CLIPS[12:])
    other = Split("other", CLIPS[:9], (), CLIPS[12:])

    assert [fold.name for fold in seen([one, other])] == ["one"]


@pytest.mark.parametrize("protocol", [folds([PEOPLE[:6], PEOPLE[6:]], valid=[(), ()]), shuffled_folds(3, choose=False)])
def test_without_any_one_in_five_people_of_each_train_part_is_held_out(protocol):
    splits = tuple(protocol(CLIPS))

    for split, fold in zip(splits, seen(splits), strict=True):
        assert fold.held_out == "subject"
        assert ids(fold.learnt) | ids(fold.judged) == ids(split.train)
        assert not ids(fold.judged) & ids(split.test)
        assert not people(fold.learnt) & people(fold.judged)
        assert 1 <= len(people(fold.judged)) <= round(len(people(split.train)) / 3)


def test_who_is_held_out_does_not_depend_on_the_order_of_clips():
    first, second = (seen(tuple(folds([PEOPLE[:6]], valid=[()])(clips))) for clips in (CLIPS, CLIPS[::-1]))

    assert ids(first[0].judged) == ids(second[0].judged)


def nobody(clip):
    return Clip(clip.id, None, clip.label, {}, clip.facts)


def test_clips_that_do_not_say_whom_they_show_are_held_out_by_what_the_split_keeps_apart():
    train, test = map(nobody, CLIPS[:18]), map(nobody, CLIPS[18:])

    (fold,) = seen([Split("s", tuple(train), (), tuple(test), frozenset({"recording"}))])

    assert fold.held_out == "recording"
    assert not {clip.facts["recording"] for clip in fold.judged} & {clip.facts["recording"] for clip in fold.learnt}


@pytest.mark.parametrize("train", [tuple(map(nobody, CLIPS[:6])), CLIPS[:3]])
def test_where_nobody_can_be_held_out_it_says_what_to_do(train):
    with pytest.raises(SplitError, match=r"no valid clips.*Expected valid clips or people; divide the corpus with `emofuse split`"):
        seen([Split("s", train, (), CLIPS[18:])])
