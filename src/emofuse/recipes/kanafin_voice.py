"""Kanafin, Myrzakhmet, Kuanysh 2024, the first approach: two networks on cepstral coefficients of RAVDESS's speech.

The paper makes altered copies of every clip and then divides at random, so that nearly all that is judged has been learnt from with
a little noise on it (trap T2), by actors who have been learnt from, too (T1). Here is its way, and one by actor that alters only
what is learnt from.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.labels import EIGHT_TO_SEVEN
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess import RAVDESS
from emofuse.encoders.base import Encoder
from emofuse.encoders.convolutions_over_time import ConvolutionsOverTime
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import Mfcc
from emofuse.features.base import Feature
from emofuse.features.means import Means
from emofuse.fusions.early import Early
from emofuse.media.sound import resampled
from emofuse.network import Network
from emofuse.protocols.by_clip import copied, shuffled
from emofuse.protocols.by_subject import RAVDESS_SIX, folds
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

COEFFICIENTS = 40
WINDOW, HOP = 4_000, 500  # ms; nine of ten clips are over after 4.3 s
FRAMES = 125  # of 32 ms in a window
NOISE = 25.0  # dB under the voice
SHIFT = 200  # ms by which a copy begins earlier or later, at most
SPEED = Fraction(21, 20)
"""Played so many times as fast, which raises the pitch by 0.8 semitones, too."""


def heard(root: Path) -> Iterator[Clip]:
    """RAVDESS's speech, calm counted as neutral: the supports of the paper's figure 8 need it."""
    for clip in RAVDESS.find(root):
        if clip.facts["channel"] == "speech":
            yield replace(clip, label=EIGHT_TO_SEVEN.word(clip.label or ""))


SEVEN = replace(RAVDESS, labels=EIGHT_TO_SEVEN.target, find=heard)
"""RAVDESS in seven classes."""


def mlp(*, protocol: str = "clean", epochs: int = 90, learning_rate: float = 2e-3, width: int = 256) -> Recipe:
    """Means and spreads of 40 cepstral coefficients over a clip, two layers.

    Figure 8 and the text above it: accuracy 84.72 % (0.86 in the table), macro F1 0.86, 864 judged.
    Differences: what the network looks like is not told; the paper has three times as many rows as clips by four alterations,
    which copy has which is not told; speed and pitch change together; coefficients of 16 kHz where librosa's come from 22.05 kHz.

    Args:
        protocol: One of `PROTOCOLS`.
        epochs: Passes over clips; a third of them where copies are among these, so that as many rows are learnt from.
        learning_rate: At its highest.
        width: Of both layers.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    feature = Means((Mfcc(count=COEFFICIENTS),), spreads=True)
    encoder = partial(ScaledMlp, 2 * COEFFICIENTS, (width, width), 0.2)
    return _recipe("kanafin_mlp", feature, encoder, protocol, epochs, learning_rate)()


def cnn(*, protocol: str = "clean", epochs: int = 36, learning_rate: float = 2e-3) -> Recipe:
    """40 cepstral coefficients frame by frame, convolutions over time.

    Text above figure 8: accuracy 68 %.
    Differences: as of `mlp`.

    Args:
        protocol: One of `PROTOCOLS`.
        epochs: Passes over clips; a third of them where copies are among these, so that as many rows are learnt from.
        learning_rate: At its highest.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    encoder = partial(ConvolutionsOverTime, COEFFICIENTS, channels=(32, 32, 64), dense=(64,), frames=FRAMES, dropout=0.2)
    return _recipe("kanafin_cnn", Mfcc(count=COEFFICIENTS), encoder, protocol, epochs, learning_rate)()


def _recipe(
    name: str, feature: Feature, encoder: Callable[[], Encoder], protocol: str, epochs: int, learning_rate: float
) -> partial[Recipe]:
    if protocol not in PROTOCOLS:
        raise UnknownName(f"kanafin_voice knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    before = protocol == "paper"  # copies are among the clips
    return partial(
        Recipe,
        name=name,
        corpus=SEVEN,
        labels=SEVEN.labels,
        protocol=PROTOCOLS[protocol],
        features={Modality.AUDIO: feature},
        build=partial(_network, encoder),
        fit=partial(
            fit,
            epochs=max(epochs // (1 + len(COPIES)), 1) if before else epochs,
            learning_rate=learning_rate,
            batch_size=64,
            weight_decay=1e-3,
            optimizer="adamw",
            choose=None,
        ),
        window=WINDOW,
        hop=HOP,
        prepare=first,
        variants=() if before else tuple(COPIES.values()),
        says="Emotion in four seconds of speech from its cepstral coefficients, as a paper did it.",
    )


def first(signal: Signal) -> Signal:
    """The first four seconds; zeros where the clip does not reach. Shape: (time,) -> (4 s,)."""
    whole = np.zeros(round(WINDOW * signal.rate / 1_000), dtype=np.float32)
    part = signal.values[: len(whole)]
    whole[: len(part)] = part
    return Signal(whole, signal.rate)


def noisier(signal: Signal) -> Signal:
    """The sound a little earlier or later, under white noise; both the same for the same sound. Shape: (time,) -> (time,)."""
    draw = np.random.default_rng(crc32(signal.values.tobytes()))
    power = float(np.sqrt(np.mean(np.square(signal.values, dtype=np.float64))))
    noise = power * 10 ** (-NOISE / 20) * draw.normal(size=signal.values.shape)
    most = round(SHIFT * signal.rate / 1_000)
    return Signal(np.roll(signal.values + noise.astype(np.float32), int(draw.integers(-most, most + 1))), signal.rate)


def faster(signal: Signal) -> Signal:
    """The sound played faster: shorter and higher. Shape: (time,) -> (time / 1.05,)."""
    return Signal(resampled(signal.values, signal.rate * float(SPEED)), signal.rate)


COPIES = {"noise": noisier, "faster": faster}
"""The paper's four alterations in two copies a clip: noise and time shift, speed and pitch; 4,320 rows with the clips."""

PROTOCOLS = {
    "clean": folds(RAVDESS_SIX, valid=((),) * len(RAVDESS_SIX)),
    "paper": copied(COPIES, shuffled((0.8, 0.0, 0.2))),
}
"""Six folds of actors; and copies first, then a fifth of them at random: 864 of 4,320."""


def _network(encoder: Callable[[], Encoder]) -> Network:
    made = encoder()
    return Network({Modality.AUDIO: made}, Early({Modality.AUDIO: made.dim}, len(SEVEN.labels), dropout=0.2))
