import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emofuse.core.segment import Segment, sliding, windows

DURATIONS = st.integers(1, 5_000)
unhurried = settings(deadline=None)  # other work on the machine is no failure


def test_a_segment_knows_its_duration_and_middle():
    segment = Segment(1_000, 3_001)

    assert (segment.duration, segment.middle) == (2_001, 2_000)


@pytest.mark.parametrize(("start", "end"), [(-1, 5), (5, 5), (6, 5)])
def test_a_segment_that_ends_before_it_starts_is_refused(start, end):
    with pytest.raises(ValueError, match="must start at 0 or later"):
        Segment(start, end)


@unhurried
@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=9, unique=True), st.floats(0.5, 50_000))
def test_neighbouring_segments_share_no_sample_and_lose_none(edges, rate):
    edges.sort()

    slices = [Segment(a, b).slice(rate) for a, b in zip(edges, edges[1:], strict=False)]

    assert all(one.stop == other.start for one, other in zip(slices, slices[1:], strict=False))


@unhurried
@given(DURATIONS, DURATIONS, st.none() | st.integers(1, 20))
def test_windows_lie_within_the_recording_and_the_last_ends_with_it(duration, length, count):
    laid = windows(duration, length, count)

    assert all(window.duration == min(length, duration) for window in laid)
    assert laid[0].start == 0
    assert count == 1 or laid[-1].end == duration
    assert len(laid) <= (count or -(-duration // length))


@unhurried
@given(DURATIONS, DURATIONS)
def test_windows_side_by_side_leave_no_gap(duration, length):
    laid = windows(duration, length)

    assert all(one.end >= other.start for one, other in zip(laid, laid[1:], strict=False))


@unhurried
@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 5_000))
def test_sliding_windows_stand_a_hop_apart_and_the_first_to_reach_the_end_is_the_last(duration, length, hop):
    laid = sliding(duration, length, hop)

    assert [window.start for window in laid] == [i * hop for i in range(len(laid))]
    assert laid[-1].end >= duration
    assert len(laid) == 1 or laid[-2].end < duration


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
@pytest.mark.parametrize("layout", [windows, sliding])
def test_lengths_below_one_are_refused(layout, numbers):
    with pytest.raises(ValueError, match="must be at least 1"):
        layout(*numbers)
