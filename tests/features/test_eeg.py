import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.features.eeg import BANDS, BandPower, DifferentialEntropy, Waveform, picked, powers

RATE = 256
NAMES = ("TP9", "AF7", "AF8", "TP10")


def noise(seconds: float = 4, spread: float = 10.0) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(round(seconds * RATE), 4)) * spread


def eeg(values: np.ndarray, names: tuple[str, ...] | None = NAMES) -> Signal:
    return Signal(values.astype(np.float32), RATE, channels=names)


def tone(hertz: float, amplitude: float = 20.0, seconds: int = 4) -> np.ndarray:
    time = np.arange(seconds * RATE) / RATE
    return np.repeat(amplitude * np.sin(2 * np.pi * hertz * time)[:, None], 4, axis=1)


@pytest.mark.parametrize(("hertz", "band"), [(2, "delta"), (6, "theta"), (10, "alpha"), (20, "beta"), (40, "gamma")])
def test_a_pure_tone_has_half_its_squared_amplitude_in_its_band(hertz, band):
    power = powers(tone(hertz), RATE)

    place = [name for name, _, _ in BANDS].index(band)
    assert power.shape == (4, 4, 5)
    np.testing.assert_allclose(power[..., place], 20**2 / 2, rtol=0.01)
    assert power[..., [i for i in range(5) if i != place]].max() < 1


def test_differential_entropy_is_that_of_a_gaussian_with_the_bands_power():
    rows = DifferentialEntropy()(eeg(tone(10))).reshape(4, 4, 5)

    np.testing.assert_allclose(rows[..., 2], 0.5 * np.log(2 * np.pi * np.e * 200), atol=0.01)


def test_ten_times_the_amplitude_is_twenty_decibels_and_the_same_share():
    once, more = eeg(noise()), eeg(10 * noise())

    np.testing.assert_allclose(BandPower()(more) - BandPower()(once), 20, atol=1e-3)
    np.testing.assert_allclose(BandPower(way="share")(more), BandPower(way="share")(once), atol=1e-4)
    np.testing.assert_allclose(np.exp(BandPower(way="share")(once)).reshape(4, 4, 5).sum(axis=2), 1, atol=1e-4)


def test_channels_are_picked_by_name_whatever_their_order():
    signal = eeg(noise())
    turned = Signal(signal.values[:, ::-1], RATE, channels=NAMES[::-1])

    np.testing.assert_array_equal(BandPower(NAMES)(turned), BandPower(NAMES)(signal))


def test_a_missing_channel_is_the_mean_of_the_others_and_is_said():
    signal = eeg(noise())
    three = Signal(signal.values[:, [0, 1, 3]], RATE, channels=("TP9", "AF7", "TP10"))

    rows = BandPower(NAMES)(three).reshape(4, 4, 5)

    np.testing.assert_allclose(rows[:, 2], rows[:, [0, 1, 3]].mean(axis=1), atol=1e-4)
    np.testing.assert_allclose(rows[:, 0], BandPower(NAMES)(signal).reshape(4, 4, 5)[:, 0], atol=1e-4)
    assert BandPower(NAMES).says(three) == ("the EEG has no AF8: taken for the mean of the others",)
    assert BandPower(NAMES).says(signal) == ()
    assert np.isfinite(Waveform(NAMES)(three)).all()


def test_most_channels_missing_is_refused_with_what_there_is():
    two = Signal(noise()[:, :1].astype(np.float32), RATE, channels=("TP9",))

    with pytest.raises(MediaError, match=r"lacks AF7, AF8, TP10; it has TP9\. This recognizer takes TP9, AF7, AF8, TP10, half of them"):
        BandPower(NAMES)(two)
    with pytest.raises(MediaError, match=r"it has 8 without names"):
        picked(Signal(np.zeros((9, 8), dtype=np.float32), RATE), NAMES)


@pytest.mark.parametrize("spoilt", ["flat", "wild"])
def test_a_channel_that_is_flat_or_wild_says_nothing(spoilt):
    values = noise()
    values[RATE : 2 * RATE, 2] = 5.0 if spoilt == "flat" else 900 * np.random.default_rng(1).normal(size=RATE)

    rows = BandPower()(eeg(values)).reshape(4, 4, 5)

    np.testing.assert_allclose(rows[1, 2], rows[1, [0, 1, 3]].mean(axis=0), atol=1e-4)
    np.testing.assert_array_equal(rows[0], BandPower()(eeg(noise())).reshape(4, 4, 5)[0])


def test_a_moment_without_anything_is_the_mean_of_the_others():
    values = noise()
    values[RATE : 2 * RATE] = 0.0

    rows = BandPower()(eeg(values))

    np.testing.assert_allclose(rows[1], rows[[0, 2, 3]].mean(axis=0), atol=1e-4)


def test_recordings_that_are_too_slow_for_a_band_are_refused():
    with pytest.raises(MediaError, match=r"EEG of 64 samples a second was given; this feature takes 100 or more"):
        DifferentialEntropy()(Signal(noise().astype(np.float32), 64))
    with pytest.raises(ValueError, match="not as 'loudness'"):
        BandPower(way="loudness")(eeg(noise()))


def test_a_wave_within_the_band_comes_through_and_others_do_not():
    time = np.arange(8 * RATE) / RATE
    wave = np.sin(2 * np.pi * 10 * time)
    drift, hum = 60 * np.sin(2 * np.pi * 0.2 * time), 40 * np.sin(2 * np.pi * 60 * time)
    feature = Waveform(rate=128)

    samples = feature(eeg(np.repeat((20 * wave + drift + hum)[:, None], 4, axis=1)))

    assert samples.shape == (8 * 128, 4)
    expected = np.sin(2 * np.pi * 10 * np.arange(8 * 128) / 128) * np.sqrt(2)
    np.testing.assert_allclose(samples[256:-256, 0], expected[256:-256], atol=0.1)


@pytest.mark.parametrize("rate", [128, 200, 250, 500, 512, 1000])
def test_any_rate_gives_the_same_powers_and_the_same_number_of_samples(rate):
    time = np.arange(4 * rate) / rate
    signal = Signal(np.repeat(20 * np.sin(2 * np.pi * 10 * time)[:, None], 2, axis=1).astype(np.float32), rate)

    np.testing.assert_allclose(BandPower()(signal).reshape(4, 2, 5)[..., 2], 10 * np.log10(200), atol=0.1)
    assert Waveform(rate=128)(signal).shape == (512, 2)
