import json

import numpy as np
import pytest

from emofuse.adaptation.folds import Nested, nested
from emofuse.adaptation.gain import gain
from emofuse.adaptation.ways import Fitted, Nothing
from emofuse.evaluation.metrics import uar


def study(answers):
    return gain(answers, nested(answers))


def made(answers, before, after, how="by hand"):
    """As if folds had answered so."""
    nothing = np.tile([0.25] * 4, (len(before), 1))
    way = Nothing() if how == "nothing" else Fitted(how)
    return gain(answers, Nested(before, after, nothing, (how,) * 5, way))


def rows(truth, right, sure):
    """So many right answers, the others one label further, all as sure."""
    said = np.where(np.arange(len(truth)) < right, truth, (truth + 1) % 4)
    return np.eye(4)[said] * (sure - (1 - sure) / 3) + (1 - sure) / 3


def test_a_gain_is_kept_and_shown(generator, person):
    answers = person(generator, bias=(4.0, 0.0, 0.0, 0.0))

    found = study(answers)

    assert found.refusal is None
    assert found.p["log-loss"] < 0.05
    assert "shown" in found.sentence
    assert found.after["UAR"].value > found.before["UAR"].value + 0.2
    low, high = found.difference["log-loss"].interval
    assert low <= found.difference["log-loss"].value <= high < 0


def test_figures_are_those_of_the_answers(generator, person):
    answers = person(generator)
    found = nested(answers)

    told = gain(answers, found)

    assert told.before["UAR"].value == pytest.approx(uar(answers.targets, found.before.argmax(axis=1)))
    assert told.difference["UAR"].value == pytest.approx(told.after["UAR"].value - told.before["UAR"].value)
    assert (told.clips, told.files) == ({"anger": 6, "calm": 6, "fear": 6, "sadness": 6}, 24)
    json.dumps(told.as_dict())


@pytest.mark.parametrize("seed", range(3))
def test_labels_that_mean_nothing_are_refused(seed, person, mislabelled):
    generator = np.random.default_rng(seed)

    refusal = study(mislabelled(person(generator), generator)).refusal

    assert refusal is not None
    assert "Expected" in refusal


def test_a_loss_of_right_answers_is_refused_whatever_else_is_gained(generator, person):
    answers = person(generator)

    refusal = made(answers, rows(answers.targets, 20, 0.97), rows(answers.targets, 19, 0.8)).refusal

    assert refusal is not None
    assert refusal.startswith("Not adapted: it would hurt (UAR 0.833 to 0.792, log-loss")
    assert "Expected a gain in one, and no loss in the other. Use the recognizer as it is, or record more clips." in refusal


def test_worse_probabilities_are_refused(generator, person):
    answers = person(generator)

    assert "it would hurt" in (made(answers, rows(answers.targets, 23, 0.9), rows(answers.targets, 23, 0.6)).refusal or "")


def test_no_change_is_refused(generator, person):
    answers = person(generator)
    same = rows(answers.targets, 20, 0.8)

    assert "no way of adapting does better than none" in (made(answers, same, same, "nothing").refusal or "")


def test_answers_that_do_not_go_with_the_labels_are_refused(generator, person):
    answers = person(generator)

    refusal = made(answers, rows(answers.targets, 5, 0.9), rows(answers.targets, 7, 0.3)).refusal

    assert "is not shown to go with these labels" in (refusal or "")
    assert "Look whether each clip has its own label" in (refusal or "")


def test_a_gain_that_is_not_shown_says_so_and_is_kept(generator, person):
    answers = person(generator)

    found = made(answers, rows(answers.targets, 20, 0.8), rows(answers.targets, 21, 0.8))

    assert found.refusal is None
    assert "The gain is not shown: so few clips would bring as much by luck often enough" in found.sentence


def test_better_probabilities_alone_are_said_to_be_that(generator, person):
    answers = person(generator)

    found = made(answers, rows(answers.targets, 22, 0.5), rows(answers.targets, 22, 0.8))

    assert "that its probabilities are better is shown, that it is right more often is not" in found.sentence


def test_the_table_names_labels_that_nobody_shows(generator, person):
    answers = person(generator, labels=(0, 2), bias=(3.0, 0.0, 0.0, 0.0))

    text = study(answers).text()

    assert "12 clips: anger 6, fear 6" in text
    assert "no clip shows calm, sadness" in text
    assert [line.split()[0] for line in text.splitlines() if line.startswith(("accuracy", "UAR", "log-loss"))] == [
        "accuracy",
        "UAR",
        "log-loss",
    ]
