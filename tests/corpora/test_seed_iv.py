from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import CorpusError, MediaError, UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.seed_iv import FILMS, SEED_IV, form


def wave(trial: int) -> np.ndarray:
    return np.random.default_rng(trial).normal(size=(62, 40)) * 20


def entropy(trial: int) -> np.ndarray:
    return np.random.default_rng(1_000 + trial).normal(size=(62, 3, 5)) + 20


def raw(root: Path, session: str = "1", person: int = 1) -> Path:
    file = root / "eeg_raw_data" / session / f"{person}_20160518.mat"
    file.parent.mkdir(parents=True, exist_ok=True)
    savemat(file, {f"cz_eeg{trial}": wave(trial) for trial in range(1, 25)})
    return file


def features(root: Path, session: str = "1", person: int = 1) -> Path:
    file = root / "eeg_feature_smooth" / session / f"{person}_20160518.mat"
    file.parent.mkdir(parents=True, exist_ok=True)
    values = {f"de_LDS{trial}": entropy(trial) for trial in range(1, 25)}
    savemat(file, values | {f"de_movingAve{trial}": entropy(trial) + 1 for trial in range(1, 25)})
    return file


def small_tree(root: Path) -> Path:
    """One person in two sessions, another in one; returns one file."""
    raw(root, "3", 15)
    raw(root, "2")
    return raw(root)


def test_a_trial_is_a_clip_labelled_by_the_list_of_its_session(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in SEED_IV.clips(tmp_path)}

    assert len(by_id) == 72
    assert [by_id[f"01-{session}-01"].label for session in "12"] == ["sadness", "fear"]
    assert (by_id["15-3-24"].subject, by_id["15-3-24"].label) == ("seed_iv-15", "neutral")
    assert dict(by_id["15-3-24"].facts) == {
        "form": "raw",
        "session": "3",
        "trial": "24",
        "stimulus": "film 3-24",
        "recording": "15-3-24",
        "sex": "female",
    }
    assert Counter(clip.label for clip in by_id.values()) == dict.fromkeys(SEED_IV.labels, 18)


def test_the_signal_is_time_by_channel_at_200_samples_a_second(tmp_path):
    small_tree(tmp_path)

    signal = SEED_IV.clips(tmp_path)[1].signal(Modality.EEG)

    assert (signal.rate, signal.values.shape, signal.values.dtype) == (200, (40, 62), np.float32)
    np.testing.assert_allclose(signal.values, wave(2).T, rtol=1e-6)


def test_features_are_windows_of_four_seconds_by_channel_and_band(tmp_path):
    features(tmp_path, "session1")

    clip = SEED_IV.clips(tmp_path)[23]
    signal = clip.signal(Modality.EEG)

    assert clip.facts["form"] == "de_LDS"
    assert (signal.rate, signal.duration, signal.values.shape) == (0.25, 12_000, (3, 310))
    np.testing.assert_allclose(signal.values[2, 305:], entropy(24)[61, 2], rtol=1e-6)


def test_where_several_forms_stand_a_trial_is_one_clip_and_the_form_can_be_chosen(tmp_path):
    raw(tmp_path)
    features(tmp_path)

    smoothed = form("de_movingAve").clips(tmp_path)[0]

    assert Counter(clip.facts["form"] for clip in SEED_IV.clips(tmp_path)) == {"raw": 24}
    assert smoothed.facts["form"] == "de_movingAve"
    np.testing.assert_allclose(smoothed.signal(Modality.EEG).values[:, :5], entropy(1)[0] + 1, rtol=1e-6)


def test_an_unknown_form_is_refused_and_a_missing_one_has_no_clips(tmp_path):
    small_tree(tmp_path)

    with pytest.raises(UnknownName, match="Unknown form 'LDS' of SEED-IV. Known: raw, de_LDS, de_movingAve"):
        form("LDS")
    with pytest.raises(CorpusError, match="No seed_iv clips"):
        form("de_LDS").clips(tmp_path)


def test_eye_movements_and_other_files_are_passed_over(tmp_path):
    small_tree(tmp_path)
    for name in ("eye_raw_data/1_20160518_blink.mat", "eye_feature_smooth/1/1_20160518.mat", "eeg_raw_data/4/1_20160518.mat"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert len(SEED_IV.clips(tmp_path)) == 72


def test_a_file_that_is_no_matlab_file_is_reported(tmp_path):
    small_tree(tmp_path).write_bytes(b"PK\x03\x04" + bytes(700))

    with pytest.raises(MediaError, match=r"1_20160518\.mat is not a MATLAB file .* Expected .* Save"):
        SEED_IV.clips(tmp_path)[0].signal(Modality.EEG)


def test_the_published_counts_agree_with_each_other():
    published = SEED_IV.published
    ids = list(published.ids())

    assert len(set(ids)) == published.clips == published.people * published.each == sum(published.labels.values())
    assert Counter(code for codes in FILMS.values() for code in codes) == dict.fromkeys(range(4), 18)
    assert all(sum(counts.values()) == published.clips for counts in published.facts.values())
