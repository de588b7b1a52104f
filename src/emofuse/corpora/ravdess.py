"""RAVDESS: 24 actors speak and sing two sentences in eight emotions.

Recorded: 1,440 spoken and 1,012 sung clips of about 4 s, sound and picture, in a studio in Toronto; North American English.
Of whom: 24 professional actors, 12 women (even numbers) and 12 men (odd numbers), each 60 spoken clips and 44 sung ones;
  there are no songs by actor 18, a woman.
Labels: what the actor was asked to show. Speech: neutral 96 clips, each of the seven others 192, as neutral has no strong form.
  Song: neutral 92, calm, happiness, sadness, anger and fear 184 each; nobody sings disgust or surprise.
  People agree with 60 % of the spoken emotions in the paper's own validation, so nobody should expect 100 %.
Published by: Livingstone and Russo, at zenodo.org (record 1188976); free, non-commercial.
Odd: seven two-digit numbers name a file: modality, channel, emotion, intensity, statement, repetition, actor. The first says what is in
  it: 01 and 02 are the same take with and without sound, 03 its sound alone, so counting files counts clips up to three times;
  a copy on the web ships the folder twice on top of it. A take is one clip here, however many files there are. Split by actor, or the
  same voice is in train and test. Only two sentences exist: what is learnt here is not tested on new words. Papers that say RAVDESS
  mean the speech: the fact `channel` tells it from song. Two takes of one actor, Actor_07/03-01-03-01-02-01-07 and
  03-01-03-01-02-02-07, are the same recording in the one copy that was looked at (speech, as flac), and the only such pair there;
  whether they are in the published wav files, too, is not known.
Read from: the sound file, else the video of the same take; the face five times a second where the video lies beside.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.files import read_faces
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream

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
CHANNELS = {"01": "speech", "02": "song"}
INTENSITIES = {"01": "normal", "02": "strong"}
SENTENCES = {"01": "kids are talking by the door", "02": "dogs are sitting by the door"}
SUNG = ("01", "02", "03", "04", "05", "06")
SILENT = "18"  # the actor who did not sing
KINDS = ("03.flac", "03.wav", "01.mp4", "02.mp4")  # what a name begins and ends with: sound, both, picture

CITATION = (
    "Livingstone SR, Russo FA (2018). The Ryerson Audio-Visual Database of Emotional Speech and Song (RAVDESS). "
    "PLoS ONE 13(5): e0196391. https://doi.org/10.1371/journal.pone.0196391"
)
LAYOUT = """\
    Actor_01/03-01-01-01-01-01-01.wav   (or .flac; Audio_Speech_Actors_01-24.zip, Audio_Song_Actors_01-24.zip)
    Actor_01/01-01-01-01-01-01-01.mp4   (optional; Video_Speech_Actor_*.zip, Video_Song_Actor_*.zip)
    ...
    Actor_24/03-01-08-02-02-02-24.wav   (the folders of the actors may lie in others)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a take, however many files of it there are, and in however many folders.

    Raises:
        CorpusError: A file's name is not seven numbers of the published code.
    """
    takes: dict[str, dict[str, Path]] = {}
    for file in sorted(root.rglob("0[123]-0[12]-*"), key=lambda file: (len(file.parts), file)):
        kind = f"{file.name[:2]}{file.suffix.lower()}"
        if kind in KINDS:
            takes.setdefault(file.stem[3:], {}).setdefault(kind, file)
    for take, files in takes.items():
        yield _clip(take, files)


def _clip(take: str, files: dict[str, Path]) -> Clip:
    numbers = take.split("-")
    try:
        channel, emotion, intensity, sentence, repetition, actor = numbers
        label = CODES[emotion]
        facts = {
            "channel": CHANNELS[channel],
            "intensity": INTENSITIES[intensity],
            "sentence": SENTENCES[sentence],
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


def expected() -> Iterator[str]:
    """The id of every take there is.

    Example:
        >>> len(list(expected()))
        2452
    """
    for actor, channel, emotion in product(range(1, 25), CHANNELS, CODES):
        if channel == "02" and (emotion not in SUNG or f"{actor:02d}" == SILENT):
            continue
        intensities = ("01",) if emotion == "01" else INTENSITIES
        for intensity, sentence, repetition in product(intensities, SENTENCES, ("01", "02")):
            yield f"{channel}-{emotion}-{intensity}-{sentence}-{repetition}-{actor:02d}"


PUBLISHED = Published(
    clips=2_452,
    people=24,
    labels=MappingProxyType({word: {"neutral": 188, "disgust": 192, "surprise": 192}.get(word, 376) for word in CODES.values()}),
    facts=MappingProxyType({"channel": {"speech": 1_440, "song": 1_012}, "sex": {"female": 1_204, "male": 1_248}}),
    ids=expected,
    source="https://zenodo.org/records/1188976",
)

RAVDESS = Corpus(
    name="ravdess",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="CC BY-NC-SA 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free to download from https://zenodo.org/records/1188976, without asking anybody. "
    "For the voice, the archives that begin with Audio are enough.",
    published=PUBLISHED,
    downloads=("zenodo:1188976",),
    beside=("*.zip",),
)
