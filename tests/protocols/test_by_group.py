from itertools import product

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import told
from emofuse.protocols.by_group import crossed, grouped, leave_one_out


def clips(people, takes=2):
    return [Clip(f"{who}-{take}", who, "calm", {}) for who in people for take in range(takes)]


def said(people="abcd", sentences=("cats", "dogs", "kids")):
    """Everybody says every sentence twice."""
    return [
        Clip(f"{who}-{sentence}-{take}", who, "calm", {}, {"sentence": sentence})
        for who, sentence, take in product(people, sentences, range(2))
    ]


def values(part, by="subject"):
    return {told(clip, by) for clip in part}


ACTORS = [f"{actor:02d}" for actor in range(1, 25)]


def test_leave_one_out_judges_each_person_alone():
    splits = list(leave_one_out()(clips("cab")))

    assert [(values(split.test), values(split.valid), values(split.train)) for split in splits] == [
        ({"a"}, {"b"}, {"c"}),
        ({"b"}, {"c"}, {"a"}),
        ({"c"}, {"a"}, {"b"}),
    ]
    assert all(split.apart == {"subject"} for split in splits)


def test_leave_one_out_needs_nobody_to_choose_on():
    splits = list(leave_one_out(choose=False)(clips("ab")))

    assert [(values(split.test), split.valid, values(split.train)) for split in splits] == [({"a"}, (), {"b"}), ({"b"}, (), {"a"})]


def test_one_sentence_is_left_out_as_one_person_is():
    splits = list(leave_one_out("sentence")(said()))

    assert [values(split.test, "sentence") for split in splits] == [{"cats"}, {"dogs"}, {"kids"}]
    assert [values(split.test) for split in splits] == [set("abcd")] * 3, "people are not what is kept apart"
    assert all(split.apart == {"sentence"} and not split.crossing("sentence") for split in splits)


@pytest.mark.parametrize(("people", "count"), [("a", "1 person"), ("ab", "2 people")])
def test_too_few_people_cannot_be_left_out(people, count):
    with pytest.raises(SplitError, match=f"{count} cannot be left out one by one. Expected 3 or more"):
        list(leave_one_out()(clips(people)))


def test_groups_judge_everybody_once_in_folds_of_like_size():
    many = [*clips(ACTORS[:10]), *clips(["big"], takes=6)]

    splits = list(grouped(4, seed=1)(many))

    assert sorted(who for split in splits for who in values(split.test)) == [*ACTORS[:10], "big"]
    assert max(len(split.test) for split in splits) - min(len(split.test) for split in splits) <= 2


def test_groups_depend_on_the_seed_and_not_on_the_order_of_the_clips():
    ordered = clips(ACTORS)
    mixed = [ordered[i] for i in np.random.default_rng(5).permutation(len(ordered))]

    def tests(clips, seed):
        return [values(split.test) for split in grouped(6, seed=seed)(clips)]

    assert tests(ordered, 0) == tests(mixed, 0)
    assert tests(ordered, 0) != tests(ordered, 1)


def test_groups_without_a_valid_part_learn_from_all_others():
    splits = list(grouped(2, choose=False)(clips("abcd")))

    assert [(len(values(split.train)), split.valid, len(values(split.test))) for split in splits] == [(2, (), 2), (2, (), 2)]


@pytest.mark.parametrize("k", [2, 5])
def test_groups_that_people_cannot_make_are_refused(k):
    with pytest.raises(SplitError, match=f"4 people cannot make {k} folds of which one is test and one valid. Expected 3 to as many"):
        list(grouped(k)(clips("abcd")))


def test_one_person_cannot_be_folded():
    with pytest.raises(SplitError, match="1 person cannot make 3 folds"):
        list(grouped(3)(clips("a")))


@pytest.mark.parametrize("protocol", [leave_one_out(), grouped(3), crossed({"subject": 3})], ids=["leave_one_out", "grouped", "crossed"])
def test_clips_of_nobody_are_refused(protocol):
    with pytest.raises(SplitError, match="1 clips, such as x, do not say who they show.*split by what they say: nothing"):
        list(protocol([*clips("abc"), Clip("x", None, "calm", {})]))


def test_a_fact_that_the_clips_lack_is_named_with_those_they_have():
    with pytest.raises(SplitError, match="do not say their 'dialogue'.*split by what they say: subject, sentence"):
        list(grouped(3, by="dialogue")(said()))


def test_neither_people_nor_sentences_cross_and_every_clip_is_judged_once():
    every = said()

    splits = list(crossed({"subject": 4, "sentence": 3})(every))

    assert len(splits) == 12
    assert sorted(clip.id for split in splits for clip in split.test) == sorted(clip.id for clip in every)
    for split in splits:
        assert split.apart == {"subject", "sentence"}
        assert not split.crossing("subject") | split.crossing("sentence")
        assert not values(split.train) & values(split.valid)
        assert (len(split.train), len(split.valid), len(split.test)) == (8, 4, 2), "ten of 24 share one thing with test and are left out"


def test_published_groups_can_be_crossed_with_sentences():
    splits = list(crossed({"subject": ["ab", "c", "d"], "sentence": 3}, choose=False)(said()))

    assert [split.name for split in splits[:4]] == [
        "subject-1-sentence-1",
        "subject-1-sentence-2",
        "subject-1-sentence-3",
        "subject-2-sentence-1",
    ]
    assert values(splits[0].test) == {"a", "b"}
    assert values(splits[0].train) == {"c", "d"}
    assert splits[0].valid == ()


@pytest.mark.parametrize("groups", [["ab", "c"], ["ab", "c", "d", "x"], ["ab", "bc", "d"]])
def test_groups_that_do_not_fit_the_clips_are_refused(groups):
    with pytest.raises(SplitError, match="groups by subject do not fit the clips: see [dxb]"):
        list(crossed({"subject": groups, "sentence": 2})(said()))


def test_nothing_to_keep_apart_is_refused():
    with pytest.raises(SplitError, match="Nothing is to be kept apart"):
        list(crossed({})(said()))


def test_combinations_that_nobody_recorded_are_no_splits():
    sparse = [clip for clip in said("abc") if (clip.subject, clip.facts["sentence"]) != ("a", "dogs")]

    splits = list(crossed({"subject": ["a", "b", "c"], "sentence": 3})(sparse))

    assert len(splits) == 8
    assert sorted(clip.id for split in splits for clip in split.test) == sorted(clip.id for clip in sparse)


def test_too_few_values_of_a_fact_are_counted_by_its_name():
    with pytest.raises(SplitError, match="1 value of 'sentence' cannot make 2 folds of which one is test. Expected 2 to as many"):
        list(grouped(2, by="sentence", choose=False)(said(sentences=("kids",))))
