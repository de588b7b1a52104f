from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import CorpusError, MediaError, UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.seed import FILMS, SEED, form

DAYS = ("20131027", "20131030", "20131107")


def wave(person: int, trial: int) -> np.ndarray:
    """A fifth of a second and a sample, as the published trials have one sample too many."""
    return np.random.default_rng(100 * person + trial).normal(size=(62, 41)) * 20


def entropy(person: int, trial: int, windows: int) -> np.ndarray:
    return np.random.default_rng(1_000 * person + trial).normal(size=(62, windows, 5)) + 20


def raw(root: Path, person: int = 1, date: str = DAYS[0], trials: int = 15) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    file = root / f"{person}_{date}.mat"
    savemat(file, {f"djc_eeg{trial}": wave(person, trial) for trial in range(1, trials + 1)})
    return file


def features(root: Path, person: int = 1, date: str = DAYS[0], windows: int = 2) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    file = root / f"{person}_{date}.mat"
    values = {f"de_LDS{trial}": entropy(person, trial, windows) for trial in range(1, 16)}
    values |= {f"de_movingAve{trial}": entropy(person, trial, windows) + 1 for trial in range(1, 16)}
    savemat(file, values | {"psd_LDS1": np.zeros((62, windows, 5))})
    return file


def small_tree(root: Path) -> Path:
    """Two people on one day each, the signal; returns one file."""
    root.mkdir(parents=True, exist_ok=True)
    savemat(root / "label.mat", {"label": np.array([FILMS], dtype=np.int16)})
    raw(root / "Preprocessed_EEG", 15)
    return raw(root / "Preprocessed_EEG", 1)


def test_a_trial_is_a_clip_labelled_by_its_film(tmp_path):
    small_tree(tmp_path)

    clips = SEED.clips(tmp_path)

    assert len(clips) == 30
    assert (clips[2].id, clips[2].subject, clips[2].label) == ("01-1-03", "seed-01", "negative")
    assert dict(clips[2].facts) == {
        "form": "raw",
        "session": "1",
        "date": "20131027",
        "trial": "3",
        "stimulus": "film 03",
        "recording": "01-1-03",
    }
    assert Counter(clip.label for clip in clips) == {"positive": 10, "neutral": 10, "negative": 10}


def test_sessions_are_numbered_by_their_dates_whatever_folder_they_stand_in(tmp_path):
    raw(tmp_path / "Preprocessed_EEG", date=DAYS[2])
    raw(tmp_path / "Preprocessed_EEG", date=DAYS[0])
    features(tmp_path / "ExtractedFeatures", date=DAYS[1])

    clips = SEED.clips(tmp_path)

    assert {(clip.facts["date"], clip.facts["session"]) for clip in clips} == {(DAYS[0], "1"), (DAYS[2], "3")}


def test_the_signal_is_time_by_channel_at_200_samples_a_second(tmp_path):
    small_tree(tmp_path)

    signal = SEED.clips(tmp_path)[10].signal(Modality.EEG)

    assert (signal.rate, signal.values.shape, signal.values.dtype) == (200, (41, 62), np.float32)
    np.testing.assert_allclose(signal.values, wave(1, 11).T, rtol=1e-6)


@pytest.mark.parametrize(("folder", "rate"), [("ExtractedFeatures", 1), ("ExtractedFeatures_1s", 1), ("ExtractedFeatures_4s", 0.25)])
def test_features_are_windows_by_channel_and_band(tmp_path, folder, rate):
    features(tmp_path / "SEED_EEG" / folder)

    clip = SEED.clips(tmp_path)[11]
    signal = clip.signal(Modality.EEG)

    assert clip.facts["form"] == "de_LDS"
    assert (signal.rate, signal.values.shape, signal.values.dtype) == (rate, (2, 310), np.float32)
    np.testing.assert_allclose(signal.values[1, 5:10], entropy(1, 12, 2)[1, 1], rtol=1e-6)


def test_where_several_forms_stand_a_trial_is_one_clip_and_the_form_can_be_chosen(tmp_path):
    raw(tmp_path / "Preprocessed_EEG")
    features(tmp_path / "ExtractedFeatures_1s")
    features(tmp_path / "ExtractedFeatures_4s", windows=1)

    shapes = {name: form(name).clips(tmp_path)[0].signal(Modality.EEG).values.shape for name in ("raw", "de_LDS", "de_movingAve")}
    smoothed = form("de_movingAve").clips(tmp_path)[0].signal(Modality.EEG).values

    assert Counter(clip.facts["form"] for clip in SEED.clips(tmp_path)) == {"raw": 15}
    assert shapes == {"raw": (41, 62), "de_LDS": (2, 310), "de_movingAve": (2, 310)}
    np.testing.assert_allclose(smoothed[:, :5], entropy(1, 1, 2)[0] + 1, rtol=1e-6)


def test_an_unknown_form_is_refused():
    with pytest.raises(UnknownName, match="Unknown form 'psd' of SEED. Known: raw, de_LDS, de_movingAve"):
        form("psd")


def test_where_the_asked_form_is_missing_there_is_no_clip(tmp_path):
    small_tree(tmp_path)

    with pytest.raises(CorpusError, match="No seed clips"):
        form("de_LDS").clips(tmp_path)


@pytest.mark.parametrize("mark", [str.lower, str])
def test_sex_is_told_where_the_list_of_people_is_there(tmp_path, mark):
    small_tree(tmp_path)
    (tmp_path / "subject-id-gender-seed.txt").write_text(mark("1 M\r\n2 F\r\n15\tF\r\n"))

    assert {(clip.subject, clip.facts["sex"]) for clip in SEED.clips(tmp_path)} == {("seed-01", "male"), ("seed-15", "female")}


def test_labels_in_another_order_than_published_are_refused(tmp_path):
    small_tree(tmp_path)
    savemat(tmp_path / "label.mat", {"label": np.array([FILMS[::-1]])})

    with pytest.raises(CorpusError, match=r"label\.mat gives the films the labels -1 1 0 .* Expected 1 0 -1 .* get it again"):
        SEED.clips(tmp_path)


def test_a_trial_that_is_missing_in_its_file_is_reported(tmp_path):
    raw(tmp_path / "Preprocessed_EEG", trials=14)

    with pytest.raises(MediaError, match=r"1_20131027\.mat holds no \*_eeg15\. It holds .*djc_eeg1"):
        SEED.clips(tmp_path)[14].signal(Modality.EEG)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (np.zeros((40, 400)), r"djc_eeg1 in .*1_20131027\.mat has the shape \(40, 400\)\. Expected \(62, time\); get"),
        (np.full((62, 400), np.nan), r"djc_eeg1 in .* holds 24,800 values that are not numbers\. Expected .*; get the file again"),
    ],
)
def test_a_trial_of_another_shape_or_without_numbers_is_refused(tmp_path, values, what):
    file = raw(tmp_path / "Preprocessed_EEG")
    savemat(file, {"djc_eeg1": values})

    with pytest.raises(MediaError, match=what):
        SEED.clips(tmp_path)[0].signal(Modality.EEG)


def test_two_variables_for_one_trial_are_refused(tmp_path):
    savemat(raw(tmp_path / "Preprocessed_EEG"), {"djc_eeg1": wave(1, 1), "ww_eeg1": wave(2, 1)})

    with pytest.raises(MediaError, match=r"holds 2 variables that are named \*_eeg1: djc_eeg1, ww_eeg1\. Expected one"):
        SEED.clips(tmp_path)[0].signal(Modality.EEG)


def test_features_of_another_shape_or_without_a_trial_are_refused(tmp_path):
    file = features(tmp_path / "ExtractedFeatures")
    savemat(file, {"de_LDS1": np.zeros((62, 3, 25))})
    clips = SEED.clips(tmp_path)

    with pytest.raises(MediaError, match=r"de_LDS1 in .* has the shape \(62, 3, 25\)\. Expected \(62, windows, 5\)"):
        clips[0].signal(Modality.EEG)
    with pytest.raises(MediaError, match=r"holds no de_LDS2\. It holds de_LDS1\. Get"):
        clips[1].signal(Modality.EEG)


def test_a_file_that_is_no_matlab_file_is_reported(tmp_path):
    small_tree(tmp_path).write_text("<html>please log in</html>")

    with pytest.raises(MediaError, match=r"1_20131027\.mat is not a MATLAB file .* Expected .* Save"):
        SEED.clips(tmp_path)[0].signal(Modality.EEG)


def test_other_files_and_folders_are_passed_over(tmp_path):
    small_tree(tmp_path)
    raw(tmp_path / "SEED_RAW_EEG")
    (tmp_path / "Preprocessed_EEG" / "notes.mat").touch()

    assert len(SEED.clips(tmp_path)) == 30


def test_the_published_counts_agree_with_each_other():
    published = SEED.published
    ids = list(published.ids())

    assert len(set(ids)) == published.clips == published.people * published.each == sum(published.labels.values())
    assert all(SEED.labels.index(word) >= 0 for word in published.labels)


def test_reading_can_be_sent_to_another_process(tmp_path):
    import pickle

    small_tree(tmp_path)
    source = SEED.clips(tmp_path)[0].sources[Modality.EEG]

    assert isinstance(source.read, partial)
    assert pickle.loads(pickle.dumps(source.read))(source.path).rate == 200
