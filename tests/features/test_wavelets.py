"""Octaves by wavelets, against what is known of Daubechies' filters and against what can be worked out by hand."""

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.features.wavelets import SCALING, Wavelets, halved

RATE = 200.0


def tone(hertz: float, seconds: float = 20.0) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)[:, None]


def test_the_filter_is_orthogonal_to_itself_moved_by_two_and_has_six_vanishing_moments():
    wavelet = SCALING[::-1] * (-1.0) ** np.arange(12)

    for shift in range(0, 12, 2):
        assert SCALING[shift:] @ SCALING[: 12 - shift] == pytest.approx(float(shift == 0), abs=1e-11)
    assert SCALING.sum() == pytest.approx(np.sqrt(2))
    for moment in range(6):
        assert (np.arange(12.0) ** moment) @ wavelet == pytest.approx(0, abs=1e-5)


def test_an_octave_has_as_many_coefficients_as_published_and_keeps_the_energy():
    values = np.random.default_rng(0).normal(size=(1_000, 2))

    slow, fast = halved(values)

    assert slow.shape == fast.shape == (505, 2)  # (1000 + 12 - 1) // 2
    assert (slow**2).sum() + (fast**2).sum() == pytest.approx((values**2).sum(), rel=0.03)  # more by what is mirrored at both ends


def test_a_straight_line_has_no_fast_part_but_at_its_mirrored_ends():
    _, fast = halved(np.arange(100.0)[:, None])

    np.testing.assert_allclose(fast[6:-6], 0, atol=1e-8)


@pytest.mark.parametrize(("hertz", "octave"), [(75, 4), (37, 3), (18, 2), (9, 1), (4.5, 0)])
def test_a_tone_is_in_its_octave_and_channel(hertz, octave):
    values = np.random.default_rng(0).normal(size=(4_000, 3)) / 100
    values[:, 1] += 30 * tone(hertz)[:, 0]

    energies = Wavelets(each=True)(Signal(values.astype(np.float32), RATE))[0, 15:].reshape(3, 5)

    assert np.unravel_index(energies.argmax(), energies.shape) == (1, octave)


def test_sums_tell_how_long_a_trial_was_and_means_do_not():
    random = np.random.default_rng(0)
    short, long = (Signal(random.normal(size=(n, 1)).astype(np.float32) * 10, RATE) for n in (4_000, 8_000))

    sums = [Wavelets()(signal)[0, 5:] for signal in (short, long)]
    means = [Wavelets(each=True)(signal)[0, 5:] for signal in (short, long)]

    np.testing.assert_allclose(sums[1] / sums[0], 2, rtol=0.1)
    np.testing.assert_allclose(means[1] / means[0], 1, rtol=0.1)


def test_zeros_behind_the_end_are_no_signal():
    values = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)

    longer = np.concatenate([values, np.zeros((300, 2), dtype=np.float32)])

    np.testing.assert_array_equal(Wavelets()(Signal(longer, RATE)), Wavelets()(Signal(values, RATE)))
    assert np.isfinite(Wavelets()(Signal(np.zeros((9, 2), dtype=np.float32), RATE))).all()
