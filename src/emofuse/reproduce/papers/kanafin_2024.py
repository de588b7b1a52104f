"""Kanafin, Myrzakhmet, Kuanysh 2024: sound, faces and EEG by themselves, two networks fused late, and a web application."""

from emofuse.reproduce.base import Claim, Row
from emofuse.reproduce.ways import PartOf, Trained
from emofuse.reproduce.without_copies import LEFT, without_copies

FACES = "Training learnt from, PublicTest and PrivateTest judged; last epoch"


def _face(name: str, system: str, value: float | None, where: str, differs: str, **arguments: object) -> Row:
    trained = Trained("kanafin_faces:faces", arguments, FACES)
    return Row(
        paper="kanafin_2024",
        name=name,
        system=system,
        corpus="FER2013",
        claim=Claim(value, where, n=7_178),
        protocol="test of 7,178 faces, watched epoch by epoch",
        theirs=trained,
        clean=PartOf(trained, without_copies, LEFT),
        differs=differs,
        section="faces",
    )


WIDTHS = "widths chosen to come near the paper's sum of parameters, which is all it tells"

FER2013 = (
    _face("cnn1", "CNN-1, 3,796,743 parameters", 0.647, "text under figure 10", WIDTHS, network="cnn1"),
    _face("cnn1_wide", "CNN-1 wider, 4,763,143 parameters", 0.6621, "text under figure 10, figure 12", WIDTHS, network="cnn1_wide"),
    _face("cnn1_leaky", "CNN-1 wider, leaky ReLU", 0.6609, "text under figure 10", WIDTHS, network="cnn1_leaky"),
    _face("cnn1_leaky_25", "CNN-1 wider, leaky ReLU, 25 epochs", 0.6547, "text under figure 10", WIDTHS, network="cnn1_leaky", epochs=25),
    _face("cnn2", "CNN-2, four single convolutions", None, "figure 13, a picture", "widths are ours", network="cnn2"),
    _face(
        "convit",
        "convit_tiny, fine-tuned",
        0.37,
        "text under figure 13, figure 14",
        "begins with nothing, where the paper's was pretrained; 36 patches of 8 pixels",
        network="convit",
    ),
)

ROWS = (*FER2013,)
