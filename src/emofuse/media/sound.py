"""Sound as one 16 kHz mono signal, whatever the file holds: any rate, any channels, holes in its time.

Nothing here opens a video's picture; `emofuse.media.stream` feeds what it decodes into `Waveform`.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality

if TYPE_CHECKING:
    from av import AudioFrame
    from soxr import ResampleStream

RATE = 16_000  # samples a second; what speech corpora and pretrained speech encoders use
SILENCE = -60.0  # dBFS; the loudest half second of the faintest of 300 RAVDESS clips is at -57, a switched-off microphone at -80 or below
_LOOSE = 0.04  # seconds that a packet's time may be off before it counts as a hole: players hold sound and picture this close together
_RATES = (1_000, 768_000)  # samples a second; a damaged header claims anything, and 1 Hz would make hours out of one packet
_BLOCK = 10 * RATE  # samples of silence at once, so that hours of it take no memory
_FASTEST = frozenset({".wav", ".flac", ".ogg"})  # what soundfile reads without looking for streams first
_WEIGHTS = {"FL": 0.707, "FR": 0.707, "FC": 1.0, "LFE": 0.0}  # ITU-R BS.775: speech is in the centre; the bass channel has none
_PLANES = 8  # channels; where a frame has more, each in its own memory, PyAV 18 reads beyond their list, and the process dies
_BESIDE = 0.5  # weight of every other speaker: they carry the room


def read_sound(path: Path) -> Signal:
    """The whole sound of a file, for clips of seconds.

    Shape:
        values (time,) float32 in -1..1 at 16 kHz; stretches without any sound are absent

    Raises:
        MediaError: It cannot be read, or has no sound.
    """
    quick = _quick(path) if path.suffix.lower() in _FASTEST else None
    if quick is not None:
        return quick
    from emofuse.media.stream import stream  # here because stream.py is made from this module

    parts = [chunk.signals[Modality.AUDIO] for chunk in stream(path, frozenset({Modality.AUDIO}), 60_000) if chunk.signals]
    if not parts:
        raise MediaError(f"{path} has no sound. Expected a voice in it; choose a file with sound.")
    masks = [part.present if part.present is not None else np.ones(len(part.values), dtype=bool) for part in parts]
    present = np.concatenate(masks)
    return Signal(np.concatenate([part.values for part in parts]), RATE, present=None if present.all() else present)


def loudness(values: np.ndarray) -> float:
    """Root mean square in dB below the loudest possible (a square wave from -1 to 1); -120 for digital silence.

    Example:
        >>> round(loudness(np.sin(np.arange(16_000) * 0.1)), 1)
        -3.0
    """
    power = float(np.mean(np.square(values, dtype=np.float64))) if len(values) else 0.0
    return 10 * float(np.log10(max(power, 1e-12)))


def silent(values: np.ndarray) -> bool:
    """Whether there is nothing to hear: quieter than -60 dBFS on average.

    Example:
        >>> silent(np.zeros(1_600, dtype=np.float32))
        True
    """
    return loudness(values) < SILENCE


def resampled(values: np.ndarray, rate: float) -> np.ndarray:
    """Sound of any rate as 16 kHz. Shape: (time,) float32 -> (time',) float32."""
    import soxr

    result: np.ndarray = values if rate == RATE else soxr.resample(values, rate, RATE)
    return result


class Waveform:
    """Decoded frames in, consecutive blocks of 16 kHz mono out, time kept.

    Blocks follow each other without a hole from 0 on; where the file has no sound they are zeros marked as absent.

    Args:
        furthest: Seconds beyond which, after a leap, a frame's time is not believed; it then continues where the last one ended.
        leap: Seconds; a step that is longer than this must end before `furthest`.
    """

    def __init__(self, furthest: float, leap: float) -> None:
        self.furthest, self.leap = furthest, leap
        self.damaged = 0  # frames that were left out
        self._made = 0  # samples given out
        self._clock = 0.0  # seconds at which the next frame is due
        self._kind: tuple[int, int] | None = None  # rate and channels that `_resampler` was made for
        self._resampler: ResampleStream | None = None

    @property
    def end(self) -> int:
        """Where the sound given out ends, in ms."""
        return round(self._made * 1_000 / RATE)

    def push(self, frame: "AudioFrame", start: float | None) -> Iterator[tuple[np.ndarray, bool]]:
        """What one frame adds.

        Args:
            frame: As decoded.
            start: Its time in seconds; None where the file does not say.

        Yields:
            (time,) float32, and whether there is sound in it.
        """
        import av

        rate, channels = frame.sample_rate, len(frame.layout.channels)
        if not _RATES[0] <= rate <= _RATES[1] or channels < 1:
            self.damaged += 1
            return
        try:
            values = mixed(frame)
        except (av.error.FFmpegError, ValueError):  # ValueError: a format of numbers that numpy does not have
            self.damaged += 1
            return
        if start is not None and (start - self._clock < self.leap or start < self.furthest):
            late = start - self._clock
            if late > _LOOSE:
                yield from self._rest()
                while (missing := round(start * RATE) - self._made) > 0:
                    yield self._given(np.zeros(min(missing, _BLOCK), dtype=np.float32), present=False)
                self._clock = start
            elif late < -_LOOSE or start < 0:
                values = values[round(-late * rate) :]
        if self._kind != (rate, channels):
            yield from self._rest()
            self._kind, self._resampler = (rate, channels), _resampler(rate)
        self._clock += len(values) / rate
        yield self._given(values if self._resampler is None else self._resampler.resample_chunk(values), present=True)

    def close(self) -> Iterator[tuple[np.ndarray, bool]]:
        """What is left in the resampler at the end."""
        yield from self._rest()

    def _rest(self) -> Iterator[tuple[np.ndarray, bool]]:
        if self._resampler is not None:
            yield self._given(self._resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True), present=True)
        self._kind = self._resampler = None

    def _given(self, values: np.ndarray, *, present: bool) -> tuple[np.ndarray, bool]:
        self._made += len(values)
        return values, present


def mixed(frame: "AudioFrame") -> np.ndarray:
    """A frame of any layout and number format as mono.

    Shape:
        (time,) float32 in -1..1

    Raises:
        av.error.FFmpegError: It has more than eight channels, and they cannot be laid side by side.
        ValueError: numpy has no such numbers.
    """
    channels = [channel.name for channel in frame.layout.channels]
    if frame.format.is_planar and len(channels) > _PLANES:
        from av import AudioResampler

        (frame,) = AudioResampler(format=frame.format.packed.name).resample(frame)
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, len(channels)).T
    if values.dtype.kind == "f":
        values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)  # damaged files hold such numbers
    elif values.dtype == np.uint8:
        values = (values.astype(np.float32) - 128) / 128
    else:
        values = values.astype(np.float32) / 2.0 ** (8 * values.dtype.itemsize - 1)
    return _mono(values, channels)


def _mono(values: np.ndarray, channels: Iterable[str]) -> np.ndarray:
    """Shape: (channels, time) -> (time,)."""
    weights = np.array([_WEIGHTS.get(name, _BESIDE) for name in channels], dtype=np.float32)
    if len(weights) < 3 or not weights.sum():
        weights = np.ones_like(weights)  # one channel, or two of whatever name: their mean
    mean: np.ndarray = (weights / weights.sum()) @ values
    mean.clip(-1.0, 1.0, out=mean)
    return mean


def _resampler(rate: int) -> "ResampleStream | None":
    import soxr

    return None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")


def _quick(path: Path) -> Signal | None:
    """One or two channels through libsndfile; None where it cannot, and the slower way has to say why."""
    import soundfile

    try:
        values, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError):
        return None
    if values.shape[1] > 2 or not len(values) or not np.isfinite(values).all():
        return None
    return Signal(resampled(values.mean(axis=1), rate), RATE)
