"""Kanafin, Myrzakhmet, Kuanysh 2024: sound and picture of RAVDESS in one network, after Chumachenko, Iosifidis, Gabbouj 2022.

The six ways to fuse of the latter are a bench; the way that the former took from them, intermediate attention, is a recipe, whose
weights others may begin with. Both have the latter's split of 16, 4 and 4 actors, and six folds of actors beside it.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np

from emofuse.bench.base import Bench, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.corpora.eav import EAV
from emofuse.corpora.ravdess import RAVDESS
from emofuse.encoders.efficient_face import GreyEfficientFace
from emofuse.encoders.mfcc_cnn import MfccCnn
from emofuse.features.audio import Mfcc
from emofuse.features.video import GreyFace
from emofuse.fusions.intermediate_attention import IntermediateAttention
from emofuse.network import Network
from emofuse.protocols.by_subject import RAVDESS_16_4_4, RAVDESS_SIX, folds, named
from emofuse.recipe import Recipe
from emofuse.training.dropout import soft_hard
from emofuse.training.fit import fit

STRETCH = 3_600  # ms of sound and picture that the networks look at
EPOCHS = 100
PROTOCOLS: Mapping[str, Protocol] = {"paper": named(**RAVDESS_16_4_4), "clean": folds(RAVDESS_SIX, valid=((),) * len(RAVDESS_SIX))}
"""Four actors chosen on and four judged; or everybody judged once in six folds, and nothing chosen."""
CLASSES: Mapping[int, LabelSet] = {8: RAVDESS.labels, 5: EAV.labels}
"""All emotions, or those that EAV has, in EAV's order, so that a network can go on there."""
SIX = ("late_transformer", "intermediate_transformer", "intermediate_attention")
"""LT, IT and IA, each with one head and with four."""
TAUGHT = partial(fit, learning_rate=0.04, batch_size=8, weight_decay=1e-3, optimizer="sgd", clip=5.0)
"""As their released code has it, but for the schedule: one cycle, up and down again."""


def ravdess(*, classes: int = 8, protocol: str = "paper", epochs: int = EPOCHS, learning_rate: float = 0.04) -> Recipe:
    """IA1: intermediate attention with one head between sound and faces, 3.6 s.

    kanafin_2024: 8 classes 81.58 % (section 4) and 85.24 % (section 6), 5 classes 92 %, four actors; Chumachenko et al. 2022, of
    whom it is: 81.58 %.
    Differences: 48 by 48 grey faces, five a second, under EfficientFace without its weights from AffectNet, where they have 15 in
    colour at 224; sound at 16 kHz; a clip is judged by all of its stretches, not by the one in its middle.

    Args:
        classes: 8 or 5.
        protocol: "paper" or "clean".
        epochs: Passes over what is learnt from.
        learning_rate: At its highest: it rises and falls once.

    Raises:
        UnknownName: Another number of classes, or a protocol that does not exist.
    """
    if classes not in CLASSES:
        raise UnknownName(f"kanafin_av:ravdess knows no {classes} classes. Known: {', '.join(map(str, CLASSES))}; choose one of them.")
    _known("ravdess", protocol)
    return Recipe(
        name=f"ia1_{classes}",
        corpus=RAVDESS,
        labels=CLASSES[classes],
        protocol=PROTOCOLS[protocol],
        features={Modality.AUDIO: Mfcc(), Modality.VIDEO: GreyFace()},
        build=partial(_network, len(CLASSES[classes])),
        fit=partial(
            TAUGHT, epochs=epochs, learning_rate=learning_rate, augment=soft_hard(), choose="accuracy" if protocol == "paper" else None
        ),
        window=STRETCH,
        hop=STRETCH,
        prepare=middle,
        keep=seen_and_heard,
        says="Emotion of actors from voice and face together, as two papers did it.",
    )


def chumachenko(*, protocol: str = "paper", epochs: int = EPOCHS) -> Bench:
    """LT, IT and IA with one head and with four on RAVDESS, judged with sound and picture, with sound alone and with picture alone.

    Chumachenko et al. 2022 as kanafin_2024 quotes them (audio-visual, audio, visual): LT1 79.08, 59.16, 72.66; LT4 79.25, 53.00,
    70.92; IT1 77.33, 48.41, 73.75; IT4 78.91, 44.33, 74.92; IA1 81.58, 58.08, 72.83; IA4 79.58, 57.16, 71.83 %.
    Differences: as `ravdess`; the middle 3.6 s alone are judged, as theirs. Who is judged in the quoted table is not told:
    here the four actors of their released weights, or six folds.

    Args:
        protocol: "paper" or "clean".
        epochs: Of each network.

    Raises:
        UnknownName: A protocol that does not exist.
    """
    _known("chumachenko", protocol)
    taught = partial(TAUGHT, epochs=epochs, choose="accuracy" if protocol == "paper" else None)
    return Bench(
        name="chumachenko",
        corpus=RAVDESS,
        protocol=PROTOCOLS[protocol],
        senses={
            Modality.AUDIO: Sense(Mfcc(), MfccCnn, taught, middle),
            Modality.VIDEO: Sense(GreyFace(), GreyEfficientFace, taught, middle),
        },
        fit=taught,
        missing="soft-hard",
        fusions=tuple(f"{name}:heads={heads}" for name in SIX for heads in (1, 4)),
        chooses=protocol == "paper",
        measure="accuracy",
        keep=seen_and_heard,
    )


def seen_and_heard(clip: Clip) -> bool:
    """Spoken clips with sound and picture: a copy may hold sound alone."""
    return clip.facts["channel"] == "speech" and {Modality.AUDIO, Modality.VIDEO} <= set(clip.sources)


def middle(signal: Signal) -> Signal:
    """3.6 s from the middle of a clip, zeros on both sides where it is shorter. Shape: (time, ...) -> (3.6 s, ...)."""
    count = round(STRETCH * signal.rate / 1_000)
    values = signal.values if signal.present is None else np.where(_along(signal.present, signal.values), signal.values, 0)
    first = max((len(values) - count) // 2, 0)
    kept = values[first : first + count]
    before = (count - len(kept)) // 2
    around = [(before, count - len(kept) - before), *[(0, 0)] * (values.ndim - 1)]
    return Signal(np.pad(kept, around).astype(signal.values.dtype), signal.rate)


def _along(present: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Shape: (time,) -> (time, 1, ...)."""
    return present.reshape(-1, *[1] * (values.ndim - 1))


def _known(recipe: str, protocol: str) -> None:
    if protocol not in PROTOCOLS:
        raise UnknownName(f"kanafin_av:{recipe} knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")


def _network(classes: int) -> Network:
    encoders = {Modality.AUDIO: MfccCnn(), Modality.VIDEO: GreyEfficientFace()}
    dims, seams = ({m: getattr(encoder, width) for m, encoder in encoders.items()} for width in ("dim", "mid_dim"))
    return Network(encoders, IntermediateAttention(dims, classes, seams, heads=1))
