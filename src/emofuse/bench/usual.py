"""A bench for a corpus that has none of its own: how each kind of signal is usually taken in, and who is usually judged.

A table, to be read and overridden: whoever knows a corpus better writes a function that returns a `Bench`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.bench.base import Bench, Sense
from emofuse.core.clip import Clip, Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.modality import Modality
from emofuse.core.split import PERSON, Protocol, told
from emofuse.encoders.residual_faces import ResidualFaces
from emofuse.encoders.residual_spectrum import ResidualSpectrum
from emofuse.encoders.scaled_mlp import ScaledMlp
from emofuse.features.audio import LogMel
from emofuse.features.quality import Seen, Spoken
from emofuse.features.vectors import Vectors
from emofuse.features.video import GreyFace
from emofuse.protocols.by_clip import everything, official
from emofuse.protocols.by_group import grouped
from emofuse.protocols.by_subject import EAV_SEVEN, RAVDESS_SIX, folds
from emofuse.splitting import OFFICIAL
from emofuse.training.augment import chained, heard_otherwise, masked_spectrum, moved_faces, relit_faces
from emofuse.training.fit import fit

FOLDS = 6  # of people, where a corpus has no fixed ones
ROOM, WINDOW = 4_000, 3_000  # ms of sound that are kept, and that a training window is cut from it
SPOKEN = 35.0  # dB under a clip's loudest 10 ms; what is above is taken for speech
HEARD = 8_000.0  # samples a second from which numbers are a sound
RAW = 32.0  # samples a second from which rows are a raw signal, not vectors
FACES = 6  # of a clip, evenly spread
TAKEN = "sound, pictures of faces, or rows of numbers that are no raw signal"  # what is known to be taken in
FIXED: Mapping[str, Sequence[Sequence[str]]] = {"ravdess": RAVDESS_SIX, "ravdess_au": RAVDESS_SIX, "eav": EAV_SEVEN}
"""People by fold, as others have divided them."""
TOGETHER: Mapping[str, str] = {"gameemo": "pair"}
"""The fact to divide by where people are not enough: in GAMEEMO two of them are nearly the same data."""
TAUGHT = partial(
    fit, learning_rate=3e-3, batch_size=48, weight_decay=0.05, optimizer="adamw", label_smoothing=0.05, balance=2.0, clip=5.0,
    averaging=0.98, choose=None, warm_up=0.15,
)  # fmt: skip
"""How everything here is taught: a fixed number of epochs, the last one kept, so that nobody need be held out to choose it."""
EPOCHS = 30


def bench(corpus: Corpus, data: Path, modalities: Sequence[Modality] = (), divided: bool = False) -> Bench:
    """The usual bench of a corpus, by a look at what its first clips hold.

    Args:
        corpus: Any that is there under `data`.
        data: Holds one folder a corpus.
        modalities: What to fuse; all that something is known to do with, by default.
        divided: Whether somebody says elsewhere who is judged.

    Raises:
        MissingModality: One was named that no clip has, or that there is no usual way to take in.
        SplitError: Nothing is known to divide the corpus by.
    """
    clips = corpus.clips(corpus.under(data))
    having = {m: next((clip for clip in clips if m in clip.sources), None) for m in sorted(modalities or corpus.modalities)}
    senses, left = {}, []
    for m, clip in having.items():
        made = sense(m, clip.signal(m)) if clip is not None else None
        if made is not None:
            senses[m] = made
        elif modalities:
            what = "no clip of it has any" if clip is None else "there is no usual way to take in what it has of it"
            raise MissingModality(
                f"{corpus.name} cannot be fused with its {m}: {what}. Expected {TAKEN}; name others with --modalities, or write a function "
                f"that returns a Bench (emofuse.bench.base) and name it in place of the corpus."
            )
        else:
            left.append(str(m))
    if not senses:
        raise MissingModality(
            f"Nothing that {corpus.name} has can be taken in by a usual way. Expected {TAKEN}; write a Bench of its own for it."
        )
    return Bench(
        name=corpus.name,
        corpus=corpus,
        protocol=everything() if divided else protocol(corpus, clips),
        senses=senses,
        fit=partial(TAUGHT, epochs=EPOCHS),
        units=TOGETHER.get(corpus.name),
        notes=(f"{', '.join(left)}: left out, as there is no usual way to take it in",) if left else (),
    )


def protocol(corpus: Corpus, clips: Sequence[Clip]) -> Protocol:
    """The corpus' fixed folds; else its official parts; else folds of what must stay together, people where nobody knows better.

    Raises:
        SplitError: There are none of these.
    """
    if corpus.name in FIXED:
        people = FIXED[corpus.name]
        return folds(people, valid=((),) * len(people))
    if corpus.name in OFFICIAL:
        return official(**OFFICIAL[corpus.name])
    by = TOGETHER.get(corpus.name, PERSON)
    there = {told(clip, by) for clip in clips}
    if None in there or len(there) < 2:
        raise SplitError(
            f"{corpus.name} has no fixed folds and does not tell two people apart. Expected a way to divide it; "
            f"name one with --protocol, such as 'grouped:k=5,by=\"dialogue\"'."
        )
    return grouped(min(FOLDS, len(there)), by=by, choose=False)


def sense(m: Modality, signal: Signal) -> Sense | None:
    """How such a signal is usually taken in; None where there is no usual way."""
    return next((make(m, signal) for fits, make in KINDS if fits(signal)), None)


def around_speech(signal: Signal) -> Signal:
    """The four seconds around the middle of what is spoken; zeros where the clip does not reach.

    Shape:
        (time,) -> (4 s,)
    """
    piece = round(signal.rate / 100)  # 10 ms
    power = np.add.reduceat(signal.values.astype(np.float64) ** 2, np.arange(0, len(signal.values), piece))
    loud = np.flatnonzero(10 * np.log10(power + 1e-12) > 10 * np.log10(power.max() + 1e-12) - SPOKEN)
    count = round(ROOM * signal.rate / 1_000)
    start = int(loud[0] + loud[-1] + 1) * piece // 2 - count // 2
    values = np.zeros(count, dtype=np.float32)
    part = signal.values[max(start, 0) : start + count]
    at = max(-start, 0)
    values[at : at + len(part)] = part
    return Signal(values, signal.rate)


def spread_faces(signal: Signal) -> Signal:
    """Six faces spread evenly over the clip, out of the frames that have one; some of them twice where there are fewer.

    Shape:
        (time, H, H) -> (6, H, H)
    """
    there = np.arange(len(signal.values)) if signal.present is None or not signal.present.any() else np.flatnonzero(signal.present)
    chosen = there[np.linspace(0, len(there) - 1, FACES).round().astype(int)]
    return Signal(signal.values[chosen], signal.rate)


def _sound(m: Modality, signal: Signal) -> Sense:
    feature = LogMel()
    frames = 1 + WINDOW * feature.rate // 1_000 // feature.hop
    return Sense(
        feature=feature,
        encoder=ResidualSpectrum,
        fit=partial(TAUGHT, epochs=EPOCHS),
        prepare=around_speech,
        quality=Spoken(),
        augment=chained(heard_otherwise(frames), masked_spectrum()),
    )


def _faces(m: Modality, signal: Signal) -> Sense:
    return Sense(
        feature=GreyFace(),
        encoder=partial(ResidualFaces, (24, 48, 96), (1, 1, 1), mirrored=False),
        fit=partial(TAUGHT, epochs=EPOCHS),
        prepare=spread_faces,
        quality=Seen(),
        augment=chained(moved_faces(), relit_faces()),
    )


def _vectors(m: Modality, signal: Signal) -> Sense:
    count, width = signal.values.shape
    return Sense(
        feature=Vectors("as they are" if count == 1 else "mean and spread", m),
        encoder=partial(ScaledMlp, width if count == 1 else 2 * width),
        fit=partial(TAUGHT, epochs=2 * EPOCHS),
    )


KINDS: Sequence[tuple[Callable[[Signal], bool], Callable[[Modality, Signal], Sense]]] = (
    (lambda signal: signal.values.ndim == 1 and signal.values.dtype == np.float32 and signal.rate >= HEARD, _sound),
    (lambda signal: signal.values.ndim == 3 and signal.values.dtype == np.uint8, _faces),
    (lambda signal: signal.values.ndim == 2 and signal.values.dtype.kind == "f" and signal.rate < RAW, _vectors),
)
"""What a signal is, told by its numbers, and how that is taken in. Words and raw EEG have no usual way yet."""
