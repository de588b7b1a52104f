"""kanafin_2024's recipes beyond single faces: who is divided from whom, and what their networks are fed."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.eav import EAV
from emofuse.corpora.pme4 import PME4
from emofuse.protocols.by_subject import RAVDESS_16_4_4
from emofuse.recipes import kanafin_av, kanafin_eeg, kanafin_video
from emofuse.recipes.kanafin_faces import LARGER, affectnet


def clips(count: int, subject=None, **facts) -> list[Clip]:
    """So many clips of two labels, whose people and facts are told by their number."""
    return [
        Clip(f"{i:05d}", subject and subject(i), "ab"[i % 2], {}, {name: f"{value(i):03d}" for name, value in facts.items()})
        for i in range(count)
    ]


def parameters(recipe) -> int:
    return sum(p.numel() for p in recipe.build().parameters() if p.ndim > 1)


def test_a_row_of_brainwave_is_its_earlier_window_and_then_its_later_one():
    row = Signal(np.arange(6, dtype=np.float32)[None], rate=1)

    assert kanafin_eeg.TwoWindows()(row).tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(ValueError, match="A row has 5 columns. Expected as many"):
        kanafin_eeg.TwoWindows()(Signal(np.zeros((1, 5), dtype=np.float32), rate=1))


def test_brainwave_is_divided_at_random_as_notebooks_do_or_by_recordings():
    rows = clips(2_132, recording=lambda i: i // 90)

    (paper,) = kanafin_eeg.brainwave().protocol(rows)
    clean = list(kanafin_eeg.brainwave(protocol="clean").protocol(rows))

    assert len(paper.test) == 640
    assert paper.crossing("recording")
    assert sum(len(split.test) for split in clean) == 2_132
    assert [split.crossing("recording") for split in clean] == [frozenset()] * 5


def test_seed_is_divided_at_random_or_by_people_who_are_all_judged_once():
    trials = clips(645, subject=lambda i: f"seed-{i % 15:02d}")

    (paper,) = kanafin_eeg.seed().protocol(trials)
    clean = list(kanafin_eeg.seed(protocol="clean").protocol(trials))

    assert (len(paper.test), len(paper.shared)) == (129, 15)
    assert sum(len(split.test) for split in clean) == 645
    assert [split.shared for split in clean] == [frozenset()] * 5


def test_seeds_clean_features_do_not_tell_how_long_a_film_was():
    assert [kanafin_eeg.seed(protocol=name).features[Modality.EEG].each for name in ("paper", "clean")] == [False, True]


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_brainwaves_memories_have_as_many_weights_as_their_kind(cell):
    assert parameters(kanafin_eeg.brainwave(cell=cell)) == {"lstm": 4, "gru": 3}[cell] * 256 * (1_274 + 256) + 3 * 256


def test_pme4_is_the_paper_s_two_people_and_each_is_judged_by_the_other():
    source = {Modality.VIDEO: Source(Path("x"), lambda path: None)}
    recipe = kanafin_video.vgg_lstm(protocol="clean")
    people = [Clip(f"{who}{i}", f"pme4-{who}", "anger", source) for who in ("06", "07", "08") for i in range(3)]

    kept = [clip for clip in people if recipe.keep(clip)]

    assert {clip.subject for clip in kept} == set(kanafin_video.PEOPLE)
    assert [{clip.subject for clip in split.test} for split in recipe.protocol(kept)] == [{"pme4-06"}, {"pme4-08"}]
    assert not recipe.keep(people[0].without(Modality.VIDEO))
    assert recipe.labels == PME4.labels
    assert parameters(recipe) == 4 * 128 * (25_088 + 128) + 7 * 128


def test_ia1_is_as_large_as_theirs_and_its_five_classes_are_eavs_in_eavs_order():
    assert sum(p.numel() for p in kanafin_av.ravdess().build().parameters()) == pytest.approx(1_854_766, rel=0.05)
    assert kanafin_av.ravdess(classes=5).labels == EAV.labels


def test_ravdess_is_divided_as_the_released_weights_are_or_into_six_folds_without_choosing():
    takes = clips(240, subject=lambda i: f"{i % 24 + 1:02d}")

    (paper,) = kanafin_av.ravdess().protocol(takes)
    clean = list(kanafin_av.ravdess(protocol="clean").protocol(takes))

    assert {clip.subject for clip in paper.test} == set(RAVDESS_16_4_4["test"])
    assert {clip.subject for clip in paper.valid} == set(RAVDESS_16_4_4["valid"])
    assert [len(split.valid) for split in clean] == [0] * 6
    assert sum(len(split.test) for split in clean) == 240
    assert kanafin_av.chumachenko(protocol="clean").chooses is False


def test_the_middle_of_a_clip_is_taken_and_a_short_one_stands_between_zeros():
    long, short = (Signal(np.arange(1, n + 1, dtype=np.float32), rate=10) for n in (50, 20))
    faces = Signal(np.ones((18, 2, 2), dtype=np.uint8), rate=5, present=np.arange(18) > 0)

    assert kanafin_av.middle(long).values.tolist() == list(range(8, 44))
    assert kanafin_av.middle(short).values.tolist() == [0] * 8 + list(range(1, 21)) + [0] * 8
    assert kanafin_av.middle(faces).values[:, 0, 0].tolist() == [0] + [1] * 17  # whatever stands where there is no face


def test_chumachenkos_six_are_three_ways_with_one_head_and_with_four():
    names = kanafin_av.chumachenko().fusions

    assert len(names) == 6
    assert {name.partition(":")[0] for name in names} == set(kanafin_av.SIX)


def test_affectnets_faces_are_read_at_the_size_of_the_part_that_the_paper_had(tmp_path):
    (tmp_path / "affectnet" / "Train" / "contempt").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "affectnet" / "Train" / "contempt" / "1.png"), np.zeros((96, 96, 3), dtype=np.uint8))
    recipe = affectnet()

    (clip,) = recipe.clips(tmp_path)

    assert clip.signal(Modality.VIDEO).values.shape == (1, LARGER, LARGER)
    assert recipe.features[Modality.VIDEO](clip.signal(Modality.VIDEO)).shape == (1, 96, 96)
    assert (len(recipe.labels), clip.label) == (8, "contempt")


@pytest.mark.parametrize(
    "call",
    [
        lambda: kanafin_eeg.brainwave(cell="rnn"),
        lambda: kanafin_eeg.seed(protocol="fair"),
        lambda: kanafin_video.vgg_lstm(protocol="fair"),
        lambda: kanafin_av.ravdess(classes=7),
        lambda: kanafin_av.chumachenko(protocol="fair"),
        lambda: affectnet(network="convit"),
    ],
    ids=["cell", "seed", "vgg_lstm", "classes", "chumachenko", "affectnet"],
)
def test_what_does_not_exist_is_refused_with_what_does(call):
    with pytest.raises(UnknownName, match="knows no .* Known: .*; choose one of them"):
        call()
