"""What is promised for one protocol, tested for all, on the toy corpus."""

import hashlib
import json
from pathlib import Path

import pytest

from emofuse import catalog
from emofuse.core.split import told
from emofuse.corpora.toy import PEOPLE, TOY
from emofuse.protocols import by_clip, by_group, by_subject


def as_it_is(signal):
    return signal


APART = {
    "by_subject.folds": ({"subject"}, lambda seed: by_subject.folds([PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]])),
    "by_subject.named": ({"subject"}, lambda seed: by_subject.named(valid=PEOPLE[:1], test=PEOPLE[1:3])),
    "by_group.leave_one_out": ({"subject"}, lambda seed: by_group.leave_one_out()),
    "by_group.leave_one_out by take": ({"take"}, lambda seed: by_group.leave_one_out("take")),
    "by_group.grouped": ({"subject"}, lambda seed: by_group.grouped(3, seed=seed)),
    "by_group.grouped by take": ({"take"}, lambda seed: by_group.grouped(3, by="take", seed=seed)),
    "by_group.crossed": ({"subject", "take"}, lambda seed: by_group.crossed({"subject": 3, "take": 2}, seed)),
}
"""What test parts promise to share nothing of."""
LEAKING = {
    "by_clip.official": lambda seed: by_clip.official("take", train="1", valid="2", test="3"),
    "by_clip.shuffled": lambda seed: by_clip.shuffled(seed=seed),
    "by_clip.within_subject": lambda seed: by_clip.within_subject(seed=seed, together=True),
    "by_clip.within_subject one by one": lambda seed: by_clip.within_subject(seed=seed),
    "by_clip.shuffled_folds": lambda seed: by_clip.shuffled_folds(3, seed),
    "by_clip.everything": lambda seed: by_clip.everything(),
    "by_clip.copied": lambda seed: by_clip.copied({"same": as_it_is}, by_clip.shuffled(seed=seed)),
}
ALL = {name: make for name, (_, make) in APART.items()} | LEAKING
PAIRING = {"paired.paired", "paired.paired_within"}  # functions of two corpora, tested in protocols/test_paired.py
COPYING = {"by_clip.copied"}  # what it divides is more than what it is given
PARTIAL = {"by_group.crossed", "by_clip.within_subject one by one"}  # a split of it does not hold every clip
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

    assert written == {name.partition(" ")[0] for name in ALL} | PAIRING


@pytest.mark.parametrize("name", ALL)
def test_no_clip_is_twice_in_a_split_or_lost_from_it(name):
    every = {clip.id for clip in CLIPS}
    for split in parts(ALL[name](0)):
        ids = [clip for part in split for clip in part]
        assert len(set(ids)) == len(ids)
        assert name in PARTIAL or set(ids) >= every
        assert name in COPYING or set(ids) <= every
    assert every <= {clip for split in parts(ALL[name](0)) for part in split for clip in part}


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_splits_in_whatever_order_clips_come(name):
    assert parts(ALL[name](3)) == parts(ALL[name](3)) == parts(ALL[name](3), CLIPS[::-1])


@pytest.mark.parametrize("name", ALL)
def test_splits_have_names_of_their_own(name):
    names = [split.name for split in ALL[name](0)(CLIPS)]

    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", APART)
def test_what_is_promised_to_be_apart_is_and_judged_once(name):
    promised, make = APART[name]
    judged = []
    for split in make(0)(CLIPS):
        assert split.apart == promised
        assert split.test
        for by in promised:
            learnt, chosen, tested = ({told(clip, by) for clip in part} for part in (split.train, split.valid, split.test))
            assert not tested & (learnt | chosen)
        first = min(promised, key=["subject", "take"].index)
        assert not {told(clip, first) for clip in split.train} & {told(clip, first) for clip in split.valid}
        judged += [clip.id for clip in split.test]
    assert len(set(judged)) == len(judged)


@pytest.mark.parametrize("name", LEAKING)
def test_what_does_not_keep_people_apart_does_not_promise_to(name):
    splits = list(LEAKING[name](0)(CLIPS))

    assert all(split.apart == frozenset() for split in splits)
    assert name == "by_clip.everything" or all(split.shared for split in splits)


FROZEN = {
    "by_group.grouped": "687ef8bf7f90cd1a",
    "by_group.grouped by take": "4cf465f169cb44ee",
    "by_group.crossed": "c175005367845d08",
    "by_clip.shuffled": "d1b24a72cc7d7f42",
    "by_clip.shuffled_folds": "0be114c7d9e1b14c",
    "by_clip.within_subject": "fd2586c42996b340",
    "by_clip.within_subject one by one": "7b4bf19947aaecd3",
    "by_clip.copied": "632d938c8e9f1d15",
}
"""Of the clips in all parts of all splits under seed 7."""
JUDGED = """
ann-sadness-3 bob-happiness-1 bob-sadness-1 bob-sadness-3 cleo-anger-2
cleo-happiness-3 cleo-neutral-1 dan-anger-3 dan-happiness-3 dan-neutral-2
eve-anger-1 eve-happiness-2 finn-anger-1 finn-neutral-1
"""


@pytest.mark.parametrize("name", FROZEN)
def test_splits_are_what_they_have_always_been_on_every_machine(name):
    """Whoever compares with a figure of last year needs last year's clips."""
    said = json.dumps(parts(ALL[name](7)))

    assert hashlib.sha256(said.encode()).hexdigest()[:16] == FROZEN[name]


def test_the_shuffle_is_what_it_has_always_been():
    assert parts(by_clip.shuffled(seed=7))[0][2] == JUDGED.split()


@pytest.mark.parametrize("name", FROZEN)
def test_another_seed_divides_differently(name):
    assert parts(ALL[name](7)) != parts(ALL[name](8))
