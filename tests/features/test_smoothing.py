import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.features.eeg import DifferentialEntropy
from emofuse.features.smoothing import WAYS, Smoothed, linear_dynamics, moving_average, within


def drifting(seed: int = 0, count: int = 60, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """A slow state, and what is seen of it. Shape: (S, 2) each."""
    generator = np.random.default_rng(seed)
    state = np.cumsum(generator.normal(size=(count, 2)) * 0.2, axis=0)
    return state, state + noise * generator.normal(size=state.shape)


@pytest.mark.parametrize("way", WAYS)
def test_smoothing_never_looks_beyond_its_trial(way):
    rows = drifting()[1]
    trials = ["a"] * 20 + ["b"] * 25 + ["c"] * 15
    other = rows.copy()
    other[20:45] += 100

    before, after = within(rows, trials, way), within(other, trials, way)

    np.testing.assert_array_equal(before[:20], after[:20])
    np.testing.assert_array_equal(before[45:], after[45:])
    alone = linear_dynamics(rows[:20]) if way == "dynamics" else moving_average(rows[:20], 5)
    np.testing.assert_allclose(before[:20], alone, atol=1e-5)


def test_trials_may_be_told_in_any_order():
    rows = drifting()[1]
    trials = np.array(["a", "b"] * 30)

    mixed = within(rows, list(trials))

    np.testing.assert_allclose(mixed[trials == "a"], linear_dynamics(rows[trials == "a"]), atol=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_a_drifting_state_is_seen_better_through_its_noise(seed):
    state, seen = drifting(seed)

    smooth = linear_dynamics(seen)

    assert ((smooth - state) ** 2).mean() < 0.4 * ((seen - state) ** 2).mean()


def test_what_has_no_noise_is_hardly_changed_and_what_is_steady_not_at_all():
    state = drifting(noise=0.0)[0]
    steady = np.full((10, 1), 3.0)

    assert np.abs(linear_dynamics(state) - state).max() < 0.3
    np.testing.assert_array_equal(linear_dynamics(steady), steady)
    np.testing.assert_array_equal(linear_dynamics(state[:2]), state[:2])


def test_the_smoother_agrees_with_the_one_that_solves_for_all_moments_at_once():
    from emofuse.features.smoothing import _smoothed

    seen = drifting()[1][:, :1]
    drift, noise = np.array([0.3]), np.array([0.8])
    wide = noise + seen.var(axis=0)  # of the state before anything was seen; the first sample is its mean
    precision = np.diag([1 / noise[0]] * len(seen)) + np.diag([1 / wide[0]] + [0.0] * (len(seen) - 1))
    step = np.diff(np.eye(len(seen)), axis=0)
    precision += step.T @ step / drift[0]
    target = seen[:, 0] / noise[0]
    target[0] += seen[0, 0] / wide[0]

    mean, spread, together = _smoothed(seen, drift, noise)

    covariance = np.linalg.inv(precision)
    np.testing.assert_allclose(mean[:, 0], covariance @ target, atol=1e-8)
    np.testing.assert_allclose(spread[:, 0], np.diag(covariance), atol=1e-8)
    np.testing.assert_allclose(together[:, 0], np.diag(covariance, 1), atol=1e-8)


def test_a_smoothed_feature_is_the_feature_smoothed():
    signal = Signal(np.random.default_rng(0).normal(size=(1280, 2)).astype(np.float32) * 10, 128)

    rows = Smoothed(way="mean", width=3)(signal)

    np.testing.assert_allclose(rows, moving_average(DifferentialEntropy()(signal), 3), atol=1e-5)
    with pytest.raises(MediaError, match="smoothed by dynamics or mean, not by 'magic'"):
        Smoothed(way="magic")(signal)
