import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.features.quality import Clean, Seen, Spoken


def test_half_a_second_of_a_whole_one_is_spoken():
    sound = np.zeros(16_000, dtype=np.float32)
    sound[4_000:12_000] = 0.3 * np.sin(np.arange(8_000) / 3)

    assert Spoken()(Signal(sound, 16_000)).item() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("level", [0.0, 1e-6])
def test_silence_is_not_spoken_however_even_it_is(level):
    assert Spoken()(Signal(np.full(1_000, level, dtype=np.float32), 16_000)).item() == 0


def test_faces_are_seen_where_they_are_present():
    faces = np.zeros((4, 8, 8), dtype=np.uint8)

    assert Seen()(Signal(faces, 5)).item() == 1
    assert Seen()(Signal(faces, 5, present=np.array([True, False, False, False]))).item() == 0.25


def test_a_channel_that_rests_or_jumps_is_not_clean():
    eeg = 10 * np.sin(np.arange(400) / 5)[:, None] * np.ones((1, 4), dtype=np.float32)
    eeg[:, 0] = 0
    eeg[::2, 1] += 400

    assert Clean()(Signal(eeg, 128)).item() == pytest.approx(0.5)
    assert Clean()(Signal(eeg[:, 2:], 128)).item() == 1
