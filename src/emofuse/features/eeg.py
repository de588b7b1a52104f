"""What networks over EEG are fed: how strong each rhythm is at each electrode, or the samples themselves.

Channels are picked by their names. One that is missing, flat or too wild says nothing: it is taken for the mean of the others.
Of what is left of a moment without any, the moments around it speak. T: samples, S: moments, C: channels, F: bands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality

BANDS = (("delta", 1.0, 4.0), ("theta", 4.0, 8.0), ("alpha", 8.0, 14.0), ("beta", 14.0, 31.0), ("gamma", 31.0, 50.0))
"""Name, from and to (Hz), as Zheng, Lu 2015 have them for SEED."""

FAINTEST = 1e-3  # squared microvolts of a band, far under what an amplifier hisses: what is flat has a logarithm, too
FLATTEST = 0.1  # microvolts of spread in a moment, below which a channel is not connected
ENOUGH = 0.5  # share of the wanted channels that must be there, and of a moment's samples


def picked(signal: Signal, channels: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Columns by their names, NaN where a name is not there, and the names of these.

    Shape:
        (T, channels of the signal) -> (T, C) float64

    Args:
        signal: EEG in microvolts.
        channels: Wanted; none for all there are.

    Raises:
        MediaError: It is no EEG, its channels have no names where names are wanted, or fewer than half of them are there.
    """
    values = signal.values
    if values.ndim != 2 or not values.size:
        raise MediaError(f"A signal of shape {values.shape} was given; this feature takes EEG, (time, channel). Give it such a recording.")
    if not channels:
        return values.astype(np.float64), ()
    if signal.channels is None and values.shape[1] == len(channels):
        return values.astype(np.float64), ()  # a corpus whose channels are those, in that order
    has = {name: i for i, name in enumerate(signal.channels or ())}
    missing = tuple(name for name in channels if name not in has)
    if len(missing) > (1 - ENOUGH) * len(channels):
        names = signal.channels or ()
        more = f" and {len(names) - 16} more" if len(names) > 16 else ""
        held = ", ".join(names[:16]) + more if names else f"{values.shape[1]} without names"
        raise MediaError(
            f"The EEG lacks {', '.join(missing[:16])}; it has {held}. This recognizer takes {', '.join(channels[:16])}, half of them at "
            f"least: name the channels (--eeg-channels), or record them."
        )
    columns = [values[:, has[name]] if name in has else np.full(len(values), np.nan) for name in channels]
    return np.stack(columns, axis=1).astype(np.float64), missing


@dataclass(frozen=True, slots=True)
class BandPower:
    """How strong each rhythm is at each channel, moment by moment, as a logarithm.

    Shape:
        (T, channels) microvolts -> (S, C * F) float32, all bands of the first channel first

    Args:
        channels: By 10-20 names, in this order; none for all there are.
        bands: Name, from and to (Hz) of each.
        seconds: Length of a moment.
        way: "entropy", "power" (decibels), or "share" (logarithm of the share of all bands' power).
        wildest: Microvolts of spread in a moment, above which a channel is a loose electrode and says nothing.

    Raises:
        MediaError: It is no EEG, lacks most channels, or is too slow for a band.
        ValueError: Another way.

    Source:
        Entropy: Duan, Zhu, Lu 2013, "Differential entropy feature for EEG-based emotion classification", equation 4.
    """

    channels: tuple[str, ...] = ()
    bands: tuple[tuple[str, float, float], ...] = BANDS
    seconds: float = 1.0
    way: str = "power"
    wildest: float = 250.0
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, channels) -> (S, C * F)."""
        power = powers(picked(signal, self.channels)[0], signal.rate, self.bands, self.seconds, self.wildest)  # (S, C, F)
        if self.way == "entropy":
            rows = 0.5 * np.log(2 * np.pi * np.e * power)
        elif self.way == "power":
            rows = 10 * np.log10(power)
        elif self.way == "share":
            rows = np.log(power / power.sum(axis=2, keepdims=True))
        else:
            raise ValueError(f"Band power is told as entropy, power or share, not as '{self.way}'. Choose one of these.")
        return rows.reshape(len(rows), -1).astype(np.float32)

    def says(self, signal: Signal) -> tuple[str, ...]:
        """What a reader must be told: channels that are missing.

        Raises:
            MediaError: As in a call.
        """
        _check_rate(signal.rate, self.bands)
        return _told(picked(signal, self.channels)[1])


@dataclass(frozen=True, slots=True)
class DifferentialEntropy:
    """Entropy of each band at each channel, second by second, as if it were Gaussian: half the logarithm of 2 pi e times its power.

    Shape:
        (T, channels) microvolts -> (S, C * F) float32, all bands of the first channel first

    Args:
        channels: By 10-20 names, in this order; none for all there are.
        seconds: Length of a moment.

    Raises:
        MediaError: It is no EEG, lacks most channels, or is too slow for a band.

    Source:
        Duan, Zhu, Lu 2013, equation 4; bands as Zheng, Lu 2015.
    """

    channels: tuple[str, ...] = ()
    seconds: float = 1.0
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, channels) -> (S, C * F)."""
        return BandPower(self.channels, seconds=self.seconds, way="entropy")(signal)

    def says(self, signal: Signal) -> tuple[str, ...]:
        """What a reader must be told: channels that are missing."""
        return BandPower(self.channels).says(signal)


@dataclass(frozen=True, slots=True)
class Waveform:
    """The samples themselves, band-passed, at one rate, in spreads of the whole stretch; what is beyond is cut off.

    Shape:
        (T, channels) microvolts -> (T', C) float32

    Args:
        channels: By 10-20 names, in this order; none for all there are.
        rate: Samples a second that come out.
        low: Hz; slower waves are taken away.
        high: Hz; faster ones, too.
        utmost: Spreads, beyond which a sample is no further.

    Raises:
        MediaError: It is no EEG, or lacks most channels.
    """

    channels: tuple[str, ...] = ()
    rate: float = 128.0
    low: float = 1.0
    high: float = 45.0
    utmost: float = 6.0
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (T, channels) -> (T', C)."""
        values = _whole(picked(signal, self.channels)[0])
        count = max(round(len(values) * self.rate / signal.rate), 1)
        samples = _banded(values, signal.rate, self.low, self.high, count)
        spread = np.sqrt(np.median(samples.var(axis=0))) if samples.size else 0.0
        scaled = samples / max(spread, FLATTEST)
        kept: np.ndarray = np.clip(scaled, -self.utmost, self.utmost)
        return kept.astype(np.float32)

    def says(self, signal: Signal) -> tuple[str, ...]:
        """What a reader must be told: channels that are missing."""
        return _told(picked(signal, self.channels)[1])


@dataclass(frozen=True, slots=True)
class Decibels:
    """Band powers that somebody else has measured, as logarithms.

    Shape:
        (time, D) -> (time, D) float32

    Args:
        faintest: In the unit of the powers; what is below counts as this.

    Raises:
        MediaError: It is no table of powers.
    """

    faintest: float = 1e-4
    modality: Modality = Modality.EEG

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time, D) -> (time, D)."""
        if signal.values.ndim != 2 or not signal.values.size:
            raise MediaError(
                f"A signal of shape {signal.values.shape} was given; this feature takes powers, (time, D). Give it such a table."
            )
        return (10 * np.log10(np.maximum(signal.values.astype(np.float64), self.faintest))).astype(np.float32)


def powers(
    values: np.ndarray, rate: float, bands: Sequence[tuple[str, float, float]] = BANDS, seconds: float = 1.0, wildest: float = 250.0
) -> np.ndarray:
    """Power of each band at each channel in squared microvolts, moment by moment; a last one that is not whole is left out.

    Shape:
        (T, C) microvolts, NaN where a channel is missing -> (S, C, F), S at least 1, all above 0

    Raises:
        MediaError: A band reaches beyond half the rate.

    Example:
        >>> ten = 20 * np.sin(2 * np.pi * 10 * np.arange(512)[:, None] / 256)
        >>> powers(ten, 256)[:, 0].round(1).tolist()
        [[0.0, 0.0, 200.0, 0.0, 0.0], [0.0, 0.0, 200.0, 0.0, 0.0]]
    """
    _check_rate(rate, bands)
    size = max(round(seconds * rate), 1)
    count = max(len(values) // size, 1)
    whole = np.zeros((count * size, values.shape[1]))
    whole[: len(values)] = values[: count * size]
    moments = whole.reshape(count, size, -1)  # (S, size, C)
    here = moments - moments.mean(axis=1, keepdims=True)
    window = np.hanning(size + 1)[:size]
    spectrum = np.abs(np.fft.rfft(np.nan_to_num(here) * window[:, None], axis=1)) ** 2 / (window**2).sum() / size
    spectrum[:, 1 : (size + 1) // 2] *= 2  # what is above half the rate is mirrored
    hertz = np.fft.rfftfreq(size, 1 / rate)
    power = np.stack([spectrum[:, (low <= hertz) & (hertz < high)].sum(axis=1) for _, low, high in bands], axis=2)  # (S, C, F)
    held = (moments != 0).any(axis=2).mean(axis=1) >= ENOUGH  # (S,): whatever is absent was made zero
    wide = np.sqrt((np.nan_to_num(here) ** 2).mean(axis=1))  # (S, C)
    good = held[:, None] & (wide > FLATTEST) & (wide < wildest)
    completed: np.ndarray = np.exp(_completed(np.log(np.maximum(power, FAINTEST)), good))
    return completed


def _check_rate(rate: float, bands: Sequence[tuple[str, float, float]]) -> None:
    fastest = max(high for _, _, high in bands)
    if fastest > rate / 2:
        raise MediaError(
            f"EEG of {rate:g} samples a second was given; this feature takes {2 * fastest:g} or more, as it looks up to {fastest:g} Hz. "
            f"Record it faster, or tell its true rate."
        )


def _completed(rows: np.ndarray, good: np.ndarray) -> np.ndarray:
    """What is not good taken for the mean of the channels that are, and a moment without any for the mean of the others.

    Shape:
        (S, C, F), (S, C) bool -> (S, C, F)
    """
    weight = good[..., None].astype(np.float64)
    if not good.any():
        return rows
    others = (rows * weight).sum(axis=1, keepdims=True) / np.maximum(weight.sum(axis=1, keepdims=True), 1)  # (S, 1, F)
    filled = np.where(good[..., None], rows, others)
    known = good.any(axis=1)
    filled[~known] = filled[known].mean(axis=0)
    return filled


def _whole(values: np.ndarray) -> np.ndarray:
    """Missing channels taken for the mean of the others. Shape: (T, C) -> (T, C)."""
    missing = np.isnan(values).all(axis=0)
    if not missing.any():
        return values
    filled: np.ndarray = np.where(missing, values[:, ~missing].mean(axis=1, keepdims=True), values)
    return filled


def _banded(values: np.ndarray, rate: float, low: float, high: float, count: int) -> np.ndarray:
    """Band-passed and brought to `count` samples, both in the spectrum of the mirrored signal. Shape: (T, C) -> (count, C)."""
    mirrored = np.concatenate([values, values[::-1]])
    spectrum = np.fft.rfft(mirrored - mirrored.mean(axis=0), axis=0)
    hertz = np.fft.rfftfreq(len(mirrored), 1 / rate)
    edge = np.clip((hertz - low / 2) / (low / 2), 0, 1) * np.clip((1.1 * high - hertz) / (0.1 * high), 0, 1)  # ramps, not cliffs
    kept = (spectrum * edge[:, None])[: count + 1]
    samples: np.ndarray = np.fft.irfft(kept, 2 * count, axis=0)[:count] * (count / len(values))
    return samples


def _told(missing: Sequence[str]) -> tuple[str, ...]:
    return (f"the EEG has no {', '.join(missing)}: taken for the mean of the others",) if missing else ()
