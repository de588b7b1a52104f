"""FER2013: 35,887 small grey faces found on the web, seven emotions.

Recorded: 48x48 grey pictures, roughly registered; gathered by an image search for emotion words, then cleaned by hand.
Of whom: unknown people of all ages, some of them drawn or statues; nobody is named, so people cannot be kept apart.
Labels: by those who gathered it; people agree with about 65 % of them. Ten annotators voted anew (FERPlus, Barsoum
  and others 2016); their votes travel along as a fact where they lie beside the pictures.
Published by: Goodfellow and others for a contest in 2013: Training 28,709, PublicTest 3,589, PrivateTest 3,589.
  Choose on PublicTest, report PrivateTest, once. The pictures' own rights were never cleared.
Odd: near-duplicates stand in different parts: of PrivateTest's 3,589 pictures, 961 are nearly the same as one of Training
  or PublicTest (`emofuse audit fer2013 --protocol official`), and figures on PrivateTest rest on them. Some pictures are
  not faces at all (votes: NF). Copies as folders know one
  ``test`` of 7,178 pictures; where its files' names do not tell PublicTest from PrivateTest, their usage is "Test",
  and a figure on it compares with nobody's PrivateTest. Such copies order labels by the alphabet; here the words decide.
Read from: the first that is there of fer2013.parquet (a row a picture, pixels as lossless WebP, votes included),
  fer2013.csv, icml_face_data.csv (the same rows, other columns), and folders of pictures. Votes are joined by row, so
  folders, which have lost their rows, have none.
"""

from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.still import SIDE, read_still
from emofuse.media.tables.pixels import Row, read_pixels, rows

if TYPE_CHECKING:
    import pyarrow

WORDS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # code 0 is the first
VOTED = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
"""The order of the ten numbers in the fact ``votes``; NF is "not a face"."""

FOLDERS = {
    "train": "Training",
    "training": "Training",
    "publictest": "PublicTest",
    "val": "PublicTest",
    "validation": "PublicTest",
    "privatetest": "PrivateTest",
    "test": "Test",
}
"""Folder of a part to its usage; files of a ``test`` that begin with PublicTest_ or PrivateTest_ say it better."""
CALLED = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    **{word: word for word in WORDS},
    **{str(code): word for code, word in enumerate(WORDS)},
}
"""Folder of an emotion to its word."""

CITATION = (
    "Goodfellow IJ and others (2013). Challenges in representation learning: a report on three machine learning contests. "
    "ICONIP. https://arxiv.org/abs/1307.0414; votes: Barsoum E and others (2016). https://arxiv.org/abs/1608.01041"
)
LAYOUT = """\
    fer2013.parquet      (row, image_webp, emotion 0-6, usage, ferplus_neutral ... ferplus_NF)
    or
    fer2013.csv          (emotion,pixels,Usage; or icml_face_data.csv: emotion, Usage, pixels)
    fer2013new.csv       (optional: the votes of FERPlus, row by row)
    or
    train/angry/Training_3908.jpg
    test/angry/PrivateTest_88305.jpg   (or PublicTest, PrivateTest instead of test)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a picture; in tables its id is the five-digit row, in folders its path. Faces are decoded when they are read.

    Raises:
        CorpusError: A table lacks a column, carries an unknown code, or does not fit its votes.
    """
    if (root / "fer2013.parquet").exists():
        return _of_parquet(root / "fer2013.parquet")
    table = next((path for name in ("fer2013.csv", "icml_face_data.csv") for path in _places(root, name)), None)
    return _of_folders(root) if table is None else _of_csv(table, next(iter(_places(root, "fer2013new.csv")), None))


def _of_parquet(path: Path) -> Iterator[Clip]:
    columns = ["row", "emotion", "usage", *(f"ferplus_{word}" for word in VOTED)]
    table = _table(path, *columns)
    lists = [table.column(name).to_pylist() for name in columns]
    for place, (row, emotion, usage, *voted) in enumerate(zip(*lists, strict=True)):
        source = Source(path, partial(read_face, place=place))
        yield _clip(path, row, emotion, source, {"usage": usage, "votes": " ".join(map(str, voted))})


def _of_csv(path: Path, voted: Path | None) -> Iterator[Clip]:
    pictures = list(rows(path))
    counts = _votes(voted, pictures) if voted is not None else [None] * len(pictures)
    for row, (picture, votes) in enumerate(zip(pictures, counts, strict=True)):
        source = Source(path, partial(read_pixels, start=picture.start, length=picture.length, side=SIDE))
        yield _clip(path, row, picture.emotion, source, {"usage": picture.usage} | ({"votes": votes} if votes is not None else {}))


def _clip(path: Path, row: int, emotion: int, source: Source, facts: dict[str, str]) -> Clip:
    if not 0 <= emotion < len(WORDS):
        raise CorpusError(f"Row {row} of {path} has emotion {emotion}. Expected 0 to 6, in the order {', '.join(WORDS)}; mend the table.")
    return Clip(f"{row:05d}", None, WORDS[emotion], {Modality.VIDEO: source}, facts)


def _of_folders(root: Path) -> Iterator[Clip]:
    files = sorted({*root.glob("*/*/*"), *root.glob("*/*/*/*")})  # the second: a folder around both parts, as archives have it
    for file in files:
        part, emotion = FOLDERS.get(file.parts[-3].lower()), CALLED.get(file.parts[-2].lower())
        if part is None or emotion is None or file.suffix.lower() not in (".jpg", ".jpeg", ".png") or file.name.startswith("."):
            continue
        told = file.stem.partition("_")[0]
        usage = told if part == "Test" and told in ("PublicTest", "PrivateTest") else part
        yield Clip("/".join((*file.parts[-3:-1], file.stem)), None, emotion, {Modality.VIDEO: Source(file, read_still)}, {"usage": usage})


def _votes(path: Path, pictures: list[Row]) -> list[str]:
    """What FERPlus' table says of each picture.

    Raises:
        CorpusError: It has not as many rows, or a row of another part: votes would go to other pictures.
    """
    try:
        header, *lines = (line.split(",") for line in path.read_text(encoding="utf-8-sig").splitlines())
        places = [[name.strip() for name in header].index(word) for word in ("Usage", *VOTED)]
        table = [[line[place].strip() for place in places] for line in lines]
    except (UnicodeDecodeError, ValueError, IndexError) as error:
        raise CorpusError(
            f"{path} cannot be read as FERPlus' table ({error}). Expected Usage, Image name, {', '.join(VOTED)}; get it again."
        ) from error
    wrong = next((row for row, (line, picture) in enumerate(zip(table, pictures, strict=False)) if line[0] != picture.usage), None)
    if len(table) != len(pictures) or wrong is not None:
        what = f"{len(table)} rows" if wrong is None else f"another part in row {wrong}"
        raise CorpusError(
            f"{path} has {what}; the pictures have {len(pictures)}, part by part. Expected the votes for the same rows; get both again."
        )
    return [" ".join(counts) for _, *counts in table]


def _places(root: Path, name: str) -> list[Path]:
    """Where a file may lie: in the folder, or in one of its folders, as archives unpack."""
    return [path for path in (root / name, *sorted(root.glob(f"*/{name}"))) if path.is_file()]


def read_face(path: Path, place: int) -> Signal:
    """The picture at `place` in the table, as a video of one frame.

    Shape:
        values (1, 48, 48) uint8

    Raises:
        CorpusError: The table has gone, or it is not a 48x48 picture.
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
    counts = np.array(clip.facts.get("votes", "0 " * len(VOTED)).split(), dtype=np.float32)
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
    getting="With a free account from Kaggle: the files of the competition 'Challenges in Representation Learning: Facial Expression "
    "Recognition Challenge' (fer2013.tar.gz or icml_face_data.csv), or msambare/fer2013, the same as folders. "
    "The votes are Microsoft's fer2013new.csv (github.com/microsoft/FERPlus), which `emofuse fetch fer2013` brings.",
    published=Published(
        clips=35_887,
        people=None,
        labels={
            "anger": 4_953,
            "disgust": 547,
            "fear": 5_121,
            "happiness": 8_989,
            "sadness": 6_077,
            "surprise": 4_002,
            "neutral": 6_198,
        },
        facts={"usage": {"Training": 28_709, "PublicTest": 3_589, "PrivateTest": 3_589}},
        source="Goodfellow and others 2013, and the contest's table itself",
    ),
    downloads=(Download("https://raw.githubusercontent.com/microsoft/FERPlus/master/fer2013new.csv", "fer2013new.csv"),),
    beside=(
        "**/fer2013new.csv",
        "**/README*",
        "**/*.bib",
        "**/train.csv",
        "**/test.csv",
        "**/example_submission.csv",
        "**/icml_face_data.csv",
    ),
)
