"""asswin_2023's text: the paper's settings, and MELD's test part by whoever has learnt from none of its speakers."""

import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.recipes.asswin import FRIENDS, SETTINGS, by_friends, speakers, text
from emofuse.reproduce.papers.asswin_2023 import strangers

NAMES = ("Chandler", "Joey", "Monica", "Phoebe", "Rachel", "Ross", "Ben", "Carol", "Mark", "All", "Ross and Joey", "Joey and Chandler")


def clips() -> list[Clip]:
    """An utterance of everybody in each part."""
    return [
        Clip(f"{part}-{name}", f"meld-{name}", "neutral", {}, {"part": part, "speaker": name, "dialogue": f"{part}-0"})
        for part in ("train", "dev", "test")
        for name in NAMES
    ]


@pytest.mark.parametrize(("setting", "size", "rate"), [(name, *both) for name, both in SETTINGS.items()])
def test_a_setting_is_the_papers_batch_size_and_learning_rate(setting, size, rate):
    taught = text(setting=setting).fit.keywords

    assert (taught["batch_size"], taught["learning_rate"], taught["epochs"], taught["weight_decay"]) == (size, rate, 3, 0.01)
    assert taught["choose"] is None
    assert text(setting=setting).features[Modality.TEXT].turns == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"setting": "bert"}, "no setting 'bert'. Known: bert-8"), ({"protocol": "mine"}, "no protocol 'mine'. Known: paper")],
)
def test_what_does_not_exist_is_named_with_what_does(asked, said):
    with pytest.raises(UnknownName, match=said):
        text(**asked)


def test_by_the_papers_protocol_the_friends_are_shared_and_dialogues_are_not():
    (split,) = text().protocol(clips())

    assert [len(part) for part in (split.train, split.valid, split.test)] == [len(NAMES)] * 3
    assert "meld-Ross" in split.shared
    assert split.crossing("dialogue") == frozenset()


def test_by_the_clean_one_nobody_who_is_judged_was_learnt_from():
    splits = list(text(protocol="clean").protocol(clips()))

    assert [split.name for split in splits] == ["without-Chandler-and-Joey", "without-Monica-and-Phoebe", "without-Rachel-and-Ross"]
    for split, two in zip(splits, FRIENDS, strict=True):
        learnt, judged = ({name for clip in part for name in speakers(clip)} for part in (split.train, split.test))
        assert not learnt & judged
        assert set(two) <= judged
        assert {clip.facts["part"] for clip in split.train} == {"train"}
        assert {clip.facts["part"] for clip in split.test} == {"test"}
        assert not split.valid
        assert {"subject", "dialogue"} <= split.apart


def test_each_utterance_of_test_is_judged_once_but_what_people_of_two_folds_say_together():
    judged = [clip.id for split in by_friends()(clips()) for clip in split.test]

    assert sorted(judged) == sorted(f"test-{name}" for name in NAMES if name != "Ross and Joey")


def test_who_is_in_which_fold_does_not_depend_on_the_order_of_the_clips():
    def ids(some: list[Clip]) -> list[list[str]]:
        return [[clip.id for clip in part] for split in by_friends()(some) for part in (split.train, split.test)]

    assert ids(clips()) == ids(clips()[::-1])


@pytest.mark.corpus
@pytest.mark.slow
def test_on_the_real_data_few_are_strangers_and_the_folds_judge_nearly_all(shared):
    from emofuse.corpora.meld import MELD

    known = MELD.clips(MELD.under(shared))
    splits = list(by_friends()(known))

    assert [(len(split.train), len(split.test)) for split in splits] == [(6_711, 937), (6_754, 785), (6_506, 885)]
    tested = [clip for clip in known if clip.facts["part"] == "test"]
    assert len(strangers(tested, shared)) == 105
