"""Utterances as a signal: each with those before it, and its own time."""

from emofuse.core.segment import Segment
from emofuse.media.utterances import Utterance, as_signal


def test_each_utterance_knows_those_before_it_the_latest_first():
    said = as_signal([Utterance(word, Segment(i * 1_000, i * 1_000 + 500)) for i, word in enumerate("abcde")], turns=2)
    assert said.values.tolist() == [["a", "", ""], ["b", "a", ""], ["c", "b", "a"], ["d", "c", "b"], ["e", "d", "c"]]
    assert said.segments[3] == Segment(3_000, 3_500)
    assert said.rate == 2.0


def test_nothing_said_is_a_signal_of_nothing():
    assert as_signal([]).values.shape == (0, 4)
    assert as_signal([]).segments == ()
