"""Networks of faces and of sound put to films, with answers that are ready."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import CorpusError
from emofuse.core.labels import COMMON_SEVEN, LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.corpora.fer2013 import FER2013
from emofuse.evaluation.predictions import FILE, Predictions
from emofuse.reproduce import on_films
from emofuse.reproduce.base import Place
from emofuse.reproduce.on_films import CODES, OnFilms, filmed, mean
from emofuse.reproduce.ways import Trained

FACE = Trained("li:faces", {}, "faces")
VOICE = Trained("li:voice", {"protocol": "paper"}, "voices", seed=68)


@dataclass
class Sure:
    """A network of single faces that is sure of the label that the clip is said to have."""

    labels: LabelSet = FER2013.labels
    name: str = "face"
    modalities: frozenset[Modality] = frozenset({Modality.VIDEO})
    window: None = None

    def __call__(self, clip, progress=None):
        scores = np.full((10, len(self.labels)), 0.01, dtype=np.float32)
        scores[:, self.labels.index(clip.label)] = 0.94
        segments = tuple(Segment(200 * i, 200 * i + 200) for i in range(10))
        return Timeline("face", self.labels, segments, scores, 2_000)


def films(count=3):
    """So many films of each of seven emotions."""
    source = Source(Path("film.mp4"), lambda path: Signal(np.zeros((10, 48, 48), dtype=np.uint8), 5.0))
    facts = {"channel": "speech"}
    words = [*COMMON_SEVEN, "calm"]
    return [Clip(f"{word}-{i}", f"{i + 1:02d}", word, {Modality.VIDEO: source}, facts) for word in words for i in range(count)]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Data that are made up, and runs that are there."""
    monkeypatch.setattr(on_films, "load", lambda run: Sure())
    monkeypatch.setattr(on_films, "_splits", lambda voice, place: ())
    corpus = on_films.RAVDESS
    monkeypatch.setattr(on_films, "RAVDESS", type("Made", (), {"clips": lambda self, root: films(), "under": corpus.under,
        "labels": corpus.labels, "published": None, "name": "ravdess"})())  # fmt: skip
    run = tmp_path / "li_2024" / "resnet18+" / "paper"
    run.mkdir(parents=True)
    (run / FILE).touch()
    return Place(tmp_path, tmp_path)


def folder(place):
    return place.out / "li_2024" / "video" / "clean"


@pytest.mark.parametrize("frames", [None, 3])
def test_columns_taken_by_their_words_are_right_where_the_network_is(place, frames, monkeypatch):
    monkeypatch.setattr(on_films, "SomeFrames", lambda recognizer, count, seed: recognizer)

    found = OnFilms("films", FACE, "resnet18+", frames=frames)(place, folder(place))

    assert found.figures["accuracy"].value == 1
    assert found.n == 21, "calm is left out"
    assert str(found.grade) != "broken"


def test_columns_read_in_another_order_are_wrong_and_the_audit_says_so(place):
    found = OnFilms("films", FACE, "resnet18+", read_as=CODES)(place, folder(place))

    assert found.figures["accuracy"].value < 0.2
    assert str(found.grade) == "broken"


def test_of_sound_only_what_was_judged_is_judged_again_and_the_mean_is_of_both(place):
    judged = [clip for clip in films() if clip.subject == "02" and clip.label != "calm"]
    wrong = np.tile([0.4, 0.6, 0, 0, 0, 0, 0], (len(judged), 1))
    run = place.out / "li_2024" / "mlp" / "paper"
    run.mkdir(parents=True)
    Predictions(COMMON_SEVEN, tuple(judged), wrong).write(run / FILE)

    alone = OnFilms("sound", voice=VOICE, voices="mlp")(place, folder(place))
    both = OnFilms("both", FACE, "resnet18+", VOICE, "mlp")(place, folder(place))

    assert (alone.n, both.n) == (7, 7)
    assert alone.figures["accuracy"].value == pytest.approx(1 / 7)
    assert both.figures["accuracy"].value == 1, "the faces are surer"


def test_where_no_film_may_be_judged_that_is_said(place, monkeypatch):
    monkeypatch.setattr(on_films, "filmed", lambda clip: False)

    with pytest.raises(CorpusError, match="No film of RAVDESS"):
        OnFilms("films", FACE, "resnet18+")(place, folder(place))


def test_songs_and_sound_alone_are_no_films():
    clip = films()[0]

    assert filmed(clip)
    assert not filmed(clip.without(Modality.VIDEO))
    assert not filmed(Clip("a", "01", "anger", clip.sources, {"channel": "song"}))


def test_a_mean_is_of_those_who_answered():
    one, other = np.array([[0.2, 0.8], [np.nan, np.nan], [np.nan, np.nan]]), np.array([[0.6, 0.4], [0.5, 0.5], [np.nan, np.nan]])

    np.testing.assert_allclose(mean([one, other]), [[0.4, 0.6], [0.5, 0.5], [np.nan, np.nan]])


def test_it_asks_for_films_and_for_what_its_networks_learn_from():
    assert OnFilms("both", FACE, "resnet18+", VOICE, "mlp").corpora == ("ravdess/video", "fer2013", "ravdess")
