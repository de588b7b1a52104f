import av
import numpy as np
import pytest

from emofuse.media.video import Box, Grey, grey


def gradient(height: int = 240, width: int = 320) -> np.ndarray:
    """Dark at the top left, bright at the bottom right, and different along both sides."""
    y, x = np.mgrid[:height, :width]
    return (100 * y / height + 150 * x / width).astype(np.uint8)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_crop_of_a_turned_picture_is_upright(turns: int) -> None:
    upright = gradient()
    stored = np.ascontiguousarray(np.rot90(upright, turns))  # quarter turns clockwise bring it back
    picture = Grey(stored, turns)

    assert picture.size == (320, 240)
    np.testing.assert_allclose(picture.crop(Box(40, 60, 96, 96), 48).astype(int), Grey(upright).crop(Box(40, 60, 96, 96), 48), atol=1)
    small, factor = picture.shrunk(160)
    assert small.shape == (120, 160)
    assert factor == 2
    np.testing.assert_allclose(small.astype(int), Grey(upright).shrunk(160)[0], atol=1)


def test_a_crop_is_where_its_box_is() -> None:
    values = np.zeros((200, 300), dtype=np.uint8)
    values[50:98, 100:148] = 200

    assert (Grey(values).crop(Box(100, 50, 48, 48), 48) == 200).all()
    assert (Grey(values, aspect=2.0).crop(Box(200, 50, 96, 48), 48) == 200).all()


def test_a_crop_beyond_the_edge_repeats_it() -> None:
    values = np.full((100, 100), 7, dtype=np.uint8)

    assert (Grey(values).crop(Box(-30, -30, 60, 60), 48) == 7).all()
    assert (Grey(values).crop(Box(90, 300, 60, 60), 48) == 7).all()


def test_a_large_crop_is_an_average_and_not_a_choice_of_pixels(generator: np.random.Generator) -> None:
    noise = generator.integers(0, 256, (960, 960)).astype(np.uint8)

    crop = Grey(noise).crop(Box(0, 0, 960, 960), 48)

    assert crop.std() < 10  # 400 pixels make one: a choice of them would have 74


def test_brightness_of_16_to_235_is_stretched() -> None:
    values = np.repeat(np.array([[16], [235]], dtype=np.uint8), 96, axis=1).repeat(48, axis=0)

    crop = Grey(values, full=False).crop(Box(0, 0, 96, 96), 48)

    assert crop[0, 0] == 0
    assert crop[-1, 0] == 255


@pytest.mark.parametrize("kind", ["yuv420p", "yuvj420p", "yuv444p", "nv12", "gray", "rgb24", "yuv420p10le", "yuyv422"])
def test_every_pixel_format_gives_the_same_brightness(kind: str) -> None:
    frame = av.VideoFrame.from_ndarray(gradient(), format="gray").reformat(format=kind)

    crop = grey(frame).crop(Box(0, 0, 240, 240), 48).astype(int)

    np.testing.assert_allclose(crop, Grey(gradient()).crop(Box(0, 0, 240, 240), 48), atol=3)


def test_a_brightness_plane_is_looked_at_where_it_lies() -> None:
    frame = av.VideoFrame.from_ndarray(gradient(), format="gray").reformat(format="yuv420p")

    assert np.shares_memory(grey(frame).values, np.frombuffer(frame.planes[0], np.uint8))


def test_boxes_grow_around_their_middle() -> None:
    assert Box(0, 0, 10, 20).grown(2) == Box(-15, -10, 40, 40)
    assert Box(0, 0, 1, 1).overlap(Box(5, 5, 1, 1)) == 0
