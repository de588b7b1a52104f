"""EmoDB: ten actors speak ten German sentences in seven emotions.

Recorded: 535 utterances of 2 to 3 s, sound only, in an anechoic room in Berlin, 1997 and 1999.
Of whom: 10 actors, 5 women and 5 men, 21 to 35 years old.
Labels: what the actor was asked to show: anger 127, boredom 81, disgust 46, fear 69, happiness 71, neutral 79, sadness 62.
  Only takes that at least 80 % of listeners recognized and 60 % found natural were published, which makes this an easy corpus:
  figures on it are higher than elsewhere.
Published by: Burkhardt and others, Technical University of Berlin, 2005; free; again by Burkhardt at zenodo.org (record 7447302).
Odd: a name is the speaker (two digits), the sentence (three signs), the emotion's initial, a take. The initial is German (W is Wut,
  anger; A is Angst, fear), so that A is not anger. Split by speaker, or the same voice is in train and test.
  Boredom, which hardly any other corpus has, is dropped by every usual label map.
  The tables of the later publication put speakers 12, 14, 15 and 16 into a test part, which the first one does not know.
  Copies that hold four classes only (anger, happiness, neutral, sadness: 339 utterances) are read just as well.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.sound import read_sound

CODES = {"W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness", "T": "sadness", "N": "neutral"}
MEN = frozenset({"03", "10", "11", "12", "15"})
TEST = frozenset({"12", "14", "15", "16"})
NAME = re.compile(r"(?P<speaker>\d\d)(?P<sentence>[abc]\d\d)(?P<emotion>[WLEAFTN])(?P<take>[a-z])")

CITATION = "Burkhardt F, Paeschke A, Rolfes M, Sendlmeier W, Weiss B (2005). A database of German emotional speech. Interspeech, 1517-1520."
LAYOUT = """\
    wav/03a01Wa.wav   (or .flac; folders of any name and depth)
    ...
    wav/16b10Wb.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip an utterance, whose file's name is its speaker, sentence, emotion and take; a second copy of a file counts for nothing.

    A subject is ``emodb-03`` rather than ``03``, because other corpora number their people too
    and the two must not become one person where corpora are learnt from together.
    """
    files: dict[str, Path] = {}
    for file in sorted(root.rglob("*"), key=lambda file: (len(file.parts), file)):
        if NAME.fullmatch(file.stem) and file.suffix.lower() in (".wav", ".flac"):
            files.setdefault(file.stem, file)
    for stem, file in files.items():
        name = NAME.fullmatch(stem)
        assert name is not None
        speaker = name["speaker"]
        yield Clip(
            id=stem,
            subject=f"emodb-{speaker}",
            label=CODES[name["emotion"]],
            sources={Modality.AUDIO: Source(file, read_sound)},
            facts={
                "sentence": name["sentence"],
                "sex": "male" if speaker in MEN else "female",
                "part": "test" if speaker in TEST else "train",
            },
        )


PUBLISHED = Published(
    clips=535,
    people=10,
    labels=MappingProxyType({"anger": 127, "boredom": 81, "disgust": 46, "fear": 69, "happiness": 71, "neutral": 79, "sadness": 62}),
    facts=MappingProxyType({"sex": {"female": 302, "male": 233}, "part": {"train": 304, "test": 231}}),
    source="https://doi.org/10.5281/zenodo.7447302",
)

EMODB = Corpus(
    name="emodb",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO}),
    license="CC BY 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free to download from https://zenodo.org/records/7447302, without asking anybody.",
    published=PUBLISHED,
    downloads=("zenodo:7447302",),
    beside=("*.zip", "**/db.*"),
)
