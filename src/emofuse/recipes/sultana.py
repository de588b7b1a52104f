"""Sultana et al. 2024: a network on sound, one on short films, and their last layers but one side by side.

The paper divides clips at random, so that every actor who is judged has been learnt from (trap T1). Here is its way, and one by actor.
N: clips.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from emofuse.bench.base import Bench, Member, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.corpora.ravdess import RAVDESS
from emofuse.corpora.ravdess_films import RAVDESS_FILMS
from emofuse.encoders.base import Encoder
from emofuse.encoders.convolutions_over_time import ConvolutionsOverTime
from emofuse.encoders.spatiotemporal_convolutions import SpatiotemporalConvolutions
from emofuse.features.audio import Mfcc
from emofuse.features.base import Feature
from emofuse.features.pictures import Picture
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import shuffled
from emofuse.protocols.by_subject import RAVDESS_SIX, folds
from emofuse.recipe import Recipe, every_clip
from emofuse.training.fit import fit

COEFFICIENTS, FRAMES = 20, 180  # librosa's usual number of them, of as many frames: the paper's 180 x 20, as we read it
SIZE, STEP = 1_488, 372  # samples of 16 kHz: librosa's 93 ms every 23 ms
HEARD = 4_185  # ms: the frames' reach
SEEN = 3_000  # ms of a film: 30 pictures
HOP = 500  # ms
TAUGHT = partial(fit, learning_rate=1e-3, batch_size=32, weight_decay=1e-4, optimizer="adamw", choose=None)
"""Section IV-B: learning rate and batches."""
PROTOCOLS = {
    "clean": folds(RAVDESS_SIX, valid=((),) * len(RAVDESS_SIX)),
    "paper": shuffled((0.6, 0.2, 0.2)),
}
"""Six folds of actors; and two fifths of the clips held out at random, half of these judged: "validation split = 0.4 and 0.2"."""


def audio(*, protocol: str = "clean", epochs: int = 25) -> Recipe:
    """20 cepstral coefficients of 180 frames, convolutions over time, dense layers of 256 and 64; 8 emotions.

    Table III: accuracy 64.09 %.
    Differences: what the 180 x 20 numbers are is not told, nor how many convolutions; coefficients of 16 kHz.

    Args:
        protocol: One of `PROTOCOLS`.
        epochs: Passes over what is learnt from.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    encoder = partial(ConvolutionsOverTime, COEFFICIENTS, frames=FRAMES)
    feature = Mfcc(size=SIZE, hop=STEP, count=COEFFICIENTS)
    return _recipe("sultana_audio", RAVDESS, feature, encoder, protocol, epochs, beginning, HEARD, spoken)()


def video(*, protocol: str = "clean", epochs: int = 20) -> Recipe:
    """Thirty whole grey pictures of 80 x 70 pixels, convolutions over space and time, a dense layer of 64; 8 emotions.

    Table III: accuracy 59.07 %.
    Differences: three seconds from the middle of a film, whose pictures are not looked through for those to leave out.

    Args:
        protocol: One of `PROTOCOLS`.
        epochs: Passes over what is learnt from.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    return _recipe("sultana_video", RAVDESS_FILMS, Picture(), SpatiotemporalConvolutions, protocol, epochs, middle, SEEN, every_clip)()


def fused(*, protocol: str = "clean", epochs: int = 12) -> Bench:
    """Both networks, each with a dense layer of 64, side by side before one of 128; 8 emotions.

    Table III: accuracy 66.90 % (66.09 % in the introduction). Take it with ``--fusions concatenation --decisions none``.
    Differences: all is taught at once, where the paper fuses networks that had been taught; the films' sound where none lies beside.

    Args:
        protocol: One of `PROTOCOLS`.
        epochs: Of the fusion.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    taught = partial(TAUGHT, epochs=epochs)
    sound = Sense(
        Mfcc(size=SIZE, hop=STEP, count=COEFFICIENTS), partial(ConvolutionsOverTime, COEFFICIENTS, frames=FRAMES), taught, beginning
    )
    film = Sense(Picture(), SpatiotemporalConvolutions, taught, middle)
    return Bench(
        name=f"sultana ({protocol})",
        corpus=RAVDESS_FILMS,
        protocol=_protocol(protocol),
        senses={Modality.AUDIO: sound, Modality.VIDEO: film},
        fit=taught,
        members={"sound": Member((Modality.AUDIO,)), "film": Member((Modality.VIDEO,))},
        missing=0.0,
        fusions=("concatenation",),
        keep=both,
        measure="accuracy",
    )


def _recipe(
    name: str,
    corpus: Corpus,
    feature: Feature,
    encoder: Callable[[], Encoder],
    protocol: str,
    epochs: int,
    prepare: Callable[[Signal], Signal],
    window: int,
    keep: Callable[[Clip], bool],
) -> partial[Recipe]:
    """What sound and film have in common."""
    return partial(
        Recipe,
        name=name,
        corpus=corpus,
        labels=corpus.labels,
        protocol=_protocol(protocol),
        features={feature.modality: feature},
        build=partial(_network, encoder, feature.modality, len(corpus.labels)),
        fit=partial(TAUGHT, epochs=epochs),
        window=window,
        hop=HOP,
        prepare=prepare,
        keep=keep,
        says="Emotion in a few seconds of acted speech, as a paper did it.",
    )


def _protocol(name: str) -> Protocol:
    if name not in PROTOCOLS:
        raise UnknownName(f"sultana knows no protocol '{name}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    return PROTOCOLS[name]


def spoken(clip: Clip) -> bool:
    """Speech alone."""
    return clip.facts["channel"] == "speech"


def both(clip: Clip) -> bool:
    """Films with sound."""
    return Modality.AUDIO in clip.sources


def beginning(signal: Signal) -> Signal:
    """The first 4.2 s of a sound; zeros where it does not reach. Shape: (time,) -> (4.2 s,)."""
    whole = np.zeros(round(HEARD * signal.rate / 1_000), dtype=np.float32)
    part = signal.values[: len(whole)]
    whole[: len(part)] = part
    return Signal(whole, signal.rate)


def middle(signal: Signal) -> Signal:
    """Three seconds from the middle of a film; black where it is shorter. Shape: (time, H, W) -> (3 s, H, W)."""
    count = round(SEEN * signal.rate / 1_000)
    whole = np.zeros((count, *signal.values.shape[1:]), dtype=signal.values.dtype)
    start = max((len(signal.values) - count) // 2, 0)
    part = signal.values[start : start + count]
    whole[: len(part)] = part
    return Signal(whole, signal.rate)


def _network(make: Callable[[], Encoder], m: Modality, classes: int) -> Network:
    encoder = make()
    return Network({m: encoder}, Early({m: encoder.dim}, classes))
