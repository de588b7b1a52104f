import re
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from emofuse.core.errors import CorpusError
from emofuse.media.tables.columns import columns, names

NUMBERS = np.array([[1, 2.5], [4, 5.5], [7, 8], [0, 1]], dtype=np.float32)
WHO = ["ann", "Doe, Bob", "", "cy"]
CODES = [0, 1, 0, 1]


def csv_of(file: Path, separator: str = ",", newline: str = "\n") -> Path:
    lines = [["who", "y", "a", "b"], *([f'"{w}"', c, *map(float, n)] for w, c, n in zip(WHO, CODES, NUMBERS, strict=True))]
    file.write_text(newline.join(separator.join(map(str, line)) for line in lines) + newline, encoding="utf-8", newline="")
    return file


def parquet_of(file: Path) -> Path:
    whole = {"who": WHO, "y": CODES, "a": NUMBERS[:, 0], "b": NUMBERS[:, 1]}
    parquet.write_table(pyarrow.table(whole), file, row_group_size=3)
    return file


def npz_of(file: Path) -> Path:
    np.savez(file, who=np.array(WHO), y=np.array(CODES), a=NUMBERS[:, 0], b=NUMBERS[:, 1].astype(np.float64))
    return file


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (csv_of, "a.csv"),
        (csv_of, "a.TXT"),
        (lambda file: csv_of(file, ";", "\r\n"), "a.csv"),
        (lambda file: csv_of(file, "\t"), "a.tsv"),
        (parquet_of, "a.parquet"),
        (npz_of, "a.npz"),
    ],
)
def test_the_same_columns_come_out_of_every_kind_of_file(tmp_path, make, name):
    path = make(tmp_path / name)

    words, matrix = columns(path, ["y", "who"], ["b", "y", "a"])

    assert names(path) == ("who", "y", "a", "b")
    assert words == {"y": ["0", "1", "0", "1"], "who": ["ann", "Doe, Bob", None, "cy"]}
    np.testing.assert_array_equal(matrix, np.column_stack([NUMBERS[:, 1], CODES, NUMBERS[:, 0]]))
    assert matrix.dtype == np.float32


def test_an_array_of_two_axes_is_several_columns(tmp_path):
    np.savez(tmp_path / "a.npz", X=NUMBERS, y=np.array(CODES))

    _, matrix = columns(tmp_path / "a.npz", [], ["y", "X"])

    np.testing.assert_array_equal(matrix, np.column_stack([CODES, NUMBERS]))


def test_fields_in_quotes_may_hold_anything(tmp_path):
    (tmp_path / "a.csv").write_text('who,a\n"Doe, Ann",1\n"two\nlines",2\n"says ""no""",3\n')

    words, matrix = columns(tmp_path / "a.csv", ["who"], ["a"])

    assert words == {"who": ["Doe, Ann", "two\nlines", 'says "no"']}
    assert matrix.tolist() == [[1], [2], [3]]


@pytest.mark.parametrize("read", [lambda path: columns(path, ["who", "dose"], ["a"]), lambda path: columns(path, [], ["dose"])])
def test_a_column_that_is_not_there_is_named_beside_those_that_are(tmp_path, read):
    with pytest.raises(CorpusError, match=r"a\.csv has no column dose\. It has who, y, a, b\. Name one of these"):
        read(csv_of(tmp_path / "a.csv"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"label,a,b\nanger,1,2\nanger,1\n", r"Line 3 of .*a\.csv has 2 fields\. Expected 3"),
        (b"label,a,b\nanger,1,2,3\n", r"Line 2 of .* has 4 fields\. Expected 3"),
        (b'label,a,b\n"anger",1\n', r"Line 2 of .* has 2 fields\. Expected 3"),
        (b"label,a\nf\xfcr,1\n", r"not UTF-8 \(byte 0xfc in line 2\)"),
        ("label,a\nanger,1\n".encode("utf-16"), "looks like UTF-16"),
        (b"label,a\nanger,1\nanger,oops\n", r"Row 2 of .* has 'oops' in the column a\. Expected a number"),
        (b"label,a,a\nanger,1,2\n", "names the column a more than once"),
        (b"", "has no header"),
    ],
)
def test_a_csv_that_is_not_as_it_should_be_is_refused_and_told_where(tmp_path, content, says):
    (tmp_path / "a.csv").write_bytes(content)

    with pytest.raises(CorpusError, match=says):
        columns(tmp_path / "a.csv", ["label"], ["a"])


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.array([[1, None]], dtype=object))

    with pytest.raises(CorpusError, match="The array X of .* cannot be read .* no objects"):
        columns(tmp_path / "a.npz", [], ["X"])


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"X": NUMBERS, "y": np.array([0, 1])}, "different lengths"),
        ({"X": NUMBERS[None], "y": np.array([0])}, r"X of .* has the shape \(1, 4, 2\)"),
        ({"X": np.array(WHO), "y": np.array(CODES)}, "holds <U8"),
        ({"X": NUMBERS, "y": NUMBERS}, r"y of .* has the shape \(4, 2\)\. Expected one value a row"),
    ],
)
def test_arrays_that_do_not_make_a_table_are_refused(tmp_path, arrays, says):
    np.savez(tmp_path / "a.npz", **arrays)

    with pytest.raises(CorpusError, match=says):
        columns(tmp_path / "a.npz", ["y"], ["X"])


@pytest.mark.parametrize("make", [npz_of, parquet_of])
def test_a_file_that_broke_off_is_refused(tmp_path, make):
    path = make(tmp_path / f"a.{make.__name__.removesuffix('_of')}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(CorpusError, match=f"{re.escape(str(path))} cannot be read as {path.suffix[1:]} "):
        columns(path, [], ["a"])


def test_a_column_of_lists_is_refused(tmp_path):
    parquet.write_table(pyarrow.table({"a": [[1.0, 2.0]]}), tmp_path / "a.parquet")

    with pytest.raises(CorpusError, match="The column a of .* holds list<"):
        columns(tmp_path / "a.parquet", [], ["a"])


def test_what_would_not_fit_into_memory_is_refused_with_its_size(tmp_path):
    with pytest.raises(CorpusError, match=r"4 rows of 3 numbers, which take 4\.47e-08 GiB"):
        columns(parquet_of(tmp_path / "a.parquet"), [], ["y", "a", "b"], limit=47)
    with pytest.raises(CorpusError, match="in one group of rows"):
        columns(parquet_of(tmp_path / "a.parquet"), [], ["a"], limit=20)
    with pytest.raises(CorpusError, match="The array b of .* takes"):
        columns(npz_of(tmp_path / "a.npz"), [], ["b"], limit=16)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.xlsx").touch()

    with pytest.raises(CorpusError, match=r"Expected one of \.csv, .*\.npz"):
        names(tmp_path / "a.xlsx")
    with pytest.raises(CorpusError, match="There is no file"):
        names(tmp_path / "gone.csv")
