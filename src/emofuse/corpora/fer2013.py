"""FER2013: 35,887 small grey faces found on the web, seven emotions.

Recorded: 48x48 grey pictures, roughly registered; gathered by an image search for emotion words, then cleaned.
Of whom: unknown people of all ages, some of them drawn or statues; nobody is named, so people cannot be kept apart.
Labels: by those who gathered it; people agree with about 65 % of them. Ten annotators voted anew (FERPlus, Barsoum
  and others 2016); their votes travel along as a fact. Anger 4,953, disgust 547, fear 5,121, happiness 8,989,
  sadness 6,077, surprise 4,002, neutral 6,198.
Published by: Goodfellow and others for a contest in 2013: Training 28,709, PublicTest 3,589, PrivateTest 3,589.
  Choose on PublicTest, report PrivateTest, once.
Odd: near-duplicates stand in different parts; some pictures are not faces at all (votes: NF).
Read from: one parquet file with a row a picture (the pixels as lossless WebP), which a one-page script
  makes from the contest's CSV and FERPlus' own table.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality

if TYPE_CHECKING:
    import pyarrow

WORDS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # code 0 is the first
VOTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
"""The order of the ten numbers in the fact ``votes``; NF is "not a face"."""

SIDE = 48  # pixels

CITATION = (
    "Goodfellow IJ and others (2013). Challenges in representation learning: a report on three machine learning contests. "
    "ICONIP. https://arxiv.org/abs/1307.0414; votes: Barsoum E and others (2016). https://arxiv.org/abs/1608.01041"
)
LAYOUT = """\
    fer2013.parquet   (row, image_webp, emotion 0-6, usage, ferplus_neutral ... ferplus_NF)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a picture; its id is the five-digit row, its face is decoded when it is read.

    Raises:
        CorpusError: The table lacks a column, or carries an unknown code.
    """
    path = root / "fer2013.parquet"
    if not path.exists():
        return
    columns = ["row", "emotion", "usage", *(f"ferplus_{word}" for word in VOTED)]
    table = _table(path, *columns)
    lists = [table.column(name).to_pylist() for name in columns]
    for place, (row, emotion, usage, *voted) in enumerate(zip(*lists, strict=True)):
        if not 0 <= emotion < len(WORDS):
            raise CorpusError(
                f"Row {row} of {path} has emotion {emotion}. Expected 0 to 6, in the order {', '.join(WORDS)}; mend the table."
            )
        yield Clip(
            id=f"{row:05d}",
            subject=None,
            label=WORDS[emotion],
            sources={Modality.VIDEO: Source(path, partial(read_face, place=place))},
            facts={"usage": usage, "votes": " ".join(map(str, voted))},
        )


def read_face(path: Path, place: int) -> Signal:
    """The picture at `place` in the table, as a video of one frame.

    Shape:
        values (1, 48, 48) uint8

    Raises:
        CorpusError: It is not a 48x48 picture.
    """
    import cv2

    data = np.frombuffer(_pictures(path)[place].as_py(), dtype=np.uint8)
    face = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    if face is None or face.shape != (SIDE, SIDE):
        raise CorpusError(f"Picture {place} of {path} cannot be decoded as {SIDE}x{SIDE} pixels, as all should be; make the table again.")
    return Signal(face[None], rate=1.0)


def votes(clip: Clip) -> np.ndarray:
    """What ten annotators said of a clip, as a share of their votes, in the order of `VOTED`.

    Shape:
        (10,) float32, summing to one; all zero where nobody voted

    Example:
        >>> votes(Clip("00000", None, "anger", {}, {"votes": "4 0 0 1 3 2 0 0 0 0"})).round(1).tolist()[:6]
        [0.4000000059604645, 0.0, 0.0, 0.10000000149011612, 0.30000001192092896, 0.20000000298023224]
    """
    counts = np.array(clip.facts["votes"].split(), dtype=np.float32)
    share: np.ndarray = counts / max(float(counts.sum()), 1.0)
    return share


@lru_cache(maxsize=2)
def _pictures(path: Path) -> "pyarrow.ChunkedArray":
    return _table(path, "image_webp").column("image_webp")


def _table(path: Path, *columns: str) -> "pyarrow.Table":
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        raise CorpusError(
            "Reading fer2013 needs pyarrow, which is not installed. Install it with: pip install 'emofuse[train]'."
        ) from error
    try:
        return parquet.read_table(path, columns=list(columns))
    except (ArrowInvalid, OSError) as error:
        raise CorpusError(
            f"{path} cannot be read as a parquet table with {', '.join(columns)}. Expected {LAYOUT.strip()}; get it again."
        ) from error


FER2013 = Corpus(
    name="fer2013",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.VIDEO}),
    license="for research; pictures from the web, rights with their owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
)
