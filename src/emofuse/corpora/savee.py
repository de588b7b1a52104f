"""SAVEE: four men speak British English sentences in seven emotions.

Recorded: 480 clips of about 4 s, sound at 44.1 kHz and picture, in a laboratory in Surrey; 60 blue dots are painted on each face.
Of whom: 4 men, students and researchers, 27 to 31 years old, each 120 clips.
Labels: what the speaker was asked to show: 15 clips a person of anger, disgust, fear, happiness, sadness and surprise, 30 of neutral.
Published by: Haq and Jackson, University of Surrey, 2009; free for research, on request.
Odd: no women at all. The dots are in the picture: what is learnt from these faces does not carry over to others.
  Of the 15 sentences of an emotion three are common to all emotions, and neutral repeats those and the others' own two,
  so that the same words carry several codes: keeping codes apart does not keep all words apart.
  Some copies lay all sounds into one folder with the speaker before the name (`DC_a01.wav`); both ways are read.
"""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.files import read_faces
from emofuse.media.sound import read_sound
from emofuse.media.stream import stream

CODES = {"a": "anger", "d": "disgust", "f": "fear", "h": "happiness", "n": "neutral", "sa": "sadness", "su": "surprise"}
SPEAKERS = ("DC", "JE", "JK", "KL")
NAME = re.compile(r"(?:(?P<speaker>DC|JE|JK|KL)_)?(?P<emotion>sa|su|[adfhn])(?P<number>\d\d)")
SOUND = (".wav", ".flac")
PICTURE = (".avi", ".mp4", ".mov", ".mkv")

CITATION = (
    "Haq S, Jackson PJB (2009). Speaker-dependent audio-visual emotion recognition. AVSP, 53-58; "
    "Haq S, Jackson PJB (2010). Multimodal emotion recognition. In: Machine Audition, IGI Global, 398-423."
)
LAYOUT = """\
    AudioData/DC/a01.wav        (or ALL/DC_a01.wav)
    AudioVisualClip/DC/a01.avi  (optional)
    ...
    AudioData/KL/su15.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a sentence of a speaker, from its sound file, its video, or both; a second copy of a file counts for nothing."""
    takes: dict[str, dict[Modality, Path]] = {}
    for file in sorted(root.rglob("*"), key=lambda file: (len(file.parts), file)):
        name, kind = NAME.fullmatch(file.stem), file.suffix.lower()
        speaker = (name["speaker"] or file.parent.name) if name else None
        if name is not None and speaker in SPEAKERS and kind in SOUND + PICTURE:
            modality = Modality.AUDIO if kind in SOUND else Modality.VIDEO
            takes.setdefault(f"{speaker}_{name['emotion']}{name['number']}", {}).setdefault(modality, file)
    for take, files in takes.items():
        yield _clip(take, files)


def _clip(take: str, files: dict[Modality, Path]) -> Clip:
    name = NAME.fullmatch(take)
    assert name is not None
    sources = {}
    if Modality.AUDIO in files:
        sources[Modality.AUDIO] = Source(files[Modality.AUDIO], read_sound)
    if Modality.VIDEO in files:
        sources[Modality.VIDEO] = Source(files[Modality.VIDEO], read_faces, stream)
        sources.setdefault(Modality.AUDIO, Source(files[Modality.VIDEO], read_sound, stream))
    facts = {"sentence": name["emotion"] + name["number"], "sex": "male"}
    return Clip(take, f"savee-{name['speaker']}", CODES[name["emotion"]], sources, facts)


def expected() -> Iterator[str]:
    """The id of every clip there is.

    Example:
        >>> len(list(expected()))
        480
    """
    for speaker, emotion in product(SPEAKERS, CODES):
        for number in range(1, 31 if emotion == "n" else 16):
            yield f"{speaker}_{emotion}{number:02d}"


SAVEE = Corpus(
    name="savee",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO, Modality.VIDEO}),
    license="free for research after registration; no formal licence",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Register at http://kahlan.eps.surrey.ac.uk/savee/; the password for the download comes by mail.",
    published=Published(
        clips=480,
        people=4,
        labels=MappingProxyType({word: 120 if word == "neutral" else 60 for word in CODES.values()}),
        each=120,
        ids=expected,
        source="http://kahlan.eps.surrey.ac.uk/savee/Database.html",
    ),
    beside=("**/Info.txt",),
)
