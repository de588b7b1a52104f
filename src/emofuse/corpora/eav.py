"""EAV: 42 people listen and speak in five emotions; brain, voice and face at the same moment.

Recorded: 8,400 trials of 20 s at Nazarbayev University: EEG of 30 channels at 500 Hz, video at 30 frames a second, and the voice
  of the person where he or she speaks. Trials come in pairs: an actor on the screen says something, the person answers by reading.
Of whom: 42 people, each 200 trials: 100 of listening, 100 of speaking; English.
Labels: what the script of the dialogue is meant to bring about: neutral, sadness, anger, happiness and calm, 1,680 trials each.
Published by: Lee and others, Scientific Data 11, 1026, 2024; for research, on request.
Odd: the EEG of 11 people is called `seg`, that of the other 31 `seg1`: an array (time 10,000, channel 30, trial 200), though the
  description says trials first. Labels are one-hot, 10 x 200: the emotion is the row halved, and the even rows are listening,
  the odd ones speaking (a comment in the published loader says the opposite). The number at the front of a sound's or a video's
  name is the trial, counted from 1; the second number is counted differently for sound and video. Some names carry a double underscore.
  There are 100 sounds and 200 videos a person. The description repeats one row of figures for sound and EEG.
  The names of the channels are not published with the data; `CHANNELS` has the 30 as others give them, the usual 32 without TP9, TP10.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.files import read_faces
from emofuse.media.kept import kept
from emofuse.media.mat import read_mat
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream

WORDS = ("neutral", "sadness", "anger", "happiness", "calm")  # the emotion of rows 0 and 1, 2 and 3, ... of the labels
TASKS = ("listening", "speaking")  # even rows, odd rows
PEOPLE, TRIALS, RATE = 42, 200, 500  # Hz
_CAP = "Fp1 Fp2 F7 F3 Fz F4 F8 FC5 FC1 FC2 FC6 T7 C3 Cz C4 T8 CP5 CP1 CP2 CP6 P7 P3 Pz P4 P8 PO9 O1 Oz O2 PO10"
CHANNELS = tuple(_CAP.split())  # as others who read these files have them; the publication does not say
FOLDER = re.compile(r"subject_*0*(?P<person>\d+)_*", re.IGNORECASE)
MEDIA = re.compile(r"(?P<trial>\d+)_+Trial_+\d+_+(?P<task>listening|speaking)_+(?P<emotion>[a-z]+)(?:_+aud)?_*", re.IGNORECASE)
NAMED = {"neutral": "neutral", "sadness": "sadness", "anger": "anger", "happiness": "happiness", "calmness": "calm"}
SOUND, PICTURE = (".wav", ".flac"), (".mp4",)

CITATION = (
    "Lee MH, Shomanov A, Begim B, Kabidenova Z, Nyssanbay A, Yazici A, Lee SW (2024). EAV: EEG-Audio-Video dataset for emotion "
    "recognition in conversational contexts. Scientific Data 11, 1026. https://doi.org/10.1038/s41597-024-03838-4"
)
LAYOUT = """\
    subject01/EEG/subject01_eeg.mat        (and subject01_eeg_label.mat)
    subject01/Audio/002_Trial_02_Speaking_Neutral_Aud.wav
    subject01/Video/001_Trial_01_Listening_Neutral.mp4
    ...
    subject42/Video/200_Trial_20_Speaking_Sadness.mp4
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a trial, whatever there is of it: EEG, sound, video; a second copy of a person's folder counts for nothing.

    Raises:
        CorpusError: Labels that are not one-hot, or a name that contradicts them.
        MediaError: A file with labels cannot be read.
    """
    folders: dict[int, Path] = {}
    for folder in sorted(root.rglob("*"), key=lambda folder: (len(folder.parts), folder)):
        name = FOLDER.fullmatch(folder.name)
        if name is not None and folder.is_dir():
            folders.setdefault(int(name["person"]), folder)
    for person, folder in folders.items():
        yield from _trials(folder, person)


def _trials(folder: Path, person: int) -> Iterator[Clip]:
    labels = _labels(folder)
    files: dict[int, dict[Modality, Source]] = {trial: {} for trial in labels}
    for file in sorted(folder.rglob("*")):
        name, kind = MEDIA.fullmatch(file.stem), file.suffix.lower()
        if name is None or kind not in (*SOUND, *PICTURE):
            continue
        trial, says = int(name["trial"]), (NAMED.get(name["emotion"].lower(), name["emotion"]), name["task"].lower())
        if labels.setdefault(trial, says) != says or says[0] not in WORDS:
            raise CorpusError(
                f"{file} is named {' '.join(says)}, but trial {trial} is {' '.join(labels[trial])}. "
                f"Expected names and labels to agree on one of {', '.join(WORDS)}; get {folder.name} again."
            )
        m, source = (Modality.AUDIO, Source(file, read_sound)) if kind in SOUND else (Modality.VIDEO, Source(file, read_faces, stream))
        files.setdefault(trial, {}).setdefault(m, source)
    recording = min(folder.rglob("*_eeg.mat"), default=None)
    for trial, (emotion, task) in labels.items():
        sources = files[trial]
        if recording is not None:
            sources[Modality.EEG] = Source(recording, partial(read_eeg, trial=trial))
        facts = {"task": task, "trial": str(trial), "dialogue": f"{person:02d}-{(trial + 1) // 2:03d}"}
        yield Clip(f"{person:02d}-{trial:03d}", f"eav-{person:02d}", emotion, sources, facts)


def _labels(folder: Path) -> dict[int, tuple[str, str]]:
    """Emotion and task of each trial, from the file with the labels; empty where there is none."""
    file = min(folder.rglob("*_eeg_label.mat"), default=None)
    rows = _rows(file) if file is not None else ()
    return {trial: (WORDS[row // 2], TASKS[row % 2]) for trial, row in enumerate(rows, start=1)}


@kept(PEOPLE)
def _rows(path: Path) -> tuple[int, ...]:
    """The row of each trial in the labels; kept, because a process of its own reads them, which takes half a second a person."""
    labels = read_mat(path, ["label"])["label"]
    rows = 2 * len(WORDS)
    labels = labels if len(labels) == rows else labels.T
    if len(labels) != rows or not ((labels != 0).sum(axis=0) == 1).all():
        raise CorpusError(
            f"The labels in {path} are not one-hot: an array of {labels.shape}. "
            f"Expected {rows} rows, of which one is not zero for each trial; get the file again."
        )
    return tuple(map(int, labels.argmax(axis=0)))


def read_eeg(path: Path, trial: int) -> Signal:
    """The EEG of one trial, counted from 1.

    Shape:
        values (10000, 30) float32, microvolts, in the order of `CHANNELS`

    Raises:
        MediaError: The file cannot be read, has other axes, no such trial, or values that are no numbers.
    """
    held = _recording(path)
    if held.ndim != 3 or held.shape[1] != len(CHANNELS) or trial > held.shape[2] or not held.size:
        raise MediaError(
            f"The EEG in {path} has the shape {held.shape}, and trial {trial} was asked for. Expected time, {len(CHANNELS)} channels "
            f"and trials: (10000, {len(CHANNELS)}, {TRIALS}); get the file again."
        )
    values = np.ascontiguousarray(held[:, :, trial - 1], dtype=np.float32)
    if not np.isfinite(values).all():
        raise MediaError(
            f"Trial {trial} in {path} holds values that are not numbers. Expected a number for each sample; get the file again, "
            f"or leave this trial out."
        )
    return Signal(values, RATE)


@kept(2)
def _recording(path: Path) -> np.ndarray:
    """A person's EEG, kept because it is asked for trial by trial: 480 MB that are mapped, and need not be in memory."""
    arrays = read_mat(path, ["seg*"])
    return arrays["seg1"] if "seg1" in arrays else next(iter(arrays.values()))


def expected() -> Iterator[str]:
    """The id of every trial there is.

    Example:
        >>> len(list(expected()))
        8400
    """
    return (f"{person:02d}-{trial:03d}" for person in range(1, PEOPLE + 1) for trial in range(1, TRIALS + 1))


EAV = Corpus(
    name="eav",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO, Modality.EEG}),
    license="for research, after an agreement with its owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Ask for access at https://zenodo.org/records/10205702 and fill in the form linked there; its owners decide.",
    published=Published(
        clips=PEOPLE * TRIALS,
        people=PEOPLE,
        labels=MappingProxyType(dict.fromkeys(WORDS, PEOPLE * TRIALS // len(WORDS))),
        facts=MappingProxyType({"task": dict.fromkeys(TASKS, PEOPLE * TRIALS // 2)}),
        each=TRIALS,
        ids=expected,
        source="https://doi.org/10.1038/s41597-024-03838-4",
    ),
    beside=("*.zip", "*.tsv", "*.xlsx", "**/*_eeg_label.mat"),
)
