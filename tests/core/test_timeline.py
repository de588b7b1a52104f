import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emofuse.core.labels import LabelSet
from emofuse.core.segment import Segment
from emofuse.core.timeline import LEAD, SHORTEST, STEP, Span, Timeline, clock

LABELS = LabelSet(("anger", "happiness", "neutral"))
NAN = float("nan")


def timeline(rows, hop=200, length=None, duration=None, absent=(), threshold=0.0):
    """Rows `hop` ms apart; None is an absent one."""
    scores = np.array([[NAN] * 3 if row is None else row for row in rows], dtype=np.float32).reshape(-1, 3)
    segments = tuple(Segment(i * hop, i * hop + (length or hop)) for i in range(len(rows)))
    return Timeline("face", LABELS, segments, scores, duration or max(len(rows) * hop, 1), absent, threshold)


def said(line):
    return [(span.segment.start, span.segment.end, span.label or span.absent) for span in line.spans()]


ANGER, HAPPY, CALM = (0.8, 0.1, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8)


def test_a_change_of_expression_is_where_it_happens():
    line = timeline([ANGER] * 10 + [HAPPY] * 10)

    spans = line.spans()

    assert [span.label for span in spans] == ["anger", "happiness"]
    assert abs(spans[0].segment.end - 2_000) <= STEP


def test_half_a_second_of_another_label_does_not_flicker():
    assert said(timeline([ANGER] * 10 + [HAPPY] * 2 + [ANGER] * 10)) == [(0, 4_400, "anger")]


def test_a_label_gives_way_only_to_one_that_clearly_leads():
    lead = LEAD / 4
    rows = [(0.4, 0.4 + lead * (-1) ** (i // 8), 0.2) for i in range(40)]

    assert len(timeline(rows).spans()) == 1


def test_a_span_carries_the_label_whose_mean_is_highest():
    rows = [ANGER] * 10 + [None] * 10 + [(0.45, 0.5, 0.05)] * 10

    spans = timeline(rows, absent=(None,) * 10 + ("no face",) * 10 + (None,) * 10).spans()

    assert [(span.label, span.absent) for span in spans] == [("anger", None), (None, "no face"), ("happiness", None)]
    assert spans[-1].probability == pytest.approx(0.5, abs=1e-6)


def test_two_labels_close_together_are_uncertain():
    rows = [(0.45, 0.5, 0.05)] * 10

    assert timeline(rows, threshold=0.1).spans()[0].uncertain
    assert not timeline(rows, threshold=0.01).spans()[0].uncertain


def test_absent_stretches_keep_their_reason():
    reasons = (None,) * 10 + ("no face",) * 10

    assert said(timeline([CALM] * 10 + [None] * 10, absent=reasons)) == [(0, 2_000, "neutral"), (2_000, 4_000, "no face")]


def test_a_short_gap_is_bridged_without_counting_as_an_answer():
    line = timeline([CALM] * 10 + [None] * 2 + [CALM] * 10)

    (span,) = line.spans()

    assert (span.label, span.probability) == ("neutral", pytest.approx(0.8))


def test_what_no_segment_covers_is_absent_with_a_word_for_it():
    assert said(timeline([CALM] * 5, duration=3_000)) == [(0, 1_000, "neutral"), (1_000, 3_000, "absent")]


def test_a_clip_with_nothing_to_judge_is_one_absent_span():
    line = timeline([None, None], absent=("silence", "silence"))

    assert said(line) == [(0, 400, "silence")]
    assert line.label is None
    assert np.isnan(line.pooled).all()


def test_a_timeline_without_segments_still_covers_its_duration():
    assert said(timeline([], duration=1_234)) == [(0, 1_234, "absent")]


def test_a_clip_shorter_than_a_cell_has_one_span():
    assert said(timeline([CALM], hop=40)) == [(0, 40, "neutral")]


def test_segments_shorter_than_a_cell_all_count():
    rows = [(0.9, 0.05, 0.05), (0.3, 0.35, 0.35), (0.3, 0.35, 0.35)]
    line = timeline(rows, hop=33, duration=100)

    assert line.on(STEP).scores[0] == pytest.approx(np.mean(rows, axis=0), abs=0.01)


def test_a_segment_that_begins_after_the_end_does_not_count():
    line = Timeline("face", LABELS, (Segment(0, 1_000), Segment(5_000, 6_000)), np.array([CALM, ANGER], np.float32), 1_000)

    assert said(line) == [(0, 1_000, "neutral")]


def test_a_window_past_the_end_counts_up_to_the_end():
    line = timeline([ANGER, HAPPY], hop=1_000, length=3_000, duration=1_200)

    assert line.spans()[-1].segment.end == 1_200


def test_a_cell_takes_the_mean_of_the_windows_over_it_the_nearer_weighing_more():
    cells = timeline([ANGER, HAPPY], hop=1_000, length=2_000, duration=3_000).on(STEP)

    assert cells.scores[0] == pytest.approx(ANGER)
    assert cells.scores[12, 0] > cells.scores[17, 0]
    assert cells.scores[14] == pytest.approx(cells.scores[15][[1, 0, 2]], abs=1e-6)
    assert np.allclose(cells.scores.sum(axis=1), 1)


def test_pooling_leaves_absent_segments_out():
    line = timeline([ANGER, None, ANGER, HAPPY])

    assert line.label == "anger"
    assert line.pooled == pytest.approx(np.mean([ANGER, ANGER, HAPPY], axis=0))


@pytest.mark.parametrize(
    "broken",
    [
        {"scores": np.zeros((2, 2), np.float32)},
        {"scores": np.zeros((1, 3), np.float32)},
        {"absent": ("silence",)},
        {"duration": 0},
    ],
)
def test_shapes_that_do_not_belong_together_are_refused(broken):
    whole = {
        "lane": "face",
        "labels": LABELS,
        "segments": (Segment(0, 100), Segment(100, 200)),
        "scores": np.zeros((2, 3), np.float32),
        "duration": 200,
    }

    with pytest.raises(ValueError, match="timeline"):
        Timeline(**(whole | broken))


def test_a_span_prints_as_people_read_it():
    assert str(Span(Segment(0, 9_000), "disgust", 0.81)) == "00:00.0–00:09.0 disgust 0.81"
    assert str(Span(Segment(0, 9_000), "disgust", 0.41, uncertain=True)) == "00:00.0–00:09.0 disgust 0.41 uncertain"
    assert str(Span(Segment(0, 9_000), None, None, absent="no face")) == "00:00.0–00:09.0 - no face"
    assert clock(3_723_456) == "1:02:03.4"


@st.composite
def timelines(draw):
    """Whatever a recognizer may say: sorted windows that overlap, leave gaps or reach past the end, some absent."""
    duration = draw(st.integers(1, 20_000))
    length, hop = draw(st.integers(20, 4_000)), draw(st.integers(20, 2_000))
    count = min(draw(st.integers(0, 60)), -(-duration // hop))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = generator.dirichlet([draw(st.sampled_from([0.1, 1.0, 20.0]))] * 3, size=count).astype(np.float32)
    gone = generator.random(count) < draw(st.sampled_from([0.0, 0.2, 0.5, 1.0]))
    scores[gone] = NAN
    reasons = tuple(generator.choice(["no face", "silence"]) if lost else None for lost in gone)
    segments = tuple(Segment(i * hop, i * hop + length) for i in range(count))
    return Timeline("any", LABELS, segments, scores, duration, reasons, draw(st.sampled_from([0.0, 0.1, 0.3])))


@given(timelines())
@settings(max_examples=200, deadline=None)
def test_spans_cover_the_clip_without_gap_overlap_or_flicker(line):
    spans = line.spans()

    assert spans[0].segment.start == 0
    assert spans[-1].segment.end == line.duration
    assert all(a.segment.end == b.segment.start for a, b in pairwise(spans))
    assert len(spans) == 1 or all(span.segment.duration >= SHORTEST for span in spans)


@given(timelines())
@settings(max_examples=200, deadline=None)
def test_a_span_answers_or_says_why_not(line):
    for span in line.spans():
        if span.label is None:
            assert span.absent
            assert span.probability is None
            assert not span.uncertain
        else:
            assert span.absent is None
            assert 1 / len(LABELS) - 1e-6 <= span.probability <= 1 + 1e-6


@given(timelines())
@settings(max_examples=200, deadline=None)
def test_neighbours_never_say_the_same(line):
    assert all((a.label, a.absent) != (b.label, b.absent) for a, b in pairwise(line.spans()))


@given(timelines(), st.integers(1, 3_000))
@settings(max_examples=200, deadline=None)
def test_cells_cover_the_clip_and_hold_probabilities_or_a_reason(line, step):
    cells = line.on(step)

    assert [cell.start for cell in cells.segments] == list(range(0, line.duration, step))
    assert cells.segments[-1].end == line.duration
    assert np.allclose(cells.scores[cells.present].sum(axis=1), 1, atol=1e-4)
    assert all((reason is None) == answered for reason, answered in zip(cells.absent, cells.present, strict=True))


@pytest.mark.slow
def test_an_hour_of_flicker_at_five_a_second_takes_a_moment():
    generator = np.random.default_rng(0)
    scores = generator.dirichlet([0.1] * 3, size=18_000).astype(np.float32)
    scores[generator.random(18_000) < 0.5] = NAN
    line = Timeline("face", LABELS, tuple(Segment(i * 200, i * 200 + 200) for i in range(18_000)), scores, 3_600_000)

    began = time.perf_counter()
    spans = line.spans()

    assert len(spans) > 1_000
    assert time.perf_counter() - began < 5
    assert line.spans() is spans
