"""kanafin_2024's late fusions on EAV: a network of sound and picture, one of EEG, and three ways to decide between them.

Six windows of 3.6 s are judged by the one, four of 5 s by the other; their ten answers of five classes meet as weighted means
(WAVER), boosted trees and a CNN over ten rows, each learnt on people whom neither network has learnt from. The network of sound and picture
may begin with what it learnt elsewhere, or see five people only.
T: time steps, H: height and width of a face.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.bench.base import Bench, Member, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.split import Protocol
from emofuse.corpora.eav import CHANNELS, EAV
from emofuse.data import Examples
from emofuse.encoders.efficient_face import GreyEfficientFace
from emofuse.encoders.mfcc_cnn import MfccCnn
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import Mfcc
from emofuse.features.quality import Clean, Seen, Spoken
from emofuse.features.vectors import Vectors
from emofuse.features.video import GreyFace
from emofuse.graph import WEIGHTS
from emofuse.network import Network
from emofuse.protocols.by_clip import within_subject
from emofuse.protocols.by_group import leave_one_out
from emofuse.protocols.by_subject import EAV_30_6_6, EAV_SEVEN, folds, named
from emofuse.training.fit import Epoch, fit

SEEN, SEEN_WINDOWS = 3_600, 6  # ms of sound and picture, and how many of them in a trial of 20 s
WORN, WORN_WINDOWS = 5_000, 4  # ms of EEG
FACES = 15  # of a window, evenly spread, as Chumachenko et al. 2022 have them
BANDS = ((4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 50.0))  # Hz; the published loader keeps 3 to 50
FLOOR = 1e-6  # of a band's power, in squared microvolts, before its logarithm: far under what an amplifier hisses
EPOCHS = 600  # each with one window of a trial: as many steps as a hundred with all six
FIVE = tuple(f"eav-{number:02d}" for number in range(1, 6))
PROTOCOLS: Mapping[str, Protocol] = {
    "30-6-6": named(**EAV_30_6_6),
    "seven": folds(EAV_SEVEN, valid=((),) * len(EAV_SEVEN)),
    "five, 3-1-1": named(valid=FIVE[3:4], test=FIVE[4:]),
    "five, within": within_subject((0.6, 0.2, 0.2), together=True),
    "five, left out": leave_one_out(choose=False),
}
"""The paper's people, and seven folds in which everybody is judged; of five people alone: three, one and one; three, one and one
fifths of each one's clips; and five folds, a person each."""


def late(
    *, epochs: int = EPOCHS, protocol: str = "30-6-6", eeg: bool = True, calibrated: bool = True, begins: str = "", frozen: bool = False
) -> Bench:
    """Sound and picture by intermediate attention, EEG beside them, and the decisions between the two.

    kanafin_2024, people 37 to 42 (600 trials): sound and picture 58.36 % of 3,600 windows, EEG 39.42 % of 2,400, WAVER 65 %,
    XGBoost 67.33 %, the CNN 68.33 % of trials. Sound and picture that began with RAVDESS 40.5 %. Take these decisions with
    ``--decisions average,weighted,boosted,stacked_cnn``.
    Differences: 48 by 48 grey faces, five a second, under EfficientFace without its weights from AffectNet; band powers and a
    small network for the EEG in place of its authors' own; probabilities are calibrated on valid before they are decided upon,
    unless that is left out.

    Args:
        epochs: Of either network.
        protocol: One of `PROTOCOLS`.
        eeg: Whether there is the network of EEG; without it nothing is left to decide between.
        calibrated: Whether the networks are calibrated.
        begins: Folder of a run of `kanafin_av:ravdess` with five classes, whose weights sound and picture begin with.
        frozen: Whether the encoders of these weights stay as they are.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName(f"eav:late knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    choose = "accuracy" if protocol in {"30-6-6", "five, 3-1-1", "five, within"} else None
    taught = partial(fit, epochs=epochs, choose=choose)
    both = partial(taught, learning_rate=0.04, batch_size=8, weight_decay=1e-3, optimizer="sgd", clip=5.0)
    alone = partial(taught, learning_rate=1e-3, batch_size=32, weight_decay=0.01, optimizer="adamw")
    seen = tuple(partial(window, number=i, count=SEEN_WINDOWS, length=SEEN) for i in range(1, SEEN_WINDOWS))
    worn = tuple(partial(window, number=i, count=WORN_WINDOWS, length=WORN) for i in range(1, WORN_WINDOWS))
    senses = {
        Modality.AUDIO: Sense(Mfcc(), MfccCnn, both, heard, seen, SEEN_WINDOWS, quality=Spoken()),
        Modality.VIDEO: Sense(GreyFace(), GreyEfficientFace, both, faces, seen, SEEN_WINDOWS, quality=Seen()),
    }
    how = partial(begun, begins=begins, frozen=frozen, **both.keywords) if begins else None
    members = {"sound and picture": Member((Modality.AUDIO, Modality.VIDEO), "intermediate_attention", {"heads": 1}, how)}
    if eeg:
        width = len(CHANNELS) * len(BANDS)
        vectors = Vectors("as they are", Modality.EEG)
        senses[Modality.EEG] = Sense(vectors, partial(ScaledMlp, width), alone, powers, worn, WORN_WINDOWS, quality=Clean())
        members["EEG"] = Member((Modality.EEG,))
    return Bench(
        name="eav",
        corpus=EAV,
        protocol=PROTOCOLS[protocol],
        senses=senses,
        fit=both,
        members=members,
        fusions=(),
        calibrated=calibrated,
        keep=spoken_by_five if protocol.startswith("five") else spoken,
    )


def begun(network: Network, train: Examples, valid: Examples | None, *, begins: str, frozen: bool, **how: Any) -> list[Epoch]:
    """`fit`, from the weights of a run of the same network; frozen, only what is behind its encoders learns.

    Raises:
        RunError: There are no such weights, or they are of another network.
    """
    from safetensors.torch import load_file

    path = Path(begins) / WEIGHTS
    try:
        network.load_state_dict(load_file(path))
    except (OSError, RuntimeError) as error:
        raise RunError(
            f"The weights in {path} cannot be begun with ({str(error).splitlines()[0]}). Expected a run of kanafin_av:ravdess with "
            f"classes=5; train it, and name its folder."
        ) from error
    network.encoders.requires_grad_(not frozen)
    history = fit(network, train, valid, **how)
    network.requires_grad_(True)
    return history


def spoken_by_five(clip: Clip) -> bool:
    """Spoken trials of the first five people: the paper's small study."""
    return clip.subject in FIVE and spoken(clip)


def spoken(clip: Clip) -> bool:
    """Trials in which the person speaks, and all three signals are there: half of EAV."""
    return clip.facts["task"] == "speaking" and set(clip.sources) == {Modality.AUDIO, Modality.VIDEO, Modality.EEG}


def window(signal: Signal, number: int, count: int, length: int) -> Signal:
    """One of so many windows, evenly spread over a signal, overlapping where they do not fit side by side."""
    start = signal.start + max(signal.duration - length, 0) * number // (count - 1)
    return signal.crop(Segment(start, start + length))


def heard(signal: Signal) -> Signal:
    """The first 3.6 s, continued with zeros. Shape: (time,) -> (3.6 s,)."""
    return Signal(_filled(signal, SEEN), signal.rate)


def faces(signal: Signal) -> Signal:
    """Fifteen faces evenly spread over the first 3.6 s, of those that are there; black where there is none.

    Shape:
        (time, H, H) -> (15, H, H)
    """
    whole = signal.crop(Segment(signal.start, signal.start + SEEN))
    there = np.arange(len(whole.values)) if whole.present is None else np.flatnonzero(whole.present)
    if not len(there):
        return Signal(np.zeros((FACES, *signal.values.shape[1:]), dtype=signal.values.dtype), signal.rate)
    return Signal(whole.values[there[np.linspace(0, len(there) - 1, FACES).round().astype(int)]], signal.rate)


def powers(signal: Signal) -> Signal:
    """Logarithms of each channel's power in four bands over the first 5 s, as one sample.

    Shape:
        (time, 30) in microvolts -> (1, 120), channel by channel
    """
    values = _filled(signal, WORN)
    spectrum = np.abs(np.fft.rfft((values - values.mean(axis=0)) * np.hanning(len(values))[:, None], axis=0)) ** 2 / len(values) ** 2
    hertz = np.fft.rfftfreq(len(values), 1 / signal.rate)
    bands = np.stack([spectrum[(low <= hertz) & (hertz < high)].sum(axis=0) for low, high in BANDS], axis=1)  # (30, 4)
    return Signal(np.log(bands + FLOOR).reshape(1, -1).astype(np.float32), 1_000 / WORN)


def _filled(signal: Signal, length: int) -> np.ndarray:
    """The first `length` ms, zeros where the signal does not reach. Shape: (time, ...) float32."""
    values = np.zeros((round(length * signal.rate / 1_000), *signal.values.shape[1:]), dtype=np.float32)
    part = signal.values[: len(values)]
    values[: len(part)] = part
    return values
