from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import MediaError
from emofuse.media.trials import read_bands, read_trial


@pytest.fixture
def file(tmp_path) -> Path:
    """Three channels; two bands."""
    values = {f"ab_eeg{trial}": np.arange(12.0).reshape(3, 4) + trial for trial in (1, 11)}
    bands = {f"de_LDS{trial}": np.arange(24.0).reshape(3, 4, 2) + trial for trial in (1, 2)}
    savemat(tmp_path / "1_20131027.mat", values | bands)
    return tmp_path / "1_20131027.mat"


def test_a_trial_is_found_by_the_end_of_its_name_and_time_comes_first(file):
    signal = read_trial(file, "*_eeg1", channels=3, rate=200)

    assert (signal.rate, signal.values.dtype, signal.values.shape) == (200, np.float32, (4, 3))
    assert signal.values[0].tolist() == [1, 5, 9]


def test_windows_hold_all_bands_of_the_first_channel_first(file):
    signal = read_bands(file, "de_LDS", 2, channels=3, bands=2, rate=0.25)

    assert (signal.duration, signal.values.dtype, signal.values.shape) == (16_000, np.float32, (4, 6))
    assert signal.values[1].tolist() == [4, 5, 12, 13, 20, 21]


def test_windows_of_all_trials_are_read_at_once(file, monkeypatch):
    read_bands(file, "de_LDS", 1, channels=3, bands=2, rate=1)
    monkeypatch.setattr("emofuse.media.trials.read_mat", None)

    assert read_bands(file, "de_LDS", 2, channels=3, bands=2, rate=1).values[0, 0] == 2


def test_another_number_of_channels_or_bands_is_refused(file):
    with pytest.raises(MediaError, match=r"ab_eeg1 in .* has the shape \(3, 4\)\. Expected \(62, time\); get"):
        read_trial(file, "*_eeg1", channels=62, rate=200)
    with pytest.raises(MediaError, match=r"de_LDS1 in .* has the shape \(3, 4, 2\)\. Expected \(3, windows, 5\); get"):
        read_bands(file, "de_LDS", 1, channels=3, bands=5, rate=1)
