"""Made-up people: every way through the package in seconds, for tests and the first half hour."""

from collections.abc import Callable, Mapping
from functools import partial

from emofuse.core.clip import Signal
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.corpora.toy import PEOPLE, TOY
from emofuse.encoders.base import Encoder
from emofuse.encoders.mlp import Mlp
from emofuse.encoders.residual_faces import ResidualFaces
from emofuse.features.audio import LogMel
from emofuse.features.base import Feature
from emofuse.features.baseline import named as named_baseline
from emofuse.features.video import GreyFace
from emofuse.fusions.early import Early
from emofuse.network import Network
from emofuse.protocols.by_subject import folds, named
from emofuse.recipe import Recipe
from emofuse.training.dropout import missing
from emofuse.training.fit import fit

WINDOW, HOP = 1_000, 250  # ms; the four pictures a second of a toy clip fall on this grid
LATER = (250, 500)  # ms; a clip of 1.5 s holds a window at each of these, and at 0
FEATURES: dict[Modality, Feature] = {Modality.AUDIO: LogMel(hop=1_024, bands=32), Modality.VIDEO: GreyFace()}
DECIBELS = 20.0  # what a toy spectrum varies by


def audio_video(*, epochs: int = 8, learning_rate: float = 0.02, width: int = 16) -> Recipe:
    """Sound and faces side by side in one network (early fusion), either of which may go missing; no published figure."""
    return Recipe(
        name="toy",
        corpus=TOY,
        labels=TOY.labels,
        protocol=named(valid=PEOPLE[4:5], test=PEOPLE[2:4]),
        features=FEATURES,
        build=partial(_network, (Modality.AUDIO, Modality.VIDEO), width),
        fit=partial(
            fit,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=4,
            optimizer="adamw",
            augment=missing(0.4),
            averaging=0.9,
            choose=None,
        ),
        window=WINDOW,
        hop=HOP,
        prepare=beginning,
        variants=tuple(partial(later, by=by) for by in LATER),
        says="Tells made-up people's emotions apart. It is of no use but to see how things work.",
    )


def voice(*, epochs: int = 6, learning_rate: float = 0.02, width: int = 16, baseline: str = "") -> Recipe:
    """Sound alone, three folds of people, then everything; no published figure, and none that means anything.

    Args:
        epochs: Of each training.
        learning_rate: Of each training.
        width: Of the encoder.
        baseline: What of the same person the sound is seen against: "few", "running" or "beginning"; nothing by default.

    Raises:
        UnknownName: A baseline that does not exist.
    """
    return Recipe(
        name="toy-voice",
        corpus=TOY,
        labels=TOY.labels,
        protocol=folds([PEOPLE[:2], PEOPLE[2:4], PEOPLE[4:]]),
        features={Modality.AUDIO: FEATURES[Modality.AUDIO]},
        build=partial(_network, (Modality.AUDIO,), width),
        fit=partial(fit, epochs=epochs, learning_rate=learning_rate, batch_size=8, optimizer="adamw", choose="uar"),
        window=WINDOW,
        hop=HOP,
        prepare=beginning,
        ships_everything=True,
        baseline={Modality.AUDIO: named_baseline(baseline)} if baseline else {},
        says="Tells made-up voices apart, judged on people it has not heard.",
    )


def face(*, epochs: int = 8, learning_rate: float = 0.01, width: int = 16) -> Recipe:
    """Faces alone, one at a time; no published figure, and none that means anything."""
    return Recipe(
        name="toy-face",
        corpus=TOY,
        labels=TOY.labels,
        protocol=named(valid=PEOPLE[4:5], test=PEOPLE[2:4]),
        features={Modality.VIDEO: FEATURES[Modality.VIDEO]},
        build=partial(_network, (Modality.VIDEO,), width),
        fit=partial(fit, epochs=epochs, learning_rate=learning_rate, batch_size=8, optimizer="adamw", averaging=0.9),
        prepare=beginning,
        says="Tells made-up faces apart.",
    )


def beginning(signal: Signal) -> Signal:
    """The first window of a signal."""
    return signal.crop(Segment(signal.start, signal.start + WINDOW))


def later(signal: Signal, by: int) -> Signal:
    """What is left of a signal after its first `by` ms."""
    return signal.crop(Segment(signal.start + by, signal.end))


def _network(modalities: tuple[Modality, ...], width: int) -> Network:
    made: Mapping[Modality, Callable[[], Encoder]] = {
        Modality.AUDIO: partial(Mlp, 32, (width, width), DECIBELS),
        Modality.VIDEO: partial(ResidualFaces, (width // 2, width), (1, 1), mirrored=False),  # leaning left is another label than right
    }
    encoders = {m: made[m]() for m in modalities}
    return Network(encoders, Early({m: encoder.dim for m, encoder in encoders.items()}, len(TOY.labels)))
