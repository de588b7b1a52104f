import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, MediaError, MissingModality, SplitError
from emofuse.core.labels import LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.evaluation.evaluate import answers, answers_by_segment, evaluate, judged
from emofuse.evaluation.metrics import answered
from emofuse.evaluation.report import Person

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
        if said == "damaged":
            raise MediaError("it breaks off.")
        scores = np.full((1, 2), np.nan) if said is None else np.array([SURE[said]])
        return Timeline("oracle", LABELS, (Segment(0, 10),), scores, 10, (None if said else "silence",))


class Fast(Oracle):
    def pooled(self, clips):
        if any(clip.facts.get("said") == "damaged" for clip in clips):
            raise MediaError("it breaks off.")
        return np.array([SURE["calm"]] * len(clips))


class Windowed(Oracle):
    """Answers the first of two windows of 10 ms, and hears nothing in the second."""

    def __call__(self, clip, progress=None):
        said = super().__call__(clip)
        windows = (Segment(0, 10), Segment(10, 20), Segment(20, 30))
        scores = np.stack([said.scores[0], [np.nan, np.nan], SURE["calm"]])
        return Timeline("oracle", LABELS, windows, scores, 30, (None, "silence", None))


def test_right_and_wrong_answers_are_counted():
    clips = [clip("1", said="anger"), clip("2", "bob", "calm", said="calm"), clip("3", "bob", "calm", said="anger")]

    report = evaluate(Oracle(), clips, resamples=50)

    assert (report.n, report.accuracy.value, report.uar.value) == (3, pytest.approx(2 / 3), 0.75)
    assert report.confusion == ((1, 0, 0), (1, 1, 0))
    assert report.classes["calm"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2.0}
    assert report.subjects == {"ann": Person(1, 1.0, 1.0), "bob": Person(2, 0.5, 0.5)}
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
    assert report.notes == ("one person: the intervals draw clips of theirs, and tell nothing of other people",)


def test_one_clip_has_figures_and_no_interval():
    report = judged(LABELS, [clip("1")], np.array([SURE["anger"]]), resamples=50)

    assert (report.drawn, report.drawn_from) == ("clips", 1)
    assert report.accuracy.value in (0.0, 1.0)
    assert np.isnan(report.accuracy.interval).all()
    assert report.accuracy.as_dict()["interval"] == [None, None]
    assert str(report.accuracy) == f"{report.accuracy.value:.3f} [-]"
    assert report.notes == ("one person, one clip: no interval",)
    assert "(no intervals: 1 clip)" in report.text()
    assert "nan" not in report.text()


def test_a_group_of_one_person_has_no_interval_where_people_are_drawn():
    clips = [clip("1", "ann"), clip("2", "ann"), clip("3", "bob"), clip("4", "bob")]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 4), folds=["one", "one", "two", "two"], resamples=50)

    assert report.drawn == "people"
    assert not np.isnan(report.accuracy.interval).any()
    assert all(np.isnan(part.accuracy.interval).all() for part in report.folds.values())


def test_groups_are_facts_with_few_values_and_enough_clips():
    clips = [clip(f"{i}", f"p{i % 4}", sex="male" if i % 2 else "female", row=str(i), rare="a" if i < 5 else "b") for i in range(60)]
    right_for_men = np.array([SURE["anger" if i % 2 else "calm"] for i in range(60)])

    report = judged(LABELS, clips, right_for_men, resamples=50)

    assert set(report.groups) == {"sex", "rare"}
    assert {value: part.accuracy.value for value, part in report.groups["sex"].items()} == {"female": 0.0, "male": 1.0}
    assert set(report.groups["rare"]) == {"b"}
    assert report.few == {"rare": {"a": 5}}


def test_facts_to_tell_apart_can_be_named():
    clips = [clip(f"{i}", sex="female") for i in range(30)] + [clip("x")]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 31), facts=["sex"], resamples=50)

    assert {value: part.n for value, part in report.groups["sex"].items()} == {"female": 30}


def test_how_many_clips_a_group_needs_can_be_said():
    clips = [clip(f"{i}", sex="male" if i % 2 else "female") for i in range(10)]

    report = judged(LABELS, clips, np.array([SURE["anger"]] * 10), smallest=5, resamples=50)

    assert set(report.groups["sex"]) == {"male", "female"}
    assert (report.smallest, report.few) == (5, {})


@pytest.mark.parametrize("smallest", [0, -5])
def test_groups_of_no_rows_are_refused(smallest):
    with pytest.raises(SplitError, match=f"Groups of {smallest} rows at least were asked for. Expected 1 or more; 20 is usual"):
        judged(LABELS, [Clip("a", "ann", "anger", {})], np.array([SURE["anger"]]), smallest=smallest)


def test_intervals_may_draw_anything_that_every_clip_says():
    clips = [clip(f"{i}", "ann", dialogue=f"d{i // 10}") for i in range(40)]
    right_in_two = np.array([SURE["anger" if i < 20 else "calm"] for i in range(40)])

    report = judged(LABELS, clips, right_in_two, units="dialogue", resamples=500)

    assert (report.drawn, report.drawn_from) == ("dialogues", 4)
    assert report.accuracy.interval == (0.0, 1.0)


@pytest.mark.parametrize("asked", [{"units": "dialogue"}, {"facts": ["dialogue"]}])
def test_a_fact_that_no_clip_tells_is_refused_and_those_there_are_named(asked):
    clips = [clip("1", sex="male"), clip("2", sex="female")]

    with pytest.raises(SplitError, match=r"says its dialogue\. Expected one of the facts of this corpus; they are: sex\."):
        judged(LABELS, clips, np.array([SURE["anger"]] * 2), **asked)


def test_segments_are_rows_of_their_clips_and_draw_its_people():
    clips = [clip("1", said="anger"), clip("2", "bob", said="calm"), clip("3", said="lacking")]

    rows, scores = answers_by_segment(Windowed(), clips)
    report = judged(LABELS, rows, scores, level="segment", resamples=50)

    assert [row.id for row in rows] == ["1@0-10", "1@20-30", "2@0-10", "2@20-30"]
    assert (report.level, report.n, report.drawn, report.drawn_from) == ("segment", 4, "people", 2)
    assert report.accuracy.value == 0.25
    assert "clip" not in report.groups


def test_segments_of_nobody_draw_whole_clips():
    rows, scores = answers_by_segment(Windowed(), [clip("1", None, said="anger"), clip("2", None, said="anger")])

    report = judged(LABELS, rows, scores, level="segment", resamples=50)

    assert (report.drawn, report.drawn_from, report.people) == ("clips", 2, None)
    assert report.accuracy.interval == (0.5, 0.5)


@pytest.mark.parametrize("recognizer", [Oracle(), Fast()])
def test_a_clip_that_cannot_be_read_is_an_error_that_says_how_to_go_on(recognizer):
    with pytest.raises(CorpusError, match="cannot be read: it breaks off.*--skip-unreadable"):
        answers(recognizer, [clip("1", said="anger"), clip("2", said="damaged")])


@pytest.mark.parametrize("recognizer", [Oracle(), Fast()])
def test_clips_that_cannot_be_read_are_named_where_that_is_asked_for(recognizer):
    clips = [clip(str(i), said="damaged" if i in (3, 4) else "calm") for i in range(7)]
    unreadable = []

    rows = answers(recognizer, clips, unreadable)

    assert unreadable == ["3", "4"]
    np.testing.assert_array_equal(answered(rows), [1, 1, 1, -1, -1, 1, 1])


def test_segments_of_what_cannot_be_read_are_named_too():
    unreadable = []

    rows, _ = answers_by_segment(Windowed(), [clip("1", said="damaged"), clip("2", said="calm")], unreadable)

    assert (unreadable, len(rows)) == (["1"], 2)


def test_nobody_asked_answers_nothing():
    assert answers(Fast(), []).shape == (0, 2)


def test_a_report_keeps_a_hundred_points_of_risk_against_coverage(generator):
    clips = [clip(str(i)) for i in range(500)]
    first = generator.random(500)

    report = judged(LABELS, clips, np.stack([first, 1 - first], axis=1), resamples=10)

    assert len(report.coverage) == 100
    assert (report.coverage[0].n, report.coverage[-1].n) == (1, 500)


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
