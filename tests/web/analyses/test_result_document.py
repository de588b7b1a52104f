from result_said import FUSED, document, lane

from emofuse_web.analyses.result_document import margins, spans
from emofuse_web.analyses.result_summary import grid, reasons, summary
from emofuse_web.analyses.result_transcript import utterances
from emofuse_web.analyses.result_words import emotion, note, slot


def test_a_margin_is_the_lead_over_the_next_best():
    assert margins(lane("face", [(0, 1000, "anger", 0.8, False)])) == [0.7]


def test_a_margin_lies_on_the_side_of_the_threshold_that_the_recognizer_said():
    sure, unsure = margins(lane("face", [(0, 500, "anger", 0.36, False), (500, 1000, "happiness", 0.9, True)]))

    assert sure >= 0.2
    assert unsure < 0.2


def test_what_is_absent_has_no_margin():
    assert margins(lane("face", [(0, 500, None, None, False)])) == [None]


def test_spans_become_columns_of_the_same_length():
    columns = spans(lane("fused", FUSED))["spans"]

    assert {len(column) for column in columns.values()} == {3}


def test_a_summary_counts_time_and_changes():
    found = summary(lane("fused", FUSED), 10_000)

    assert [(row.label, row.share) for row in found.shares] == [("happiness", 0.4), ("anger", 0.2)]
    assert [row.uncertain for row in found.shares] == [0.0, 0.2]
    assert (found.uncertain, found.absent, found.changes) == (0.2, 0.4, 1)
    assert (round(found.lead, 4), found.doubtful) == (0.4, False)
    assert (found.longest["start"], found.longest["length"]) == (0, found.longest["end"])


def test_silence_between_two_spans_of_one_label_is_no_change():
    spans = [(0, 500, "anger", 0.9, False), (500, 1000, None, None, False), (1000, 1500, "anger", 0.9, False)]

    assert summary(lane("face", spans), 1_500).changes == 0


def test_a_grid_has_a_row_a_window_and_a_column_a_label():
    part = lane("eeg", [(0, 2000, "anger", 0.5, False)])
    found = grid({"grid": [{"name": "eeg", "decides": True, "labels": part["labels"], "curves": part["curves"]}]})

    assert found["labels"] == ["anger", "happiness", "neutral"]
    assert len(found["rows"]) == 4
    assert [cell["best"] for cell in found["rows"][0]["cells"]] == [True, False, False]


def test_reasons_begin_with_who_added_most():
    said = {
        "players": [
            {"name": "voice", "mean": {"anger": -0.1}},
            {"name": "face", "mean": {"anger": 0.4}},
            {"name": "eeg", "mean": {"anger": None}},
        ]
    }

    found = reasons(said, "anger")

    assert [row["name"] for row in found] == ["face", "eeg", "voice"]
    assert [row["of_most"] for row in found] == [1.0, None, -0.25]


def test_an_utterance_has_the_mean_of_its_windows():
    said = [{"start": 0, "end": 2000, "text": "so", "speaker": None}, {"start": 6000, "end": 7000, "text": "well", "speaker": "B"}]

    first, last = utterances(said, document()["lanes"][0])

    assert (first.label, round(first.probability, 4), round(first.lead, 4), first.uncertain) == ("happiness", 0.8, 0.7, False)
    assert (last.label, last.probability, last.lead, last.speaker) == (None, None, None, "B")


def test_notes_are_read_and_said_anew():
    assert note("no face for 38 % of the time") == "no face for 38 % of the time"
    assert note("silence: the voice lane is absent") == "silence: nothing from voice"
    assert note("something else") == "something else"


def test_a_word_nobody_knows_is_shown_as_it_stands():
    assert (emotion("awe"), slot("awe"), slot("anger"), slot(None)) == ("awe", "other-5", "anger", "absent")
