from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.audit.same_picture import AS_IT_IS, Picture, Way, alike, look, near_pictures
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.corpora.toy import TOY


def drawn(seed: int, side: int = 48) -> np.ndarray:
    """Blobs of all sizes where a face would be: no two alike. Shape: (side, side) uint8."""
    noise = np.random.default_rng(seed)
    picture = sum(cv2.resize(noise.normal(size=(n, n)), (96, 96), interpolation=cv2.INTER_CUBIC) / n**0.5 for n in (3, 6, 12, 24))
    picture = 128 + 45 * picture / picture.std()
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).clip(0, 255).astype(np.uint8)


def given(path: Path, picture: np.ndarray) -> Signal:
    return Signal(picture[None], rate=1.0)


def clip(name: str, picture: np.ndarray, label: str = "fear", who: str | None = None) -> Clip:
    return Clip(name, who, label, {Modality.VIDEO: Source(Path(name), partial(given, picture=picture))})


def jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


def cut(picture: np.ndarray, top: int, left: int, side: int) -> np.ndarray:
    return cv2.resize(picture[top : top + side, left : left + side], (48, 48), interpolation=cv2.INTER_CUBIC)


def marked(picture: np.ndarray) -> np.ndarray:
    return cv2.putText(picture.copy(), "stock", (2, 44), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 255, 1)


WAYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "equal": np.copy,
    "through jpeg": partial(jpeg, quality=30),
    "smaller": lambda picture: cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA),
    "larger": lambda picture: cv2.resize(picture, (224, 224), interpolation=cv2.INTER_CUBIC),
    "in colour": lambda picture: np.repeat(picture[..., None], 3, axis=2),
    "darker": lambda picture: (picture * 0.5 + 5).astype(np.uint8),
    "of more contrast": lambda picture: ((picture.astype(float) - 128) * 1.4 + 128).clip(0, 255).astype(np.uint8),
    "mirrored": lambda picture: picture[:, ::-1].copy(),
    "mirrored and through jpeg": lambda picture: jpeg(picture[:, ::-1], 40),
    "moved": lambda picture: np.roll(picture, (2, -3), axis=(0, 1)),
    "cut out": partial(cut, top=1, left=3, side=44),
    "with a watermark": marked,
    "in noise": lambda picture: (picture + np.random.default_rng(5).normal(scale=8, size=picture.shape)).clip(0, 255).astype(np.uint8),
}
ORIGINALS = tuple(clip(f"original-{i}", drawn(i)) for i in range(30))


def test_different_pictures_raise_nothing():
    assert look(Evidence("x", ORIGINALS)) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_found_whatever_was_done_to_it(way):
    copy = clip("copy", WAYS[way](drawn(7)))
    split = Split("s", ORIGINALS, (), (copy,))

    (finding,) = look(Evidence("x", (*ORIGINALS, copy), (split,)))

    assert (finding.trap, finding.grade, finding.rows) == ("T3", Grade.BROKEN, (("copy", "original-7"),))


@pytest.mark.parametrize("count", [2, 3])
def test_two_pictures_are_enough(count):
    copies = tuple(clip(f"copy-{i}", jpeg(drawn(i), 40)) for i in range(count))

    (finding,) = look(Evidence("x", (*ORIGINALS[:count], *copies)))

    assert set(finding.rows) == {(f"original-{i}", f"copy-{i}") for i in range(count)}


def test_a_copy_that_is_labelled_otherwise_is_said():
    copies = (clip("a", jpeg(drawn(3), 60), "anger"), clip("b", jpeg(drawn(4), 60)))
    split = Split("s", ORIGINALS, (), (*copies, *(clip(f"new-{i}", drawn(100 + i)) for i in range(20))))

    (finding,) = look(Evidence("x", (*split.train, *split.test), (split,)))

    assert finding.grade == Grade.INFLATED
    assert "2 of 22 test clips are nearly the same picture as one that was learnt from" in finding.says
    assert "1 of them are labelled otherwise there" in finding.says


def test_the_same_picture_under_two_people_is_broken():
    (finding,) = look(Evidence("x", (clip("a", drawn(1), who="ann"), clip("b", jpeg(drawn(1), 50), who="bob"))))

    assert (finding.grade, finding.title) == (Grade.BROKEN, "nearly the same picture under two people")


def test_empty_pictures_are_no_copies_of_each_other():
    empty = [clip(f"empty-{i}", np.full((48, 48), value, dtype=np.uint8)) for i, value in enumerate((0, 0, 255, 128))]

    assert look(Evidence("x", (*ORIGINALS, *empty))) == []


def test_films_are_not_looked_at_and_not_claimed_to_be_fine():
    with pytest.raises(NotLooked, match="still"):
        look(Evidence("x", TOY.clips(Path())))


def test_numbers_about_a_face_are_no_pictures():
    units = [
        Clip(
            f"units {i}", None, None, {Modality.VIDEO: Source(Path("units"), lambda path: Signal(np.zeros((1, 35), np.float32), rate=1.0))}
        )
        for i in range(2)
    ]
    with pytest.raises(NotLooked, match="still"):
        look(Evidence("x", units))
    assert look(Evidence("x", (*ORIGINALS, *units))) == []


def test_a_film_among_pictures_is_left_out():
    film = Clip("film", None, None, {Modality.VIDEO: Source(Path("film"), lambda path: Signal(np.stack([drawn(1)] * 2), rate=2.0))})

    assert look(Evidence("x", (*ORIGINALS, film))) == []


def test_the_middle_of_a_picture_is_brought_over_its_copy():
    moved = np.roll(drawn(2), (4, -3), axis=(0, 1))

    assert alike(drawn(2), moved) < 0.5
    assert alike(drawn(2), moved, Way(1.0, 2.0, -2.0)) > 0.9  # what wrapped around is new
    assert alike(drawn(2), drawn(2)[:, ::-1], Way(mirrored=True)) > 0.99
    assert alike(drawn(2), drawn(2), AS_IT_IS) == pytest.approx(1.0)


def test_colour_and_size_are_brought_to_small_and_grey():
    signal = Signal(np.full((1, 96, 64, 3), (10, 20, 30), dtype=np.uint8), rate=1.0)

    np.testing.assert_array_equal(Picture()(signal), np.full((1, 48, 48), 20, dtype=np.uint8))


def test_progress_reaches_the_end():
    told = []

    look(Evidence("x", ORIGINALS), lambda done, total: told.append((done, total)))

    assert told[-1] == (60, 60)


@pytest.mark.slow
def test_among_thousands_only_the_copies_are_found():
    pictures = np.stack([drawn(i) for i in range(3_000)] + [jpeg(np.roll(drawn(i), 1, axis=0), 50) for i in range(100)])

    assert near_pictures(pictures) == [(i, 3_000 + i) for i in range(100)]
