"""How strongly each of the twelve notes of an octave sounds, whatever the octave; the same numbers as librosa's, without librosa."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality

LOWEST = 440.0 / 16  # hertz: the A four octaves under concert pitch, from which octaves are counted
WEIGHTED, SPREAD = 5.0, 2.0  # octaves above it: what lies there counts most, and how far from there it still does
DC = -1.5  # octaves under the first bin: where the bin of 0 Hz is put, which has no note
C_ABOVE_A = 3  # semitones: notes are counted from C


@dataclass(frozen=True, slots=True)
class Chroma:
    """The share of each note, frame by frame: power of a spectrum gathered by note, the strongest being 1.

    Notes are those of an instrument tuned to 440 Hz; nobody asks how the sound is tuned, as speech is not.

    Shape:
        (time,) float32 at `rate` -> (1 + time // hop, notes) float32, 0 to 1, C first

    Args:
        rate: Samples a second that are expected.
        size: Samples of a frame under a periodic Hann window.
        hop: Samples from one frame to the next.
        notes: Of an octave.

    Raises:
        ValueError: A signal of another rate, or one that is not mono.

    Example:
        >>> middle_c = np.sin(2 * np.pi * 261.63 * np.arange(16_000) / 16_000).astype(np.float32)
        >>> int(Chroma()(Signal(middle_c, rate=16_000)).mean(axis=0).argmax())
        0

    Source:
        Ellis 2007, "Chroma feature analysis and synthesis"; as librosa 0.11 has it (``chroma_stft``) where it is told the tuning.
    """

    rate: int = 16_000
    size: int = 2_048
    hop: int = 512
    notes: int = 12
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (1 + time // hop, notes) float32."""
        import torch

        if signal.rate != self.rate or signal.values.ndim != 1:
            raise ValueError(
                f"Sound of {signal.values.ndim} axes at {signal.rate} Hz was given; this feature takes mono at {self.rate} Hz."
            )
        sound = torch.from_numpy(np.ascontiguousarray(signal.values, dtype=np.float32))
        spectrum = torch.stft(
            sound, self.size, self.hop, window=torch.hann_window(self.size), center=True, pad_mode="constant", return_complex=True
        )  # (size / 2 + 1, frames)
        power = (spectrum.real**2 + spectrum.imag**2).numpy()
        gathered = power.T @ _weights(self.rate, self.size, self.notes).T  # (frames, notes)
        strongest = gathered.max(axis=1, keepdims=True)
        shares: np.ndarray = gathered / np.where(strongest > np.finfo(np.float32).tiny, strongest, 1)
        return shares


@lru_cache
def _weights(rate: int, size: int, notes: int) -> np.ndarray:
    """How much each bin of a spectrum counts for each note: a bump around every octave of it. Shape: (notes, size / 2 + 1) float32."""
    bins = notes * np.log2(np.arange(1, size) * rate / size / LOWEST)  # in notes above the lowest
    bins = np.concatenate([[bins[0] + DC * notes], bins])
    widths = np.concatenate([np.maximum(np.diff(bins), 1), [1]])
    half = round(notes / 2)
    apart = np.remainder(bins[None] - np.arange(notes)[:, None] + half + 10 * notes, notes) - half  # notes to the nearest octave
    bumps = np.exp(-0.5 * (2 * apart / widths) ** 2)
    bumps /= np.linalg.norm(bumps, axis=0)
    bumps *= np.exp(-0.5 * ((bins / notes - WEIGHTED) / SPREAD) ** 2)
    from_c = np.roll(bumps, -C_ABOVE_A * (notes // 12), axis=0)
    return np.ascontiguousarray(from_c[:, : size // 2 + 1], dtype=np.float32)
