from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.dreamer import DREAMER

RATINGS = np.array([4, 5, 1, 3] + [2] * 14, dtype=np.float64)[:, None]


def film(person: int, number: int) -> np.ndarray:
    """Each film has a length of its own."""
    return 4_200 + np.random.default_rng([person, number]).normal(size=(20 + number, 14))


def cell(items: list[object], across: bool = False) -> np.ndarray:
    held = np.empty(len(items), dtype=object)
    held[:] = items
    return held[None] if across else held[:, None]


def written(root: Path, people: int = 2, **changed: object) -> Path:
    """As published, but for the parts that are not read being short."""
    data = []
    for person in range(1, people + 1):
        films = cell([film(person, number) for number in range(1, 19)])
        one = {
            "Age": "22",
            "Gender": "male" if person % 2 else "female",
            "EEG": {"baseline": cell([np.zeros((4, 14))] * 18), "stimuli": films},
            "ECG": {"baseline": cell([np.zeros((8, 2))] * 18), "stimuli": cell([np.zeros((8, 2))] * 18)},
            "ScoreValence": RATINGS,
            "ScoreArousal": RATINGS[::-1],
            "ScoreDominance": RATINGS,
        }
        data.append(one | changed)
    root.mkdir(parents=True, exist_ok=True)
    file = root / "DREAMER.mat"
    savemat(file, {"DREAMER": {"Data": cell(data, across=True), "EEG_SamplingRate": 128.0, "noOfSubjects": people}}, do_compression=True)
    return file


def small_tree(root: Path) -> Path:
    """Two people; returns the file."""
    return written(root)


def test_a_film_is_a_clip_labelled_by_the_quadrant_of_its_ratings(tmp_path):
    small_tree(tmp_path)

    clips = DREAMER.clips(tmp_path)

    assert len(clips) == 36
    assert [clip.label for clip in clips[:4]] == [
        "high valence low arousal",
        "high valence low arousal",
        "low valence low arousal",
        "low valence low arousal",
    ]
    assert clips[17].label == "low valence high arousal"
    assert (clips[35].id, clips[35].subject) == ("02-18", "dreamer-02")
    assert dict(clips[8].facts) == {
        "trial": "9",
        "stimulus": "film 09",
        "title": "My Girl",
        "target": "sadness",
        "recording": "01-09",
        "valence": "2",
        "arousal": "2",
        "dominance": "2",
        "sex": "male",
        "age": "22",
    }


def test_an_age_that_is_a_number_is_read_as_well(tmp_path):
    written(tmp_path, people=1, Age=31.0)

    assert DREAMER.clips(tmp_path)[0].facts["age"] == "31"


def test_a_signal_is_time_by_fourteen_channels_as_long_as_the_film(tmp_path):
    small_tree(tmp_path)

    signal = DREAMER.clips(tmp_path)[20].signal(Modality.EEG)

    assert (signal.rate, signal.values.shape, signal.values.dtype) == (128, (23, 14), np.float32)
    np.testing.assert_allclose(signal.values, film(2, 3), rtol=1e-6)


def test_a_file_is_read_once_for_all_its_clips(tmp_path, monkeypatch):
    small_tree(tmp_path)
    clips = DREAMER.clips(tmp_path)
    monkeypatch.setattr("emofuse.corpora.dreamer.read_mat", None)

    assert len({clip.signal(Modality.EEG).values.shape for clip in clips}) == 18


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"ScoreValence": RATINGS[:17]}, r"ScoreValence in .*DREAMER\.mat says nothing of film 18\. Expected a rating from 1 to 5 .*; get"),
        ({"ScoreArousal": RATINGS + 1}, r"ScoreArousal in .*DREAMER\.mat says 6 of film 2\. Expected a rating from 1 to 5"),
        ({"ScoreValence": RATINGS * np.nan}, r"ScoreValence in .*DREAMER\.mat says nan of film 1\. Expected a rating from 1 to 5"),
    ],
)
def test_ratings_that_are_missing_or_out_of_their_scale_are_refused(tmp_path, changed, what):
    written(tmp_path, people=1, **changed)

    with pytest.raises(MediaError, match=what):
        DREAMER.clips(tmp_path)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (np.zeros((20, 10)), r"stimuli\{1\} in .*DREAMER\.mat has the shape \(20, 10\)\. Expected \(time, 14\); get the file again"),
        (np.full((20, 14), np.inf), r"stimuli\{1\} in .* holds 280 values that are not numbers\. Expected none; get the file again"),
    ],
)
def test_signals_of_another_form_are_refused(tmp_path, values, what):
    written(tmp_path, people=1, EEG={"stimuli": cell([values] * 18)})

    with pytest.raises(MediaError, match=what):
        DREAMER.clips(tmp_path)[0].signal(Modality.EEG)


def test_a_file_without_the_structure_is_refused(tmp_path):
    savemat(tmp_path / "DREAMER.mat", {"data": np.zeros((3, 3))})

    with pytest.raises(MediaError, match=r"DREAMER\.mat holds no DREAMER\.Data.* It holds data"):
        DREAMER.clips(tmp_path)


def test_a_file_that_is_no_matlab_file_is_refused(tmp_path):
    small_tree(tmp_path).write_text("<html>")

    with pytest.raises(MediaError, match=r"DREAMER\.mat is not a MATLAB file"):
        DREAMER.clips(tmp_path)


def test_an_empty_folder_has_no_clips(tmp_path):
    with pytest.raises(CorpusError, match="No dreamer clips"):
        DREAMER.clips(tmp_path)


def test_the_published_counts_agree_with_each_other():
    ids = list(DREAMER.published.ids())

    assert len(set(ids)) == DREAMER.published.clips == DREAMER.published.people * DREAMER.published.each
    assert sum(DREAMER.published.facts["target"].values()) == DREAMER.published.clips
    assert Counter(DREAMER.published.facts["target"].values()) == {46: 9}
