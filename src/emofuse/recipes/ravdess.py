"""Emotion in the voice, from RAVDESS."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.emodb import EMODB
from emofuse.corpora.ravdess import RAVDESS
from emofuse.encoders.pretrained import Pretrained
from emofuse.encoders.residual_spectrum import ResidualSpectrum
from emofuse.features.audio import LogMel, WhisperMel
from emofuse.features.base import Feature
from emofuse.features.waveform import Waveform
from emofuse.fusions.early import Early
from emofuse.media.sound import resampled
from emofuse.network import Committee, Network
from emofuse.protocols.by_clip import copied, shuffled_folds
from emofuse.protocols.by_subject import RAVDESS_SIX, folds
from emofuse.recipe import Recipe
from emofuse.training.augment import chained, heard_otherwise, masked_spectrum
from emofuse.training.fit import fit

WINDOW, HOP = 3_000, 500  # ms; RAVDESS's sentences take about two seconds of their three or four
ROOM = 4_000  # ms kept of a training clip, so that a window can be cut from it at will
SPEEDS = tuple(Fraction(twentieths, 20) for twentieths in (17, 18, 19, 21, 22, 23, 24))
"""Played so many times as fast: pitch, formants and tempo move together, as if others spoke (Ko et al. 2015)."""
SPOKEN = 35.0  # dB under a clip's loudest 10 ms; what is above is taken for speech
NOBODY = ((),) * len(RAVDESS_SIX)  # valid people of each fold: nothing is chosen, so all who are not judged are learnt from


def voice(*, members: int = 3, epochs: int = 30, learning_rate: float = 3e-3, width: int = 128, protocol: str = "people") -> Recipe:
    """Log-mels, three small residual networks with attention over time; speaker-independent six folds, 8 emotions.

    The best published without pretraining is a UAR of about 0.65; people reach 0.67.
    The number of epochs is fixed and the last one is kept, so that nobody need be held out to choose it;
    the temperature of each fold is fitted on the people of the other five.

    Args:
        members: Networks whose probabilities are averaged.
        epochs: Of each.
        learning_rate: At its highest.
        width: Channels of the last stage.
        protocol: "people", or a leaking one of `PROTOCOLS`, whose figures must never be quoted alone.
            Where there are altered copies, epochs are as many times fewer, so that as many batches are learnt from.

    Raises:
        UnknownName: A protocol that is not among `PROTOCOLS`.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName(f"ravdess:voice knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    feature = LogMel()
    times = 1 + len(COPIES) if protocol == "copies" else 1
    return Recipe(
        name="voice",
        corpus=RAVDESS,
        labels=RAVDESS.labels,
        protocol=PROTOCOLS[protocol],
        features={Modality.AUDIO: feature},
        build=partial(_committee, members, width, len(RAVDESS.labels)),
        fit=partial(
            fit,
            epochs=max(epochs // times, 1),
            learning_rate=learning_rate,
            batch_size=48,
            weight_decay=0.05,
            optimizer="adamw",
            augment=chained(heard_otherwise(frames=1 + WINDOW * feature.rate // 1_000 // feature.hop), masked_spectrum()),
            label_smoothing=0.05,
            balance=2.0,
            clip=5.0,
            averaging=0.98,
            choose=None,
            warm_up=0.15,
            precision="bf16-mixed",
        ),
        window=WINDOW,
        hop=HOP,
        prepare=around_speech,
        variants=tuple(partial(faster, speed=speed) for speed in SPEEDS),
        ships_everything=protocol == "people",
        keep=spoken,
        elsewhere=(EMODB,),
        says="Emotion in the voice from three seconds of speech: acted English sentences in eight emotions. "
        "Whatever is loud enough is taken for a voice: music, noise or a tone gets an answer too, sometimes a sure one.",
    )


def pretrained_voice(
    *,
    model: str = "facebook/wav2vec2-base",
    family: str = "sound",
    layers: int | None = 4,
    rank: int = 0,
    epochs: int = 15,
    learning_rate: float = 1e-4,
    batch_size: int = 16,
    protocol: str = "people",
) -> Recipe:
    """A pretrained model of speech, fine-tuned by its last layers or by adapters; the same six folds of people, 8 emotions.

    wav2vec 2.0, HuBERT and WavLM with ``family=sound``, Whisper's encoder with ``family=mels``; by name or from a folder.
    There is no published figure for these settings, and none was measured here, where such weights are not at hand: they are
    usual ones. As in `voice`, epochs are fixed, the last one is kept, and the temperature comes from the people of the other folds.

    Args:
        model: A local folder, or a name on the hub (`emofuse.media.hub.located`).
        family: "sound" or "mels" (`emofuse.encoders.pretrained.FAMILIES`).
        layers: How many of its last layers are learnt; None for the whole model, 0 for none.
        rank: Of adapters beside the linear layers that are not learnt; 0 for none.
        epochs: Of each fold.
        learning_rate: At its highest.
        batch_size: Clips a step.
        protocol: As in `voice`.

    Raises:
        UnknownName: A family that does not hear, or a protocol that is not among `PROTOCOLS`.
    """
    for what, name, known in (("family", family, HEARD), ("protocol", protocol, PROTOCOLS)):
        if name not in known:
            raise UnknownName(f"ravdess:pretrained_voice knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")
    feature: Feature = HEARD[family](model)
    return Recipe(
        name="pretrained_voice",
        corpus=RAVDESS,
        labels=RAVDESS.labels,
        protocol=PROTOCOLS[protocol],
        features={Modality.AUDIO: feature},
        build=partial(_adapted, model, family, layers, rank, len(RAVDESS.labels)),
        fit=partial(
            fit,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            weight_decay=0.01,
            optimizer="adamw",
            label_smoothing=0.05,
            clip=1.0,
            choose=None,
            warm_up=0.1,
            precision="bf16-mixed",
        ),
        window=WINDOW,
        hop=HOP,
        prepare=around_speech,
        keep=spoken,
        says="Emotion in the voice from three seconds of speech, by a model that others have trained, fine-tuned on "
        "acted English sentences.",
    )


def spoken(clip: Clip) -> bool:
    """Speech alone: songs are held notes, and half of the published copies have none."""
    return clip.facts["channel"] == "speech"


def around_speech(signal: Signal) -> Signal:
    """The four seconds around the middle of what is spoken; zeros where the clip does not reach.

    Shape:
        (time,) -> (4 s,)
    """
    piece = round(signal.rate / 100)  # 10 ms
    power = np.add.reduceat(signal.values.astype(np.float64) ** 2, np.arange(0, len(signal.values), piece))
    loud = np.flatnonzero(10 * np.log10(power + 1e-12) > 10 * np.log10(power.max() + 1e-12) - SPOKEN)
    middle = int(loud[0] + loud[-1] + 1) * piece // 2
    count = round(ROOM * signal.rate / 1_000)
    start = middle - count // 2
    values = np.zeros(count, dtype=np.float32)
    part = signal.values[max(start, 0) : start + count]
    at = max(-start, 0)
    values[at : at + len(part)] = part
    return Signal(values, signal.rate)


def faster(signal: Signal, speed: Fraction) -> Signal:
    """The sound played `speed` times as fast: shorter and higher.

    Shape:
        (time,) -> (time / speed,)
    """
    return Signal(resampled(signal.values, signal.rate * float(speed)), signal.rate)


def noisy(signal: Signal, decibels: float) -> Signal:
    """The sound with white noise so many decibels under it; the same noise for the same sound.

    Shape:
        (time,) -> (time,)
    """
    draw = np.random.default_rng(crc32(signal.values.tobytes()))
    power = float(np.sqrt(np.mean(np.square(signal.values, dtype=np.float64))))
    noise = power * 10 ** (-decibels / 20) * draw.normal(size=signal.values.shape)
    return Signal((signal.values + noise).astype(np.float32), signal.rate)


COPIES = {"noise": partial(noisy, decibels=25.0), "faster": partial(faster, speed=Fraction(21, 20))}
"""Altered copies, as kanafin_2024 makes them before it divides: noise, and speed with pitch."""

PROTOCOLS = {
    "people": folds(RAVDESS_SIX, valid=NOBODY),
    "clips": shuffled_folds(len(RAVDESS_SIX), choose=False),
    "copies": copied(COPIES, shuffled_folds(len(RAVDESS_SIX), choose=False)),
}
"""Six folds each: of people, which is what the recipe is judged by; and two of the papers' ways, to measure what they flatter."""

HEARD: Mapping[str, Callable[[str], Feature]] = {"sound": Waveform, "mels": WhisperMel}
"""What models of each family are fed."""


def _adapted(model: str, family: str, layers: int | None, rank: int, classes: int) -> Network:
    encoder = Pretrained(model, family, layers=layers, rank=rank)
    return Network({Modality.AUDIO: encoder}, Early({Modality.AUDIO: encoder.dim}, classes, dropout=0.1))


def _committee(members: int, width: int, classes: int) -> Network:
    return Committee([_network(width, classes) for _ in range(members)])


def _network(width: int, classes: int) -> Network:
    encoder = ResidualSpectrum(width=width)
    return Network({Modality.AUDIO: encoder}, Early({Modality.AUDIO: encoder.dim}, classes, dropout=0.2))
