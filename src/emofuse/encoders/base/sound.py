"""Models of speech: wav2vec 2.0, HuBERT, WavLM, which hear a waveform; Whisper, which hears log-mels; and classifiers of sound.

Baevski, Zhou, Mohamed, Auli 2020; Hsu et al. 2021; Chen et al. 2022; Radford et al. 2022.
B: batch, T: time steps, P: samples of a piece, M: mel bands, D: width, K: labels of a classifier.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from emofuse.media.hub import loaded

PIECE = 320  # samples: 20 ms at 16 kHz, which all of them step by
AS_QUIET = 2.0  # below the loudest that is heard, Whisper takes everything for as quiet: 8 decades, of which four make one


@dataclass(frozen=True, slots=True)
class Heard:
    """Vectors every 20 ms, from a waveform in pieces.

    Args:
        width: Of the vectors.
        least: Samples without which nothing comes out; shorter sound is filled up with zeros.
        answers: Whether the model's own answer is wanted: logarithms of the probabilities of its labels, one for all of the time.
    """

    width: int
    least: int
    answers: bool = False
    filler: float | None = None

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""
        return (PIECE,)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.width

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # one of transformers' models
        """Shape: (B, T, P) -> (B, T', D), or (B, 1, K) answers."""
        sound = x.flatten(1)  # (B, samples)
        said = model(F.pad(sound, (0, max(self.least - sound.shape[1], 0))))
        if self.answers:
            answered: torch.Tensor = said.logits.log_softmax(dim=1)[:, None]
            return answered
        vectors: torch.Tensor = said.last_hidden_state
        return vectors


@dataclass(frozen=True, slots=True)
class HeardMels:
    """Vectors every 20 ms from Whisper's encoder, which hears stretches of one length: shorter ones are filled up with silence.

    Args:
        width: Of the vectors.
        bands: Mel bands.
        length: Frames of 10 ms that it hears at once: 3,000 in all published sizes.
    """

    width: int
    bands: int
    length: int
    filler: float | None = None

    @property
    def takes(self) -> tuple[int, ...]:
        """Shape of one time step."""
        return (self.bands,)

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self.width

    def __call__(self, model: Any, x: torch.Tensor) -> torch.Tensor:  # Whisper's encoder
        """Shape: (B, T, M) -> (B, ceil(T / 2), D)."""
        missing = -x.shape[1] % self.length
        silence = (x.amax(dim=(1, 2), keepdim=True) - AS_QUIET).expand(-1, missing, self.bands)
        stretches = torch.cat([x, silence], dim=1).unflatten(1, (-1, self.length)).flatten(0, 1)  # (B stretches, length, M)
        heard: torch.Tensor = model(stretches.transpose(1, 2)).last_hidden_state  # (B stretches, length / 2, D)
        vectors: torch.Tensor = heard.unflatten(0, (len(x), -1)).flatten(1, 2)
        return vectors[:, : -(-x.shape[1] // 2)]


def sound(name: str, length: int, pool: str) -> tuple[Any, Heard]:
    """A model of waveforms, and how it is asked; its features are `emofuse.features.waveform.Waveform`."""
    model = _settled(loaded("AutoModel", name, dtype="float32"))
    return model, Heard(model.config.hidden_size, _least(model.config))


def answers(name: str, length: int, pool: str) -> tuple[Any, Heard]:
    """A classifier of waveforms, and how it is asked for what it answers itself: (B, 1, K), its labels in its own order."""
    model = _settled(loaded("AutoModelForAudioClassification", name, dtype="float32"))
    return model, Heard(model.config.num_labels, _least(model.config), answers=True)


def mels(name: str, length: int, pool: str) -> tuple[Any, HeardMels]:
    """Whisper's encoder, and how it is asked; its features are `emofuse.features.audio.WhisperMel`."""
    model = loaded("AutoModel", name, dtype="float32").get_encoder()
    model.layerdrop = 0.0
    return model, HeardMels(model.config.d_model, model.config.num_mel_bins, 2 * model.config.max_source_positions)


def _settled(model: Any) -> Any:
    """Without what its own training hid from it at random: short sound would have nothing left."""
    model.config.apply_spec_augment, model.config.layerdrop = False, 0.0
    return model


def _least(config: Any) -> int:
    """Samples that make one vector."""
    least = 1
    for kernel, stride in reversed(list(zip(config.conv_kernel, config.conv_stride, strict=True))):
        least = (least - 1) * stride + kernel
    return int(least)
