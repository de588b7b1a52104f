"""What pretrained models of speech are fed: the waveform itself, or Whisper's log-mels. Nothing here imports torch at the top."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.features.audio import LogMel
from emofuse.media.hub import settings
from emofuse.media.sound import RATE

PREPARED = "preprocessor_config.json"
FRAME, STEP = 400, 160  # samples of Whisper's frames, and from one to the next (Radford et al. 2022, section 2.2)
QUIETEST = 8.0  # decades of power below the loudest: nothing is quieter, says Whisper's own code


@dataclass(frozen=True, slots=True)
class Waveform:
    """The sound as it is, in pieces; without its mean and divided by its spread where the model wants that.

    Shape:
        (time,) float32 at 16 kHz -> (ceil(time / piece), piece) float32; the last piece is filled up with zeros

    Args:
        model: Whose ``preprocessor_config.json`` says what is wanted (`emofuse.media.hub.located`); none for mean and spread.
        piece: Samples of a time step.

    Raises:
        ValueError: In a call: sound of another rate, or more than one channel.
        RunError: In a call: that file cannot be had, or its model hears another rate.

    Example:
        >>> Waveform()(Signal(np.zeros(1_000, dtype=np.float32), rate=16_000)).shape
        (4, 320)

    Source:
        Baevski, Zhou, Mohamed, Auli 2020, "wav2vec 2.0", section 2 ("the raw waveform input is normalized to zero mean and unit variance").
    """

    model: str = ""
    piece: int = 320
    modality: Modality = Modality.AUDIO

    def __call__(self, signal: Signal) -> np.ndarray:
        """Shape: (time,) -> (ceil(time / piece), piece) float32."""
        sound = _mono(signal)
        said = settings(self.model, PREPARED) if self.model else {}
        if said.get("sampling_rate", RATE) != RATE:
            raise RunError(
                f"'{self.model}' hears sound at {said['sampling_rate']} Hz. Expected one that hears {RATE} Hz, as sound is read here; "
                f"name another model."
            )
        if said.get("do_normalize", True):
            sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)  # the constant as transformers has it
        pieces = np.zeros((-(-len(sound) // self.piece), self.piece), dtype=np.float32)
        pieces.reshape(-1)[: len(sound)] = sound
        return pieces


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
        sound = _mono(signal)
        bands = int(settings(self.model, PREPARED).get("feature_size", 80)) if self.model else 80
        before = 2 * STEP  # samples: the sound mirrored, as far as a frame around the first sample reaches and a whole step more
        mirrored = np.pad(sound, (before, 0), mode="reflect")
        count = -(-len(sound) // STEP)
        decibels = LogMel(RATE, FRAME, STEP, bands, 0.0, RATE / 2)(Signal(mirrored, RATE))
        if len(decibels) < count + 2:
            decibels = np.pad(decibels, ((0, count + 2 - len(decibels)), (0, 0)), mode="edge")
        decades = decibels[2 : 2 + count] / 10
        scaled: np.ndarray = (np.maximum(decades, decades.max() - QUIETEST) + 4) / 4
        return scaled.astype(np.float32)


def _mono(signal: Signal) -> np.ndarray:
    """Shape: (time,) float32.

    Raises:
        ValueError: Sound of another rate, or more than one channel.
    """
    if signal.rate != RATE or signal.values.ndim != 1:
        raise ValueError(f"Sound of {signal.values.ndim} axes at {signal.rate} Hz was given; this feature takes mono at {RATE} Hz.")
    sound: np.ndarray = signal.values.astype(np.float32)
    return sound
