import av
import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.media.frames import read_frames


def film(path, count=25, size=(96, 64)):
    """Pictures that grow brighter and are redder on their left half."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=25)
        picture.width, picture.height, picture.pix_fmt = *size, "yuv420p"
        for i in range(count):
            values = np.full((size[1], size[0], 3), 8 * i, dtype=np.uint8)
            values[:, : size[0] // 2, 0] = 220
            container.mux(picture.encode(av.VideoFrame.from_ndarray(values, format="rgb24")))
        container.mux(picture.encode())
    return path


def test_every_tenth_picture_comes_out_in_colour(tmp_path):
    signal = read_frames(film(tmp_path / "film.mp4"))

    assert (signal.values.shape, signal.values.dtype, signal.rate) == ((3, 64, 96, 3), np.uint8, 2.5)
    assert signal.values[:, 32, 72, 1].astype(int) == pytest.approx([0, 80, 160], abs=12)
    assert (signal.values[:, 32, 20, 0] > 150).all()


def test_large_pictures_are_brought_to_what_is_needed(tmp_path):
    signal = read_frames(film(tmp_path / "film.mp4"), every=5, shorter=32)

    assert signal.values.shape == (5, 32, 48, 3)


def test_sound_alone_has_no_pictures(tmp_path):
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        sound = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1_600), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 16_000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())

    with pytest.raises(MediaError, match=r"a.wav has no picture. Expected a video"):
        read_frames(tmp_path / "a.wav")
