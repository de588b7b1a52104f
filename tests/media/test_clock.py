"""Two recordings of one room: by how much one is later, and its chunks on the other's clock."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.core.clip import Chunk, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media.clock import Offset, offset, shifted

AUDIO, EEG, TEXT = Modality.AUDIO, Modality.EEG, Modality.TEXT
RATE = 16_000


def babble(seconds, seed):
    """Noise whose loudness comes and goes as syllables do."""
    random = np.random.default_rng(seed)
    loud = np.repeat(random.uniform(0, 1, round(seconds * 8)) ** 3, RATE // 8)
    return (0.2 * loud * random.standard_normal(len(loud))).astype(np.float32)


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """What was heard for twenty seconds, and a place for files."""
    return babble(20, 1), tmp_path_factory.mktemp("room")


@pytest.mark.parametrize("late", [2_500, 0, -1_730])
def test_a_file_that_began_earlier_or_later_is_put_in_its_place(room, late):
    sound, folder = room
    skip = round(abs(late) * RATE / 1_000)
    first, second = (sound, sound[skip:]) if late >= 0 else (sound[skip:], sound)
    hiss = np.random.default_rng(2).standard_normal(len(second)).astype(np.float32)
    soundfile.write(folder / "a.wav", first, RATE)
    soundfile.write(folder / "b.wav", 0.3 * second + 0.002 * hiss, RATE)

    found = offset(folder / "a.wav", folder / "b.wav")

    assert abs(found.ms - late) <= 10
    assert found.likeness > 0.5
    assert found.drift is None


def test_other_rooms_are_not_forced_together(room):
    sound, folder = room
    soundfile.write(folder / "a.wav", sound, RATE)
    soundfile.write(folder / "other.wav", babble(15, 3), RATE)
    with pytest.raises(MediaError, match="cannot be heard"):
        offset(folder / "a.wav", folder / "other.wav")


def test_too_little_sound_tells_nothing(room):
    sound, folder = room
    soundfile.write(folder / "a.wav", sound, RATE)
    soundfile.write(folder / "short.wav", sound[:RATE], RATE)
    with pytest.raises(MediaError, match="Less than 3 s"):
        offset(folder / "a.wav", folder / "short.wav")


@pytest.mark.slow
def test_a_clock_that_runs_otherwise_is_said(tmp_path):
    sound = babble(120, 4)
    times = np.arange(len(sound)) * 1.002
    soundfile.write(tmp_path / "a.wav", sound, RATE)
    soundfile.write(tmp_path / "b.wav", np.interp(times[times < len(sound) - 1], np.arange(len(sound)), sound).astype(np.float32), RATE)

    found = offset(tmp_path / "a.wav", tmp_path / "b.wav")

    assert found.drift == pytest.approx(0.002 * 120_000, abs=60)
    assert "drifts by" in str(found)


def counted(path, wanted, length):
    """Ten samples a second that count on for 25 s, cut at uneven places."""
    for start, end in ((0, 4_000), (4_000, 11_000), (11_000, 25_000)):
        yield Chunk({EEG: Signal(np.arange(start // 100, end // 100)[:, None], 10.0, start)}, end, ("last",) if end == 25_000 else ())


@pytest.mark.parametrize("ms", [3_000, -3_000, 250, 40_000, -24_900])
def test_moved_chunks_are_those_of_the_common_clock(ms):
    source = shifted(Source(Path("brain"), lambda path: Signal(np.arange(250)[:, None], 10.0), counted), ms)
    assert source.stream is not None

    chunks = list(source.stream(source.path, frozenset({EEG}), 4_000))

    assert [chunk.until for chunk in chunks[:-1]] == [4_000 * (i + 1) for i in range(len(chunks) - 1)]
    assert chunks[-1].until == 25_000 + ms
    assert [note for chunk in chunks for note in chunk.notes] == ["last"]
    for chunk in chunks:
        for signal in chunk.signals.values():
            for value, segment in zip(signal.values[:, 0], signal.segments, strict=True):
                assert abs(segment.start - (100 * value + ms)) <= 50
    values = np.concatenate([chunk.signals[EEG].values[:, 0] for chunk in chunks if EEG in chunk.signals])
    np.testing.assert_array_equal(values, np.arange(max(-ms // 100, 0), 250))
    np.testing.assert_array_equal(source.read(source.path).values[:, 0], values)


def test_what_is_before_the_beginning_is_left_out():
    said = Signal(np.array(["a", "b", "c"]), 1.0, when=(Segment(0, 900), Segment(900, 2_000), Segment(2_000, 3_000)))
    moved = said.later(-1_000)
    assert list(moved.values) == ["b", "c"]
    assert moved.when == (Segment(0, 1_000), Segment(1_000, 2_000))


def test_an_offset_reads_well():
    assert str(Offset(-1_230, 0.81, 12)) == "put -1.23 s later by its sound (likeness 0.81)"
