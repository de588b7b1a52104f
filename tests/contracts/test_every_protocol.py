"""What is promised for one protocol, tested for all, on the toy corpus."""

from pathlib import Path

import pytest

from emofuse import catalog
from emofuse.corpora.toy import PEOPLE, TOY
from emofuse.protocols import by_clip, by_subject


def as_it_is(signal):
    return signal


APART = {
    "by_subject.folds": lambda seed: by_subject.folds([PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]]),
    "by_subject.named": lambda seed: by_subject.named(valid=PEOPLE[:1], test=PEOPLE[1:3]),
    "by_subject.leave_one_out": lambda seed: by_subject.leave_one_out(),
    "by_subject.grouped": lambda seed: by_subject.grouped(3, seed),
}
LEAKING = {
    "by_clip.official": lambda seed: by_clip.official("take", train="1", valid="2", test="3"),
    "by_clip.shuffled": lambda seed: by_clip.shuffled(seed=seed),
    "by_clip.shuffled_folds": lambda seed: by_clip.shuffled_folds(3, seed),
    "by_clip.everything": lambda seed: by_clip.everything(),
    "by_clip.copied": lambda seed: by_clip.copied({"same": as_it_is}, by_clip.shuffled(seed=seed)),
}
ALL = APART | LEAKING
COPYING = {"by_clip.copied"}  # what it divides is more than what it is given
CLIPS = TOY.clips(Path())


def parts(protocol, clips=CLIPS):
    return [[sorted(clip.id for clip in part) for part in (split.train, split.valid, split.test)] for split in protocol(clips)]


def test_every_protocol_is_held_to_the_contract():
    written = {
        f"{name}.{function}"
        for name in catalog.names("protocols")
        for function, value in vars(catalog.module("protocols", name)).items()
        if callable(value) and getattr(value, "__module__", "") == f"emofuse.protocols.{name}" and not function.startswith("_")
    }

    assert written == set(ALL)


@pytest.mark.parametrize("name", sorted(ALL.keys() - COPYING))
def test_no_clip_is_twice_in_a_split_or_lost_from_it(name):
    for split in parts(ALL[name](0)):
        assert sorted(clip for part in split for clip in part) == sorted(clip.id for clip in CLIPS)


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_splits_in_whatever_order_clips_come(name):
    assert parts(ALL[name](3)) == parts(ALL[name](3)) == parts(ALL[name](3), CLIPS[::-1])


@pytest.mark.parametrize("name", ALL)
def test_splits_have_names_of_their_own(name):
    names = [split.name for split in ALL[name](0)(CLIPS)]

    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", APART)
def test_people_are_kept_apart_where_that_is_promised(name):
    for split in APART[name](0)(CLIPS):
        learnt, chosen, judged = ({clip.subject for clip in part} for part in (split.train, split.valid, split.test))
        assert judged
        assert not judged & (learnt | chosen)
        assert not learnt & chosen
        assert split.shared == frozenset()
