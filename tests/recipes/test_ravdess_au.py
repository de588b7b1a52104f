from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from emofuse.bench.base import INDUCTIVE, OWN_BASELINE
from emofuse.bench.order import told
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.features.baseline import Few
from emofuse.recipes.ravdess_au import PROTOCOLS, bench, both, face, faster


def actors():
    return [Clip(f"{who:02d}-{take}", f"{who:02d}", "fear", {}) for who in range(1, 25) for take in range(2)]


def test_a_face_is_judged_alone_unless_it_is_asked_for_beside_others():
    assert dict(face().baseline) == {}
    assert face(beside=5).baseline == {Modality.VIDEO: Few(clips=5)}


def test_the_two_regimes_are_told_apart():
    assert bench().regime == INDUCTIVE
    assert bench(beside=59).regime == OWN_BASELINE


def test_nobody_is_valid_where_everybody_is_judged_once():
    for name, count in (("six", 6), ("five", 5)):
        splits = list(PROTOCOLS[name](actors()))

        assert len(splits) == count
        assert sorted(clip.id for split in splits for clip in split.test) == sorted(clip.id for clip in actors())
        assert not any(split.valid for split in splits)


def test_the_one_split_learns_from_sixteen_and_chooses_and_judges_by_four_each():
    (split,) = PROTOCOLS["16-4-4"](actors())

    assert [len({clip.subject for clip in part}) for part in (split.train, split.valid, split.test)] == [16, 4, 4]


@pytest.mark.parametrize("make", [face, bench])
def test_a_protocol_that_does_not_exist_is_named_with_those_that_do(make):
    with pytest.raises(UnknownName, match="no protocol 'seven'. Known: six, five, 16-4-4"):
        make(protocol="seven")


def test_a_voice_that_was_taught_elsewhere_is_not_taught_again():
    assert list(bench().team) == ["voice", "face"]
    assert list(bench(voice=False).team) == ["face"]
    assert bench(voice=False).modalities == (Modality.AUDIO, Modality.VIDEO)


def test_a_clip_without_its_sound_is_left_out():
    video, sound = ({m: Source(Path("x"), lambda path: None)} for m in (Modality.VIDEO, Modality.AUDIO))

    assert not both(Clip("a", "01", "fear", video))
    assert both(Clip("a", "01", "fear", {**video, **sound}))


def test_faster_is_shorter():
    slow = Signal(np.sin(np.arange(1_700) / 5).astype(np.float32), 16_000)

    assert len(faster(slow, Fraction(17, 20)).values) == 2_000


def test_how_modalities_go_missing_can_be_chosen_and_is_no_new_plan_by_default():
    assert "missing" not in told(bench())
    assert told(bench(dropout="soft-hard"))["missing"] == "soft-hard"
    assert told(bench(dropout="noise")) != told(bench(dropout="soft-hard"))


def test_every_page_says_on_whom_the_voices_design_was_compared():
    (said,) = bench().notes

    assert "(02, 04, 10, 12, 14, 15, 16, 18)" in said
