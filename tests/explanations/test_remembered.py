"""A clip read once, and then from what was remembered."""

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Chunk, Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.explanations.explain import explain
from emofuse.explanations.remembered import remembered

BOTH = frozenset({Modality.AUDIO, Modality.VIDEO})


def chunks(clip, wanted=BOTH, length=500):
    return list(clip.chunks(wanted, length))


def same(one, other):
    return [(chunk.until, chunk.notes, sorted(chunk.signals)) for chunk in one] == [
        (chunk.until, chunk.notes, sorted(chunk.signals)) for chunk in other
    ] and all(
        np.array_equal(a.signals[m].values, b.signals[m].values)
        and a.signals[m].values.dtype == b.signals[m].values.dtype
        and (a.signals[m].rate, a.signals[m].start) == (b.signals[m].rate, b.signals[m].start)
        and (a.signals[m].when, a.signals[m].channels) == (b.signals[m].when, b.signals[m].channels)
        and np.array_equal(a.signals[m].present, b.signals[m].present)
        for a, b in zip(one, other, strict=True)
        for m in a.signals
    )


@pytest.mark.parametrize("wanted", [BOTH, frozenset({Modality.VIDEO}), frozenset(Modality)])
def test_what_comes_the_second_time_is_what_came_the_first_time(toy, wanted):
    clip = toy[0]

    with remembered(clip) as (first, again):
        read = chunks(first, wanted)
        assert same(read, chunks(clip, wanted))
        assert same(chunks(again, wanted), read)
        assert same(chunks(again, wanted), read)


def test_a_recording_is_decoded_once():
    begun = []

    def stream(path, wanted, length):
        begun.append(path)
        yield Chunk({Modality.AUDIO: Signal(np.ones(8, dtype=np.float32), 8, present=np.arange(8) > 3)}, 1_000, ("a note",))

    clip = Clip("a", None, None, {Modality.AUDIO: Source(Path("a"), pytest.fail, stream)})

    with remembered(clip) as (first, again):
        once, twice = chunks(first), chunks(again)

    assert len(begun) == 1
    assert same(once, twice)


def test_when_was_said_what_and_what_channels_are_called_is_remembered():
    said = Signal(np.array([["no", ""], ["yes, really", "no"]]), 1.0, 500, when=(Segment(500, 900), Segment(700, 2_000)))
    wave = Signal(np.ones((4, 2), dtype=np.float32), 4, channels=("F3", "F4"))
    signals = {Modality.TEXT: said, Modality.EEG: wave}
    clip = Clip("a", None, None, {m: Source(Path(str(m)), partial(lambda path, of: signals[of], of=m)) for m in signals})

    with remembered(clip) as (first, again):
        chunks(first, frozenset(signals), 5_000)
        (chunk,) = chunks(again, frozenset(signals), 5_000)

    assert chunk.signals[Modality.TEXT].values.tolist() == said.values.tolist()
    assert chunk.signals[Modality.TEXT].when == said.when
    assert chunk.signals[Modality.EEG].channels == ("F3", "F4")


def test_files_of_one_recording_stay_together(toy):
    clip = replace(toy[0], sources={m: replace(source, path=Path(m)) for m, source in toy[0].sources.items() if m in BOTH})
    clip = replace(clip, sources={m: replace(s, read=partial(lambda path, of: toy[0].signal(of), of=m)) for m, s in clip.sources.items()})

    with remembered(clip) as (first, again):
        assert same(chunks(first), chunks(toy[0]))
        assert same(chunks(again), chunks(toy[0]))


def test_only_what_is_wanted_comes_again(toy):
    with remembered(toy[0]) as (first, again):
        chunks(first)

        assert all(set(chunk.signals) == {Modality.VIDEO} for chunk in chunks(again, frozenset({Modality.VIDEO})))


def test_explanations_from_memory_are_those_from_the_clip(untaught, toy):
    timeline = untaught(toy[0])
    expected = explain(untaught, toy[0], timeline)

    with remembered(toy[0]) as (first, again):
        assert np.array_equal(untaught(first).scores, timeline.scores)
        found = explain(untaught, again, timeline)

    assert np.array_equal(found.contributions, expected.contributions)
    for one, other in zip(found.moments, expected.moments, strict=True):
        assert all(np.array_equal(a.weights, b.weights) for a, b in zip(one.looks, other.looks, strict=True))


def test_no_room_to_remember_is_said(toy, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)

    with pytest.raises(MediaError, match="no space left on device.*TMPDIR"), remembered(toy[0]):
        pass
