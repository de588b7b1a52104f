"""CK+: the extended Cohn-Kanade set, seven expressions posed in front of a camera.

Recorded: people asked by an experimenter to make a face, from neutral to the peak; 593 sequences, of which 327 carry an
  emotion. Read here are the last three frames of each of the 327, cut to the face at 48x48 grey: 981 pictures (CK+48).
Of whom: 123 people in all, 118 in the labelled sequences, 18 to 50 years old, 69 % women. The first field of a name is who.
Labels: what the coded muscles amount to, checked by eye: anger 135, contempt 54, disgust 177, fear 75, happiness 207,
  sadness 84, surprise 249 pictures, three of each sequence. Contempt and sadness are so few that a fold may have none.
Published by: Lucey and others, Carnegie Mellon University and University of Pittsburgh, 2010, on request;
  the pictures cut to 48x48 by others, on Kaggle.
Odd: the three frames of a sequence are nearly one picture: pictures shuffled into parts put copies of training pictures
  into test, and figures of 99 % come from that. Split by person. Neutral is not among CK+48's folders.
  The other copy, ckextended.csv, has 920 rows (593 first frames as neutral, 327 peaks) and codes in an order of its own
  (0 anger, 1 disgust, 2 fear, 3 happiness, 4 sadness, 5 surprise, 6 neutral, 7 contempt); it no longer says who is who,
  so that its parts Training, PublicTest and PrivateTest share people unseen.
Read from: folders named by emotion, or ckextended.csv where there are none.
"""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.still import SIDE, read_still
from emofuse.media.tables.pixels import read_pixels, rows

WORDS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")  # as the set itself numbers them
OF_TABLE = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt")  # as ckextended.csv does
CALLED = {"happy": "happiness", "sad": "sadness", "angry": "anger", **{word: word for word in WORDS}}
"""Folder of an emotion to its word."""
NAME = re.compile(r"(?P<sequence>(?P<person>S\d{3})_\d{3})_(?P<frame>\d{8})")

CITATION = (
    "Lucey P, Cohn JF, Kanade T, Saragih J, Ambadar Z, Matthews I (2010). The Extended Cohn-Kanade Dataset (CK+): a complete dataset for "
    "action unit and emotion-specified expression. CVPR Workshops, 94-101. https://doi.org/10.1109/CVPRW.2010.5543262"
)
LAYOUT = """\
    CK+48/anger/S010_004_00000017.png   (the emotions' folders, at any depth)
    ...
    CK+48/surprise/S999_001_00000018.png
    or
    ckextended.csv                      (emotion,pixels,Usage)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a picture: its name is its id and says who it is; rows of the table have a number and nobody.

    Raises:
        CorpusError: The table lacks a column or carries an unknown code.
    """
    named = ((file, NAME.fullmatch(file.stem), CALLED.get(file.parent.name.lower())) for file in sorted(root.rglob("S*.png")))
    found = False
    for file, name, word in named:
        if name is not None and word is not None:
            found = True
            facts = {"recording": name["sequence"], "frame": str(int(name["frame"]))}
            yield Clip(file.stem, f"ckplus-{name['person']}", word, {Modality.VIDEO: Source(file, read_still)}, facts)
    tables = [] if found else sorted(root.glob("ckextended.csv")) + sorted(root.glob("*/ckextended.csv"))
    for table in tables[:1]:
        yield from _of_table(table)


def _of_table(table: Path) -> Iterator[Clip]:
    for number, row in enumerate(rows(table)):
        if not 0 <= row.emotion < len(OF_TABLE):
            raise CorpusError(
                f"Row {number} of {table} has emotion {row.emotion}. Expected 0 to 7, in the order {', '.join(OF_TABLE)}; mend the table."
            )
        source = Source(table, partial(read_pixels, start=row.start, length=row.length, side=SIDE))
        yield Clip(f"{number:05d}", None, OF_TABLE[row.emotion], {Modality.VIDEO: source}, {"usage": row.usage})


CKPLUS = Corpus(
    name="ckplus",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.VIDEO}),
    license="for research by agreement",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Ask the Affect Analysis Group of the University of Pittsburgh (jeffcohn.net/Resources) for the set itself. "
    "The pictures cut to 48x48 stand on Kaggle with a free account, as folders (shawon10/ckplus) and as ckextended.csv.",
    published=Published(
        clips=981,
        people=118,
        labels={"anger": 135, "contempt": 54, "disgust": 177, "fear": 75, "happiness": 207, "sadness": 84, "surprise": 249},
        source="Lucey and others 2010 (327 sequences), three frames of each",
    ),
    beside=("**/ckextended.csv", "**/*.txt", "**/README*"),
)
