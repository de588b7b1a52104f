import cv2
import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.media.still import SIDE, read_still


def test_a_picture_of_the_right_size_keeps_every_pixel(tmp_path, generator):
    pixels = generator.integers(0, 256, size=(SIDE, SIDE), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "façade.png"), pixels)

    signal = read_still(tmp_path / "façade.png")

    np.testing.assert_array_equal(signal.values, pixels[None])
    assert (signal.rate, signal.duration) == (1.0, 1_000)


@pytest.mark.parametrize("shape", [(7, 5), (48, 200), (300, 300, 3)])
def test_any_other_size_and_colour_becomes_grey_and_48_pixels(tmp_path, shape):
    cv2.imwrite(str(tmp_path / "a.png"), np.full(shape, 90, dtype=np.uint8))

    values = read_still(tmp_path / "a.png").values

    assert (values.shape, values.dtype) == ((1, SIDE, SIDE), np.uint8)
    assert set(values.ravel()) == {90}


def test_what_of_a_face_reaches_beyond_the_picture_is_left_out(tmp_path):
    picture = np.zeros((100, 100), dtype=np.uint8)
    picture[:20, :20] = 255
    cv2.imwrite(str(tmp_path / "a.png"), picture)

    assert set(read_still(tmp_path / "a.png", face=(-30, -30, 50, 50)).values.ravel()) == {255}


@pytest.mark.parametrize(("content", "says"), [(b"", "is empty"), (b"GIF? no", "is no picture that can be decoded")])
def test_what_is_no_picture_is_refused(tmp_path, content, says):
    (tmp_path / "a.jpg").write_bytes(content)

    with pytest.raises(MediaError, match=rf"a\.jpg {says}\. Expected jpg"):
        read_still(tmp_path / "a.jpg")


def test_a_picture_that_is_not_there_is_reported_by_name(tmp_path):
    with pytest.raises(MediaError, match=r"gone\.jpg cannot be read"):
        read_still(tmp_path / "gone.jpg")
