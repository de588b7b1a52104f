"""What pretrained models of speech are fed: the waveform itself; Whisper's log-mels are `emofuse.features.audio.WhisperMel`."""

from dataclasses import dataclass

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.media.hub import settings
from emofuse.media.sound import RATE

PREPARED = "preprocessor_config.json"


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
        if signal.rate != RATE or signal.values.ndim != 1:
            raise ValueError(f"Sound of {signal.values.ndim} axes at {signal.rate} Hz was given; this feature takes mono at {RATE} Hz.")
        sound = signal.values.astype(np.float32)
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
