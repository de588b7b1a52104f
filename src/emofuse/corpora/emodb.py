"""EmoDB: ten actors speak ten German sentences in seven emotions.

Recorded: about 500 utterances of 2 to 3 s, sound only, in an anechoic room in Berlin, 1997 and 1999.
Of whom: 10 actors, 5 women and 5 men, 21 to 35 years old.
Labels: what the actor was asked to show; only takes that at least 80 % of listeners recognized and 60 % found natural
  were published, which makes this an easy corpus: figures on it are higher than elsewhere.
Published by: Burkhardt and others, Technical University of Berlin, 2005; free.
Odd: the emotion is the sixth character of a name, by its German initial (W is Wut, anger; A is Angst, fear), so that
  A is not anger. Boredom, which hardly any other corpus has, is dropped by every usual label map.
  Copies that hold four classes only (anger, happiness, neutral, sadness: 339 utterances) are read just as well.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.sound import read_sound

CODES = {"W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness", "T": "sadness", "N": "neutral"}
MEN = frozenset({"03", "10", "11", "12", "15"})
NAME = re.compile(r"(?P<speaker>\d\d)(?P<sentence>[abc]\d\d)(?P<emotion>[WLEAFTN])(?P<take>[a-z])")

CITATION = "Burkhardt F, Paeschke A, Rolfes M, Sendlmeier W, Weiss B (2005). A database of German emotional speech. Interspeech, 1517-1520."
LAYOUT = """\
    wav/03a01Wa.wav   (or .flac; folders of any name and depth)
    ...
    wav/16b10Wb.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a file that is named like an utterance: speaker, sentence, emotion, take.

    A subject is ``emodb-03`` rather than ``03``, because other corpora number their people too
    and the two must not become one person where corpora are learnt from together.
    """
    for file in sorted(root.rglob("*")):
        name = NAME.fullmatch(file.stem)
        if name is None or file.suffix.lower() not in (".wav", ".flac"):
            continue
        yield Clip(
            id=file.stem,
            subject=f"emodb-{name['speaker']}",
            label=CODES[name["emotion"]],
            sources={Modality.AUDIO: Source(file, read_sound)},
            facts={"sentence": name["sentence"], "sex": "male" if name["speaker"] in MEN else "female"},
        )


EMODB = Corpus(
    name="emodb",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO}),
    license="free for research, no formal licence",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
)
