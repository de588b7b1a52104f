"""kanafin_2024's late fusions on EAV: a network of sound and picture, one of EEG, and three ways to decide between them.

Six windows of 3.6 s are judged by the one, four of 5 s by the other; their ten answers of five classes meet as weighted means
(WAVER), boosted trees and a CNN over ten rows, each learnt on people whom neither network has learnt from.
B: batch, T: time steps, S: side of a face.
"""

from functools import partial

import numpy as np
import torch
from torch.nn import functional as F

from emofuse.bench.base import Bench, Member, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.corpora.eav import CHANNELS, EAV
from emofuse.encoders.efficient_face import EfficientFace
from emofuse.encoders.mfcc_cnn import MfccCnn
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import Mfcc
from emofuse.features.quality import Clean, Seen, Spoken
from emofuse.features.vectors import Vectors
from emofuse.features.video import GreyFace
from emofuse.protocols.by_subject import EAV_30_6_6, EAV_SEVEN, folds, named
from emofuse.training.fit import fit

SEEN, SEEN_WINDOWS = 3_600, 6  # ms of sound and picture, and how many of them in a trial of 20 s
WORN, WORN_WINDOWS = 5_000, 4  # ms of EEG
FACES = 15  # of a window, evenly spread, as Chumachenko et al. 2022 have them
SIDE = 64  # pixels of a face; they have 224, in colour
BANDS = ((4.0, 8.0), (8.0, 13.0), (13.0, 30.0), (30.0, 50.0))  # Hz; the published loader keeps 3 to 50
FLOOR = 1e-6  # of a band's power, in squared microvolts, before its logarithm: far under what an amplifier hisses
EPOCHS = 600  # each with one window of a trial: as many steps as a hundred with all six
PROTOCOLS = {"30-6-6": named(**EAV_30_6_6), "seven": folds(EAV_SEVEN, valid=((),) * len(EAV_SEVEN))}
"""The paper's people, and seven folds in which everybody is judged."""


class GreyEfficientFace(EfficientFace):
    """EfficientFace over grey crops: three equal colours, blown up to a side that can be halved five times.

    Args:
        crop: Side of the crops, in pixels.
    """

    def __init__(self, crop: int = 48) -> None:
        super().__init__(SIDE)
        self.takes = (crop, crop)

    def early(self, x: torch.Tensor) -> torch.Tensor:
        """Shape: (B, T, S, S) -> (B, T, mid_dim)."""
        larger = F.interpolate(x, size=(SIDE, SIDE), mode="bilinear", align_corners=False)  # faces of a clip as if channels
        return super().early(larger[:, :, None].expand(-1, -1, 3, -1, -1))


def late(*, epochs: int = EPOCHS, protocol: str = "30-6-6") -> Bench:
    """Sound and picture by intermediate attention, EEG beside them, and the decisions between the two.

    kanafin_2024, people 37 to 42 (600 trials): sound and picture 58.36 %, EEG 39.42 %, WAVER 65 %, XGBoost 67.33 %,
    the CNN 68.33 %. Take these decisions with ``--decisions weighted,boosted,stacked_cnn``.
    Differences: 48 by 48 grey faces, five a second, under EfficientFace without its weights from AffectNet; band powers and a
    small network for the EEG in place of its authors' own; probabilities are calibrated on valid before they are decided upon.

    Args:
        epochs: Of either network.
        protocol: One of `PROTOCOLS`.

    Raises:
        UnknownName: A protocol that is not among them.
    """
    if protocol not in PROTOCOLS:
        raise UnknownName(f"eav:late knows no protocol '{protocol}'. Known: {', '.join(PROTOCOLS)}; choose one of them.")
    choose = "accuracy" if protocol == "30-6-6" else None
    taught = partial(fit, epochs=epochs, choose=choose)
    both = partial(taught, learning_rate=0.04, batch_size=8, weight_decay=1e-3, optimizer="sgd", clip=5.0)
    alone = partial(taught, learning_rate=1e-3, batch_size=32, weight_decay=0.01, optimizer="adamw")
    seen = tuple(partial(window, number=i, count=SEEN_WINDOWS, length=SEEN) for i in range(1, SEEN_WINDOWS))
    worn = tuple(partial(window, number=i, count=WORN_WINDOWS, length=WORN) for i in range(1, WORN_WINDOWS))
    return Bench(
        name="eav",
        corpus=EAV,
        protocol=PROTOCOLS[protocol],
        senses={
            Modality.AUDIO: Sense(Mfcc(), MfccCnn, both, heard, seen, SEEN_WINDOWS, quality=Spoken()),
            Modality.VIDEO: Sense(GreyFace(), GreyEfficientFace, both, faces, seen, SEEN_WINDOWS, quality=Seen()),
            Modality.EEG: Sense(
                Vectors("as they are", Modality.EEG),
                partial(ScaledMlp, len(CHANNELS) * len(BANDS)),
                alone,
                powers,
                worn,
                WORN_WINDOWS,
                quality=Clean(),
            ),
        },
        fit=both,
        members={
            "sound and picture": Member((Modality.AUDIO, Modality.VIDEO), "intermediate_attention", {"heads": 1}),
            "EEG": Member((Modality.EEG,)),
        },
        fusions=(),
        keep=spoken,
    )


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
