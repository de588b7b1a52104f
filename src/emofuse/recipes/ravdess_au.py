"""Emotion in the face's action units, alone or beside what is usual for the person; and beside the voice of the same moment.

Two regimes, never to be compared: a clip judged alone (`beside=0`), and one judged beside other clips of its person, whose labels
nobody looks at (`beside=59`: all that RAVDESS has of each). The voice is taught as `ravdess:voice` is, whose design was compared on
eight actors who are judged in folds 2 and 5 of six (docs/log.md, "The voice, what was tried"). So is the face, but for its dropout,
which every fold would choose by people of its own (`benchmarks/choosing.py`).
"""

from fractions import Fraction
from functools import partial

from emofuse.bench.base import Bench, Member, Sense
from emofuse.bench.usual import TAUGHT, WINDOW, around_speech
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.corpora.ravdess_au import COLUMNS, RAVDESS_AU
from emofuse.encoders.residual_spectrum import ResidualSpectrum
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import LogMel
from emofuse.features.baseline import Few
from emofuse.features.vectors import Vectors
from emofuse.fusions.early import Early
from emofuse.media.sound import resampled
from emofuse.network import Committee, Network
from emofuse.protocols.by_subject import RAVDESS_16_4_4, RAVDESS_FIVE, RAVDESS_SIX, folds, named
from emofuse.recipe import Recipe
from emofuse.training.augment import chained, heard_otherwise, masked_spectrum

EPOCHS, LEARNING_RATE = 30, 3e-3  # as everything is taught
WIDTH = 64  # numbers in each of the face's two layers
DROPOUT = 0.5  # of the face's network: clips are few, and 35 numbers each are soon known by heart
HALF = "bf16-mixed"  # convolutions over spectra, as in `ravdess:voice`: two thirds of the time, or less
SPEEDS = tuple(Fraction(twentieths, 20) for twentieths in (17, 18, 19, 21, 22, 23, 24))
"""Played so many times as fast, as if others spoke (Ko et al. 2015)."""
MISSING = 0.3  # share of a fusion's modalities that go missing while it learns, as everywhere
CHOSEN = (
    f"the voice's design was compared on eight actors, who are the test people of folds 2 and 5 of six "
    f"({', '.join(sorted((*RAVDESS_SIX[1], *RAVDESS_SIX[4])))}): whatever hears it may be too good where they are judged"
)
PROTOCOLS = {
    "six": folds(RAVDESS_SIX, valid=((),) * len(RAVDESS_SIX)),
    "five": folds(RAVDESS_FIVE, valid=((),) * len(RAVDESS_FIVE)),
    "16-4-4": named(**RAVDESS_16_4_4),
}
"""By actor, all of them: six folds (EmoBox), five (Luna-Jiménez et al. 2021), one split (Chumachenko et al. 2022)."""


def face(
    *,
    beside: int = 0,
    members: int = 5,
    epochs: int = EPOCHS,
    learning_rate: float = LEARNING_RATE,
    width: int = WIDTH,
    dropout: float = DROPOUT,
    protocol: str = "six",
) -> Recipe:
    """Means of 35 action units over a clip, a committee of small networks; speaker-independent six folds, 8 emotions.

    No published figure for these units alone; two plain support vector machines on them reach a UAR of 0.545 alone and
    0.742 beside the person's other clips.

    Args:
        beside: Other clips of the person that each is seen beside; 0 for none.
        members: Networks whose probabilities are averaged.
        epochs: Of each.
        learning_rate: The highest of each one's cycle.
        width: Of both layers of each.
        dropout: Within each.
        protocol: One of `PROTOCOLS`.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    return Recipe(
        name="action-units",
        corpus=RAVDESS_AU,
        labels=RAVDESS_AU.labels,
        protocol=_protocol(protocol),
        features={Modality.VIDEO: Vectors(modality=Modality.VIDEO)},
        build=partial(_committee, members, width, dropout, len(RAVDESS_AU.labels)),
        fit=partial(TAUGHT, epochs=epochs, learning_rate=learning_rate),
        baseline={Modality.VIDEO: Few(clips=beside)} if beside else {},
        says="Emotion in the means of a face's action units over a clip of acted speech, as OpenFace sees them.",
    )


def bench(*, beside: int = 0, members: int = 3, protocol: str = "six", voice: bool = True, dropout: float | str = MISSING) -> Bench:
    """Voice and action units of the same moment: each alone, every fusion, every decision.

    Published on these actors, sound and picture together: accuracy 0.80 over five folds (Luna-Jiménez et al. 2021) and 81.58 % on
    one split (Chumachenko et al. 2022).

    Args:
        beside: Other clips of the person that the face is seen beside; 0 for none.
        members: Networks that are averaged, of the voice and of the face.
        protocol: One of `PROTOCOLS`.
        voice: Whether one is taught; without, bring one that has learnt the same way: `emofuse train ravdess:voice`, then
            `--member voice:file="runs/voice/predictions.csv",modalities="audio"`.
        dropout: How modalities go missing while a fusion learns: a share of them, or one of `emofuse.training.dropout.WAYS`.

    Raises:
        UnknownName: A protocol or a way that is not among them.
    """
    sound = LogMel()
    frames = 1 + WINDOW * sound.rate // 1_000 // sound.hop
    senses = {
        Modality.AUDIO: Sense(
            feature=sound,
            encoder=partial(ResidualSpectrum, frames=frames),
            fit=partial(TAUGHT, epochs=EPOCHS, precision=HALF),
            prepare=around_speech,
            variants=tuple(partial(faster, speed=speed) for speed in SPEEDS) if voice else (),
            augment=chained(heard_otherwise(frames), masked_spectrum()),
            networks=members,
        ),
        Modality.VIDEO: Sense(
            feature=Vectors(modality=Modality.VIDEO),
            encoder=partial(ScaledMlp, len(COLUMNS), dropout=DROPOUT),
            fit=partial(TAUGHT, epochs=EPOCHS),
            baseline=Few(clips=beside) if beside else None,
            networks=members,
        ),
    }
    return Bench(
        name="ravdess_au",
        corpus=RAVDESS_AU,
        protocol=_protocol(protocol),
        senses=senses,
        fit=partial(TAUGHT, epochs=EPOCHS, precision=HALF),
        members={**({"voice": Member((Modality.AUDIO,))} if voice else {}), "face": Member((Modality.VIDEO,))},
        missing=dropout,
        keep=both,
        notes=(CHOSEN,),
    )


def both(clip: Clip) -> bool:
    """Clips whose sound is there, too."""
    return Modality.AUDIO in clip.sources


def faster(signal: Signal, speed: Fraction) -> Signal:
    """The sound played `speed` times as fast: shorter and higher.

    Shape:
        (time,) -> (time / speed,)
    """
    return Signal(resampled(signal.values, signal.rate * float(speed)), signal.rate)


def _protocol(name: str) -> Protocol:
    if name not in PROTOCOLS:
        raise UnknownName(f"ravdess_au knows no protocol '{name}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    return PROTOCOLS[name]


def _committee(members: int, width: int, dropout: float, classes: int) -> Network:
    return Committee([_network(width, dropout, classes) for _ in range(members)])


def _network(width: int, dropout: float, classes: int) -> Network:
    encoder = ScaledMlp(len(COLUMNS), (width, width), dropout)
    return Network({Modality.VIDEO: encoder}, Early({Modality.VIDEO: encoder.dim}, classes, dropout=0.2))
