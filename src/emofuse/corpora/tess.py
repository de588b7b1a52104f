"""TESS: two actresses say "Say the word ..." with 200 words in seven emotions.

Recorded: 2,800 clips of 1 to 3 s, sound only, in Toronto; North American English.
Of whom: 2 actresses, 26 (YAF) and 64 (OAF) years old, each 1,400 clips: every word in every emotion.
Labels: what the actress was asked to show, 400 clips of each; surprise is a pleasant one.
Published by: Pichora-Fuller and Dupuis, University of Toronto, 2010 (https://doi.org/10.5683/SP2/E8H2MF); free, non-commercial.
Odd: with two voices every emotion sounds nearly the same each time, so that a split by clip gives close to 100 % and means nothing:
  learn from one actress and judge on the other. The words are those of a hearing test (NU-6) and carry no emotion.
  One file is misnamed (`OA_bite_neutral.wav`, of OAF), and some copies hold the whole folder twice.
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
from emofuse.media.sound import read_sound

CODES = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "ps": "surprise",
    "sad": "sadness",
}
AGES = {"OAF": "64", "YAF": "26"}
NAME = re.compile(r"(?P<speaker>OAF|OA|YAF)_(?P<word>[a-z]+)_(?P<emotion>angry|disgust|fear|happy|neutral|ps|sad)", re.IGNORECASE)
_LISTS = """
    back bar base bath bean beg bite boat bone book bought burn cab calm came cause chain chair chalk chat check cheek chief choice cool
    dab date dead death deep dime dip ditch dodge dog doll door fail fall far fat fit five food gap gas gaze germ get gin goal good goose
    gun half hall hash hate have haze hire hit hole home hurl hush jail jar join judge jug juice keen keep keg kick kill king kite knock
    late laud lean learn lease lid life limb live loaf long lore lose lot love luck make match merge mess met mill mob mode mood moon mop
    mouse nag name near neat nice note numb pad page pain pass pearl peg perch phone pick pike pole pool puff rag raid rain raise rat reach
    read red ring ripe road room rose rot rough rush said sail search seize sell shack shall shawl sheep shirt should shout size soap soup
    sour south sub such sure take talk tape team tell thin third thought thumb time tip tire ton tool tough turn vine voice void vote wag
    walk wash week wheat when which whip white wife wire witch yearn yes young youth
"""
WORDS = tuple(_LISTS.split())  # lists 1 to 4 of the Northwestern University Auditory Test No. 6 (Tillman, Carhart 1966)

CITATION = "Pichora-Fuller MK, Dupuis K (2020). Toronto emotional speech set (TESS). Borealis, V1. https://doi.org/10.5683/SP2/E8H2MF"
LAYOUT = """\
    OAF_angry/OAF_back_angry.wav   (folders of any name and depth, or none)
    ...
    YAF_sad/YAF_youth_sad.wav
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a file that is named by speaker, word and emotion; a second copy of a file counts for nothing."""
    files: dict[tuple[str, str, str], Path] = {}
    for file in sorted(root.rglob("*"), key=lambda file: (len(file.parts), file)):
        name = NAME.fullmatch(file.stem)
        if name is not None and file.suffix.lower() in (".wav", ".flac"):
            speaker = {"OA": "OAF"}.get(name["speaker"].upper(), name["speaker"].upper())
            files.setdefault((speaker, name["word"].lower(), name["emotion"].lower()), file)
    for (speaker, word, emotion), file in files.items():
        yield Clip(
            id=f"{speaker}_{word}_{emotion}",
            subject=f"tess-{speaker}",
            label=CODES[emotion],
            sources={Modality.AUDIO: Source(file, read_sound)},
            facts={"sentence": f"say the word {word}", "sex": "female", "age": AGES[speaker]},
        )


def expected() -> Iterator[str]:
    """The id of every clip there is.

    Example:
        >>> len(list(expected()))
        2800
    """
    return ("_".join(parts) for parts in product(AGES, WORDS, CODES))


TESS = Corpus(
    name="tess",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.AUDIO}),
    license="CC BY-NC-ND 4.0",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free to download from https://doi.org/10.5683/SP2/E8H2MF, without asking anybody; choose all files there.",
    published=Published(
        clips=2_800,
        people=2,
        labels=MappingProxyType(dict.fromkeys(CODES.values(), 400)),
        each=1_400,
        ids=expected,
        source="https://doi.org/10.5683/SP2/E8H2MF",
    ),
    beside=("*.zip",),
)
