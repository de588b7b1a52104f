from dataclasses import replace

import pytest

from emofuse.evaluation.about import About
from emofuse.evaluation.details import LISTED
from emofuse.evaluation.document import Tone
from emofuse.evaluation.sections import document

from .conftest import SHAPES, answered, report_of


def titles(told):
    return [section.title for section in told.sections]


def table(told, caption):
    (found,) = [t for section in told.sections for t in section.tables if t.caption == caption]
    return found


def test_a_page_goes_from_what_a_stranger_asks_to_where_it_comes_from(report, about):
    told = document(report, about)

    assert told.title == "voice on ravdess"
    assert titles(told) == [
        "Figures",
        "What is taken for what",
        "Each label",
        "Each person",
        "Groups",
        "Folds",
        "How sure it is",
        "When it may abstain",
        "When something is missing",
        "On what it has never heard",
        "Audit",
        "How this came about",
        "How to read the figures",
    ]


def test_what_must_be_known_first_stands_first(report, about):
    remarks = [(remark.tone, remark.text) for remark in document(report, about).remarks]

    assert remarks[0] == (Tone.GOOD, "0 of 6 test people were also trained on.")
    assert remarks[1] == (Tone.WARNING, "Audit: inflated: figures promise too much; 1 of 3 questions could not be answered.")
    assert [text for _, text in remarks[2:]] == [
        "1 clips have no answer and count as wrong.",
        "3 clips were left out: their label has no place among those that can be answered.",
        "2 clips were left out: they could not be read.",
        "Labels: as they are.",
    ]


@pytest.mark.parametrize(("shared", "tone"), [(("p1",), Tone.WARNING), (None, Tone.WARNING), ((), Tone.GOOD)])
def test_people_who_were_learnt_from_are_a_warning(report, shared, tone):
    first = document(replace(report, shared=shared), About("voice", "ravdess")).remarks[0]

    assert first.tone is tone


def test_without_an_audit_the_page_says_so(report):
    assert "No audit has looked at this run." in [remark.text for remark in document(report, About("voice", "ravdess")).remarks]


def test_every_row_has_a_cell_for_every_head(report, about):
    for section in document(report, about).sections:
        for one in section.tables:
            assert {len(row) for row in one.rows} == {len(one.heads)}, one.caption


def test_figures_stand_with_what_knows_nothing(report, about):
    rows = {row[0]: row[1:] for row in table(document(report, about), "Every figure").rows}

    assert rows["accuracy"] == (f"{report.accuracy.value:.3f}", "{:.3f} to {:.3f}".format(*report.accuracy.interval))
    assert rows["drawing labels alike"] == ("0.333", "-")
    assert rows["UAR of each of these three"] == ("0.333", "-")
    assert rows["UAR, mean over 3 folds"][0] == f"{report.over_folds['uar']:.3f}"


def test_the_audit_is_shown_with_what_it_could_not_see(report, about):
    told = document(report, about)

    assert [row[:3] for row in table(told, "What was found").rows] == [("inflated", "T8", "sentences <shared>"), ("note", "T3", "a copy")]
    assert table(told, "Looked at, and nothing found").rows == (("Are people shared?", "T1"),)
    assert table(told, "Could not be looked at").rows == (("The same rows?", "T3, T14", "features"),)


def test_what_was_learnt_from_is_set_apart_and_everything_else_is_of_what_was_not(report):
    inside = report_of(answered(sure=9.0))
    told = document(inside, About("voice", "ravdess", ("audio",), in_sample=True, held_out=report, run={"split": "everything"}))

    marked = [section for section in told.sections if section.tone is Tone.WARNING]
    assert [section.title for section in marked] == ["On what it has learnt from: no result"]
    assert told.tiles[0].value == f"{report.accuracy.value:.3f}" != f"{inside.accuracy.value:.3f}"
    assert table(told, "Every figure").rows[0][1] == f"{report.accuracy.value:.3f}"
    assert any("learnt from every clip there is" in remark.text for remark in told.remarks)
    others = [cell for s in told.sections if s.tone is not Tone.WARNING for t in s.tables for row in t.rows for cell in row]
    assert f"{inside.accuracy.value:.3f}" not in others


def test_where_only_what_was_learnt_from_was_judged_there_are_no_results_at_all(report):
    told = document(report, About("voice", "ravdess", in_sample=True))

    assert told.tiles == ()
    assert titles(told)[0] == "On what it has learnt from: no result"
    assert "Figures" not in titles(told)


def test_classes_without_clips_have_no_figures_and_are_named():
    told = document(report_of(SHAPES["one class"]()), About("voice", "ravdess"))

    (section,) = [section for section in told.sections if section.title == "Each label"]
    assert "No clip is of anger, fear: no mean counts them." in section.text[0]
    assert section.tables[0].rows[0] == ("anger", "-", "-", "-", "0")


def test_groups_that_are_all_too_small_are_named_and_not_drawn():
    told = document(report_of(answered(), smallest=31), About("voice", "ravdess"))

    (section,) = [section for section in told.sections if section.title == "Groups"]
    assert section.text == ("Groups of fewer than 31 clips have no figures: sex female, male.",)
    assert (section.pictures, section.tables) == ((), ())


def test_of_many_people_the_worst_and_the_best_are_listed():
    told = document(report_of(answered(n=300, people=100)), About("voice", "ravdess"))

    (section,) = [section for section in told.sections if section.title == "Each person"]
    assert len(section.tables[0].rows) == LISTED
    assert section.tables[0].caption == "Each person, the 30 worst and the 30 best of 100"
    assert section.tables[0].rows[0][2] <= section.tables[0].rows[-1][2]
    assert section.pictures[0].draw().startswith("<svg")


@pytest.mark.parametrize("shape", SHAPES)
def test_odd_reports_have_a_page(shape):
    told = document(report_of(SHAPES[shape]()), About("voice", "ravdess"))

    assert titles(told)[0] == "Figures"
    assert all(picture.alt for section in told.sections for picture in section.pictures)


def test_without_any_answer_nothing_is_said_of_certainty():
    told = document(report_of(SHAPES["no answers"]()), About("voice", "ravdess"))

    assert not {"How sure it is", "When it may abstain"} & set(titles(told))
    assert "60 clips have no answer and count as wrong." in [remark.text for remark in told.remarks]


def test_clips_that_could_not_be_read_are_listed_as_words(report, about):
    told = document(report, replace(about, made={"unreadable": ["03a01Fa", "08a04Ta"]}))
    none = document(report, replace(about, made={"unreadable": []}))

    rows = [row for section in told.sections for table in section.tables for row in table.rows]
    assert ("clips that could not be read", "03a01Fa, 08a04Ta") in rows
    assert not any(row[0] == "clips that could not be read" for section in none.sections for table in section.tables for row in table.rows)


def test_one_clip_of_one_person_is_told_in_the_singular_and_without_intervals():
    told = document(report_of(SHAPES["one clip"]()), About("voice", "ravdess"))

    assert told.sections[0].text == ("1 clip of 1 person. Too few to draw anew: no intervals.",)
    assert "One person, one clip: no interval." in [remark.text for remark in told.remarks]
    assert told.tiles[0].detail == "-"
