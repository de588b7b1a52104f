"""Kanafin, Myrzakhmet, Kuanysh 2024: a sequence of what VGG16 makes of a face, after Chen, Ro, Zhu 2022."""

from collections.abc import Mapping
from functools import partial

from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.corpora.pme4 import PME4
from emofuse.encoders.last_state import LastState
from emofuse.features.vectors import Vectors
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import shuffled
from emofuse.protocols.by_group import leave_one_out
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

POOLED = 25_088  # 7 x 7 x 512: VGG16's last pooled layer, of each of 30 frames
SEEN = 1_500  # ms that the 30 frames are from
PEOPLE = ("pme4-06", "pme4-08")  # whose frames the paper took: 697 clips, or 607, as it says both
PROTOCOLS: Mapping[str, Protocol] = {"paper": shuffled((0.8, 0.0, 0.2)), "clean": leave_one_out(choose=False)}
"""A fifth of the clips at random, of both people; or each of the two judged by what the other taught."""


def vgg_lstm(*, protocol: str = "paper", epochs: int = 200, learning_rate: float = 1e-3, batch_size: int = 100) -> Recipe:
    """PME4's 30 rows of 25,088 of two people, by an LSTM of 128.

    Accuracy (section "Video modal recognition"): 60 % on validation after 200 epochs with batches of 100; Chen et al. 2022, of
    whom it is, 67.20 %.
    Differences: how much was held out is not told, and is taken for a fifth; no learning rate or optimizer is told. Columns are
    standardised by what is learnt from.

    Args:
        protocol: "paper" or "clean".
        epochs: Passes over what is learnt from.
        learning_rate: At its highest: it rises and falls once.
        batch_size: Clips a step.

    Raises:
        UnknownName: A protocol that does not exist.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName(f"kanafin_video:vgg_lstm knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    return Recipe(
        name="kanafin_vgg_lstm",
        corpus=PME4,
        labels=PME4.labels,
        protocol=PROTOCOLS[protocol],
        features={Modality.VIDEO: Vectors("as they are", Modality.VIDEO)},
        build=_network,
        fit=partial(
            fit,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            weight_decay=0.01,
            optimizer="adamw",
            choose=None,
            clip=1.0,
        ),
        window=SEEN,
        hop=SEEN,
        keep=seen,
        says="Emotion of two student actors from what VGG16 makes of 30 frames, as a paper did it.",
    )


def seen(clip: Clip) -> bool:
    """Whether it is of the two people, with what VGG16 made of the face."""
    return clip.subject in PEOPLE and Modality.VIDEO in clip.sources


def _network() -> Network:
    encoder = LastState(POOLED, 128)
    return Network({Modality.VIDEO: encoder}, Early({Modality.VIDEO: encoder.dim}, len(PME4.labels)))
