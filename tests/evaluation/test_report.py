import json
from dataclasses import replace

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.report import Figure, Report

LABELS = LabelSet(("anger", "calm"))


def report(subjects=("ann", "bob", "cleo", "dan"), **more) -> Report:
    clips = [Clip(str(i), subjects[i % len(subjects)], LABELS[i % 2], {}, {"sex": "male" if i % 2 else "female"}) for i in range(40)]
    probabilities = np.tile([0.8, 0.2], (40, 1))
    probabilities[0] = np.nan
    return judged(LABELS, clips, probabilities, folds=["a"] * 20 + ["b"] * 20, resamples=100, **more)


def test_a_report_is_json_with_every_figure_and_its_interval():
    said = json.loads(json.dumps(report().as_dict(), allow_nan=False))

    assert type(said["n"]) is int
    for name in ("accuracy", "uar", "macro_f1", "weighted_f1", "ece", "brier", "majority"):
        low, high = said[name]["interval"]
        assert low <= said[name]["value"] <= high


def test_what_cannot_be_measured_is_null():
    nothing = judged(LABELS, [Clip("1", None, "anger", {})], np.full((1, 2), np.nan), resamples=10)

    assert nothing.as_dict()["ece"] == {"value": None, "interval": [None, None]}
    assert "ece          -" in nothing.text()


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ((), "0 of 4 test people were also trained on"),
        (("bob",), "1 of 4 test people were also trained on (bob)"),
        (None, "people unknown"),
    ],
)
def test_a_report_says_whether_people_were_trained_on(shared, said):
    assert said in report(shared=shared).text()


def test_many_shared_people_are_counted_not_listed():
    people = tuple(f"p{i}" for i in range(8))

    assert "8 of 8 test people were also trained on\n" in report(people, shared=people).text()


def test_a_report_of_nobody_says_that_people_are_unknown():
    said = report((None,))

    assert "people unknown" in said.text()
    assert said.as_dict()["people"] is None
    assert "accuracy by person" not in said.text()


def test_the_text_has_the_figures_the_tables_and_the_warnings():
    whole = report()
    whole = replace(whole, dropped=3, unreadable=2, notes=("paired by label",), without={Modality.AUDIO: whole})

    text = whole.text()

    for line in (
        "40 clips; 0 of 4",
        "1 without an answer, counted as wrong",
        "3 more left out",
        "paired by label",
        "always saying anger",
        "mean over 2 folds",
        "without      audio: uar 0.475",
        "chance       0.500 drawing labels alike, 0.500 as often as true; uar 0.500",
        "(95 % intervals, drawing 4 people anew 100 times)",
        "2 more left out: they could not be read",
        "precision",
        "anger           19     0     1",
        "calm            20     0     0",
        "sex female: 20 clips, accuracy 0.950",
        "a: 20 clips",
        "accuracy by person: from",
    ):
        assert line in text
    assert whole.as_dict()["without"]["audio"]["n"] == 40


def test_a_report_without_folds_says_nothing_of_them():
    plain = replace(report(), folds={}, unanswered=0)

    assert plain.over_folds == {}
    assert "folds" not in plain.text()
    assert "none" not in plain.text()


def test_people_are_ranked_by_accuracy():
    (worst, low), (best, high) = report().extremes

    assert (worst, low, best, high) == ("bob", 0.0, "cleo", 1.0)


def test_values_with_too_few_rows_are_named_without_figures():
    text = report(smallest=21).text()

    assert "sex female, male: fewer than 21 clips each, no figures" in text
    assert "sex female: " not in text


def test_segments_are_called_segments():
    text = report(level="segment").text()

    assert "40 segments; 0 of 4" in text
    assert "sex female: 20 segments" in text
    assert "clips" not in text


def test_a_difference_has_signs_and_a_dash_where_there_is_no_interval():
    nan = float("nan")

    assert Figure(-0.25, (-0.5, 0.125)).signed == "-0.250 [-0.500, +0.125]"
    assert Figure(0.25, (nan, nan)).signed == "+0.250 [-]"
