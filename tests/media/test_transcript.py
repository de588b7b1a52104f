from pathlib import Path

import pytest

from emofuse.core.errors import CorpusError
from emofuse.media.transcript import Row, read_said, rows, said


def table(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_know_their_line_and_their_columns(tmp_path):
    path = table(tmp_path / "a.csv", 'who,said\r\nann,"one, ""two"""\r\n\r\nbob,"over\nthree\nlines"\r\ncleo,x\r\n')

    read = list(rows(path, ("said",)))

    assert [(row.line, row.values["who"]) for row in read] == [(2, "ann"), (4, "bob"), (7, "cleo")]
    assert [row.text("said") for row in read] == ['one, "two"', "over\nthree\nlines", "x"]


def test_a_table_without_a_header_has_the_columns_it_is_said_to_have(tmp_path):
    path = table(tmp_path / "a.tsv", 'he said "no\tx1\nyes\tx2\n')

    read = list(rows(path, ("said", "id"), delimiter="\t", quoted=False, header=False))

    assert [row.values for row in read] == [{"said": 'he said "no', "id": "x1"}, {"said": "yes", "id": "x2"}]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    path = table(tmp_path / "a.csv", b"\xef\xbb\xbfwho,said\nann,hello\n")

    assert [row.text("who") for row in rows(path, ("who",))] == ["ann"]


def test_windows_1252_that_was_read_as_latin_1_is_mended(tmp_path):
    path = table(tmp_path / "a.csv", "who,said\nann,he\x92s \x93here\x94 \x81\n")

    assert [row.text("said") for row in rows(path, ("said",))] == ["he’s “here”"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"who,said\nann,hello\nbob,he\x92s\n", r"line 3: byte 0x92 is not UTF-8\. .*Windows-1252"),
        (b"who,text\nann,hello\n", r"has no column said; it has who, text\. Expected who, said"),
        (b"who,said\nann,hello\nbob,yes,no\n", r"line 3: 3 values\. Expected 2: who, said"),
        (b"who,said\nann\n", r"line 2: 1 values\. Expected 2: who, said"),
        (b'who,said\nann,"hello\nbob,yes\n', r"line 2: .*quotation marks in pairs"),
        (b'who,said\nann,"hello" you\n', r"line 2: .*quotation marks in pairs"),
        (b"", r"is empty\. Expected a table with the columns who, said"),
    ],
)
def test_a_table_that_is_not_as_it_should_be_is_refused_by_name_and_line(tmp_path, content, problem):
    path = table(tmp_path / "a.csv", content)

    with pytest.raises(CorpusError, match=rf"a\.csv.*{problem}"):
        list(rows(path, ("who", "said")))


def test_a_table_that_cannot_be_opened_is_reported(tmp_path):
    with pytest.raises(CorpusError, match="cannot be read"):
        list(rows(tmp_path, ("who",)))


@pytest.mark.parametrize(
    ("clock", "milliseconds"), [("00:16:16,059", 976_059), ("0:12:32.6", 752_600), ("01:00:00,00", 3_600_000), (" 00:00:00,001 ", 1)]
)
def test_clocks_are_read_with_a_comma_or_a_point(clock, milliseconds):
    assert Row(Path("a.csv"), 1, {"at": clock}).time("at") == milliseconds


@pytest.mark.parametrize(
    ("read", "value", "problem"),
    [
        (lambda row: row.text("x"), "  ", "x is empty. Expected something"),
        (lambda row: row.number("x"), "4.0", "x is '4.0'. Expected a whole number"),
        (lambda row: row.number("x"), "٣", "Expected a whole number"),
        (lambda row: row.time("x"), "16:16", "x is '16:16'. Expected a time such as"),
        (lambda row: row.word("x", {"joy": "happiness"}), "Joy", "x is 'Joy'. Expected one of joy"),
    ],
)
def test_a_value_that_makes_no_sense_is_reported_with_its_line(read, value, problem):
    with pytest.raises(CorpusError) as error:
        read(Row(Path("a.csv"), 7, {"x": value}))

    assert "a.csv, line 7: " in str(error.value)
    assert problem in str(error.value)


def test_values_are_read(tmp_path):
    row = Row(Path("a.csv"), 1, {"n": " -3 ", "word": "joy"})

    assert row.number("n") == -3
    assert row.word("word", {"joy": "happiness"}) == "happiness"


def test_an_utterance_is_one_sample_that_lasts_as_long_as_it_was_spoken(tmp_path):
    path = table(tmp_path / "a.csv", "said\nhello there\n")
    source = said(path, "hello there", 2_500)

    signal = source.read(source.path)

    assert signal.values.tolist() == ["hello there"]
    assert signal.duration == 2_500
    assert read_said(path, "hello").duration == 1_000


def test_an_utterance_whose_table_has_gone_is_reported_by_name(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.csv has gone"):
        read_said(tmp_path / "a.csv", "hello")
