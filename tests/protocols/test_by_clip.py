import pickle
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.modality import Modality
from emofuse.protocols.by_clip import copied, everything, official, shuffled, shuffled_folds, within_subject
from emofuse.protocols.by_subject import folds


def clips(count, **facts):
    return [Clip(f"{i:03d}", f"p{i % 3}", "calm", {}, facts) for i in range(count)]


def ids(part):
    return [clip.id for clip in part]


def test_the_official_split_follows_a_fact():
    parts = [Clip(str(i), None, "calm", {}, {"usage": usage}) for i, usage in enumerate(("Training", "Test", "Dev", "Training"))]

    (split,) = official("usage", train="Training", valid="Dev", test="Test")(parts)

    assert (ids(split.train), ids(split.valid), ids(split.test)) == (["0", "3"], ["2"], ["1"])
    assert split.anonymous


@pytest.mark.parametrize("facts", [{}, {"usage": "Spare"}])
def test_a_clip_without_a_place_in_the_official_split_is_named(facts):
    with pytest.raises(SplitError, match="Clip 000 has usage"):
        list(official("usage", train="Training", valid="Dev", test="Test")(clips(1, **facts)))


def test_an_official_split_that_judges_nobody_is_refused():
    with pytest.raises(SplitError, match="None of 2 clips has usage 'Test', so nothing is judged"):
        list(official("usage", train="Training", valid="Dev", test="Test")(clips(2, usage="Training")))


def test_a_shuffled_split_has_the_fractions_asked_for_and_leaks_people():
    (split,) = shuffled((0.5, 0.2, 0.3))(clips(20))

    assert (len(split.train), len(split.valid), len(split.test)) == (10, 4, 6)
    assert split.shared == {"p0", "p1", "p2"}


def test_shuffling_depends_on_the_seed_and_not_on_the_order_of_the_clips():
    ordered = clips(20)

    def test_ids(clips, seed):
        return [ids(split.test) for split in shuffled(seed=seed)(clips)]

    assert test_ids(ordered, 0) == test_ids(ordered[::-1], 0)
    assert test_ids(ordered, 0) != test_ids(ordered, 1)


@pytest.mark.parametrize("fractions", [(0.5, 0.5, 0.5), (1.2, -0.4, 0.2)])
def test_fractions_that_make_no_whole_are_refused(fractions):
    with pytest.raises(SplitError, match="do not make a whole"):
        shuffled(fractions)


def test_too_few_clips_for_the_fractions_are_refused():
    with pytest.raises(SplitError, match="2 clips are too few: all clips cannot be divided"):
        list(shuffled()(clips(2)))


def feeling(people="abc", labels=("anger", "calm", "fear", "joy"), takes=5):
    return [Clip(f"{who}-{label}-{take}", who, label, {}) for who in people for label in labels for take in range(takes)]


def test_within_each_person_labels_keep_their_shares():
    splits = list(within_subject()(feeling()))

    assert [split.name for split in splits] == ["within-a", "within-b", "within-c"]
    for split in splits:
        assert [len(part) for part in (split.train, split.valid, split.test)] == [12, 4, 4]
        for part, share in ((split.train, 3), (split.valid, 1), (split.test, 1)):
            assert [sum(clip.label == label for clip in part) for label in ("anger", "calm", "fear", "joy")] == [share] * 4
        assert split.shared == {split.name[-1]}, "that is what it is for"


def test_within_people_together_is_one_split_of_everybodys_parts():
    (split,) = within_subject(together=True)(feeling())

    assert [len(part) for part in (split.train, split.valid, split.test)] == [36, 12, 12]
    assert split.shared == {"a", "b", "c"}
    assert set(ids(split.test)) == {name for one in within_subject()(feeling()) for name in ids(one.test)}


def test_uneven_labels_are_spread_as_evenly_as_they_can_be():
    uneven = feeling("a", takes=3)

    (split,) = within_subject((0.5, 0.0, 0.5), seed=2)(uneven)

    for label in ("anger", "calm", "fear", "joy"):
        assert sum(clip.label == label for clip in split.train) in (1, 2)
    assert (len(split.train), len(split.valid), len(split.test)) == (6, 0, 6)


def test_somebody_with_too_few_clips_or_no_name_is_said():
    with pytest.raises(SplitError, match="2 clips are too few: the clips of a cannot be divided"):
        list(within_subject()(feeling("a", labels=("anger",), takes=2)))
    with pytest.raises(SplitError, match="Clip x does not say whom it shows"):
        list(within_subject()([Clip("x", None, "calm", {})]))


def test_shuffled_folds_judge_every_clip_once():
    splits = list(shuffled_folds(4)(clips(10)))

    assert sorted(name for split in splits for name in ids(split.test)) == ids(clips(10))
    assert [len(split.train) + len(split.valid) + len(split.test) for split in splits] == [10] * 4
    assert all(split.shared for split in splits)


def test_shuffled_folds_learn_from_all_others_where_nothing_is_chosen():
    splits = list(shuffled_folds(4, choose=False)(clips(10)))

    assert [sorted(ids(split.train) + ids(split.test)) for split in splits] == [ids(clips(10))] * 4
    assert [split.valid for split in splits] == [()] * 4


@pytest.mark.parametrize("k", [2, 11])
def test_folds_that_clips_cannot_make_are_refused(k):
    with pytest.raises(SplitError, match=f"cannot make {k} folds"):
        list(shuffled_folds(k)(clips(10)))


def test_everything_is_learnt_from_and_nothing_judged():
    (split,) = everything()(clips(3))

    assert (ids(split.train), split.valid, split.test) == (ids(clips(3)), (), ())


def ramp(path):
    return Signal(np.arange(4.0), rate=4)


def louder(signal):
    return Signal(signal.values * 2, signal.rate)


def backwards(signal):
    return Signal(signal.values[::-1], signal.rate)


def sounding(people="abc", takes=2):
    sources = {Modality.AUDIO: Source(Path("ramp"), ramp), Modality.EEG: Source(Path("ramp"), ramp)}
    return [Clip(f"{who}{take}", who, "calm", sources, {"take": str(take)}) for who in people for take in range(takes)]


def test_copies_are_divided_as_if_each_had_been_recorded():
    (split,) = copied({"louder": louder, "backwards": backwards}, shuffled((0.5, 0.0, 0.5), seed=1))(sounding())

    every = {clip.id: clip for clip in (*split.train, *split.test)}
    assert sorted(every) == sorted(f"{clip.id}{copy}" for clip in sounding() for copy in ("", "~louder", "~backwards"))
    learnt = {clip.facts.get("copy_of", clip.id) for clip in split.train}
    assert learnt & {clip.facts.get("copy_of", clip.id) for clip in split.test}, "the leak that it is for"


def test_a_copy_is_its_clip_altered_and_says_so():
    (split,) = copied({"louder": louder}, everything())(sounding("a", 1))

    clip, copy = split.train
    assert (copy.id, copy.subject, copy.label) == ("a0~louder", "a", "calm")
    assert copy.facts == {"take": "0", "copy_of": "a0", "copy": "louder"}
    assert copy.signal(Modality.AUDIO).values.tolist() == [0, 2, 4, 6]
    assert copy.signal(Modality.EEG).values.tolist() == clip.signal(Modality.AUDIO).values.tolist() == [0, 1, 2, 3]
    assert pickle.loads(pickle.dumps(copy.sources[Modality.AUDIO])).read(Path("ramp")).values.tolist() == [0, 2, 4, 6]


def test_copies_stay_with_their_people_where_people_are_kept_apart():
    for split in copied({"louder": louder}, folds(["a", "b", "c"]))(sounding()):
        assert {clip.subject for clip in split.test}.isdisjoint(clip.subject for clip in (*split.train, *split.valid))
        assert len(split.test) == 4


def test_nothing_to_copy_by_and_nothing_to_alter_are_refused():
    with pytest.raises(SplitError, match="no variants"):
        copied({}, everything())
    with pytest.raises(MissingModality, match="a0 has no video to alter; it has audio, eeg"):
        copied({"louder": louder}, everything(), Modality.VIDEO)(sounding())
