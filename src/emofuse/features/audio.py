"""What networks over sound are fed, in torch; the same numbers as librosa's, without librosa."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.media.hub import settings
from emofuse.media.sound import RATE

if TYPE_CHECKING:
    import torch

QUIETEST = 1e-10  # power; ten times its logarithm is -100 dB, librosa's floor
REACH = 80.0  # dB under the loudest, which librosa takes for silence in cepstral coefficients
FRAME, STEP = 400, 160  # samples of Whisper's frames, and from one to the next (Radford et al. 2022, section 2.2)
DECADES = 8.0  # of power below the loudest, which Whisper takes for silence
LINEAR_UP_TO, MELS_BELOW = 1_000.0, 15.0  # hertz, and what that is in mels on Slaney's scale


@dataclass(frozen=True, slots=True)
class LogMel:
    """Power in mel bands, in decibels: what an ear hears of a spectrum, frame by frame.

    Frames are centred and the sound is continued with zeros, so that a sound of n samples has 1 + n // hop frames.

    Shape:
        (time,) float32 at `rate` -> (1 + time // hop, bands) float32, decibels of power, from -100 up

    Args:
        rate: Samples a second that are expected.
        size: Samples of a frame under a periodic Hann window.
        hop: Samples from one frame to the next.
        bands: Triangular filters, each of the same area.
        low: Lower end of the first band, in hertz.
        high: Upper end of the last band, in hertz.

    Raises:
        ValueError: A signal of another rate, or one that is not mono.

    Example:
        >>> LogMel()(Signal(np.zeros(16_000, dtype=np.float32), rate=16_000)).shape
        (63, 80)

    Source:
        Slaney 1998, "Auditory Toolbox" (the mel scale and the filters' areas), as librosa 0.11 has them.
    """

    rate: int = 16_000
    size: int = 1_024
    hop: int = 256
    bands: int = 80
    low: float = 50.0
    high: float = 8_000.0
    modality: Modality = Modality.AUDIO

    @property
    def middles(self) -> np.ndarray:
        """Where each band is strongest, in hertz. Shape: (bands,)."""
        return _hertz(np.linspace(_mels(self.low), _mels(self.high), self.bands + 2))[1:-1]

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (1 + time // hop, bands) float32."""
        import torch

        if signal.rate != self.rate or signal.values.ndim != 1:
            raise ValueError(
                f"Sound of {signal.values.ndim} axes at {signal.rate} Hz was given; this feature takes mono at {self.rate} Hz."
            )
        sound = torch.from_numpy(np.ascontiguousarray(signal.values, dtype=np.float32))
        spectrum = torch.stft(
            sound, self.size, self.hop, window=_hann(self.size), center=True, pad_mode="constant", return_complex=True
        )  # (size / 2 + 1, frames)
        power = spectrum.real**2 + spectrum.imag**2
        bands = _filters(self.rate, self.size, self.bands, self.low, self.high) @ power
        decibels: np.ndarray = 10 * bands.clamp(min=QUIETEST).log10().T.contiguous().numpy()
        return decibels


@dataclass(frozen=True, slots=True)
class Mfcc:
    """Mel-frequency cepstral coefficients: the shape of a spectrum in a few numbers, frame by frame.

    The orthonormal cosine transform (DCT-II) of decibels in mel bands, as librosa 0.11 has them: no band of a sound is
    taken for quieter than 80 dB below its loudest.

    Shape:
        (time,) float32 at `rate` -> (1 + time // hop, count) float32

    Args:
        rate: Samples a second that are expected.
        size: Samples of a frame under a periodic Hann window.
        hop: Samples from one frame to the next.
        bands: Mel bands that are transformed.
        count: Coefficients that are kept, from the first.
        low: Lower end of the first band, in hertz.
        high: Upper end of the last band, in hertz.

    Raises:
        ValueError: A signal of another rate, or one that is not mono.

    Example:
        >>> Mfcc()(Signal(np.zeros(16_000, dtype=np.float32), rate=16_000)).shape
        (32, 10)

    Source:
        Davis, Mermelstein 1980; as librosa 0.11 has them.
    """

    rate: int = 16_000
    size: int = 2_048
    hop: int = 512
    bands: int = 128
    count: int = 10
    low: float = 0.0
    high: float = 8_000.0
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (1 + time // hop, count) float32."""
        decibels = LogMel(self.rate, self.size, self.hop, self.bands, self.low, self.high)(signal)
        heard = np.maximum(decibels, decibels.max() - REACH)
        coefficients: np.ndarray = (heard @ _cosines(self.bands, self.count)).astype(np.float32)
        return coefficients


@dataclass(frozen=True, slots=True)
class WhisperMel:
    """Whisper's log-mels: decades of power, no more than eight below the loudest, brought to about -1..1; a frame every 10 ms.

    Shape:
        (time,) float32 at 16 kHz -> (ceil(time / 160), bands) float32

    Args:
        model: Whose ``preprocessor_config.json`` says how many bands there are (`emofuse.media.hub.located`); none for 80.

    Raises:
        ValueError: In a call: sound of another rate, or more than one channel.
        RunError: In a call: that file cannot be had.

    Source:
        Radford et al. 2022, "Robust speech recognition via large-scale weak supervision", section 2.2, and its code.
    """

    model: str = ""
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (ceil(time / 160), bands) float32."""
        if signal.rate != RATE or signal.values.ndim != 1:
            raise ValueError(f"Sound of {signal.values.ndim} axes at {signal.rate} Hz was given; this feature takes mono at {RATE} Hz.")
        sound = signal.values.astype(np.float32)
        bands = int(settings(self.model, "preprocessor_config.json").get("feature_size", 80)) if self.model else 80
        before = 2 * STEP  # samples: the sound mirrored, as far as a frame around the first sample reaches and a whole step more
        mirrored = np.pad(sound, (before, 0), mode="reflect")
        count = -(-len(sound) // STEP)
        decibels = LogMel(RATE, FRAME, STEP, bands, 0.0, RATE / 2)(Signal(mirrored, RATE))
        if len(decibels) < count + 2:
            decibels = np.pad(decibels, ((0, count + 2 - len(decibels)), (0, 0)), mode="edge")
        decades = decibels[2 : 2 + count] / 10
        scaled: np.ndarray = (np.maximum(decades, decades.max() - DECADES) + 4) / 4
        return scaled.astype(np.float32)


@lru_cache
def _cosines(bands: int, count: int) -> np.ndarray:
    """The first columns of the orthonormal DCT-II. Shape: (bands, count) float32."""
    waves = np.cos(np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(count)[None])
    scales = np.where(np.arange(count) == 0, np.sqrt(1 / bands), np.sqrt(2 / bands))
    cosines: np.ndarray = (waves * scales).astype(np.float32)
    return cosines


@lru_cache
def _hann(size: int) -> "torch.Tensor":
    import torch

    return torch.hann_window(size, periodic=True)


@lru_cache
def _filters(rate: int, size: int, bands: int, low: float, high: float) -> "torch.Tensor":
    """Triangles that are even on the mel scale and have the same area in hertz. Shape: (bands, size / 2 + 1)."""
    import torch

    edges = _hertz(np.linspace(_mels(low), _mels(high), bands + 2))
    ramps = edges[:, None] - np.fft.rfftfreq(size, 1 / rate)[None]  # (bands + 2, size / 2 + 1)
    gaps = np.diff(edges)[:, None]
    triangles = np.maximum(0, np.minimum(-ramps[:-2] / gaps[:-1], ramps[2:] / gaps[1:]))
    return torch.from_numpy((triangles * 2 / (edges[2:] - edges[:-2])[:, None]).astype(np.float32))


def _mels(hertz: float) -> float:
    """Slaney's scale: even steps up to 1 kHz, even ratios above, 27 mels from 1 to 6.4 kHz."""
    if hertz < LINEAR_UP_TO:
        return hertz * MELS_BELOW / LINEAR_UP_TO
    return MELS_BELOW + float(np.log(hertz / LINEAR_UP_TO) / (np.log(6.4) / 27))


def _hertz(mels: np.ndarray) -> np.ndarray:
    above: np.ndarray = np.where(
        mels < MELS_BELOW,
        mels * LINEAR_UP_TO / MELS_BELOW,
        LINEAR_UP_TO * np.exp(np.log(6.4) / 27 * (mels - MELS_BELOW)),
    )
    return above
