"""Li 2024, "Integrating multimodal data for deep learning-based facial emotion recognition": FER2013 and RAVDESS."""

from emofuse.reproduce.base import Claim, Row
from emofuse.reproduce.ways import PartOf, Trained
from emofuse.reproduce.without_copies import LEFT, without_copies

SEED = 42  # of the image networks (section 3.1)
FACES = "Training learnt from, PublicTest and PrivateTest judged; last epoch"
NO_WEIGHTS = "begins with nothing: the paper's six epochs at 1e-4 are those of networks that had learnt before, though it says they had not"


def _face(name: str, system: str, value: float, network: str, regularized: bool = False) -> Row:
    arguments: dict[str, object] = {"network": network, **({"regularized": True} if regularized else {})}
    trained = Trained("li:faces", arguments, FACES, seed=SEED)
    return Row(
        paper="li_2024",
        name=name,
        system=system,
        corpus="FER2013",
        claim=Claim(value, "table 1", n=7_178),
        protocol="test part not told; 6 epochs, Adam 1e-4, batches of 32",
        theirs=trained,
        clean=PartOf(trained, without_copies, LEFT),
        differs=NO_WEIGHTS,
        section="faces",
    )


ROWS = (
    _face("vgg19", "VGG19", 0.6367, "vgg19_bn"),
    _face("vgg19+", "VGG19, dropout and L2", 0.6411, "vgg19_bn", regularized=True),
    _face("resnet18", "ResNet18", 0.6461, "resnet18"),
    _face("resnet18+", "ResNet18, dropout and L2", 0.6551, "resnet18", regularized=True),
    _face("mobilenet_v2", "MobileNetV2", 0.6386, "mobilenet_v2"),
)
