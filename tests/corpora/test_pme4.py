from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora import pme4
from emofuse.corpora.pme4 import CHANNELS, PME4

TABLE = "PME4_dataset_configs.csv"
HEADER = "subject,trial,emotion_num,emotion,speech_start_time,speech_stop_time,speech_duration,face_vgg_16_features_filepath"
ROWS = ("1,1,3,happy,1.25,2.5,1.25,x", "1,2,0,anger,1.5,2.75,1.25,x", "2,1,5,sad,1.0,2.0,1.0,x", "2,2,4,neutral,1.0,2.0,1.0,None")


def trial(root: Path, person: int, number: int, *, seen: bool = True) -> Path:
    """Half a second of one trial; returns its sound."""
    stem = f"s{person:02d}_t{number:03d}"
    folder = root / f"s{person:02d}" / f"t{number:03d}"
    folder.mkdir(parents=True)
    ramp = np.arange(2_500) / 100
    np.save(folder / f"{stem}_raw_eeg_5kHz.npy", np.stack([ramp + 1_000 * channel for channel in range(8)]))
    np.save(folder / f"{stem}_processed_eeg_1kHz.npy", np.zeros((8, 500)))
    np.save(folder / f"{stem}_raw_emg_5kHz.npy", np.zeros((6, 2_500)))
    np.save(folder / f"{stem}_audio_mfcc_window20ms_overlap10ms.npy", np.zeros((20, 30)))
    if seen:
        np.save(folder / f"{stem}_face_vgg16_features.npy", np.full((30, 25_088), person, dtype=np.float32))
    soundfile.write(folder / f"{stem}.wav", np.sin(np.arange(22_050) / 5) / 4, 44_100)
    return folder / f"{stem}.wav"


def small_tree(root: Path) -> Path:
    """Four trials of two people, one of which was not to be seen; returns one sound."""
    trial(root, 1, 2)
    trial(root, 2, 1)
    trial(root, 2, 2, seen=False)
    (root / TABLE).write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    return trial(root, 1, 1)


def test_the_table_says_what_a_trial_shows(tmp_path):
    small_tree(tmp_path)

    clips = PME4.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("s01_t001", "pme4-01", "happiness"),
        ("s01_t002", "pme4-01", "anger"),
        ("s02_t001", "pme4-02", "sadness"),
        ("s02_t002", "pme4-02", "neutral"),
    ]
    assert clips[0].facts == {"sentence": "the sky is green", "trial": "1", "speech_start": "1250", "speech_end": "2500"}
    assert [Modality.VIDEO in clip.sources for clip in clips] == [True, True, True, False]


def test_eeg_is_turned_so_that_time_comes_first(tmp_path):
    small_tree(tmp_path)

    eeg = PME4.clips(tmp_path)[0].signal(Modality.EEG)

    assert (eeg.values.shape, eeg.values.dtype, eeg.rate) == ((2_500, len(CHANNELS)), np.float32, 5_000)
    assert eeg.values[0].tolist() == [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000]


def test_filtered_eeg_is_read_where_there_is_no_raw_one(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "s01" / "t001" / "s01_t001_raw_eeg_5kHz.npy").unlink()

    eeg = PME4.clips(tmp_path)[0].signal(Modality.EEG)

    assert (eeg.rate, eeg.duration) == (1_000, 500)


def test_what_a_network_saw_comes_a_row_a_frame(tmp_path):
    small_tree(tmp_path)

    seen = PME4.clips(tmp_path)[2].signal(Modality.VIDEO)

    assert (seen.values.shape, seen.rate, seen.duration) == ((30, 25_088), 20, 1_500)
    assert (seen.values == 2).all()


def test_people_who_are_in_the_table_alone_are_no_clips(tmp_path):
    trial(tmp_path, 2, 1)
    (tmp_path / TABLE).write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")

    assert [clip.id for clip in PME4.clips(tmp_path)] == ["s02_t001"]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (None, f"no {TABLE}"),
        ("subject,trial,emotion\n1,1,happy\n", "has no column speech_start_time, speech_stop_time"),
        ("\n".join((HEADER, *ROWS[1:])), "which emotion .*s01_t001"),
        ("\n".join((HEADER, ROWS[0].replace("happy", "joy"))), "which emotion"),
        ("\n".join((HEADER, ROWS[0].replace("1,1,", "one,1,", 1))), "subject or trial that is no number"),
    ],
)
def test_a_table_that_does_not_say_is_reported(tmp_path, table, expected):
    trial(tmp_path, 1, 1)
    if table is not None:
        (tmp_path / TABLE).write_text(table, encoding="utf-8")

    with pytest.raises(CorpusError, match=expected):
        PME4.clips(tmp_path)


@pytest.mark.parametrize("values", [np.zeros((2_500, 8)), np.zeros(8), np.full((8, 4), np.nan), np.array([[None]])])
def test_an_array_of_another_form_is_refused(tmp_path, values):
    small_tree(tmp_path)
    file = tmp_path / "s01" / "t001" / "s01_t001_raw_eeg_5kHz.npy"
    np.save(file, values, allow_pickle=True)

    with pytest.raises(MediaError, match=file.name):
        PME4.clips(tmp_path)[0].signal(Modality.EEG)


def small_films(root: Path) -> None:
    """Two trials of each emotion by the two people whom kanafin_2024 took: 30 rows of 25,088 numbers each."""
    lines, random = [HEADER, *ROWS], np.random.default_rng(0)
    for person, (number, word) in product((6, 8), enumerate([*pme4.CODES, *pme4.CODES], start=1)):
        folder = root / f"s{person:02d}" / f"t{number:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / f"s{person:02d}_t{number:03d}_face_vgg16_features.npy", random.normal(size=(30, 25_088)).astype(np.float16))
        lines.append(f"{person},{number},0,{word},1.25,2.5,1.25,x")
    (root / pme4.TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")
