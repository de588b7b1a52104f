"""Li 2024: image networks on single faces, a network on sound, and the mean of both."""

from functools import partial

from emofuse.core.modality import Modality
from emofuse.corpora.fer2013 import FER2013
from emofuse.encoders.image_model import ImageModel
from emofuse.features.video import GreyFace
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_clip import official
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

FOLDER = official("usage", train="Training", valid=None, test=("PublicTest", "PrivateTest"))
"""FER2013 as it is shared in folders, whose test is both official test parts: 7,178 faces."""


def faces(
    *,
    network: str = "resnet18",
    regularized: bool = False,
    size: int = 48,
    weights: str | None = None,
    epochs: int = 6,
    learning_rate: float = 1e-4,
) -> Recipe:
    """Single faces by an image network; nothing is chosen, the last epoch is kept.

    Table 1, accuracy: VGG19 0.6367, with dropout and L2 0.6411; ResNet18 0.6461, with both 0.6551; MobileNetV2 0.6386.
    Section 3.1: Adam, learning rate 1e-4, batches of 32, 6 epochs, dropout 0.2, L2 1e-3.
    Differences: the paper tells neither which faces are judged nor what its networks had learnt before; here 7,178 are judged, and
    networks begin with nothing unless `weights` are named. VGG19 has batch normalisation, without which it does not begin to learn.

    Args:
        network: "resnet18", "vgg19_bn" or "mobilenet_v2".
        regularized: With dropout before the last layer and L2.
        size: Side to which faces are brought, in pixels.
        weights: To begin with: a folder or a name on the hub.
        epochs: Passes over what is learnt from.
        learning_rate: Throughout.
    """
    return Recipe(
        name="li_faces",
        corpus=FER2013,
        labels=FER2013.labels,
        protocol=FOLDER,
        features={Modality.VIDEO: GreyFace()},
        build=partial(_image_network, network, size, weights, 0.2 if regularized else 0.0),
        fit=partial(
            fit,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=32,
            weight_decay=1e-3 if regularized else 0.0,
            optimizer="adam",
            schedule="constant",
            choose=None,
            precision="bf16-mixed",
        ),
        says="Emotion on a face from one picture of it, as a paper did it in six epochs.",
    )


def _image_network(network: str, size: int, weights: str | None, dropout: float) -> Network:
    encoder = ImageModel(network, size=size, weights=weights)
    return Network({Modality.VIDEO: encoder}, Early({Modality.VIDEO: encoder.dim}, len(FER2013.labels), dropout=dropout))
