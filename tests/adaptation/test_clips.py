import pytest

from emofuse.adaptation.clips import read_clips
from emofuse.core.errors import CorpusError, UnknownName
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelMap, LabelSet

WAY = LabelMap("as they are", LabelSet(("anger", "calm")))


@pytest.fixture
def table(tmp_path):
    """Writes a table beside three recordings that differ, and a fourth that is a copy."""
    for name, content in (("a.wav", b"a"), ("b.wav", b"bb"), ("c.wav", b"c"), ("copy.wav", b"a"), ("a.srt", b"words")):
        (tmp_path / name).write_bytes(content)

    def write(text):
        (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
        return tmp_path / "mine.csv"

    return write


def test_rows_are_read_with_their_times_and_files(table, tmp_path):
    first, second = read_clips(table("file,text,start,end,label\na.wav,a.srt,0:01.5,1:02:03,anger\nb.wav,,,,Calm\n"), WAY)

    assert (first.files, first.start, first.end, first.label) == (
        {"file": tmp_path / "a.wav", "text": tmp_path / "a.srt"},
        1_500,
        3_723_000,
        "anger",
    )
    assert (second.files, second.start, second.end, second.label, second.line) == ({"file": tmp_path / "b.wav"}, None, None, "calm", 3)


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_and_a_mark_of_utf8_are_met(separator, table):
    text = f"\ufefffile{separator}label\na.wav{separator}anger\n\n"

    assert [row.label for row in read_clips(table(text), WAY)] == ["anger"]


def test_a_recording_may_be_text_or_eeg_alone(table, tmp_path):
    (row,) = read_clips(table("text,label\na.srt,anger\n"), WAY)

    assert row.files == {"text": tmp_path / "a.srt"}


def test_a_label_goes_where_the_fusion_has_it(table):
    assert read_clips(table("file,label\na.wav,calm\n"), EIGHT_TO_SEVEN)[0].label == "neutral"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file\na.wav\n", "lacks a column of labels. Expected file and label, .*name its columns so"),
        ("label\nanger\n", "lacks a column of files. Expected file and label"),
        ("file,label,mood\na.wav,anger,3\n", "has a column 'mood'. Expected file and label"),
        ("file,label\n", "has no clips. Expected a row a clip"),
        ("", "lacks a column of labels"),
        ("file,label\nd.wav,anger\n", "Line 2 of mine.csv names d.wav under 'file', which is not there. Expected a file, .*mend the path"),
        ("file,label\n,anger\n", "Line 2 of mine.csv names no file. Expected the recording under 'file'"),
        ("file,label,end\na.wav,anger,soon\n", "has the end 'soon'. Expected seconds, or mm:ss, such as"),
        ("file,label,start\na.wav,anger,-1\n", "has the start '-1'. Expected seconds"),
        ("file,label,start,end\na.wav,anger,5,4\n", "ends at 4, before it starts. Expected a later end"),
        ("file,label\na.wav,anger\nb.wav,anger\na.wav,calm\n", "Lines 2 and 4 of mine.csv are the same clip. Expected each once"),
        ("file,label\na.wav,anger\ncopy.wav,anger\n", "Lines 2 and 3 of mine.csv name two copies of one recording. Expected each"),
    ],
)
def test_what_is_wrong_is_said_with_the_line_and_what_to_do(text, said, table):
    with pytest.raises(CorpusError, match=said):
        read_clips(table(text), WAY)


def test_an_unknown_label_lists_those_that_are_known(table):
    with pytest.raises(UnknownName, match="Line 2 of mine.csv has the label 'joy'. Expected one of: anger, calm; mend it"):
        read_clips(table("file,label\na.wav,joy\n"), WAY)


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CorpusError, match="mine.csv cannot be read: .*Expected a table as UTF-8 text"):
        read_clips(tmp_path / "mine.csv", WAY)


def test_a_table_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "mine.csv").write_bytes("file,label\nä.wav,anger\n".encode("latin-1"))

    with pytest.raises(CorpusError, match="cannot be read: .*Expected a table as UTF-8 text"):
        read_clips(tmp_path / "mine.csv", WAY)


def test_two_stretches_of_a_file_are_two_clips(table):
    assert len(read_clips(table("file,start,end,label\na.wav,0,1,anger\na.wav,1,2,calm\n"), WAY)) == 2
