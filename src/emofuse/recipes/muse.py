"""What people were asked to do, from the four electrodes of a headband: relax, nothing in particular, concentrate. No emotions.

From a raw file to an answer, with four people and two dozen recordings: a demonstration of the way, and nothing more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.muse import CHANNELS, MUSE
from emofuse.encoders.base import Encoder
from emofuse.encoders.channel_transformer import ChannelTransformer
from emofuse.encoders.eegnet import EegNet
from emofuse.encoders.recurrent import Recurrent
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.encoders.shallow_convnet import ShallowConvNet
from emofuse.features.baseline import Few
from emofuse.features.eeg import BandPower, Waveform
from emofuse.fusions.early import Early
from emofuse.network import Committee, Network
from emofuse.protocols.by_group import leave_one_out
from emofuse.recipe import Recipe
from emofuse.training.fit import fit

WINDOW, HOP = 4_000, 1_000  # ms
WINDOWS = 28  # of a recording: of a minute, one every two seconds
BANDS = (("delta", 1.0, 4.0), ("theta", 4.0, 8.0), ("alpha", 8.0, 14.0), ("beta", 14.0, 31.0), ("gamma", 31.0, 45.0))
"""Name, from and to (Hz); up to where the power line's 50 Hz do not reach, which say how a headband sits and where the room is."""

PROTOCOLS = MappingProxyType({"people": leave_one_out(choose=False), "recordings": leave_one_out("recording", choose=False)})
"""By person, which is what the recipe is judged by; and by recording, whose person was also learnt from."""

Known = TypeVar("Known")
OVER_BANDS: Mapping[str, Callable[[int], Encoder]] = MappingProxyType(
    {
        "mlp": lambda channels: ScaledMlp(channels * len(BANDS), (32, 32)),
        "lstm": lambda channels: Recurrent(channels * len(BANDS)),
        "gru": lambda channels: Recurrent(channels * len(BANDS), cell="gru"),
        "channel_transformer": lambda channels: ChannelTransformer(channels, len(BANDS)),
    }
)
OVER_WAVES: Mapping[str, Callable[[int], Encoder]] = MappingProxyType({"eegnet": EegNet, "shallow_convnet": ShallowConvNet})


SAYS = (
    "What four people were asked to do, from a Muse headband: relax, nothing in particular, or concentrate. **States of attention, no "
    "emotions**: it cannot tell how anybody feels, and its 'neutral' is not that of other recognizers. A demonstration of the way from a "
    "raw recording to an answer: 24 recordings of 4 people, of one state each, so that states differ by whatever else differed between "
    "recordings. Three of the four people had a loose electrode (AF8) while they concentrated, and hardly otherwise; where it spreads by "
    "more than 250 microvolts it is not looked at, but below that it may be what is recognized. "
    "Figures are of whole recordings, each the mean over up to a minute; a window of four seconds by itself is right less often, and "
    "four people say little about a fifth."
)


def bands(
    *,
    encoder: str = "mlp",
    way: str = "share",
    electrodes: Sequence[str] = CHANNELS,
    beside: bool = False,
    members: int = 3,
    epochs: int = 60,
    protocol: str = "people",
) -> Recipe:
    """Shares of five rhythms at four electrodes, second by second over four seconds; leave one person out, 3 states of attention.

    Published on these recordings: 87 % (Bird et al. 2018), windows of all people shuffled, of which half of each is in its neighbours;
    not to be compared. Every person's own recordings kept apart, there is no published figure.
    Shares, as how strong all rhythms are together says how well the headband sits. All settings were fixed before the first run but
    for gamma's upper edge, then brought from 50 to 45 Hz to keep the power line out; the figure was the same.

    Args:
        encoder: One of `OVER_BANDS`.
        way: How strong a rhythm is told: "share", "power" or "entropy".
        electrodes: Which are looked at.
        beside: Whether each recording is seen beside all others of its person.
        members: Networks whose probabilities are averaged.
        epochs: Of each, with one window of each recording.
        protocol: One of `PROTOCOLS`.

    Raises:
        UnknownName: An encoder or a protocol that is not among them.
    """
    return Recipe(
        name="eeg-muse",
        corpus=MUSE,
        labels=MUSE.labels,
        protocol=_known("protocol", protocol, PROTOCOLS),
        features={Modality.EEG: BandPower(tuple(electrodes), BANDS, way=way)},
        build=partial(_committee, partial(_known("encoder", encoder, OVER_BANDS), len(electrodes)), members),
        fit=partial(
            fit, epochs=epochs, learning_rate=3e-3, batch_size=8, weight_decay=0.05, optimizer="adamw", label_smoothing=0.05, clip=5.0,
            averaging=0.98, choose=None, warm_up=0.15,
        ),
        window=WINDOW,
        hop=HOP,
        prepare=partial(window, number=0),
        variants=tuple(partial(window, number=number) for number in range(1, WINDOWS)),
        ships_everything=protocol == "people",
        keep=original,
        says=SAYS,
        baseline={Modality.EEG: Few()} if beside else {},
    )  # fmt: skip


def waves(*, encoder: str = "eegnet", members: int = 1, epochs: int = 60, protocol: str = "people") -> Recipe:
    """Four seconds of samples from 1 to 45 Hz into EEGNet (Lawhern et al. 2018) or ShallowConvNet (Schirrmeister et al. 2017); 3 states.

    There is no published figure by person.

    Args:
        encoder: One of `OVER_WAVES`.
        members: Networks whose probabilities are averaged.
        epochs: Of each, with one window of each recording.
        protocol: One of `PROTOCOLS`.

    Raises:
        UnknownName: An encoder or a protocol that is not among them.
    """
    network = partial(_known("encoder", encoder, OVER_WAVES), len(CHANNELS))
    made = bands(epochs=epochs, protocol=protocol)
    return replace(made, features={Modality.EEG: Waveform(CHANNELS)}, build=partial(_committee, network, members))


def original(clip: Clip) -> bool:
    """Not the recording that is there twice."""
    return "copy" not in clip.facts


def window(signal: Signal, number: int) -> Signal:
    """One of `WINDOWS` windows, evenly spread over what the headband sent, as if that were in one piece; zeros where it ends.

    Shape:
        (time, 4) -> (4 s, 4)
    """
    sent = signal.values if signal.present is None else signal.values[signal.present]
    count = round(WINDOW * signal.rate / 1_000)
    start = max(len(sent) - count, 0) * number // max(WINDOWS - 1, 1)
    values = np.zeros((count, *sent.shape[1:]), dtype=np.float32)
    part = sent[start : start + count]
    values[: len(part)] = part
    return Signal(values, signal.rate, channels=signal.channels)


def _known(what: str, name: str, known: Mapping[str, Known]) -> Known:
    if name not in known:
        raise UnknownName(f"muse knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")
    return known[name]


def _committee(encoder: Callable[[], Encoder], members: int) -> Network:
    return Committee([_network(encoder()) for _ in range(members)])


def _network(encoder: Encoder) -> Network:
    return Network({Modality.EEG: encoder}, Early({Modality.EEG: encoder.dim}, len(MUSE.labels), dropout=0.2))
