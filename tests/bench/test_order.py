from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.bench.base import Member
from emofuse.bench.kept import Kept
from emofuse.bench.order import chosen, plan, spec, told, work
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.features.audio import LogMel


def test_names_with_settings_are_read_between_commas():
    assert chosen("fusions", "early,bottleneck:tokens=2,heads=1,gated") == ("early", "bottleneck:tokens=2,heads=1", "gated")
    assert chosen("fusions", "none") == ()
    assert chosen("fusions", "all", ("early",)) == ("early",)
    assert "stacked_cnn" in chosen("decisions", "all")
    assert chosen("decisions", "average,average") == ("average",)


def test_settings_are_json():
    assert spec("official") == ("official", {})
    assert spec('grouped:k=5,by="dialogue"') == ("grouped", {"k": 5, "by": "dialogue"})
    assert spec('crossed:groups={"subject": 6, "sentence": 2},seed=1') == ("crossed", {"groups": {"subject": 6, "sentence": 2}, "seed": 1})
    with pytest.raises(UnknownName, match="cannot be read: there is no ="):
        spec("early:heads")


def test_settings_are_told_by_what_they_are_and_what_is_filled_in():
    def within(width):
        return lambda x: x * width

    assert told(partial(max, default=3)) == {"call": "max", "args": [], "default": 3}
    assert told(LogMel(hop=1_024)) == {**told(LogMel()), "hop": 1_024}
    assert told(Member((Modality.EEG,))) == {"kind": "Member", "modalities": ["eeg"], "settings": {"dropout": 0.2}}
    assert told(within(2)) != told(within(3))
    assert told({Modality.AUDIO: (1, "a", None)}) == {"audio": [1, "a", None]}


def test_fractions_and_sets_are_told_by_what_they_are():
    assert told(partial(max, speed=Fraction(17, 20))) == {"call": "max", "args": [], "speed": "17/20"}
    assert told(frozenset({"b", "a"})) == ["a", "b"]


def test_methods_of_two_things_are_told_apart():
    assert told(Fraction(1, 2).limit_denominator) != told(Fraction(1, 3).limit_denominator)


@pytest.mark.parametrize("strange", [object(), 1j, Path("x"), np.zeros(2)])
def test_what_cannot_be_told_apart_is_refused(strange):
    with pytest.raises(TypeError, match=r"A setting of the bench is .* of the type \w+, .*Expected numbers, .*make it one of these"):
        told(partial(max, default=strange))


def test_a_note_makes_no_cell_another(ordered, tmp_path):
    bench = work(ordered("pair")).bench
    noted = replace(bench, notes=("mind the gap",))

    assert told(noted) == told(bench)
    old = plan(ordered("pair"))
    Kept(tmp_path, {**old, "settings": {**old["settings"], "notes": ["as plans told it once"]}})
    Kept(tmp_path, old)


def test_a_plan_changes_with_whatever_changes_the_scores(ordered):
    first = plan(ordered("pair"))

    assert plan(ordered("pair")) == first
    for other in (ordered("pair", arguments='{"epochs": 5}'), ordered("windows"), ordered("pair", protocol="grouped:k=3")):
        assert plan(other) != first
    assert first["regime"] == "inductive"
    assert plan(ordered("own_baseline"))["regime"] == "with the person's own baseline"


def test_without_a_protocol_of_its_own_a_bench_learns_from_valid_clips_where_others_judge(ordered):
    made = work(ordered("pair", protocol="grouped:k=3"))

    split = made.splits[0]

    assert split.valid
    assert [clip.id for clip in made.learnt(split)] == [clip.id for clip in (*split.train, *split.valid)]
    once = work(ordered("one_split"))
    assert once.learnt(once.splits[0]) == once.splits[0].train
