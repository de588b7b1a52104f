"""CMU-MOSEI: people on YouTube give their opinions; features of words, voice and face, word by word.

Recorded: 22,856 sentences in 65 hours of film, here as features only: the word as a vector (GloVe 300 or BERT 768), the voice
  (COVAREP 74) and the face (Facet 35) while it was spoken, up to 50 or 60 words a sentence.
Of whom: more than 1,000 people, who are not told apart; parts keep films apart, and a film mostly has one speaker.
Labels: six emotions from 0 to 3 and sentiment from -3 to 3, by three people each. A sentence shows none of them, one or
  several; what it shows at all is its fact ``labels``. The clip's label is the only one, None where there are none or several:
  choosing one would be ours. `by_sentiment` gives negative, neutral or positive instead.
Published by: Zadeh and others, Carnegie Mellon University, 2018; aligned by Tsai and others 2019 and by those of MMSA:
  train 16,326, valid 1,871, test 4,659.
Odd: the aligned files are pickles, which can do anything to a computer that loads them; here nothing in one is called, and
  one that asks for more than arrays, lists and words is refused. Most have the sentiment alone: emotions are in
  ``mosei_emotion_aligned_60.pkl``, or come from ``CMU_MOSEI_Labels.csd`` where sentences carry their times. Voices
  hold infinities, which are 0 here. A step is a word and has no duration: signals have one step a second for want of better.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.pickled import read_pickled

FILES = ("mosei_emotion_aligned_60.pkl", "mosei_senti_data.pkl", "aligned_50.pkl")
"""The first that is there is read; the first alone has emotions of its own."""
INTENSITIES = "CMU_MOSEI_Labels.csd"
PARTS = ("train", "valid", "test")
NAMES = {Modality.TEXT: "text", Modality.AUDIO: "audio", Modality.VIDEO: "vision"}
EMOTIONS = ("happiness", "sadness", "anger", "surprise", "disgust", "fear")  # the published order, behind the sentiment
SENTIMENTS = LabelSet(("negative", "neutral", "positive"))
NEAR = 0.05  # s; two times of one sentence, written with more or fewer digits

CITATION = (
    "Zadeh A, Liang PP, Poria S, Cambria E, Morency LP (2018). Multimodal language analysis in the wild: CMU-MOSEI dataset and "
    "interpretable dynamic fusion graph. ACL, 2236-2246. https://aclanthology.org/P18-1208; alignment: Tsai YHH and others (2019). "
    "https://arxiv.org/abs/1906.00295"
)
LAYOUT = """\
    mosei_emotion_aligned_60.pkl   (or mosei_senti_data.pkl, or aligned_50.pkl)
    CMU_MOSEI_Labels.csd           (optional: emotions for mosei_senti_data.pkl)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a sentence.

    Raises:
        CorpusError: The file holds other arrays than were published.
        MediaError: The file is larger than memory, or is no pickle of arrays.
    """
    path = next((root / name for name in FILES if (root / name).is_file()), None)
    if path is None:
        return
    known = _intensities(root / INTENSITIES) if (root / INTENSITIES).is_file() else {}
    for part, held in _held(path).items():
        for place, told in enumerate(held.told):
            sentiment, shown = told.sentiment, told.emotions if told.emotions is not None else _looked_up(known, told)
            facts = {"part": part, "recording": told.film}
            if not math.isnan(told.start):
                facts |= {"start": str(round(told.start * 1_000)), "end": str(round(told.end * 1_000))}
            if sentiment is not None:
                facts["sentiment"] = f"{sentiment:g}"
            if told.words:
                facts["words"] = told.words
            label = None
            if shown is not None:
                present = [word for word, much in zip(EMOTIONS, shown, strict=True) if much > 0]
                label = present[0] if len(present) == 1 else None
                facts["labels"] = ", ".join(present) or "none"
            sources = {m: Source(path, partial(read_steps, part=part, modality=m, place=place)) for m in NAMES}
            yield Clip(f"{part}-{place:05d}", None, label, sources, facts)


def by_sentiment(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """The same clips labelled by the sign of their sentiment: negative below 0, positive above, neutral at 0; None where nobody tells."""

    def word(clip: Clip) -> str | None:
        told = float(clip.facts.get("sentiment", "nan"))
        return None if math.isnan(told) else SENTIMENTS[int(np.sign(told)) + 1]

    return tuple(replace(clip, label=word(clip)) for clip in clips)


def read_steps(path: Path, part: str, modality: Modality, place: int) -> Signal:
    """What one sentence has of one modality.

    Shape:
        values (word, width) float32; words that only fill the array up are absent

    Raises:
        CorpusError: The file has gone, or is not what it was.
    """
    array = _held(path)[part].arrays[modality]
    if place >= len(array):
        raise CorpusError(f"{path} has {len(array)} sentences of {part} now. Expected more, as before; look for the corpus' clips again.")
    values = np.nan_to_num(array[place].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    present = values.any(axis=1)
    return Signal(values, rate=1.0, present=None if present.all() else present)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a file says of one sentence; times in s, NaN where it does not; None for what is not there."""

    film: str
    start: float
    end: float
    sentiment: float | None
    emotions: tuple[float, ...] | None
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Train, valid or test. Shape: arrays (N, word, width)."""

    arrays: Mapping[Modality, np.ndarray]
    told: tuple[_Told, ...]


def _held(path: Path) -> Mapping[str, _Part]:
    try:
        stamp = path.stat()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read ({error.strerror}). Expected the aligned features of CMU-MOSEI; put it back.") from error
    return _loaded(path, (stamp.st_mtime_ns, stamp.st_size))


@lru_cache(maxsize=1)
def _loaded(path: Path, stamp: tuple[int, int]) -> Mapping[str, _Part]:
    """The file as it was at `stamp`; one stays in memory, because every clip is a row of it."""
    parts = read_pickled(path)
    wrong = f"{path} is not a file of aligned features"
    if not isinstance(parts, dict) or not all(isinstance(parts.get(part), dict) for part in PARTS):
        raise CorpusError(f"{wrong}: it has no {', '.join(PARTS)}. Expected these three; get it again.")
    try:
        return {part: _part(parts[part]) for part in PARTS}
    except (KeyError, TypeError, ValueError) as error:
        raise CorpusError(
            f"{wrong}: {error}. Expected text, audio and vision of shape (sentence, word, width), id, and labels or regression_labels, "
            f"as many of each; get it again."
        ) from error


def _part(held: Mapping[str, Any]) -> _Part:
    arrays = {m: np.asarray(held[name]) for m, name in NAMES.items()}
    labels = np.asarray(held["labels"] if "labels" in held else held["regression_labels"], dtype=np.float64)
    count = len(held["id"])
    table = labels.reshape(len(labels), -1)
    if any(array.ndim != 3 or array.dtype.kind != "f" or len(array) != count for array in arrays.values()):
        raise ValueError("; ".join(f"{NAMES[m]} is {array.dtype} {array.shape}" for m, array in arrays.items()) + f"; id has {count}")
    if table.shape not in ((count, 1), (count, 6), (count, 7)):
        raise ValueError(f"labels are {labels.shape}, id has {count}; 1 is the sentiment, 6 are emotions, 7 both")
    words = [_text(text) for text in held["raw_text"]] if "raw_text" in held else [""] * count
    emotions = [tuple(row[-6:].tolist()) for row in table] if table.shape[1] > 1 else [None] * count
    sentiments = [float(row[0]) for row in table] if table.shape[1] != 6 else [None] * count
    rows = zip(held["id"], sentiments, emotions, words, strict=True)
    return _Part(arrays, tuple(_Told(*_film(name), sentiment, shown, said) for name, sentiment, shown, said in rows))


def _film(name: object) -> tuple[str, float, float]:
    """Film and times (s) out of a sentence's id: (film, start, end), ``film$_$3`` or ``film[3]``.

    Example:
        >>> _film(["-3g5yACwYnA", b"4.84", "13.0"]), _film("-3g5yACwYnA$_$10"), _film("-3g5yACwYnA[2]")
        (('-3g5yACwYnA', 4.84, 13.0), ('-3g5yACwYnA', nan, nan), ('-3g5yACwYnA', nan, nan))
    """
    if isinstance(name, (list, tuple, np.ndarray)):
        film, *times = (_text(part) for part in name)
        start, end = (float(times[0]), float(times[1])) if len(times) > 1 else (math.nan, math.nan)
        return film, start, end
    return re.split(r"\$_\$\d+$|\[\d+\]$", _text(name))[0], math.nan, math.nan


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


Intensities = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""By film: times (N, 2) in s, and sentiment and emotions (N, 7)."""


def _intensities(path: Path) -> Intensities:
    """What the published labels say.

    Raises:
        CorpusError: It is no computational sequence of labels, or h5py is missing.
    """
    try:
        import h5py
    except ImportError as error:
        raise CorpusError(f"Reading {path} needs h5py, which is not installed. Install it with: pip install h5py.") from error
    try:
        with h5py.File(path, "r") as file:
            top = next((file[name] for name in file if "data" in file[name]), file)
            films = {film: (held["intervals"][()], held["features"][()]) for film, held in top["data"].items()}
        if any(times.shape != (len(labels), 2) or labels.shape[1:] != (7,) for times, labels in films.values()):
            raise ValueError("a film has not two times and seven labels a sentence")
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorpusError(
            f"{path} cannot be read as labels of CMU-MOSEI ({error}). Expected intervals (N, 2) and features (N, 7) by film; get it again."
        ) from error
    return films


def _looked_up(known: Intensities, told: _Told) -> tuple[float, ...] | None:
    """The emotions of the sentence that begins and ends when this one does."""
    if told.film not in known or math.isnan(told.start):
        return None
    times, labels = known[told.film]
    off = np.abs(times - (told.start, told.end)).max(axis=1, initial=0.0)
    best = int(off.argmin()) if len(off) else 0
    return tuple(labels[best, 1:].tolist()) if len(off) and off[best] < NEAR else None


MOSEI = Corpus(
    name="mosei",
    labels=LabelSet(EMOTIONS),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.TEXT}),
    license="for research; films from YouTube, rights with their owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting=(
        "The aligned files are linked from github.com/yaohungt/Multimodal-Transformer and github.com/thuiar/MMSA; "
        "the labels from github.com/CMU-MultiComp-Lab/CMU-MultimodalSDK."
    ),
    published=Published(
        clips=22_856,
        people=None,
        facts={"part": {"train": 16_326, "valid": 1_871, "test": 4_659}},
        source="many who use the aligned files",
    ),
    beside=(*FILES, "unaligned_50.pkl", INTENSITIES, "*.csd", "README*"),
)
