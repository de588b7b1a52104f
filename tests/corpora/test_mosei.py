import math
import pickle
from pathlib import Path

import h5py
import numpy as np
import pytest

from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.corpora.mosei import EMOTIONS, FILES, INTENSITIES, MOSEI, by_sentiment

WORDS = 6  # of a sentence here; 50 or 60 there
SHOWN = {"train": ("happiness", "anger"), "valid": ("fear",), "test": ("disgust", "sadness")}


def part(count: int, seed: int = 0, words: int = WORDS) -> dict[str, object]:
    generator = np.random.default_rng(seed)
    held = {
        name: generator.normal(size=(count, words, width)).astype(np.float32) for name, width in (("text", 5), ("audio", 4), ("vision", 3))
    }
    for array in held.values():
        array[:, :2] = 0  # the front is filled up
    return held


def with_emotions(root: Path) -> Path:
    """Six numbers a sentence, 1 where it shows the emotion."""
    root.mkdir(parents=True, exist_ok=True)
    parts = {
        name: part(len(shown))
        | {"labels": np.array([[word == e for e in EMOTIONS] for word in shown], dtype=np.int64), "id": ["v[0]", "v[1]"]}
        for name, shown in SHOWN.items()
    }
    parts["valid"]["id"] = ["w[0]"]
    (root / FILES[0]).write_bytes(pickle.dumps(parts, 4))
    return root / FILES[0]


def with_sentiment(root: Path) -> Path:
    """One number a sentence, and its film and times, as those who aligned it first wrote them."""
    root.mkdir(parents=True, exist_ok=True)
    ids = np.array([["-3g5yACwYnA", "4.84", "13.0"], ["-3g5yACwYnA", "13.0", "21.5"]], dtype=object)
    labels = np.array([[[-2.0]], [[0.0]]], dtype=np.float32)
    parts = {name: part(2) | {"labels": labels, "id": ids} for name in SHOWN}
    (root / FILES[1]).write_bytes(pickle.dumps(parts, 2))
    return root / FILES[1]


def with_words(root: Path) -> Path:
    """As those of MMSA wrote it."""
    root.mkdir(parents=True, exist_ok=True)
    held = {
        "regression_labels": np.array([1.5, -1.0]),
        "raw_text": np.array(["so good", "so bad"]),
        "annotations": np.array(["Positive", "Negative"]),
    }
    parts = {name: part(2) | held | {"id": ["-3g5yACwYnA$_$10", "a_b$_$2"]} for name in SHOWN}
    (root / FILES[2]).write_bytes(pickle.dumps(parts, 4))
    return root / FILES[2]


def intensities(path: Path, nested: bool = True) -> None:
    with h5py.File(path, "w") as file:
        film = file.create_group(f"{'All Labels/' if nested else ''}data/-3g5yACwYnA")
        film["intervals"] = np.array([[0.0, 4.84], [4.8401, 12.9999], [13.0, 30.0]])
        film["features"] = np.array([[3, 0, 0, 0, 0, 0, 0], [-2, 0, 2 / 3, 0, 0, 0, 1 / 3], [0, 0, 0, 0, 0, 0, 0]], dtype=np.float32)


def small_tree(root: Path) -> Path:
    """Five sentences of two films with one emotion each; returns the file."""
    return with_emotions(root)


def test_an_emotion_that_is_shown_alone_is_the_label(tmp_path):
    small_tree(tmp_path)

    clips = MOSEI.clips(tmp_path)

    assert [(clip.id, clip.label) for clip in clips] == [
        ("test-00000", "disgust"),
        ("test-00001", "sadness"),
        ("train-00000", "happiness"),
        ("train-00001", "anger"),
        ("valid-00000", "fear"),
    ]
    assert clips[0].facts == {"part": "test", "recording": "v", "labels": "disgust"}
    assert {clip.subject for clip in clips} == {None}


def test_several_or_no_emotions_are_no_label(tmp_path):
    path = with_emotions(tmp_path)
    parts = pickle.loads(path.read_bytes())
    parts["train"]["labels"] = np.array([[1, 0, 0, 1, 0, 0], [0] * 6])
    path.write_bytes(pickle.dumps(parts))

    clips = {clip.id: clip for clip in MOSEI.clips(tmp_path)}

    assert (clips["train-00000"].label, clips["train-00000"].facts["labels"]) == (None, "happiness, surprise")
    assert (clips["train-00001"].label, clips["train-00001"].facts["labels"]) == (None, "none")


def test_features_come_word_by_word_and_what_fills_up_is_absent(tmp_path):
    small_tree(tmp_path)

    signals = {m: MOSEI.clips(tmp_path)[3].signal(m) for m in ("text", "audio", "video")}

    expected = part(2)
    for m, name in (("text", "text"), ("audio", "audio"), ("video", "vision")):
        np.testing.assert_array_equal(signals[m].values, expected[name][1])
        assert signals[m].present.tolist() == [False] * 2 + [True] * 4
        assert signals[m].rate == 1.0


def test_infinite_voices_are_nought(tmp_path):
    path = with_emotions(tmp_path)
    parts = pickle.loads(path.read_bytes())
    parts["train"]["audio"][0, 5] = [-math.inf, math.inf, math.nan, 1]
    path.write_bytes(pickle.dumps(parts))

    assert MOSEI.clips(tmp_path)[2].signal(Modality.AUDIO).values[5].tolist() == [0, 0, 0, 1]


def test_a_file_that_changed_is_read_anew(tmp_path):
    path = with_emotions(tmp_path)
    before = MOSEI.clips(tmp_path)[2]
    parts = pickle.loads(path.read_bytes())
    parts["train"]["audio"][0, 5] = 7
    path.write_bytes(pickle.dumps(parts) + b" ")

    assert before.signal(Modality.AUDIO).values[5].tolist() == [7] * 4


def test_a_file_that_shrank_is_reported(tmp_path):
    with_emotions(tmp_path)
    clip = MOSEI.clips(tmp_path)[3]
    parts = {name: part(1) | {"labels": np.zeros((1, 6)), "id": ["v[0]"]} for name in SHOWN}
    (tmp_path / FILES[0]).write_bytes(pickle.dumps(parts))

    with pytest.raises(CorpusError, match="has 1 sentences of train now"):
        clip.signal(Modality.TEXT)


def test_sentiment_has_its_own_labels(tmp_path):
    with_sentiment(tmp_path)

    clips = MOSEI.clips(tmp_path)

    assert {clip.label for clip in clips} == {None}
    assert clips[0].facts == {"part": "test", "recording": "-3g5yACwYnA", "start": "4840", "end": "13000", "sentiment": "-2"}
    assert [clip.label for clip in by_sentiment(clips)] == ["negative", "neutral"] * 3


def test_without_a_sentiment_there_is_none(tmp_path):
    small_tree(tmp_path)

    assert {clip.label for clip in by_sentiment(MOSEI.clips(tmp_path))} == {None}


@pytest.mark.parametrize("nested", [True, False])
def test_emotions_of_the_published_labels_are_joined_by_film_and_time(tmp_path, nested):
    with_sentiment(tmp_path)
    intensities(tmp_path / INTENSITIES, nested)

    first, second, *_ = MOSEI.clips(tmp_path)

    assert (first.label, first.facts["labels"]) == (None, "sadness, fear")
    assert "labels" not in second.facts  # it ends at another time


def test_words_and_films_are_read_as_mmsa_writes_them(tmp_path):
    with_words(tmp_path)

    clips = MOSEI.clips(tmp_path)

    assert [(clip.facts["recording"], clip.facts["words"]) for clip in clips[:2]] == [("-3g5yACwYnA", "so good"), ("a_b", "so bad")]
    assert [clip.label for clip in by_sentiment(clips)] == ["positive", "negative"] * 3


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"labels": np.zeros((2, 5))}, r"labels are \(2, 5\)"),
        ({"labels": np.zeros((3, 6))}, r"labels are \(3, 6\), id has 2"),
        ({"labels": np.zeros(12)}, r"labels are \(12,\), id has 2"),
        ({"audio": np.zeros((2, 6))}, r"audio is float64 \(2, 6\)"),
        ({"audio": np.zeros((3, 6, 4))}, r"audio is float64 \(3, 6, 4\).*; id has 2"),
        ({"vision": np.array([["a"]])}, "vision is <U1"),
        ({"id": ["a"]}, "id has 1"),
        ({"id": 7}, "has no len"),
        ({"id": [["a", "b", "c"]] * 2}, "could not convert string to float"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, change, problem):
    path = with_emotions(tmp_path)
    parts = pickle.loads(path.read_bytes())
    parts["train"] |= change
    path.write_bytes(pickle.dumps(parts))

    with pytest.raises(CorpusError, match=rf"{FILES[0]} is not a file of aligned features: .*{problem}"):
        MOSEI.clips(tmp_path)


@pytest.mark.parametrize("held", [[1], {"train": {}, "valid": {}}, {"train": 1, "valid": {}, "test": {}}])
def test_another_tree_is_refused(tmp_path, held):
    (tmp_path / FILES[2]).write_bytes(pickle.dumps(held))

    with pytest.raises(CorpusError, match="it has no train, valid, test"):
        MOSEI.clips(tmp_path)


def test_a_pickle_of_anything_else_is_refused(tmp_path):
    (tmp_path / FILES[2]).write_bytes(pickle.dumps(Path("a")))

    with pytest.raises(MediaError, match=rf"{FILES[2]} asks for pathlib"):
        MOSEI.clips(tmp_path)


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"words"), lambda path: h5py.File(path, "w").close()])
def test_labels_that_are_none_are_refused(tmp_path, damage):
    with_sentiment(tmp_path)
    damage(tmp_path / INTENSITIES)

    with pytest.raises(CorpusError, match=rf"{INTENSITIES} cannot be read as labels"):
        MOSEI.clips(tmp_path)
