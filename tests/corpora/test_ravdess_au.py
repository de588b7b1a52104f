from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess import RAVDESS
from emofuse.corpora.ravdess_au import COLUMNS, FILE, RAVDESS_AU, WORDS

NAMES = ("01-01-05-02-01-02-01", "01-01-01-01-02-01-02", "01-01-08-01-02-01-02")


def table(root: Path, **changed: object) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    arrays = {
        "clip": np.array(NAMES),
        "actor": np.array([1, 2, 2], dtype=np.uint8),
        "emotion": np.array([4, 0, 7], dtype=np.uint8),
        "au": np.arange(3 * len(COLUMNS), dtype=np.float32).reshape(3, -1),
        **changed,
    }
    np.savez(root / FILE, **arrays)
    return root / FILE


def small_tree(root: Path) -> Path:
    """Three clips, two of which have their sound; returns the table."""
    for name in ("Actor_01/03-01-05-02-01-02-01.wav", "Actor_02/03-01-01-01-02-01-02.flac"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, np.sin(np.arange(1_600) / 5) / 4, 16_000)
    return table(root)


def test_a_row_and_the_sound_of_its_take_are_one_clip(tmp_path):
    small_tree(tmp_path)

    clips = {clip.id: clip for clip in RAVDESS_AU.clips(tmp_path)}

    angry = clips["01-05-02-01-02-01"]
    assert (angry.subject, angry.label, angry.facts["intensity"]) == ("01", "anger", "strong")
    units = angry.signal(Modality.VIDEO)
    assert (units.values.shape, units.values.dtype, units.rate) == ((1, 35), np.float32, 1.0)
    assert units.values[0].tolist() == list(range(35))
    assert len(angry.signal(Modality.AUDIO).values) == 1_600
    assert set(clips["01-08-01-02-01-02"].sources) == {Modality.VIDEO}


def test_columns_are_named_as_openface_orders_them():
    assert COLUMNS[:3] == ("AU01_r", "AU02_r", "AU04_r")
    assert COLUMNS[16:18] == ("AU45_r", "AU01_c")
    assert COLUMNS[-2:] == ("AU28_c", "AU45_c")
    assert len(COLUMNS) == 17 + 18


def test_its_labels_and_folder_are_those_of_ravdess():
    assert RAVDESS.labels.words == WORDS
    assert RAVDESS_AU.under(Path("data")) == RAVDESS.under(Path("data"))


@pytest.mark.parametrize(
    "changed",
    [
        {"clip": np.array(["01-01-05-02-01-02-01", "01-01-01-01-02-01-02", "01-01-09-01-02-01-02"])},
        {"clip": np.array(["01-02-05-02-01-02-01", "01-01-01-01-02-01-02", "01-01-08-01-02-01-02"])},
        {"emotion": np.array([4, 1, 7])},
        {"emotion": np.array([4, 0, 9])},
        {"actor": np.array([1, 2, 3])},
        {"au": np.zeros((3, 34), dtype=np.float32)},
        {"au": np.zeros((2, 35), dtype=np.float32)},
        {"au": np.full((3, 35), np.nan, dtype=np.float32)},
        {"au": np.array([{}, {}, {}])},
        {"actor": np.array([1, 2])},
    ],
)
def test_a_table_that_does_not_fit_itself_is_refused(tmp_path, changed):
    table(tmp_path, **changed)

    with pytest.raises(CorpusError, match=f"{FILE}.* Expected"):
        [clip.signal(Modality.VIDEO) for clip in RAVDESS_AU.clips(tmp_path)]


@pytest.mark.corpus
def test_the_real_table_has_every_spoken_clip_with_its_sound(shared):
    clips = RAVDESS_AU.clips(RAVDESS_AU.under(shared))
    spoken = [clip for clip in RAVDESS.clips(RAVDESS.under(shared)) if clip.facts["channel"] == "speech"]

    assert [clip.id for clip in clips] == [clip.id for clip in spoken]
    assert [(clip.subject, clip.label) for clip in clips] == [(clip.subject, clip.label) for clip in spoken]
    assert all(set(clip.sources) == {Modality.AUDIO, Modality.VIDEO} for clip in clips)
    assert Counter(clip.label for clip in clips) == RAVDESS_AU.published.labels


@pytest.mark.corpus
def test_in_openfaces_order_each_intensity_goes_most_with_the_presence_of_its_own_unit(shared):
    units = np.concatenate([clip.signal(Modality.VIDEO).values for clip in RAVDESS_AU.clips(RAVDESS_AU.under(shared))])

    together = np.corrcoef(units.T)[:17, 17:]

    assert [COLUMNS[17 + i][:4] for i in together.argmax(axis=1)] == [name[:4] for name in COLUMNS[:17]]
