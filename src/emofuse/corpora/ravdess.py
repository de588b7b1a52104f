"""RAVDESS: 24 actors speak two sentences in eight emotions.

Recorded: 1,440 clips of about 4 s, sound and picture, in a studio in Toronto; North American English.
Of whom: 24 professional actors, 12 women (even numbers) and 12 men (odd numbers), each 60 clips.
Labels: what the actor was asked to show: neutral 96 clips, each of the seven others 192, as neutral has no strong form.
  People agree with 60 % of the spoken emotions in the paper's own validation, so nobody should expect 100 %.
Published by: Livingstone and Russo, at zenodo.org (record 1188976); free, non-commercial.
Odd: the seven numbers of a name say everything; 01 and 02 at their front are the same take with and without sound,
  03 its sound alone, so counting files counts clips up to three times. Only two sentences exist:
  what is learnt here is not tested on new words. Songs (second number 02) are not read.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.sound import read_sound
from emofuse.media.stream import FACE_RATE, stream

CODES = {
    "01": "neutral",
    "02": "calm",
    "03": "happiness",
    "04": "sadness",
    "05": "anger",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}
INTENSITIES = {"01": "normal", "02": "strong"}
STATEMENTS = {"01": "kids are talking by the door", "02": "dogs are sitting by the door"}

CITATION = (
    "Livingstone SR, Russo FA (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS). "
    "PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391"
)
LAYOUT = """\
    Actor_01/03-01-01-01-01-01-01.wav   (or .flac; Audio_Speech_Actors_01-24.zip)
    Actor_01/01-01-01-01-01-01-01.mp4   (optional; Video_Speech_Actor_*.zip)
    ...
    Actor_24/03-01-08-02-02-02-24.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a take, however many files of it there are.

    Raises:
        CorpusError: A file's name is not seven numbers of the published code.
    """
    takes: dict[str, dict[str, Path]] = {}
    for file in sorted(root.glob("Actor_*/0[123]-01-*")):
        kind = f"{file.name[:2]}{file.suffix.lower()}"
        if kind in ("03.flac", "03.wav", "01.mp4", "02.mp4"):
            takes.setdefault(file.stem[3:], {})[kind] = file
    for take, files in takes.items():
        yield _clip(take, files)


def _clip(take: str, files: dict[str, Path]) -> Clip:
    numbers = take.split("-")
    try:
        _, emotion, intensity, statement, repetition, actor = numbers
        label = CODES[emotion]
        facts = {
            "intensity": INTENSITIES[intensity],
            "statement": STATEMENTS[statement],
            "repetition": str(int(repetition)),
            "sex": "male" if int(actor) % 2 else "female",
        }
    except (ValueError, KeyError) as error:
        raise CorpusError(
            f"{next(iter(files.values()))} is not named as RAVDESS names its files. Expected seven numbers such as "
            f"03-01-05-02-01-02-24, the third an emotion from 01 to 08; rename the file or move it away."
        ) from error
    video = files.get("01.mp4") or files.get("02.mp4")
    sound = files.get("03.flac") or files.get("03.wav")
    sources = {}
    if video is not None:
        sources[Modality.VIDEO] = Source(video, read_faces, stream)
    if sound is not None:
        sources[Modality.AUDIO] = Source(sound, read_sound)
    elif video is not None and "01.mp4" in files:
        sources[Modality.AUDIO] = Source(video, read_sound, stream)
    return Clip(take, actor, label, sources, facts)


def read_faces(path: Path) -> Signal:
    """The actor's face, five times a second.

    Shape:
        values (time, 48, 48) uint8; absent where no face was found

    Raises:
        MediaError: The file cannot be decoded.
    """
    parts = [chunk.signals[Modality.VIDEO] for chunk in stream(path, frozenset({Modality.VIDEO}), 60_000)]
    masks = [np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in parts]
    return Signal(np.concatenate([part.values for part in parts]), FACE_RATE, present=np.concatenate(masks))


RAVDESS = Corpus(
    name="ravdess",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="CC BY-NC-SA 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
)
