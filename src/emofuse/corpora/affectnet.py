"""AffectNet: 291,650 faces found on the web, eight expressions set by one trained annotator each.

Recorded: photographs found by 1,250 emotion words in six languages at three search engines. The later folders hold the
  faces cut out at 224x224; the older tables name whole photographs of any size, with a box around the face.
Of whom: unknown people; nobody is named, so people cannot be kept apart.
Labels: neutral 75,374, happiness 134,915, sadness 25,959, surprise 14,590, fear 6,878, disgust 4,303, anger 25,382,
  contempt 4,249; two annotators agree on 61 % of the pictures that both saw. Very uneven in training, even in validation
  (500 each, contempt 499), so accuracy on one says little about the other. Valence and arousal travel along as facts
  where a table has them.
Published by: Mollahosseini, Hasani and Mahoor, University of Denver, 2017: train 287,651, valid 3,999. There is no public
  test set: whoever chooses on valid has nothing left to report.
Odd: the order of codes is its own (0 neutral, 1 happiness, 2 sadness, 3 surprise, 4 fear, 5 disgust, 6 anger, 7 contempt),
  unlike FER2013's. The tables of 2017 hold 414,799 + 5,500 rows, of which "none", "uncertain" and "no face" (codes 8 to 10)
  are not read, and one happy picture more than the folders, whose line is said to be faulty. Copies on Kaggle are parts of
  it (29,042 pictures of 96x96, say): their labels.csv often names another emotion than the folder; the folder is read,
  and the other word is the fact ``relabelled``.
Read from: the first that is there of train_set and val_set, training.csv and validation.csv, and folders named by emotion.
"""

import csv
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.still import read_still

WORDS = ("neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt")  # code 0 is the first
LAST = 10  # code of "no face"; 8 is "none", 9 "uncertain"
SETS = {"train_set": "train", "val_set": "valid"}
TABLES = {"training.csv": "train", "validation.csv": "valid"}
PARTS = {"train": "train", "valid": "valid", "val": "valid", "validation": "valid", "test": "test"}
CALLED = {
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "angry": "anger",
    **{word: word for word in WORDS},
    **{str(code): word for code, word in enumerate(WORDS)},
}
"""Folder of an emotion to its word."""
PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
COLUMNS = ("subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "expression", "valence", "arousal")

CITATION = (
    "Mollahosseini A, Hasani B, Mahoor MH (2017). AffectNet: a database for facial expression, valence, and arousal computing in the wild. "
    "IEEE Transactions on Affective Computing 10(1), 18-31. https://arxiv.org/abs/1708.03985"
)
LAYOUT = """\
    train_set/images/0.jpg
    train_set/annotations/0_exp.npy   (and 0_val.npy, 0_aro.npy, 0_lnd.npy, which are not needed)
    val_set/...
    or
    Manually_Annotated_file_lists/training.csv, validation.csv
    Manually_Annotated_Images/689/737db248....jpg
    or
    Train/anger/image0000006.jpg      (or the emotions' folders alone; words, or codes 0 to 7)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a picture; its face is cut out and decoded when it is read.

    Raises:
        CorpusError: An annotation or a table cannot be read, or carries an unknown code.
    """
    if any((root / name / "annotations").is_dir() for name in SETS):
        return _of_sets(root)
    tables = [path for name in TABLES for path in (root / name, root / "Manually_Annotated_file_lists" / name) if path.is_file()]
    return _of_tables(root, tables) if tables else _of_folders(root)


def _of_sets(root: Path) -> Iterator[Clip]:
    for name, part in SETS.items():
        pictures = {file.stem: file for file in sorted((root / name / "images").glob("*")) if file.suffix.lower() in PICTURES}
        for file in sorted((root / name / "annotations").glob("*_exp.npy")):
            number = file.name.removesuffix("_exp.npy")
            word = _word(file, _saved(file))
            if word is not None and not number.startswith("."):
                picture = pictures.get(number, root / name / "images" / f"{number}.jpg")  # who reads it says that it is missing
                yield _clip(f"{part}/{number}", word, Source(picture, read_still), {"part": part})


def _of_tables(root: Path, tables: list[Path]) -> Iterator[Clip]:
    folders = (root / "Manually_Annotated_Images", root / "Manually_Annotated" / "Manually_Annotated_Images", root)
    images = next(folder for folder in folders if folder.is_dir())
    for table in tables:
        part, seen = TABLES[table.name], set()
        for line, (path, x, y, width, height, code, valence, arousal) in _rows(table):
            word = _word(f"Line {line} of {table}", code)
            if word is None or path in seen:
                continue
            seen.add(path)
            try:
                face = (float(x), float(y), float(width), float(height))
            except ValueError as error:
                raise CorpusError(
                    f"Line {line} of {table} has the box {x}, {y}, {width}, {height}. Expected four numbers; mend the line."
                ) from error
            read = partial(read_still, face=face) if face[2] > 0 and face[3] > 0 else read_still
            yield _clip(
                f"{part}/{path.rpartition('.')[0]}",
                word,
                Source(images / path, read),
                {"part": part, "valence": valence, "arousal": arousal},
            )


def _of_folders(root: Path) -> Iterator[Clip]:
    files = sorted({*root.glob("*/*"), *root.glob("*/*/*"), *root.glob("*/*/*/*")})
    other = _relabelled(root)
    for file in files:
        word = CALLED.get(file.parent.name.lower())
        above = file.relative_to(root).parts[:-2]
        part = PARTS.get(above[-1].lower()) if above else ""
        if word is None or part is None or file.suffix.lower() not in PICTURES or file.name.startswith("."):
            continue
        facts = {"part": part} if part else {}
        said = other.get(f"{file.parent.name}/{file.name}".lower())
        yield _clip(
            "/".join((*above[-1:], file.parent.name, file.stem)),
            word,
            Source(file, read_still),
            facts | ({"relabelled": said} if said is not None and said != word else {}),
        )


def _clip(name: str, word: str, source: Source, facts: dict[str, str]) -> Clip:
    return Clip(name, None, word, {Modality.VIDEO: source}, facts)


def _word(where: object, code: str) -> str | None:
    """The word of a code; None for those that are no expression.

    Raises:
        CorpusError: There is no such code.
    """
    try:
        number = int(float(code))
    except ValueError:
        number = -1
    if not 0 <= number <= LAST:
        raise CorpusError(f"{where} has the expression {code!r}. Expected 0 to {LAST}, in the order {', '.join(WORDS)}; get it again.")
    return WORDS[number] if number < len(WORDS) else None


def _saved(file: Path) -> str:
    """The one value that an annotation holds: a number, or a number as text."""
    try:
        return str(np.load(file, allow_pickle=False).item())
    except (OSError, ValueError, EOFError) as error:
        raise CorpusError(f"{file} cannot be read ({error}). Expected one number saved by numpy; unpack the annotations again.") from error


def _rows(table: Path) -> Iterator[tuple[int, list[str]]]:
    """Lines of a table, from 2 on, with the fields of `COLUMNS`.

    Raises:
        CorpusError: A column is missing, a line has fewer or more fields than the header, or the table is not UTF-8.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            missing = [name for name in COLUMNS if name not in header]
            if missing:
                raise CorpusError(f"{table} has no {', '.join(missing)}. Expected the columns {', '.join(COLUMNS)}; get it again.")
            places = [header.index(name) for name in COLUMNS]
            for fields in reader:
                if len(fields) != len(header):
                    raise CorpusError(
                        f"Line {reader.line_num} of {table} has {len(fields)} fields. "
                        f"Expected {len(header)}, as in its header; mend the line, or get the table again."
                    )
                yield reader.line_num, [fields[place] for place in places]
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorpusError(f"{table} cannot be read as a table ({error}). Expected UTF-8 with commas; get it again.") from error


def _relabelled(root: Path) -> dict[str, str]:
    """What a labels.csv of Kaggle's copies says of each picture, by ``folder/file``."""
    said = {}
    for table in sorted({*root.glob("labels.csv"), *root.glob("*/labels.csv")}):
        with table.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            for row in csv.DictReader(file):
                word = CALLED.get((row.get("label") or "").strip().lower())
                if word is not None:
                    said[(row.get("pth") or "").strip().replace("\\", "/").lower()] = word
    return said


AFFECTNET = Corpus(
    name="affectnet",
    labels=LabelSet(WORDS),
    modalities=frozenset({Modality.VIDEO}),
    license="for research by agreement; pictures from the web, rights with their owners",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="A lab's head signs the agreement and asks by the form at mohammadmahoor.com/affectnet; students ask through them. "
    "Parts of it stand on Kaggle (noamsegal/affectnet-training-data, mstjebashazida/affectnet).",
    published=Published(
        clips=291_650,
        people=None,
        labels={
            "neutral": 75_374,
            "happiness": 134_915,
            "sadness": 25_959,
            "surprise": 14_590,
            "fear": 6_878,
            "disgust": 4_303,
            "anger": 25_382,
            "contempt": 4_249,
        },
        facts={"part": {"train": 287_651, "valid": 3_999}},
        source="the later folders, as those who have them count; the paper counts the tables of 2017",
    ),
    beside=("*/annotations/*.npy", "**/training.csv", "**/validation.csv", "**/labels.csv", "**/*.txt", "**/*.pdf", "**/README*"),
)
