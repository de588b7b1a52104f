import json
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.dairai import DAIRAI

MESSAGES = [("i feel lovely; really", 1), ("i feel cold", 0), ("im feeling close to you", 2), ("i feel odd", 5)]
WORDS = ("sadness", "joy", "love", "anger", "fear", "surprise")


def as_parquet(root: Path) -> Path:
    (root / "split").mkdir(parents=True, exist_ok=True)
    file = root / "split" / "train-00000-of-00001.parquet"
    parquet.write_table(pyarrow.table({"text": [text for text, _ in MESSAGES], "label": [code for _, code in MESSAGES]}), file)
    return file


def as_text(root: Path, name: str = "train.txt") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("".join(f"{text};{WORDS[code]}\n" for text, code in MESSAGES), encoding="utf-8")
    return root / name


def as_lines(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "train.jsonl").write_text(
        "".join(f"{json.dumps({'text': text, 'label': code})}\n" for text, code in MESSAGES), encoding="utf-8"
    )
    return root / "train.jsonl"


def small_tree(root: Path) -> Path:
    """Four messages to learn from, and four to choose by; returns one file."""
    as_text(root, "val.txt")
    return as_parquet(root)


@pytest.mark.parametrize("write", [as_parquet, as_text, as_lines])
def test_every_form_says_the_same(tmp_path, write):
    write(tmp_path)

    clips = DAIRAI.clips(tmp_path)

    assert [(clip.id, clip.label) for clip in clips] == [
        ("train-00000", "happiness"), ("train-00001", "sadness"), ("train-00002", "love"), ("train-00003", "surprise"),
    ]  # fmt: skip
    assert clips[0].signal(Modality.TEXT).values.tolist() == ["i feel lovely; really"]
    assert {clip.subject for clip in clips} == {None}


def test_val_is_called_validation(tmp_path):
    small_tree(tmp_path)

    assert [clip.facts["part"] for clip in DAIRAI.clips(tmp_path)] == ["train"] * 4 + ["validation"] * 4


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("train.txt", b"i feel odd\n", "line 1: there is no semicolon. Expected text;label"),
        ("train.txt", b"i feel odd;joy\n\n;joy\n", "line 3: text is empty"),
        ("train.txt", b"i feel odd;1\n", "line 1: label is '1'. Expected one of sadness, joy"),
        ("train.txt", b"caf\xe9;joy\n", "is not UTF-8 (byte 0xe9)"),
        ("train.jsonl", b'{"text": "i feel odd", "label": 6}\n', "line 1: label is '6'"),
        ("train.jsonl", b'{"text": "i feel odd"}\n', "line 1: it is no message. Expected {"),
        ("train.jsonl", b"[1]\n", "line 1: it is no message"),
        ("train.jsonl", b"odd\n", "line 1: it is no message"),
        ("train-00000-of-00001.parquet", b"PAR1", "cannot be read as a parquet table with text and label"),
    ],
)
def test_a_file_that_makes_no_sense_is_reported(tmp_path, name, content, problem):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(CorpusError) as error:
        DAIRAI.clips(tmp_path)

    assert name in str(error.value)
    assert problem in str(error.value)


def test_a_table_without_a_column_is_refused(tmp_path):
    parquet.write_table(pyarrow.table({"text": ["i feel odd"]}), tmp_path / "test-00000-of-00001.parquet")

    with pytest.raises(CorpusError, match="cannot be read as a parquet table with text and label"):
        DAIRAI.clips(tmp_path)


def test_the_published_counts_add_up():
    assert sum(DAIRAI.published.labels.values()) == DAIRAI.published.clips == sum(DAIRAI.published.facts["part"].values())
