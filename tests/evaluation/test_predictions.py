import csv

import numpy as np
import pytest

from emofuse.core.errors import RunError
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.predictions import Predictions, read_predictions


def written(tmp_path, text):
    path = tmp_path / "predictions.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_come_back_as_they_were_written(told, tmp_path):
    told.write(tmp_path / "predictions.csv")

    again = read_predictions(tmp_path / "predictions.csv")

    assert again.labels == told.labels
    assert again.folds == told.folds
    assert [(c.id, c.subject, c.label, dict(c.facts)) for c in again.clips] == [(c.id, c.subject, c.label, c.facts) for c in told.clips]
    np.testing.assert_allclose(again.probabilities, told.probabilities, atol=1e-9)
    np.testing.assert_array_equal(again.answers, told.answers)
    assert again.answers[0] == -1


def test_probabilities_of_a_network_come_back_to_the_bit(told, tmp_path):
    single = Predictions(told.labels, told.clips, told.probabilities.astype(np.float32))

    single.write(tmp_path / "predictions.csv")

    np.testing.assert_array_equal(read_predictions(tmp_path / "predictions.csv").probabilities.astype(np.float32), single.probabilities)


def test_a_report_of_what_was_kept_is_the_report(told, tmp_path):
    told.write(tmp_path / "predictions.csv")
    again = read_predictions(tmp_path / "predictions.csv")

    first, second = (judged(p.labels, p.clips, p.probabilities, folds=p.folds, resamples=50).as_dict() for p in (told, again))

    assert second == first


def test_the_columns_are_what_others_are_told(told, tmp_path):
    told.write(tmp_path / "predictions.csv")

    with (tmp_path / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert list(rows[0]) == ["id", "subject", "truth", "answer", "fold", "p_anger", "p_calm", "p_fear", "fact_dialogue", "fact_sex"]
    assert (rows[0]["answer"], rows[0]["p_anger"]) == ("", "")
    assert sum(float(rows[1][f"p_{word}"]) for word in told.labels) == pytest.approx(1)


def test_answers_without_probabilities_are_taken_for_certain(tmp_path):
    told = read_predictions(written(tmp_path, "id,truth,answer\n1,anger,fear\n2,fear,\n3,fear,fear\n"))

    assert told.labels.words == ("anger", "fear")
    assert told.answers.tolist() == [1, -1, 1]
    assert told.clips[0].subject is None


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path):
    told = read_predictions(written(tmp_path, "\ufeffid,truth,answer\r\n1,anger,anger\r\n"))

    assert told.clips[0].id == "1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks id, truth, answer or p_..."),
        ("id,truth,answer\n", "has 0 rows"),
        ("id,answer\n1,anger\n", "lacks truth"),
        ("id,truth\n1,anger\n", "lacks answer or p_..."),
        ("id,truth,truth,answer\n1,a,a,a\n", "two columns of one name"),
        ("id,truth,answer\n1,anger\n", "Line 2 of .* has not as many cells as its head. Expected 3"),
        ("id,truth,answer\n1,anger,fear,calm\n", "Line 2"),
        ("id,truth,answer\n1,anger,fear\n1,anger,fear\n", "Line 3 of .*'1' has a row already"),
        ("id,truth,p_anger,p_calm\n1,fear,0.5,0.5\n", "truth 'fear' .* is none of anger, calm"),
        ("id,truth,p_anger,p_calm\n1,calm,much,0.5\n", "could not convert .*Expected probabilities"),
        ("id,truth,p_anger,p_calm\n1,calm,0.5,\n", "are no probabilities"),
        ("id,truth,p_anger,p_calm\n1,calm,3,-2\n", "are no probabilities"),
        ("id,truth,answer,p_anger,p_calm\n1,calm,calm,0.9,0.1\n", "the answer is 'calm', yet 'anger' has the highest"),
        ('id,truth,answer\n"1,anger,fear\n', "cannot be read as a table"),
    ],
)
def test_a_table_nobody_could_trust_is_refused(tmp_path, text, said):
    with pytest.raises(RunError, match=said):
        read_predictions(written(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_bytes(b"\xff\xfe\x00id")

    with pytest.raises(RunError, match="cannot be read as a table"):
        read_predictions(path)


@pytest.mark.parametrize("folds", [(), ("a",)])
def test_parts_that_do_not_belong_together_are_refused(told, folds):
    rows = told.probabilities if folds else told.probabilities[:, :2]

    with pytest.raises(ValueError, match="60 clips and 3 labels"):
        Predictions(told.labels, told.clips, rows, folds)
