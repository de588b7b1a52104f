import json
import logging
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.table import TABLE, rows, table

NUMBERS = np.array([[1, 2.5, -3], [4, 5.5, 6], [7, 8, 9.5], [0, 1, 2]], dtype=np.float32)
WHO = ["ann", "ann", "bob", "bob"]
CODES = [0, 1, 0, 1]
WORDS = {"0": "anger", "1": "neutral"}


def csv_of(file: Path, separator: str = ",", newline: str = "\n") -> Path:
    lines = [["who", "y", "eeg_0", "eeg_1", "a0"], *([w, c, *map(float, n)] for w, c, n in zip(WHO, CODES, NUMBERS, strict=True))]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(newline.join(separator.join(map(str, line)) for line in lines) + newline, encoding="utf-8")
    return file


def parquet_of(file: Path) -> Path:
    columns = {"who": WHO, "y": CODES, "eeg_0": NUMBERS[:, 0], "eeg_1": NUMBERS[:, 1], "a0": NUMBERS[:, 2]}
    parquet.write_table(pyarrow.table(columns), file, row_group_size=3)
    return file


def npz_of(file: Path) -> Path:
    np.savez(file, who=np.array(WHO), y=np.array(CODES), eeg=NUMBERS[:, :2], a0=NUMBERS[:, 2].astype(np.float64), notes=np.array(1))
    return file


def small_tree(root: Path) -> Path:
    """A csv of four rows of two people, and what its columns are; returns the csv."""
    file = csv_of(root / "features.csv")
    said = {"file": "features.csv", "subject": "who", "words": WORDS, "blocks": {"eeg": ["prefix:eeg_"]}}
    (root / "table.json").write_text(json.dumps(said))
    return file


def test_a_row_is_a_clip_with_a_signal_of_one_step(tmp_path):
    small_tree(tmp_path)

    clips = TABLE.clips(tmp_path)

    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        ("0", "ann", "anger"),
        ("1", "ann", "neutral"),
        ("2", "bob", "anger"),
        ("3", "bob", "neutral"),
    ]
    signal = clips[2].signal(Modality.EEG)
    np.testing.assert_array_equal(signal.values, NUMBERS[2:3, :2])
    assert (signal.values.dtype, signal.duration) == (np.float32, 1_000)


@pytest.mark.parametrize(
    ("make", "name", "blocks"),
    [
        (csv_of, "a.csv", {"eeg": ["prefix:eeg_"], "audio": ["a0"]}),
        (lambda file: csv_of(file, ";", "\r\n"), "a.csv", {"eeg": ["eeg_0", "eeg_1"], "audio": ["a0"]}),
        (lambda file: csv_of(file, "\t"), "a.tsv", {"eeg": ["prefix:eeg_"], "audio": "a0"}),
        (parquet_of, "a.parquet", {"eeg": ["prefix:eeg_"], "audio": ["a0"]}),
        (npz_of, "a.npz", {"eeg": ["eeg"], "audio": ["a0"]}),
    ],
)
def test_the_same_table_is_read_alike_from_every_kind_of_file(tmp_path, make, name, blocks):
    clips, matrix = rows(make(tmp_path / name), subject="who", words=WORDS, blocks=blocks)

    np.testing.assert_array_equal(matrix, NUMBERS)
    assert matrix.dtype == np.float32
    assert [(clip.id, clip.subject, clip.label) for clip in clips] == [
        (str(row), who, WORDS[str(code)]) for row, (who, code) in enumerate(zip(WHO, CODES, strict=True))
    ]
    assert set(clips[0].sources) == {Modality.EEG, Modality.AUDIO}
    np.testing.assert_array_equal(clips[3].signal(Modality.AUDIO).values, NUMBERS[3:, 2:])


def test_columns_that_go_by_their_usual_names_need_not_be_named(tmp_path):
    np.savez(
        tmp_path / "features.npz",
        X=NUMBERS,
        y=np.array(["anger", "neutral", "anger", ""]),
        subject=np.array([1.0, 1.0, 2.0, np.nan]),
        recording=np.array(["r1", "r1", "r2", "r2"]),
        part=np.array(["train", "train", "test", "test"]),
        sentence=np.array([b"a", b"b", b"a", b"b"]),
        stimulus=np.array(["film 1", "film 2", "film 1", "film 2"]),
        id=np.array([10, 11, 12, 13]),
    )

    clips, matrix = rows(tmp_path / "features.npz")

    np.testing.assert_array_equal(matrix, NUMBERS)
    assert [clip.id for clip in clips] == ["10", "11", "12", "13"]
    assert [clip.subject for clip in clips] == ["1", "1", "2", None]
    assert [clip.label for clip in clips] == ["anger", "neutral", "anger", None]
    assert clips[2].facts == {"recording": "r2", "part": "test", "sentence": "a", "stimulus": "film 1"}
    assert clips[0].sources == {}  # nobody says of which modality X is
    assert table(tmp_path / "features.npz")[1].facts == clips[1].facts


def test_an_array_for_each_modality_is_a_block_each(tmp_path):
    np.savez(tmp_path / "a.npz", audio=NUMBERS[:, :2], video=NUMBERS[:, 2:], label=np.array(CODES))

    clips, matrix = rows(tmp_path / "a.npz")

    assert set(clips[0].sources) == {Modality.AUDIO, Modality.VIDEO}
    np.testing.assert_array_equal(matrix, NUMBERS)


def test_everything_but_what_is_named_is_a_feature(tmp_path):
    csv_of(tmp_path / "a.csv")

    _, matrix = rows(tmp_path / "a.csv", subject="who")

    np.testing.assert_array_equal(matrix, NUMBERS)


def test_the_row_numbers_that_pandas_writes_are_no_feature(tmp_path):
    (tmp_path / "a.csv").write_text(",label,a\n0,anger,5\n1,anger,6\n")

    _, matrix = rows(tmp_path / "a.csv")

    assert matrix.tolist() == [[5], [6]]


def test_times_are_whole_milliseconds_and_a_signal_lasts_as_long_as_its_window(tmp_path):
    (tmp_path / "a.csv").write_text("label,from,to,a\nanger,0.5,2.5,1\nanger,1,,2\n")

    first, second = table(tmp_path / "a.csv", start="from", end="to", unit="s", blocks={"eeg": ["a"]})

    assert first.facts == {"start": "500", "end": "2500"}
    assert first.signal(Modality.EEG).duration == 2_000
    assert second.facts == {"start": "1000"}


def test_ids_sort_as_the_rows_do(tmp_path):
    (tmp_path / "a.csv").write_text("label,a\n" + "anger,1\n" * 11)

    clips = table(tmp_path / "a.csv")

    assert (clips[0].id, clips[10].id) == ("00", "10")


def test_a_file_that_changes_is_read_again(tmp_path):
    small_tree(tmp_path)
    clip = TABLE.clips(tmp_path)[0]
    assert clip.signal(Modality.EEG).values.tolist() == [[1, 2.5]]

    text = (tmp_path / "features.csv").read_text().replace("1.0,2.5", "100.0,2.5")
    (tmp_path / "features.csv").write_text(text)

    assert clip.signal(Modality.EEG).values.tolist() == [[100, 2.5]]


def test_what_is_no_number_and_what_never_changes_is_kept_and_reported(tmp_path, caplog):
    (tmp_path / "a.csv").write_text("label,a,b,c\nanger,1,7,\nanger,2,7,nan\nanger,3,7,inf\n")

    with caplog.at_level(logging.WARNING):
        _, matrix = rows(tmp_path / "a.csv")

    assert np.isnan(matrix[:2, 2]).all()
    assert np.isinf(matrix[2, 2])
    assert "3 values are no finite numbers" in caplog.text
    assert "1 of 3 columns say the same in every row" in caplog.text


def test_a_label_may_be_the_word_none(tmp_path):
    (tmp_path / "a.csv").write_text("label,a\nNone,1\nNA,2\n,3\n")

    assert [clip.label for clip in table(tmp_path / "a.csv")] == ["None", "NA", None]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"subject,a\nann,1\n", r"has no column label\. It has subject, a\. Say which"),
        (b"label,id,a\nanger,x,1\nanger,x,2\n", "carries the id x more than once"),
    ],
)
def test_a_table_that_lacks_a_label_or_names_two_rows_alike_is_refused(tmp_path, content, says):
    (tmp_path / "a.csv").write_bytes(content)

    with pytest.raises(CorpusError, match=says):
        rows(tmp_path / "a.csv")


def test_arrays_without_features_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", Z=NUMBERS, y=np.array(CODES))

    with pytest.raises(CorpusError, match="has no array X or features. It has Z, y"):
        rows(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("blocks", "says"),
    [({"smell": ["a0"]}, "a block 'smell'"), ({"eeg": ["prefix:x"]}, "no column for the block eeg"), ({"eeg": ["x"]}, "has no column x")],
)
def test_blocks_that_are_not_there_are_refused(tmp_path, blocks, says):
    with pytest.raises(CorpusError, match=says):
        rows(csv_of(tmp_path / "a.csv"), blocks=blocks)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"subject": "who"}', "names no file"),
        ('{"file": "features.csv", "labels": "y"}', "has an unknown labels. It takes file, label"),
        ('{"file": "gone.csv"}', "There is no file .*gone.csv"),
        ('{"file": "features.csv", "unit": "min"}', "'min'. Expected one of ms, s"),
    ],
)
def test_a_description_that_cannot_be_followed_is_refused(tmp_path, text, says):
    small_tree(tmp_path)
    (tmp_path / "table.json").write_text(text)

    with pytest.raises(CorpusError, match=says):
        TABLE.clips(tmp_path)


@pytest.mark.corpus
def test_somebodys_real_features_are_a_table(shared):
    blocks = {"video": ["au"], "audio": ["mfcc"]}

    clips, matrix = rows(shared / "ravdess" / "ravdess_au_mfcc.npz", id="clip", subject="actor", label="emotion", blocks=blocks)

    assert matrix.shape == (1_440, 35 + 259)
    assert len({clip.subject for clip in clips}) == 24
    assert {clip.label for clip in clips} == set("01234567")
    assert clips[0].signal(Modality.VIDEO).values.shape == (1, 35)
