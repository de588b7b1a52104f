import numpy as np
import pytest

from emofuse.core.clip import Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.features.preparation import Preparation, prepared

pytest.importorskip("mne")
pytestmark = pytest.mark.slow  # mne takes seconds to import

RATE = 256
NAMES = ("Fp1", "Fp2", "F3", "F4", "C3", "C4", "O1", "O2")


def rhythm(hertz: float, seconds: int = 20) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(seconds * RATE) / RATE)[:, None]


def eeg(seconds: int = 20) -> np.ndarray:
    """Neighbours that resemble each other. Shape: (time, 8)."""
    generator = np.random.default_rng(0)
    common = np.cumsum(generator.normal(size=(seconds * RATE, 1)), axis=0)
    return 15 * rhythm(10, seconds) + 0.2 * common + 3 * generator.normal(size=(seconds * RATE, 8))


def signal(values: np.ndarray, present: np.ndarray | None = None) -> Signal:
    return Signal(values.astype(np.float32), RATE, present=present, channels=NAMES[: values.shape[1]])


def power(values: np.ndarray, hertz: float, rate: float = RATE) -> float:
    spectrum = np.abs(np.fft.rfft(values[:, 0] * np.hanning(len(values)))) ** 2
    return float(spectrum[np.argmin(np.abs(np.fft.rfftfreq(len(values), 1 / rate) - hertz))])


def test_the_band_stays_and_drift_and_mains_go():
    mixed = np.repeat(20 * rhythm(10) + 300 * rhythm(0.1) + 50 * rhythm(50), 8, axis=1)

    ready = Preparation(reference=None, repair=False, high=70)(signal(mixed)).values

    assert power(ready, 10) == pytest.approx(power(mixed, 10), rel=0.05)
    assert power(ready, 50) < 0.01 * power(mixed, 50)
    assert power(ready, 0.1) < 1e-3 * power(mixed, 0.1)


def test_another_rate_and_the_average_as_reference():
    ready = Preparation(rate=128)(signal(eeg()))

    assert (ready.rate, ready.values.shape, ready.channels) == (128, (20 * 128, 8), NAMES)
    np.testing.assert_allclose(ready.values.mean(axis=1), 0, atol=1e-3)


def test_a_named_reference_becomes_zero_and_one_that_is_not_there_is_refused():
    assert np.abs(Preparation(reference="C3", repair=False)(signal(eeg())).values[:, 4]).max() < 1e-3
    with pytest.raises(MediaError, match=r"no channel Cz to refer to\. It has Fp1, .*name one, or 'average'"):
        Preparation(reference="Cz")(signal(eeg()))


@pytest.mark.parametrize("spoilt", ["flat", "wild"])
def test_a_bad_channel_is_found_said_and_made_from_its_neighbours(spoilt):
    good = eeg()
    values = good.copy()
    values[:, 4] = 0 if spoilt == "flat" else 500 * np.random.default_rng(1).normal(size=len(values))

    ready, notes = Preparation(reference=None, artefact=None).told(signal(values))
    reached = Preparation(reference=None, artefact=None, repair=False)(signal(good))

    assert notes == ("channels that were bad: C3",)
    assert np.corrcoef(ready.values[:, 4], reached.values[:, 4])[0, 1] > 0.9


def test_artefacts_are_marked_and_what_was_absent_stays_so():
    values = eeg()
    values[5 * RATE : 6 * RATE] += 800 * rhythm(3)[:RATE]
    present = np.ones(len(values), dtype=bool)
    present[:RATE] = False

    ready, notes = Preparation(reference=None, rate=128).told(signal(values, present))

    assert not ready.present[: int(0.9 * 128)].any()
    assert not ready.present[5 * 128 : 6 * 128].any()
    assert ready.present[8 * 128 :].all()
    assert "of the time" in notes[-1]


def test_stretch_by_stretch_is_nearly_the_same_as_whole(tmp_path):
    values = eeg(24)
    whole = signal(values)

    def read(path):
        return whole

    def stream(path, wanted, length):
        from emofuse.core.clip import Chunk

        for start in range(0, 24_000, length):
            yield Chunk({Modality.EEG: whole.crop(Segment(start, start + length))}, start + length)

    source = prepared(Source(tmp_path, read, stream), Preparation(reference=None, artefact=None))

    together = source.read(tmp_path).values
    parts = [chunk.signals[Modality.EEG] for chunk in source.stream(tmp_path, frozenset({Modality.EEG}), 4_000)]

    assert [part.start for part in parts] == [0, 4_000, 8_000, 12_000, 16_000, 20_000]
    apart = np.concatenate([part.values for part in parts])
    assert apart.shape == together.shape
    inside = slice(4 * RATE, -4 * RATE)
    assert np.abs(apart[inside] - together[inside]).std() < 0.1 * together.std()
