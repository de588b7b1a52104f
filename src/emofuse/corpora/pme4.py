"""PME4: eleven students of acting say "The sky is green" in seven emotions; sound, EEG, and what their faces look like to a network.

Recorded: up to 359 trials of 5 s a person, with one sentence spoken in the middle: sound at 44.1 kHz, EEG of 8 channels and
  EMG of 6 facial muscles at 5 kHz, and video at 10 frames a second, which is not published.
Of whom: 11 students of acting, 5 women and 6 men, in New York; who is which is not told.
Labels: what the person was asked to show: anger, disgust, fear, happiness, neutral, sadness, surprise. How many of each is not printed.
Published by: Chen, Ro and Zhu, IEEE Access 10, 2022, at figshare.com; for research.
Odd: instead of pictures there are numbers, and only of those people who allowed it: what VGG16 makes of the face in frames from the
  middle of the sentence. They are described as 16 rows of 2,048, but their files of 3 MB hold 30 rows of 25,088, the network's last
  pooled layer (Kanafin et al. 2024 found the same). They come as the video of a clip, a row a frame; no face can be cut from them.
  EEG lies on disk as channels by time. EMG is not read: it is no modality here. One sentence only.
"""

import csv
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.sound import read_sound

CODES = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprise": "surprise",
}
CHANNELS = ("F3", "Fz", "F4", "Cz", "P3", "Pz", "P4", "O2")
TABLE = "PME4_dataset_configs.csv"
COLUMNS = ("subject", "trial", "emotion", "speech_start_time", "speech_stop_time")
NAME = re.compile(r"s(?P<person>\d\d)_t(?P<trial>\d\d\d)(?P<what>.*)")
SEEN = 1.5  # s in the middle of the sentence from which the frames were taken

CITATION = (
    "Chen J, Ro T, Zhu Z (2022). Emotion recognition with audio, video, EEG, and EMG: a dataset and baseline approaches. "
    "IEEE Access 10, 13229-13242. https://doi.org/10.1109/ACCESS.2022.3146729"
)
LAYOUT = """\
    PME4_dataset_configs.csv      (subject, trial, emotion, speech_start_time, speech_stop_time, ...)
    s01/t001/s01_t001.wav
    s01/t001/s01_t001_raw_eeg_5kHz.npy
    s01/t001/s01_t001_processed_eeg_1kHz.npy       (read where the raw one is not there)
    s01/t001/s01_t001_face_vgg16_features.npy      (of those who allowed it)
    ...
    s11/t359/s11_t359.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a trial of which there is sound, EEG or what a network saw.

    Raises:
        CorpusError: The table is missing or lacks a column, a trial has no row in it, or an unknown emotion.
    """
    trials: dict[tuple[int, int], dict[str, Path]] = {}
    for file in sorted(root.rglob("s??_t???*"), key=lambda file: (len(file.parts), file)):
        name = NAME.fullmatch(file.name)
        if name is not None and name["what"] in READERS:
            trials.setdefault((int(name["person"]), int(name["trial"])), {}).setdefault(name["what"], file)
    rows = _rows(root) if trials else {}
    for key, files in trials.items():
        if key not in rows or rows[key]["emotion"] not in CODES:
            raise CorpusError(
                f"{TABLE} does not say which emotion {next(iter(files.values()))} shows. Expected a row for subject {key[0]}, "
                f"trial {key[1]} with one of {', '.join(CODES)}; get the table again."
            )
        yield _clip(key, files, rows[key])


def _clip(key: tuple[int, int], files: dict[str, Path], row: dict[str, str]) -> Clip:
    sources: dict[Modality, Source] = {}
    for what, (m, read) in READERS.items():
        if what in files:
            sources.setdefault(m, Source(files[what], read))
    facts = {"sentence": "the sky is green", "trial": row["trial"]}
    for fact, column in (("speech_start", "speech_start_time"), ("speech_end", "speech_stop_time")):
        if row[column]:
            facts[fact] = str(round(float(row[column]) * 1_000))  # ms
    return Clip(f"s{key[0]:02d}_t{key[1]:03d}", f"pme4-{key[0]:02d}", CODES[row["emotion"]], sources, facts)


def _rows(root: Path) -> dict[tuple[int, int], dict[str, str]]:
    """The table, by person and trial."""
    table = min(root.rglob(TABLE), key=lambda file: (len(file.parts), file), default=None)
    if table is None:
        raise CorpusError(
            f"There are trials of pme4 under {root}, but no {TABLE}, which says their emotions. Expected it there; get it too."
        )
    with table.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = csv.DictReader(file)
        missing = set(COLUMNS) - set(rows.fieldnames or ())
        if missing:
            raise CorpusError(f"{table} has no column {', '.join(sorted(missing))}. Expected {', '.join(COLUMNS)}; get it again.")
        try:
            told = [{column: (row[column] or "").strip() for column in COLUMNS} for row in rows]
            return {(int(float(row["subject"])), int(float(row["trial"]))): row for row in told}
        except ValueError as error:
            raise CorpusError(f"{table} has a subject or trial that is no number ({error}). Expected 1, 2, ...; get it again.") from error


def read_eeg(path: Path, rate: int) -> Signal:
    """The EEG of one trial.

    Shape:
        values (time, 8) float32 in the order of `CHANNELS`; the unit is not published, microvolts are taken

    Raises:
        MediaError: It is no array of eight channels.
    """
    values = _array(path)
    if values.shape[:1] != (len(CHANNELS),):
        raise MediaError(f"{path} is of shape {values.shape}. Expected {len(CHANNELS)} channels by time; get it again.")
    return Signal(np.ascontiguousarray(values.T, dtype=np.float32), rate)


def read_seen(path: Path) -> Signal:
    """What VGG16 made of the face, frame by frame: features, not pictures.

    Shape:
        values (time, 25088) float32

    Raises:
        MediaError: It is no array of rows.
    """
    values = _array(path)
    return Signal(np.ascontiguousarray(values.reshape(len(values), -1), dtype=np.float32), len(values) / SEEN)


def _array(path: Path) -> np.ndarray:
    try:
        values: np.ndarray = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise MediaError(f"{path} cannot be read as an array of numpy ({error}). Expected one, as published; get it again.") from error
    if values.ndim < 2 or not values.size or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise MediaError(
            f"{path} is of shape {values.shape} and type {values.dtype}, or holds values that are not numbers. "
            f"Expected numbers by rows and columns; get it again."
        )
    return values


READERS: dict[
    str, tuple[Modality, Callable[[Path], Signal]]
] = {  # what a name ends with -> what it is; of two of a modality, the first that there is
    ".wav": (Modality.AUDIO, read_sound),
    "_raw_eeg_5kHz.npy": (Modality.EEG, partial(read_eeg, rate=5_000)),
    "_processed_eeg_1kHz.npy": (Modality.EEG, partial(read_eeg, rate=1_000)),
    "_face_vgg16_features.npy": (Modality.VIDEO, read_seen),
}

PME4 = Corpus(
    name="pme4",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.EEG}),
    license="for research",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free to download for research from https://doi.org/10.6084/m9.figshare.18737924, a zip a person and one table.",
    beside=("*.zip", f"**/{TABLE}", "**/*_mfcc_*.npy", "**/*_emg_*.npy"),
)
