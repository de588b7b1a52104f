from collections import Counter
from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from scipy.io import savemat

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.eav import CHANNELS, EAV, TASKS, WORDS, expected, read_eeg
from emofuse.protocols.by_subject import EAV_30_6_6, EAV_SEVEN

ORDER = ("Neutral", "Sadness", "Anger", "Happiness", "Calmness")  # of the published rows


def sound(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.sin(np.arange(4_410) / 5) / 4, 44_100)
    return file


def film(file: Path) -> Path:
    """Two fifths of a second of changing grey."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 64, "yuv420p"
        for i in range(4):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((64, 80), 20 * i, dtype=np.uint8), format="gray")))
        container.mux(stream.encode())
    return file


def recorded(root: Path, person: int, rows: tuple[int, ...], variable: str) -> Path:
    """EEG and labels of one person, a trial for each row: 20 samples, each value its trial, channel and time; returns the EEG's file."""
    folder = root / f"subject{person:02d}" / "EEG"
    folder.mkdir(parents=True)
    time, channel, trial = np.meshgrid(np.arange(20), np.arange(30), np.arange(len(rows)), indexing="ij")
    file = folder / f"subject{person:02d}_eeg.mat"
    savemat(file, {variable: 10_000.0 * trial + 100.0 * channel + time})
    label = np.zeros((10, len(rows)))
    label[rows, np.arange(len(rows))] = 1
    savemat(file.with_name(f"subject{person:02d}_eeg_label.mat"), {"label": label})
    return file


def small_tree(root: Path) -> Path:
    """Four trials of one person, some of them heard and seen; returns one sound."""
    recorded(root, 1, (0, 1, 4, 5), "seg1")
    film(root / "subject01" / "Video" / "001_Trial_01_Listening_Neutral.mp4")
    film(root / "subject01" / "Video" / "002_Trial_02_Speaking_Neutral.mp4")
    sound(root / "subject01" / "Audio" / "004_Trial_02__Speaking_Anger_aud.wav")
    return sound(root / "subject01" / "Audio" / "002_Trial_01_Speaking_Neutral_Aud.wav")


def test_eeg_sound_and_video_of_a_trial_are_one_clip(tmp_path):
    small_tree(tmp_path)

    clips = EAV.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label, clip.facts["task"], sorted(clip.sources)) for clip in clips] == [
        ("01-001", "eav-01", "neutral", "listening", ["eeg", "video"]),
        ("01-002", "eav-01", "neutral", "speaking", ["audio", "eeg", "video"]),
        ("01-003", "eav-01", "anger", "listening", ["eeg"]),
        ("01-004", "eav-01", "anger", "speaking", ["audio", "eeg"]),
    ]
    assert clips[3].facts == {"task": "speaking", "trial": "4", "dialogue": "01-002"}


def test_the_emotion_is_the_row_halved_and_odd_rows_are_speaking(tmp_path):
    recorded(tmp_path, 7, tuple(range(10)), "seg1")

    clips = EAV.clips(tmp_path)

    words = ("neutral", "sadness", "anger", "happiness", "calm")
    assert [(clip.label, clip.facts["task"]) for clip in clips] == list(product(words, ("listening", "speaking")))


@pytest.mark.parametrize(("variable", "trial"), [("seg1", 1), ("seg", 2)])
def test_the_eeg_of_a_trial_is_time_by_channel_and_its_own(tmp_path, variable, trial):
    file = recorded(tmp_path, 1, (0, 1), variable)

    eeg = read_eeg(file, trial)

    assert (eeg.values.shape, eeg.values.dtype, eeg.rate) == ((20, 30), np.float32, 500)
    np.testing.assert_array_equal(eeg.values, 10_000 * (trial - 1) + 100 * np.arange(30)[None] + np.arange(20)[:, None])


def test_a_file_of_eeg_is_read_once_for_all_its_trials(tmp_path, monkeypatch):
    from emofuse.corpora import eav

    read = []
    monkeypatch.setattr(eav, "read_mat", lambda path, names: read.append(path.name) or {"seg1": np.zeros((20, 30, 4))})
    (tmp_path / "subject01_eeg.mat").touch()

    for trial in (1, 2, 3, 4):
        read_eeg(tmp_path / "subject01_eeg.mat", trial)

    assert read == ["subject01_eeg.mat"]


def test_labels_alone_are_enough_to_find_the_clips(tmp_path):
    file = recorded(tmp_path, 1, (0, 1), "seg1")
    file.write_bytes(b"something else than a MATLAB file")

    assert [clip.label for clip in EAV.clips(tmp_path)] == ["neutral", "neutral"]


def test_without_labels_the_names_say_what_a_trial_is(tmp_path):
    for name in ("Video/001_Trial_01_Listening_Sadness.mp4", "Audio/002_Trial_01_Speaking_Calmness_Aud.wav"):
        (tmp_path / "subject31" / name).parent.mkdir(parents=True)
        (tmp_path / "subject31" / name).touch()

    clips = EAV.clips(tmp_path)

    assert [(clip.id, clip.label, clip.facts["task"]) for clip in clips] == [
        ("31-001", "sadness", "listening"),
        ("31-002", "calm", "speaking"),
    ]


@pytest.mark.parametrize(
    "name", ["001_Trial_01_Speaking_Neutral.mp4", "001_Trial_01_Listening_Anger.mp4", "009_Trial_01_Listening_Boredom.mp4"]
)
def test_a_name_that_contradicts_the_labels_is_refused(tmp_path, name):
    recorded(tmp_path, 1, (0, 1), "seg1")
    (tmp_path / "subject01" / "Video").mkdir()
    (tmp_path / "subject01" / "Video" / name).touch()

    with pytest.raises(CorpusError, match=name):
        EAV.clips(tmp_path)


@pytest.mark.parametrize("folder", ["subject01__", "Subject_1", "EAV/subject01/subject01"])
def test_folders_may_be_named_a_little_otherwise(tmp_path, folder):
    (tmp_path / folder / "Video").mkdir(parents=True)
    (tmp_path / folder / "Video" / "001__Trial_01_Listening_Neutral.mp4").touch()

    assert [clip.id for clip in EAV.clips(tmp_path)] == ["01-001"]


def test_a_second_copy_of_a_person_counts_for_nothing(tmp_path):
    for root in (tmp_path, tmp_path / "copy"):
        (root / "subject01" / "Video").mkdir(parents=True)
        (root / "subject01" / "Video" / "001_Trial_01_Listening_Neutral.mp4").touch()

    (clip,) = EAV.clips(tmp_path)

    assert clip.sources[Modality.VIDEO].path.parent.parent == tmp_path / "subject01"


def test_labels_that_are_not_one_hot_are_refused(tmp_path):
    file = recorded(tmp_path, 1, (0, 1), "seg1").with_name("subject01_eeg_label.mat")
    savemat(file, {"label": np.ones((10, 2))})

    with pytest.raises(CorpusError, match="are not one-hot"):
        EAV.clips(tmp_path)


def test_labels_may_lie_on_their_side(tmp_path):
    file = recorded(tmp_path, 1, (0, 1), "seg1").with_name("subject01_eeg_label.mat")
    savemat(file, {"label": np.eye(10)[[8, 9]]})

    assert [clip.label for clip in EAV.clips(tmp_path)] == ["calm", "calm"]


@pytest.mark.parametrize("values", [np.zeros((2, 30, 20)), np.zeros((20, 31, 2)), np.zeros((20, 30)), np.full((20, 30, 2), np.nan)])
def test_eeg_of_other_axes_is_refused(tmp_path, values):
    file = recorded(tmp_path, 1, (0, 1) * 20, "seg1")
    savemat(file, {"seg1": values})
    trial = 2 if values.shape[-1] == 2 else 40

    with pytest.raises(MediaError, match=r"subject01_eeg\.mat"):
        read_eeg(file, trial)


def test_the_published_ids_are_those_of_the_published_counts():
    published = EAV.published
    counted = Counter(name.split("-")[0] for name in expected())

    assert (len(set(expected())), len(counted), set(counted.values())) == (published.clips, published.people, {published.each})
    assert {sum(published.labels.values()), sum(published.facts["task"].values())} == {published.clips}
    assert tuple(word.capitalize().replace("Calm", "Calmness") for word in WORDS) == ORDER
    assert (TASKS, len(set(CHANNELS))) == (("listening", "speaking"), 30)


def test_the_named_folds_know_these_people():
    people = {f"eav-{name.split('-')[0]}" for name in expected()}

    assert {person for fold in EAV_SEVEN for person in fold} == people
    assert {person for part in EAV_30_6_6.values() for person in part} <= people
