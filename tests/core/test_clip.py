from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Chunk, Clip, Signal, Source
from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment

AUDIO, VIDEO, EEG = Modality.AUDIO, Modality.VIDEO, Modality.EEG


def counted(path: Path, rate: float, count: int) -> Signal:
    return Signal(np.arange(count), rate)


def together(path: Path, wanted: frozenset[Modality], length: int) -> Iterator[Chunk]:
    """One pass over a file of 2 s that holds sound and picture; it notes what it was asked for."""
    for start in range(0, 2_000, length):
        signals = {m: Signal(np.zeros(length // 100), 10, start) for m in wanted}
        yield Chunk(signals, start + length, (f"{'+'.join(sorted(wanted))} at {start}",))


def clip(**sources: Source) -> Clip:
    return Clip("c", "ann", "calm", {Modality(m): source for m, source in sources.items()})


def read(rate: float, count: int, path: str = "a") -> Source:
    return Source(Path(path), partial(counted, rate=rate, count=count))


def test_a_signal_knows_where_it_is_in_time():
    signal = Signal(np.zeros(30), rate=20, start=500)

    assert (signal.duration, signal.end) == (1_500, 2_000)


def test_a_signal_without_a_rate_is_refused():
    with pytest.raises(ValueError, match="rate of 0"):
        Signal(np.zeros(3), rate=0)


def test_presence_has_a_flag_for_each_sample():
    with pytest.raises(ValueError, match="3 samples says for"):
        Signal(np.zeros(3), rate=1, present=np.ones(2, dtype=bool))


def test_a_crop_takes_flags_along_and_stays_within_the_signal():
    signal = Signal(np.arange(4), rate=1, start=2_000, present=np.array([True, False, True, True]))

    part = signal.crop(Segment(0, 4_000))

    assert part.values.tolist() == [0, 1]
    assert part.present.tolist() == [True, False]
    assert part.start == 2_000


def test_a_crop_beside_the_signal_is_empty():
    assert len(Signal(np.arange(4), rate=1, start=2_000).crop(Segment(0, 1_000)).values) == 0


def test_a_clip_reads_a_signal_from_its_source():
    assert clip(audio=read(4, 8)).signal(AUDIO).duration == 2_000


@pytest.mark.parametrize(("sources", "has"), [({"audio": read(1, 1)}, "it has audio"), ({}, "it has nothing")])
def test_a_clip_says_what_it_lacks_and_what_it_has(sources, has):
    with pytest.raises(MissingModality, match=f"Clip c has no eeg; {has}"):
        clip(**sources).signal(EEG)


def test_a_clip_without_a_modality_is_another_clip():
    both = clip(audio=read(1, 1), video=read(1, 1))

    assert set(both.without(AUDIO).sources) == {VIDEO}
    assert set(both.sources) == {AUDIO, VIDEO}


def test_what_cannot_stream_is_read_whole_and_cut():
    chunks = list(clip(audio=read(10, 25)).chunks(frozenset({AUDIO, EEG}), 1_000))

    assert [chunk.until for chunk in chunks] == [1_000, 2_000, 2_500]
    assert np.concatenate([chunk.signals[AUDIO].values for chunk in chunks]).tolist() == list(range(25))


def test_sound_and_picture_of_one_file_come_from_one_pass():
    file = Source(Path("film"), partial(counted, rate=1, count=1), together)

    chunks = list(clip(audio=file, video=file).chunks(frozenset({AUDIO, VIDEO}), 1_000))

    assert [chunk.notes for chunk in chunks] == [("audio+video at 0",), ("audio+video at 1000",)]
    assert all(set(chunk.signals) == {AUDIO, VIDEO} for chunk in chunks)


def test_files_of_different_lengths_are_read_side_by_side():
    film = Source(Path("film"), partial(counted, rate=1, count=1), together)

    chunks = list(clip(video=film, eeg=read(10, 35, "b")).chunks(frozenset(Modality), 1_000))

    assert [sorted(chunk.signals) for chunk in chunks] == [["eeg", "video"], ["eeg", "video"], ["eeg"], ["eeg"]]
    assert [chunk.until for chunk in chunks] == [1_000, 2_000, 3_000, 3_500]


def test_a_clip_with_nothing_wanted_has_no_chunks():
    assert list(clip(audio=read(1, 1)).chunks(frozenset({EEG}), 1_000)) == []


def test_samples_that_do_not_follow_evenly_say_when_they_are():
    said = Signal(np.array(["well", "so", "no"]), 1.0, 500, when=(Segment(500, 900), Segment(2_000, 4_100), Segment(4_000, 4_200)))
    assert said.segments == said.when
    assert said.end == 4_200
    part = said.crop(Segment(1_000, 4_000))
    assert list(part.values) == ["so"]
    assert part.when == (Segment(2_000, 4_100),)
    assert part.start == 2_000
    assert not len(said.crop(Segment(900, 2_000)).values)


def test_every_sample_must_say_when_it_is_or_none():
    with pytest.raises(ValueError, match="2 samples says of 1"):
        Signal(np.array(["well", "so"]), 1.0, when=(Segment(0, 5),))
