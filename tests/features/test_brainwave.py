"""What the published generator computes is computed here once more, by scipy as it does."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.features.brainwave import SIGNALS, Brainwave, names, rows


def recorded(seconds: float = 4, rate: int = 256) -> np.ndarray:
    time = np.arange(round(seconds * rate))[:, None] / rate
    waves = np.sin(2 * np.pi * time * np.array([3.0, 10, 17, 25, 50]) + np.arange(5))
    return (25 + 10 * waves + 8 * np.random.default_rng(0).normal(size=waves.shape)).astype(np.float32)


def by_scipy(window: np.ndarray) -> dict[str, np.ndarray]:
    """Families of statistics of a window by their names."""
    from scipy.fftpack import fft
    from scipy.signal import resample
    from scipy.stats import entropy, moment

    x = resample(window.astype(np.float64), 150, axis=0)
    h1, h2 = np.split(x, [75])
    quarters = np.split(x, [37, 75, 112])

    def q(of):
        v = [of(one, axis=0) for one in quarters]
        return np.hstack([*v, v[0] - v[1], v[0] - v[2], v[0] - v[3], v[1] - v[2], v[1] - v[3], v[2] - v[3]])

    found = {}
    for name, of in (("mean", np.mean), ("stddev", np.std), ("max", np.max), ("min", np.min)):
        found |= {name: of(x, axis=0), f"{name}_d": of(h2, axis=0) - of(h1, axis=0)}
    found |= {"mean_q": q(np.mean), "max_q": q(np.max), "min_q": q(np.min)}
    found["moments"] = moment(x, [3, 4, 5, 6], axis=0).flatten()
    sheet = np.hstack([found["mean_q"][:-6], found["max_q"], found["min_q"]]).reshape(12, 12)
    found["covmat"] = np.cov(sheet).flatten()
    found["eigen"] = np.linalg.eigvals(np.cov(sheet)).real
    found["entropy"] = entropy(x)
    found["correlate"] = np.array([np.correlate(a, b) for a, b in zip(h1, h2, strict=True)]).flatten()
    found["fft"] = np.real(fft(x).flatten())
    return found


ORDER = (
    "mean",
    "mean_d",
    "mean_q",
    "stddev",
    "stddev_d",
    "moments",
    "max",
    "max_d",
    "max_q",
    "min",
    "min_d",
    "min_q",
    "covmat",
    "eigen",
    "logm",
)
SIZES = (5, 5, 50, 5, 5, 20, 5, 5, 50, 5, 5, 50, 144, 12, 78, 5, 75, 750)


def test_a_recording_of_a_headband_gives_rows_of_the_published_width():
    table = rows(Signal(recorded(), 256))

    assert table.shape == (6, 2548)  # 4 s: windows at 0, 0.5 ... 3 s, two to a row
    assert len(names()) == 2548
    np.testing.assert_array_equal(table[1:, :1274], table[:-1, 1274:])


@pytest.mark.slow
@pytest.mark.parametrize("family", [*ORDER[:-1], "entropy", "correlate", "fft"])
def test_every_family_agrees_with_scipy(family):
    pytest.importorskip("scipy")
    values = recorded(1.5)
    starts = dict(zip([*ORDER, "entropy", "correlate", "fft"], np.cumsum([0, *SIZES[:-1]]), strict=True))
    sizes = dict(zip(starts, SIZES, strict=True))

    (row,) = rows(Signal(values, 256))

    for half, window in enumerate((values[:256], values[128:384])):
        first = half * 1274 + starts[family]
        expected = by_scipy(window)[family]
        expected = np.where(np.isfinite(expected), expected, 0)  # entropy of samples that differ in sign
        np.testing.assert_allclose(row[first : first + sizes[family]], expected, rtol=2e-4, atol=1e-4 * np.abs(expected).max())


@pytest.mark.slow
def test_the_logarithm_is_one():
    linalg = pytest.importorskip("scipy.linalg")
    from emofuse.features.brainwave import _logarithm

    full = np.cov(np.random.default_rng(0).normal(size=(4, 50)))

    np.testing.assert_allclose(_logarithm(full), np.hstack([np.diagonal(linalg.logm(full), i) for i in range(4)]), atol=1e-8)


def test_samples_of_both_signs_have_no_entropy():
    (row,) = rows(Signal(recorded(1.5) - 25, 256))

    assert not row[444:449].any()
    assert np.isfinite(row).all()


def test_names_are_those_of_the_published_table():
    file = Path(__file__).parents[1] / "corpora" / "test_eeg_brainwave.py"
    spec = importlib.util.spec_from_file_location("table_of_brainwave", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    assert list(names()) == [*module.header("a", 1274), *module.header("b", 1274)]


def test_a_stretch_of_a_second_and_a_half_is_a_row_and_a_longer_one_the_mean_of_its_rows():
    signal = Signal(recorded(), 256, channels=SIGNALS)

    np.testing.assert_allclose(Brainwave()(signal), rows(signal).mean(axis=0, keepdims=True), rtol=1e-4, atol=1e-3)
    assert Brainwave()(Signal(recorded(1.5), 256)).shape == (1, 2548)


def test_a_signal_that_lacks_one_of_the_five_is_refused():
    four = Signal(recorded()[:, :4], 256, channels=SIGNALS[:4])

    with pytest.raises(MediaError, match=r"lacks Right AUX; it has TP9, AF7, AF8, TP10\. Published statistics take"):
        Brainwave(SIGNALS)(four)


@pytest.mark.corpus
def test_a_real_recording_gives_the_table_its_windows(shared):
    from emofuse.media.eeg import read_eeg

    signal = read_eeg(shared / "muse" / "original_data" / "subjecta-relaxed-1.csv", channels=SIGNALS)

    assert rows(signal, SIGNALS).shape == (116, 2548)
