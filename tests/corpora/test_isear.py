from collections import Counter
from pathlib import Path

import pytest

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.corpora.isear import ISEAR

HEADER = (
    "ID|CITY|COUN|SUBJ|SEX|AGE|RELI|PRAC|FOCC|MOCC|FIEL|EMOT|WHEN|LONG|INTS|ERGO|TROPHO|TEMPER|EXPRES|MOVE|EXP1|EXP2|EXP10|"
    "PARAL|CON|EXPC|PLEA|PLAN|FAIR|CAUS|COPING|MORL|SELF|RELA|VERBAL|NEUTRO|Field1|Field3|Field2|MYKEY|SIT|STATE|"
)


def row(person: int, emotion: int, text: str, sex: int = 1) -> str:
    return (
        f"{person}|1|1|1|{sex}|33|1|2|6|1|2|{emotion}|4|4|3|0|0|1|1|0|1|0|0|0|1|2|1|1|1|4|4|2|3|3|2|0|joy|4|3|0{person}{emotion}|{text}|1|"
    )


def table(root: Path, *lines: str, name: str = "isear.csv", encoding: str = "utf-8") -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("\n".join([HEADER, *lines, ""]), encoding=encoding)
    return root / name


def small_tree(root: Path) -> Path:
    """Three situations of two people; returns the table."""
    return table(
        root,
        row(11001, 1, "During the period of falling in love, each time that we met and á especially when we had not met for a long time."),
        row(11001, 7, "When I caused problems for somebody."),
        row(331061, 2, "Exams.", sex=2),
    )


def test_a_row_says_everything(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip for clip in ISEAR.clips(tmp_path)}

    assert {name: (clip.subject, clip.label) for name, clip in by_id.items()} == {
        "011001-1": ("isear-011001", "happiness"), "011001-7": ("isear-011001", "guilt"), "331061-2": ("isear-331061", "fear"),
    }  # fmt: skip
    assert by_id["011001-1"].facts == {"country": "1", "age": "33", "intensity": "3", "sex": "male"}
    assert by_id["331061-2"].facts["sex"] == "female"
    assert by_id["011001-1"].signal(Modality.TEXT).values.tolist() == [
        "During the period of falling in love, each time that we met and especially when we had not met for a long time."
    ]


def test_a_text_with_the_delimiter_in_it_is_put_together_again(tmp_path):
    table(
        tmp_path, row(331061, 1, r"In August the \\big envelope\" (a document for á|C.U.H.K admission) arrived. á|I had not been á|away.\"")
    )

    (clip,) = ISEAR.clips(tmp_path)

    assert clip.signal(Modality.TEXT).values.tolist() == [
        'In August the big envelope" (a document for C.U.H.K admission) arrived. I had not been away."'
    ]


def test_the_wrong_code_page_is_mended_only_where_it_was_wrong(tmp_path):
    table(tmp_path / "garbled", row(11001, 1, "Jan-Erik Wikstr÷m á called."), row(11001, 2, "Caf\u201a \u20ac á."))
    table(tmp_path / "right", row(11001, 1, "Jan-Erik Wikström called."))

    garbled, foreign = ISEAR.clips(tmp_path / "garbled")
    (right,) = ISEAR.clips(tmp_path / "right")

    assert garbled.signal(Modality.TEXT).values.tolist() == right.signal(Modality.TEXT).values.tolist() == ["Jan-Erik Wikström called."]
    assert foreign.signal(Modality.TEXT).values.tolist() == ["Caf\u201a \u20ac ."]


def test_a_person_who_tells_of_an_emotion_twice_has_two_clips(tmp_path):
    table(tmp_path, row(11001, 1, "One."), row(11001, 1, "Two."), row(11001, 1, "Three."))

    assert [clip.id for clip in ISEAR.clips(tmp_path)] == ["011001-1", "011001-1-2", "011001-1-3"]


def test_who_wrote_nothing_has_a_clip_without_text(tmp_path):
    table(tmp_path, row(11001, 1, " "))

    assert ISEAR.clips(tmp_path)[0].sources == {}


def test_a_sex_that_is_not_told_is_no_fact(tmp_path):
    table(tmp_path, row(11001, 1, "One.", sex=0))

    assert "sex" not in ISEAR.clips(tmp_path)[0].facts


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (row(11001, 8, "Hm."), "line 2: EMOT is '8'. Expected one of 1, 2, 3, 4, 5, 6, 7"),
        (row(11001, 1, "Hm.")[:60], "Expected 43 or more, as a text may hold a |"),
    ],
)
def test_a_row_that_makes_no_sense_is_reported(tmp_path, line, problem):
    table(tmp_path, line)

    with pytest.raises(CorpusError) as error:
        ISEAR.clips(tmp_path)

    assert "isear.csv, line 2" in str(error.value)
    assert problem in str(error.value)


@pytest.mark.parametrize("header", ["ID|EMOT|SIT|STATE|", "joy,text", HEADER.replace("SIT|STATE|", "STATE|SIT")])
def test_a_table_with_other_columns_is_refused(tmp_path, header):
    (tmp_path / "isear.csv").write_text(f"{header}\n", encoding="utf-8")

    with pytest.raises(CorpusError, match=r"isear\.csv has the columns .*Expected isear\.csv"):
        ISEAR.clips(tmp_path)


def test_another_encoding_is_refused(tmp_path):
    table(tmp_path, row(11001, 1, "Wikström."), encoding="latin-1")

    with pytest.raises(CorpusError, match=r"isear\.csv is not UTF-8 \(byte 0xf6\)"):
        ISEAR.clips(tmp_path)


def test_the_published_counts_add_up():
    assert sum(ISEAR.published.labels.values()) == ISEAR.published.clips
    assert Counter(ISEAR.published.labels.keys()) == Counter(ISEAR.labels)
