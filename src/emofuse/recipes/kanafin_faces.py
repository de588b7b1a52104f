"""Kanafin, Myrzakhmet, Kuanysh 2024, the first approach: networks on single faces."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.affectnet import AFFECTNET
from emofuse.corpora.fer2013 import FER2013
from emofuse.encoders.base import Encoder
from emofuse.encoders.convit import Convit
from emofuse.encoders.stacked_convolutions import StackedConvolutions
from emofuse.features.video import GreyFace
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import official, shuffled
from emofuse.recipe import Recipe
from emofuse.training.augment import moved_faces
from emofuse.training.fit import fit

FOLDER = official("usage", train="Training", valid=None, test=("PublicTest", "PrivateTest"))
"""FER2013 as it is shared in folders, whose test is both official test parts: 7,178 faces (figure 12)."""
LARGER = 96  # pixels a side of the part of AffectNet that the paper had
NETWORKS: Mapping[str, Callable[[], Encoder]] = {
    "cnn1": partial(StackedConvolutions, (16, 48, 128, 272), hidden=1_024, dropout=0.1),
    "cnn1_wide": partial(StackedConvolutions, (16, 64, 160, 320), hidden=1_024, dropout=0.1),
    "cnn1_leaky": partial(StackedConvolutions, (16, 64, 160, 320), hidden=1_024, leak=0.1, dropout=0.1),
    "cnn2": partial(StackedConvolutions, (32, 64, 128, 256), depth=1, dropout=0.1),
    "convit": partial(Convit, 48, 8),
}
"""Name to how it is made; CNN-1 has 3,796,743 parameters in the paper, 4,763,143 where it is wider."""

TAUGHT = partial(fit, optimizer="sgd", learning_rate=0.02, weight_decay=5e-4, label_smoothing=0.05, batch_size=64, warm_up=0.1)
ATTENDING = partial(fit, optimizer="adamw", learning_rate=1e-3, weight_decay=0.05, label_smoothing=0.1, batch_size=64)
"""How convolutions are taught, and how a transformer is; as networks of their size usually are, since the paper does not tell."""


def faces(*, network: str = "cnn1_wide", epochs: int = 10) -> Recipe:
    """Single faces by one of the paper's networks; nothing is chosen, the last epoch is kept.

    Accuracy on 7,178 faces (text under figures 10, 12, 14): CNN-1 64.7 %, wider 66.21 %, with leaky ReLUs 66.09 %, these for
    25 epochs 65.47 %; a ConViT that was pretrained 37 %.
    Differences: the paper gives sums of parameters, not widths; it tells neither optimizer nor batches. Faces are mirrored and
    moved while they are learnt from. The ConViT begins with nothing and sees 36 patches of 8 pixels in place of 196 of 16.

    Args:
        network: One of `NETWORKS`.
        epochs: Passes over what is learnt from; the learning rate rises and falls once in them.

    Raises:
        UnknownName: A network that is not among these.
    """
    if network not in NETWORKS:
        raise UnknownName(f"kanafin_faces knows no network '{network}'. Known: {', '.join(NETWORKS)}; choose one of them.")
    return Recipe(
        name="kanafin_faces",
        corpus=FER2013,
        labels=FER2013.labels,
        protocol=FOLDER,
        features={Modality.VIDEO: GreyFace()},
        build=partial(_network, NETWORKS[network], FER2013),
        fit=partial(
            ATTENDING if network == "convit" else TAUGHT,
            epochs=epochs,
            augment=moved_faces(degrees=5, scale=0.05, shift=0.05),
            choose=None,
            precision="bf16-mixed",
        ),
        says="Emotion on a face from one picture of it, as a paper did it.",
    )


def affectnet(*, network: str = "cnn1_wide", epochs: int = 10) -> Recipe:
    """The same networks on the part of AffectNet that goes round in folders: 29,042 faces of 96 x 96, 8 emotions.

    Accuracy (text under figure 10): CNN-1 wider 66.25 % of a test part that is not told.
    Differences: as `faces`; a fifth of the pictures is judged, at random, though copies of one picture may then be learnt from and
    judged; grey in place of colours, as the network of figure 12.

    Args:
        network: One of `NETWORKS`; the ConViT sees 48 pixels only.
        epochs: Passes over what is learnt from; the learning rate rises and falls once in them.

    Raises:
        UnknownName: A network that is not among these, or sees 48 pixels only.
    """
    known = [name for name in NETWORKS if name != "convit"]
    if network not in known:
        raise UnknownName(f"kanafin_faces:affectnet knows no network '{network}'. Known: {', '.join(known)}; choose one of them.")
    corpus = replace(AFFECTNET, find=_larger)
    recipe = faces(network=network, epochs=epochs)
    return replace(
        recipe,
        name="kanafin_affectnet",
        corpus=corpus,
        labels=corpus.labels,
        protocol=shuffled((0.8, 0.0, 0.2)),
        features={Modality.VIDEO: GreyFace(LARGER)},
        build=partial(_network, NETWORKS[network], corpus),
    )


def _larger(root: Path) -> Iterator[Clip]:
    """AffectNet's clips, read at 96 pixels a side."""
    for clip in AFFECTNET.find(root):
        source = clip.sources[Modality.VIDEO]
        yield replace(clip, sources={Modality.VIDEO: replace(source, read=partial(source.read, side=LARGER))})  # type: ignore[call-arg]  # AffectNet's reader takes a side


def _network(make: Callable[[], Encoder], corpus: Corpus) -> Network:
    encoder = make()
    return Network({Modality.VIDEO: encoder}, Early({Modality.VIDEO: encoder.dim}, len(corpus.labels), dropout=0.3))
