import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import MissingModality, SplitError
from emofuse.core.labels import LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.evaluation.evaluate import answers, evaluate, judged

LABELS = LabelSet(("anger", "calm"))
SURE = {"anger": (0.9, 0.1), "calm": (0.1, 0.9)}


def clip(name, subject="ann", label="anger", **facts):
    return Clip(name, subject, label, {}, facts)


class Oracle:
    """Answers what a clip's fact `said` tells it to; nothing where there is none."""

    name, labels, modalities = "oracle", LABELS, frozenset()

    def __call__(self, clip, progress=None):
        said = clip.facts.get("said")
        if said == "lacking":
            raise MissingModality("no audio")
        scores = np.full((1, 2), np.nan) if said is None else np.array([SURE[said]])
        return Timeline("oracle", LABELS, (Segment(0, 10),), scores, 10, (None if said else "silence",))


class Fast(Oracle):
    def pooled(self, clips):
        return np.array([SURE["calm"]] * len(clips))


def test_right_and_wrong_answers_are_counted():
    clips = [clip("1", said="anger"), clip("2", "bob", "calm", said="calm"), clip("3", "bob", "calm", said="anger")]

    report = evaluate(Oracle(), clips, resamples=50)

    assert (report.n, report.accuracy.value, report.uar.value) == (3, pytest.approx(2 / 3), 0.75)
    assert report.confusion == ((1, 0, 0), (1, 1, 0))
    assert report.classes["calm"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2.0}
    assert report.subjects == {"ann": 1.0, "bob": 0.5}
    assert (report.commonest, report.majority.value) == ("calm", pytest.approx(2 / 3))


def test_a_clip_without_an_answer_is_wrong_and_counted():
    clips = [clip("1", said="anger"), clip("2"), clip("3", said="lacking")]

    report = evaluate(Oracle(), clips, resamples=50)

    assert (report.unanswered, report.accuracy.value) == (2, pytest.approx(1 / 3))
    assert report.confusion[0] == (1, 0, 2)
    assert report.ece.value == pytest.approx(0.1)


def test_clips_with_words_that_the_recognizer_does_not_know_are_dropped_and_counted():
    report = evaluate(Oracle(), [clip("1", said="anger"), clip("2", label="boredom"), clip("3", label=None)], resamples=50)

    assert (report.n, report.dropped) == (1, 2)


def test_nothing_to_judge_is_an_error():
    with pytest.raises(SplitError, match="no clips to judge"):
        evaluate(Oracle(), [clip("1", label="boredom")])


def test_nothing_answered_has_no_calibration():
    report = evaluate(Oracle(), [clip("1"), clip("2")], resamples=50)

    assert np.isnan(report.ece.value)
    assert report.accuracy.value == 0


def test_a_recognizer_that_judges_many_at_once_is_asked_once():
    np.testing.assert_array_equal(answers(Fast(), [clip("1"), clip("2")]), [SURE["calm"]] * 2)


def test_shared_people_are_those_who_are_judged_here():
    clips = [clip("1"), clip("2", "bob")]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 2), shared={"bob", "carol"}, resamples=50)

    assert report.shared == ("bob",)
    assert report.drawn == "people"


@pytest.mark.parametrize("subjects", [("ann", None), (None, None)])
def test_where_a_person_is_unknown_clips_are_drawn_and_nobody_knows_who_is_shared(subjects):
    clips = [clip(str(i), who) for i, who in enumerate(subjects)]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 2), resamples=50)

    assert (report.people, report.shared, report.drawn, report.subjects) == (None, None, "clips", {})


def test_one_person_alone_is_no_group_to_draw_from():
    report = judged(LABELS, [clip("1"), clip("2")], np.array([SURE["anger"], SURE["calm"]]), resamples=200)

    assert report.drawn == "clips"
    assert report.accuracy.interval == (0.0, 1.0)


def test_groups_are_facts_with_few_values_and_enough_clips():
    clips = [clip(f"{i}", f"p{i % 4}", sex="male" if i % 2 else "female", row=str(i), rare="a" if i < 5 else "b") for i in range(60)]
    right_for_men = np.array([SURE["anger" if i % 2 else "calm"] for i in range(60)])

    report = judged(LABELS, clips, right_for_men, resamples=50)

    assert set(report.groups) == {"sex", "rare"}
    assert {value: part.accuracy.value for value, part in report.groups["sex"].items()} == {"female": 0.0, "male": 1.0}
    assert set(report.groups["rare"]) == {"b"}


def test_facts_to_tell_apart_can_be_named():
    clips = [clip(f"{i}", sex="female") for i in range(30)] + [clip("x")]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 31), facts=["sex"], resamples=50)

    assert {value: part.n for value, part in report.groups["sex"].items()} == {"female": 30}


def test_folds_are_told_apart():
    clips = [clip("1", "ann"), clip("2", "bob"), clip("3", "cleo"), clip("4", "dan")]
    probabilities = np.array([SURE["anger"], SURE["anger"], SURE["anger"], SURE["calm"]])

    report = judged(LABELS, clips, probabilities, folds=["fold-1", "fold-1", "fold-2", "fold-2"], resamples=50)

    assert {name: part.accuracy.value for name, part in report.folds.items()} == {"fold-1": 1.0, "fold-2": 0.5}
    assert report.over_folds["accuracy"] == 0.75


def test_the_same_answers_give_the_same_report(generator):
    clips = [clip(str(i), f"p{i % 5}", generator.choice(("anger", "calm"))) for i in range(40)]
    first = generator.random(40)
    probabilities = np.stack([first, 1 - first], axis=1)

    once, again = (judged(LABELS, clips, probabilities, resamples=100).as_dict() for _ in range(2))

    assert once == again


@pytest.mark.parametrize(("probabilities", "said"), [(np.ones((1, 3)) / 3, "shape"), (np.array([[3.0, -1.0]]), "sum to one")])
def test_what_are_no_probabilities_is_refused(probabilities, said):
    with pytest.raises(ValueError, match=said):
        judged(LABELS, [clip("1")], probabilities)
