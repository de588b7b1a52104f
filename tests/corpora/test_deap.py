import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.deap import DEAP

SHORT = np.zeros((40, 40, 13))  # in place of the signals, for what does not look at them
RATINGS = np.tile([[7.71, 7.6, 6.9, 7.83], [8.1, 5.0, 2.0, 9.0], [1.0, 5.01, 5.0, 5.0], [5.0, 1.0, 5.0, 5.0]], (10, 1))


def signals() -> np.ndarray:
    """Zeros but for a ramp in the first and in the last EEG channel of the second trial; short numbers, to be quick."""
    data = np.zeros((40, 40, 8_064), dtype=np.int16)
    data[1, 0] = np.arange(8_064)
    data[1, 31] = -np.arange(8_064)
    data[:, 32] = 7  # not EEG
    return data


def pickled(root: Path, person: int = 1, **held: np.ndarray) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    file = root / f"s{person:02d}.dat"
    file.write_bytes(pickle.dumps({"labels": RATINGS, "data": signals()} | held, protocol=2))
    return file


def matlab(root: Path, person: int = 1, **held: np.ndarray) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    file = root / f"s{person:02d}.mat"
    savemat(file, {"labels": RATINGS, "data": signals()} | held, do_compression=True)
    return file


@pytest.fixture
def person(tmp_path) -> Path:
    """One person without proper signals."""
    return pickled(tmp_path / "data_preprocessed_python", data=SHORT)


def small_tree(root: Path) -> Path:
    """One person; returns the file."""
    return pickled(root / "data_preprocessed_python")


def test_a_trial_is_a_clip_labelled_by_the_quadrant_of_its_ratings(person):
    clips = DEAP.clips(person.parents[1])

    assert len(clips) == 40
    assert [clip.label for clip in clips[:4]] == [
        "high valence high arousal",
        "high valence low arousal",
        "low valence high arousal",
        "low valence low arousal",
    ]
    assert (clips[0].id, clips[0].subject) == ("01-01", "deap-01")
    assert dict(clips[0].facts) == {
        "form": "dat",
        "trial": "1",
        "stimulus": "video 01",
        "recording": "01-01",
        "start": "3000",
        "end": "63000",
        "site": "Twente",
        "valence": "7.71",
        "arousal": "7.6",
        "dominance": "6.9",
        "liking": "7.83",
    }


def test_people_from_23_on_were_recorded_in_geneva(tmp_path):
    for number in (22, 23):
        pickled(tmp_path, number, data=SHORT)

    assert {(clip.subject, clip.facts["site"]) for clip in DEAP.clips(tmp_path)} == {("deap-22", "Twente"), ("deap-23", "Geneva")}


@pytest.mark.parametrize("written", [pickled, matlab])
def test_a_signal_is_the_minute_of_the_video_in_32_channels(tmp_path, written):
    written(tmp_path)

    signal = DEAP.clips(tmp_path)[1].signal(Modality.EEG)

    assert (signal.rate, signal.duration, signal.values.shape, signal.values.dtype) == (128, 60_000, (7_680, 32), np.float32)
    assert signal.values[:2, 0].tolist() == [384, 385]
    assert signal.values[-1, 31] == -8_063


def test_where_both_forms_stand_a_trial_is_one_clip(tmp_path):
    pickled(tmp_path / "data_preprocessed_python", data=SHORT)
    matlab(tmp_path / "data_preprocessed_matlab", data=SHORT)

    clips = DEAP.clips(tmp_path)

    assert Counter(clip.facts["form"] for clip in clips) == {"dat": 40}


def test_other_files_are_passed_over(person):
    for name in ("s01.bdf", "s1.dat", "video_list.csv"):
        (person.parent / name).touch()

    assert len(DEAP.clips(person.parents[1])) == 40


@pytest.mark.parametrize(
    ("held", "what"),
    [
        ({"labels": RATINGS[:, :2]}, r"labels in .*s01\.dat has the shape \(40, 2\)\. Expected \(40, 4\); get the file again"),
        ({"labels": RATINGS.astype(str)}, r"labels in .*s01\.dat are no numbers\. Expected numbers of shape \(40, 4\); get the file again"),
        ({"labels": RATINGS.tolist()}, r"labels in .*s01\.dat are no numbers"),
        ({"labels": RATINGS * 2}, r"labels in .*s01\.dat are not all from 1 to 9\. Expected ratings on that scale; get the file again"),
        ({"labels": RATINGS * np.nan}, r"labels in .*s01\.dat are not all from 1 to 9"),
    ],
)
def test_ratings_of_another_form_are_refused(tmp_path, held, what):
    pickled(tmp_path, data=SHORT, **held)

    with pytest.raises(MediaError, match=what):
        DEAP.clips(tmp_path)


def test_signals_of_another_form_are_refused(tmp_path, person):
    with pytest.raises(
        MediaError, match=r"data in .*s01\.dat has the shape \(40, 40, 13\)\. Expected \(40, 40, 8064\); get the file again"
    ):
        DEAP.clips(person.parents[1])[0].signal(Modality.EEG)


def table(root: Path, ratings: np.ndarray) -> None:
    """The publisher's own: a row a trial in the order of watching, which is another for each person."""
    order = np.random.default_rng(0).permutation(40)
    lines = ["Participant_id,Trial,Experiment_id,Start_time,Valence,Arousal,Dominance,Liking,Familiarity"]
    lines += [f"1,{trial + 1},{video + 1},{trial},{','.join(map(str, ratings[video]))}," for trial, video in enumerate(order)]
    (root / "participant_ratings.csv").write_text("\n".join(lines))


def test_ratings_are_held_against_the_publishers_own_table_where_it_is_there(tmp_path, person):
    table(tmp_path, RATINGS)

    assert len(DEAP.clips(tmp_path)) == 40


@pytest.mark.parametrize("row", ["1,1,41,0,5,5,5,5,", "1,1,1,0,,5,5,5,"])
def test_a_table_of_ratings_that_is_not_as_published_is_refused(tmp_path, person, row):
    table(tmp_path, RATINGS)
    file = tmp_path / "participant_ratings.csv"
    file.write_text(f"{file.read_text()}\n{row}")

    with pytest.raises(CorpusError, match=r"Row 41 of .*participant_ratings\.csv is of video .* Expected .* 1 to 40 .*; get"):
        DEAP.clips(tmp_path)


def test_a_copy_whose_ratings_were_turned_round_is_refused(tmp_path, person):
    turned = RATINGS.copy()
    turned[4:7, :2] = 9 - turned[4:7, :2]
    table(tmp_path, turned)

    with pytest.raises(
        CorpusError, match=r"s01\.dat rates 3 of 40 videos otherwise than participant_ratings\.csv .* Expected .*; get both"
    ):
        DEAP.clips(tmp_path)


def test_a_pickle_that_asks_for_more_than_arrays_is_refused(person):
    person.write_bytes(b"cos\nsystem\n(S'true'\ntR.")

    with pytest.raises(MediaError, match=r"s01\.dat asks for os\.system\. Expected .*\. Get it again"):
        DEAP.clips(person.parents[1])


@pytest.mark.parametrize(
    ("held", "what"), [({"ratings": RATINGS, 1: RATINGS}, "1, ratings"), ({}, "nothing"), ([RATINGS], "list"), (RATINGS, "ndarray")]
)
def test_a_pickle_without_labels_is_refused(person, held, what):
    person.write_bytes(pickle.dumps(held, protocol=2))

    with pytest.raises(MediaError, match=rf"s01\.dat holds no labels\. It holds {what}; get the file again"):
        DEAP.clips(person.parents[1])


def test_a_matlab_file_that_is_none_is_refused(tmp_path):
    matlab(tmp_path, data=SHORT).write_text("<html>")

    with pytest.raises(MediaError, match=r"s01\.mat is not a MATLAB file"):
        DEAP.clips(tmp_path)


def test_an_empty_folder_has_no_clips(tmp_path):
    with pytest.raises(CorpusError, match="No deap clips"):
        DEAP.clips(tmp_path)


def test_the_published_counts_agree_with_each_other():
    ids = list(DEAP.published.ids())

    assert len(set(ids)) == DEAP.published.clips == DEAP.published.people * DEAP.published.each
    assert sum(DEAP.published.facts["site"].values()) == DEAP.published.clips
