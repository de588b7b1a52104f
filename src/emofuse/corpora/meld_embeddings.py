"""MELD's embeddings: what three pretrained encoders make of MELD's dev part, one row an utterance.

Recorded: nothing anew; 1,108 utterances of MELD's dev part as numbers: its text through RoBERTa (768), its sound through
  wav2vec2 (768). `spectra` has the mel features of the sound (300) of dev and of 2,608 utterances of test.
Of whom: as MELD: 47 names in dev, six of whom speak most of it.
Labels: MELD's, from its table: the file with the embeddings has none.
Published by: nobody we know of; MELD is by Poria and others, 2019.
Odd: the file does not say which row is whose. They are MELD's tables in their order without the clips that have no usable
  film: dev loses dialogue 110, utterance 7, test loses 38, 4 and 220, 0. Measured: utterances of the same words have nearly
  the same text row in this order only (mean cosine 0.96; 0.90 in others), and how long an utterance lasts can be told from
  its sound row (correlation 0.93 to 0.97) with the gaps at these places and nowhere else.
  Split dev by dialogue: there is no part to learn from, and the official test part has the mel features alone.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.transcript import rows

FILE = "meld_dev_test_embeddings.npz"
GAPS = {"dev": frozenset({(110, 7)}), "test": frozenset({(38, 4), (220, 0)})}
"""Dialogue and utterance of the rows of MELD's tables that have no embedding."""
EMBEDDINGS = {Modality.TEXT: "text_base_val", Modality.AUDIO: "audio_wav2vec2_val"}
SPECTRA = {"dev": "audio_mel_val", "test": "audio_mel_test"}

WORDS = {
    "neutral": "neutral",
    "surprise": "surprise",
    "fear": "fear",
    "sadness": "sadness",
    "joy": "happiness",
    "disgust": "disgust",
    "anger": "anger",
}
COLUMNS = ("Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "StartTime", "EndTime")

CITATION = (
    "Poria S, Hazarika D, Majumder N, Naik G, Cambria E, Mihalcea R (2019). MELD: A multimodal multi-party dataset for emotion "
    "recognition in conversations. ACL, 527-536. https://arxiv.org/abs/1810.02508"
)
LAYOUT = """\
    meld_dev_test_embeddings.npz   (text_base_val, audio_wav2vec2_val, audio_mel_val, audio_mel_test)
    dev_sent_emo.csv               (MELD's own table; for `spectra` test_sent_emo.csv, too)
"""


def find(root: Path) -> Iterator[Clip]:
    """The clips of dev, each with an embedding of its text and one of its sound.

    Raises:
        CorpusError: The table is missing, or has not as many rows as there are embeddings.
    """
    if (root / FILE).is_file():
        yield from _clips(root, "dev", EMBEDDINGS)


def spectra(root: Path) -> tuple[Clip, ...]:
    """The clips of dev and test with the mel features of their sound.

    Raises:
        CorpusError: A file is missing, or table and features do not fit.
    """
    return tuple(clip for part, array in SPECTRA.items() for clip in _clips(Path(root), part, {Modality.AUDIO: array}))


def _clips(root: Path, part: str, arrays: dict[Modality, str]) -> Iterator[Clip]:
    path, table = root / FILE, root / f"{part}_sent_emo.csv"
    kept = [row for row in rows(table, COLUMNS) if (row.number("Dialogue_ID"), row.number("Utterance_ID")) not in GAPS[part]]
    for name in arrays.values():
        if (count := len(_array(path, name))) != len(kept):
            raise CorpusError(
                f"{path} has {count} rows of {name}, {table} has {len(kept)} utterances with a film. "
                f"Expected as many; get both files again."
            )
    for place, row in enumerate(kept):
        dialogue, utterance = row.number("Dialogue_ID"), row.number("Utterance_ID")
        speaker, start, end = row.text("Speaker"), row.time("StartTime"), row.time("EndTime")
        yield Clip(
            id=f"{part}-{dialogue:04d}-{utterance:02d}",
            subject=f"meld-{speaker}",
            label=row.word("Emotion", WORDS),
            sources={m: Source(path, partial(read_row, array=name, place=place, duration=end - start)) for m, name in arrays.items()},
            facts={
                "part": part,
                "dialogue": f"{part}-{dialogue:04d}",
                "utterance": str(utterance),
                "sentiment": row.text("Sentiment"),
                "speaker": speaker,
                "start": str(start),
                "end": str(end),
            },
        )


def read_row(path: Path, array: str, place: int, duration: int) -> Signal:
    """One embedding as a signal of one sample, which lasts as long as its utterance.

    Shape:
        values (1, width) float32

    Raises:
        CorpusError: The file has gone, or is not what it was.
    """
    values = _array(path, array)
    if place >= len(values):
        raise CorpusError(f"{path} has {len(values)} rows of {array} now. Expected more, as before; look for the corpus' clips again.")
    return Signal(values[place][None], rate=1_000 / duration if duration > 0 else 1.0)


def _array(path: Path, name: str) -> np.ndarray:
    try:
        stamp = path.stat()
        return _loaded(path, name, (stamp.st_mtime_ns, stamp.st_size))
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise CorpusError(
            f"{path} cannot be read as a numpy archive with {name}. Expected {LAYOUT.strip().splitlines()[0]}; get it again."
        ) from error


@lru_cache(maxsize=4)
def _loaded(path: Path, name: str, stamp: tuple[int, int]) -> np.ndarray:
    """An array of the file as it was at `stamp`. Shape: (N, width) float32."""
    from zipfile import BadZipFile

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            values: np.ndarray = archive[name].astype(np.float32)
    except BadZipFile as error:
        raise ValueError(str(error)) from error
    if values.ndim != 2:
        raise ValueError(f"{values.ndim} axes")
    values.flags.writeable = False
    return values


MELD_EMBEDDINGS = Corpus(
    name="meld_embeddings",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.AUDIO, Modality.TEXT}),
    license="as MELD: GPL-3.0 for the tables",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Not published on its own; the table is at github.com/declare-lab/MELD in data/MELD.",
    published=Published(
        clips=1_108,
        people=47,
        labels={"neutral": 469, "surprise": 150, "fear": 40, "sadness": 111, "happiness": 163, "disgust": 22, "anger": 153},
        facts={"part": {"dev": 1_108}},
        source="MELD's table of dev without the utterance that has no film",
    ),
    beside=("*_sent_emo.csv", "emorynlp_*_final.csv", "README*"),
    folder="meld",
)
