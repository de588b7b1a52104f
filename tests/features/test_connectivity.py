import numpy as np

from emofuse.core.clip import Signal
from emofuse.features.connectivity import PhaseLocking

RATE = 128


def eeg(seconds: int = 20) -> Signal:
    """The second channel follows the first by a tenth of a second at 10 Hz; the third is a stranger. Shape: (time, 3)."""
    generator = np.random.default_rng(0)
    time = np.arange(seconds * RATE) / RATE
    drift = np.cumsum(generator.normal(size=(len(time), 2)), axis=0) * 0.2  # phases wander
    first, second = (20 * np.sin(2 * np.pi * 10 * time + drift[:, 0] - lag) for lag in (0.0, 0.8))
    third = 20 * np.sin(2 * np.pi * 10 * time + drift[:, 1])
    values = np.stack([first, second, third], axis=1) + generator.normal(size=(len(time), 3))
    return Signal(values.astype(np.float32), RATE, channels=("F3", "F4", "O1"))


def test_followers_are_locked_in_their_band_and_strangers_are_not():
    locked = PhaseLocking()(eeg()).reshape(3, 5)  # pairs F3-F4, F3-O1, F4-O1

    assert locked[0, 2] > 0.95
    assert locked[1:, 2].max() < 0.5
    assert locked[1:, 3:].max() < 0.3


def test_a_channel_that_is_flat_or_missing_is_locked_to_nothing():
    signal = eeg()
    values = signal.values.copy()
    values[:, 1] = 3.0

    flat = PhaseLocking()(Signal(values, RATE)).reshape(3, 5)
    missing = PhaseLocking(("F3", "F4", "O1", "O2"))(signal).reshape(6, 5)

    assert not flat[[0, 2]].any()
    assert flat[1].any()
    assert not missing[[2, 4, 5]].any()
    assert PhaseLocking(("F3", "F4", "O1", "O2")).says(signal) == ("the EEG has no O2: nothing is locked to it",)
