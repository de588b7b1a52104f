"""dair-ai emotion: 20,000 short English messages from Twitter, six emotions.

Recorded: lower-case words without punctuation, names or links.
Of whom: nobody is told, so people cannot be kept apart.
Labels: by the hashtag that ended the message (#joy), which was cut off; nobody read them. Joy is happiness here; love stays love,
  which hardly any other corpus has and every usual label map drops. There is no neutral.
Published by: Saravia and others, 2018, for learning patterns of emotion words: train 16,000, validation 2,000, test 2,000.
Odd: nearly every message begins with "i feel" or "im feeling", by which it was found: what is learnt here says little of text
  that does not. Some messages stand there twice, also in different parts and with different labels.
Read from: the first that is there of parquet (label as a number), ``train.txt`` (text;label) and json lines.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.transcript import Row, said

CODES = ("sadness", "joy", "love", "anger", "fear", "surprise")  # code 0 is the first
WORDS = {word: "happiness" if word == "joy" else word for word in CODES}
PARTS = {"train": ("train",), "validation": ("validation", "val"), "test": ("test",)}
"""Part to what its file may be called."""

CITATION = (
    "Saravia E, Liu HCT, Huang YH, Wu J, Chen YS (2018). CARER: Contextualized affect representations for emotion recognition. "
    "EMNLP, 3687-3697. https://doi.org/10.18653/v1/D18-1404"
)
LAYOUT = """\
    split/train-00000-of-00001.parquet   (text, label 0-5; and validation, test)
    or
    train.txt                            (text;label; and val.txt, test.txt)
    or
    train.jsonl                          ({"text": ..., "label": 0-5}; and validation.jsonl, test.jsonl)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a message; its id is its part and its row.

    Raises:
        CorpusError: A table is not as it was published.
    """
    for part, names in PARTS.items():
        path = next((path for name in names for path in _places(root, name) if path.is_file()), None)
        if path is None:
            continue
        for place, row in enumerate(READERS[path.suffix](path)):
            yield Clip(
                id=f"{part}-{place:05d}",
                subject=None,
                label=row.word("label", WORDS),
                sources={Modality.TEXT: said(path, row.text("text"))},
                facts={"part": part},
            )


def _places(root: Path, name: str) -> Iterator[Path]:
    yield root / "split" / f"{name}-00000-of-00001.parquet"
    yield root / f"{name}-00000-of-00001.parquet"
    yield root / f"{name}.txt"
    yield root / f"{name}.jsonl"


def _parquet(path: Path) -> Iterator[Row]:
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        raise CorpusError(
            "Reading parquet needs pyarrow, which is not installed. Install it with: pip install 'emofuse[train]'."
        ) from error
    try:
        table = parquet.read_table(path, columns=["text", "label"])
    except (ArrowInvalid, OSError) as error:
        raise CorpusError(f"{path} cannot be read as a parquet table with text and label. Expected one; get it again.") from error
    for line, (text, label) in enumerate(zip(table["text"].to_pylist(), table["label"].to_pylist(), strict=True), 1):
        yield Row(path, line, {"text": text or "", "label": _word(label)})


def _txt(path: Path) -> Iterator[Row]:
    for line, written in _lines(path):
        text, semicolon, label = written.rpartition(";")
        row = Row(path, line, {"text": text, "label": label})
        if not semicolon:
            raise row.wrong("there is no semicolon", "text;label")
        yield row


def _jsonl(path: Path) -> Iterator[Row]:
    for line, written in _lines(path):
        try:
            told = json.loads(written)
            values = {"text": str(told["text"]), "label": _word(told["label"])}
        except (ValueError, KeyError, TypeError) as error:
            raise Row(path, line, {}).wrong("it is no message", '{"text": ..., "label": 0-5}') from error
        yield Row(path, line, values)


READERS = {".parquet": _parquet, ".txt": _txt, ".jsonl": _jsonl}


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Lines with something in them, and their numbers."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 (byte {error.object[error.start]:#04x}). Expected a table in UTF-8; save it so, or get it again."
        ) from error
    return ((number, line.strip("\r")) for number, line in enumerate(lines, 1) if line.strip())


def _word(label: object) -> str:
    """A code's word; anything else as it is, for the error to show."""
    return CODES[label] if isinstance(label, int) and 0 <= label < len(CODES) else str(label)


DAIRAI = Corpus(
    name="dairai",
    labels=LabelSet(tuple(WORDS.values())),
    modalities=frozenset({Modality.TEXT}),
    license="for education and research only",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting="Free at huggingface.co/datasets/dair-ai/emotion.",
    published=Published(
        clips=20_000,
        people=None,
        labels={"sadness": 5_797, "happiness": 6_761, "love": 1_641, "anger": 2_709, "fear": 2_373, "surprise": 719},
        facts={"part": {"train": 16_000, "validation": 2_000, "test": 2_000}},
        source="card at huggingface.co/datasets/dair-ai/emotion; labels by others, in the same files",
    ),
    downloads=tuple(
        Download(
            f"https://huggingface.co/datasets/dair-ai/emotion/resolve/main/split/{part}-00000-of-00001.parquet",
            f"split/{part}-00000-of-00001.parquet",
        )
        for part in PARTS
    ),
    beside=("README*", "unsplit/*"),
)
