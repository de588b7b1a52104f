import numpy as np
import pytest

from emofuse.core.clip import Chunk, Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.explanations.some_frames import LEFT, SomeFrames, drawings, drawn

LABELS = LabelSet(("anger", "calm"))


def lane(anger, absent=()):
    """One answer a fifth of a second; `absent` have none."""
    scores = np.array([[a, 1 - a] for a in anger], dtype=np.float32)
    scores[list(absent)] = np.nan
    segments = tuple(Segment(200 * i, 200 * i + 200) for i in range(len(anger)))
    reasons = tuple("no face" if i in absent else None for i in range(len(anger)))
    return Timeline("face", LABELS, segments, scores, 200 * len(anger), reasons)


def test_as_many_are_drawn_as_are_asked_for_and_only_from_faces():
    whole = lane(np.linspace(0, 1, 10), absent=(0, 4))

    some = drawn(whole, 3, seed=1)

    assert some.present.sum() == 3
    assert not some.present[[0, 4]].any()
    assert (some.absent[0], some.absent[4]) == ("no face", "no face")
    assert some.absent.count(LEFT) == 5
    np.testing.assert_array_equal(some.scores[some.present], whole.scores[some.present])
    np.testing.assert_allclose(some.pooled, whole.scores[some.present].mean(axis=0))
    assert some.notes == ("3 of 8 faces were drawn at random",)


def test_where_there_are_fewer_all_are_taken():
    whole = lane([0.2, 0.9], absent=(1,))

    assert drawn(whole, 5).pooled.tolist() == whole.pooled.tolist()


def test_where_there_is_no_face_nothing_is_drawn():
    whole = lane([0.2, 0.9], absent=(0, 1))

    assert drawn(whole, 5).label is None
    assert drawings(whole).label is None
    assert drawings(whole).faces == 0


def test_the_same_seed_draws_the_same_and_another_film_otherwise():
    whole = lane(np.linspace(0, 1, 40))

    def which(seed, clip):
        return tuple(np.flatnonzero(drawn(whole, 5, seed, clip).present))

    assert which(3, "a.mp4") == which(3, "a.mp4")
    assert len({which(3, "a.mp4"), which(4, "a.mp4"), which(3, "b.mp4")}) == 3


def test_drawings_agree_where_all_faces_say_the_same_and_not_where_the_face_changes():
    steady, changing = drawings(lane([0.9] * 20), 3), drawings(lane([0.95] * 11 + [0.05] * 9), 3, draws=200)

    assert (steady.label, steady.same) == ("anger", 1.0)
    assert steady.least == pytest.approx(steady.most)
    assert (changing.label, changing.faces) == ("anger", 20)
    assert 0.4 < changing.same < 0.8
    assert changing.least < 0.1 < changing.probability < 0.95 - 1e-6 < changing.most + 1e-3


class Faces:
    """A recognizer of single faces that has its answers ready."""

    name, labels, modalities, window = "face", LABELS, frozenset({Modality.VIDEO}), None

    def __init__(self, timeline):
        self.timeline, self.pushed = timeline, 0

    def reading(self):
        return self

    def push(self, chunk):
        self.pushed += 1

    def close(self, duration):
        return self.timeline


def test_a_recognizer_that_draws_is_one_like_any_other():
    inner = Faces(lane(np.linspace(0, 1, 20)))
    some = SomeFrames(inner, 4, seed=2)

    reading = some.reading()
    reading.push(Chunk({}, 4_000))

    assert (some.name, some.labels, some.modalities) == (inner.name, inner.labels, inner.modalities)
    assert inner.pushed == 1
    assert reading.close(4_000).present.sum() == 4


def test_what_looks_at_stretches_of_time_cannot_be_drawn_from():
    inner = Faces(lane([0.5]))
    inner.window = 3_000

    with pytest.raises(RunError, match="one face at a time"):
        SomeFrames(inner)


def test_less_than_one_face_is_refused():
    with pytest.raises(ValueError, match="one or more"):
        SomeFrames(Faces(lane([0.5])), 0)


def test_a_film_that_was_never_read_says_so():
    with pytest.raises(Exception, match="has no video"):
        SomeFrames(Faces(lane([0.5])))(Clip("a.mp4", None, None, {}))
