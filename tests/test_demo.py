import av
import numpy as np
import pytest

from emofuse.demo import FRAME_RATE, SIZE, SOUND_RATE, frame, portrait, speech, talking_portrait


def test_speech_is_voiced_and_pauses():
    sound = speech(3)

    assert (sound.shape, sound.dtype) == ((3 * SOUND_RATE,), np.float32)
    assert np.abs(sound).max() == pytest.approx(0.5)
    tenths = np.abs(sound).reshape(30, -1).max(axis=1)
    assert (tenths == 0).any() and (tenths > 0.1).sum() > 10


def test_the_portrait_moves():
    pytest.importorskip("skimage")
    picture = portrait()

    first, later = frame(picture, 0.0), frame(picture, 1.0)

    assert first.shape == later.shape == (*SIZE, 3)
    assert (first != later).mean() > 0.5


def test_the_clip_has_sound_and_picture_of_one_length(tmp_path):
    pytest.importorskip("skimage")

    talking_portrait(tmp_path / "portrait.mp4", seconds=1)

    with av.open(str(tmp_path / "portrait.mp4")) as container:
        assert [stream.codec_context.name for stream in container.streams] == ["h264", "aac"]
        assert container.streams.video[0].frames == FRAME_RATE
        assert container.duration / av.time_base == pytest.approx(1.0, abs=0.1)
    assert [path.name for path in tmp_path.iterdir()] == ["portrait.mp4"]
