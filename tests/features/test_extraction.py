import logging
import os
import sys
import time
import types
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.features import extraction
from emofuse.features.audio import LogMel
from emofuse.features.cache import Cache
from emofuse.features.extraction import Making, extracted, unreadable

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
OLD = 1_000_000_000  # seconds since 1970
READ = []  # names of files, call by call; in this process alone


@dataclass(frozen=True)
class Plain:
    """The samples themselves, as one column."""

    modality: Modality = AUDIO

    def __call__(self, signal):
        return np.asarray(signal.values, dtype=np.float32).reshape(len(signal.values), -1)


def read_numbers(path):
    READ.append(path.name)
    return Signal(np.array(path.read_text().split(), dtype=np.float32), rate=4)


def read_place(path, place):
    READ.append(f"{path.name} {place}")
    return Signal(np.array(path.read_text().split()[place : place + 2], dtype=np.float32), rate=4)


def read_film(path):
    READ.append(path.name)
    return Signal(np.full((3, 2, 2), len(path.read_text()), dtype=np.uint8), rate=5, start=40, present=np.array([True, False, True]))


def read_broken(path):
    raise MediaError(f"{path.name} is no sound. Expected sound; replace it.")


def read_wrongly(path):
    raise ZeroDivisionError(f"a fault of ours in {path.name}")


class OddError(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def read_oddly(path):
    raise OddError("one", "two")


def read_and_die(path):
    if "child" in os.environ.get("WHO", "") or extraction.multiprocessing.parent_process() is not None:
        os._exit(9)
    return Signal(np.zeros(2, dtype=np.float32), rate=4)


def stream(path, wanted, length):
    raise AssertionError("clips to learn from are read whole")


def louder(signal):
    return Signal(signal.values + 100, signal.rate)


def halved(signal):
    return Signal(signal.values[:2], signal.rate)


@pytest.fixture
def folder(tmp_path):
    READ.clear()
    return tmp_path


def file(folder, name, text="1 2 3 4"):
    path = folder / name
    path.write_text(text)
    os.utime(path, (OLD, OLD))
    return path


def clip(path, read=read_numbers, m=AUDIO, film=False):
    return Clip(path.stem, "ann", "calm", {m: Source(path, read, stream if film else None)})


@pytest.fixture
def clips(folder):
    return [clip(file(folder, f"{i}.txt", f"{i} {i + 1} {i + 2} {i + 3}")) for i in range(4)]


def test_rows_come_in_the_clips_order_with_every_variant(clips):
    made = extracted(clips[::-1], AUDIO, Making(Plain(), halved, (louder,)))

    assert [row[:, :, 0].tolist() for row in made] == [[[i, i + 1], [i + 100, i + 101]] for i in (3, 2, 1, 0)]


def test_a_clip_that_lacks_the_modality_has_no_row(clips):
    made = extracted([clips[0].without(AUDIO), clips[1]], AUDIO, Making(Plain()))

    assert made[0] is None
    assert made[1] is not None


def test_what_is_kept_is_not_read_again(clips, folder):
    first = extracted(clips, AUDIO, Making(Plain(), halved, (louder,)), cache=Cache(folder / "cache"))
    again = extracted(clips, AUDIO, Making(Plain(), halved, (louder,)), cache=Cache(folder / "cache"))

    assert READ == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert all((one == two).all() for one, two in zip(first, again, strict=True))


def test_only_what_is_new_is_read(clips, folder):
    extracted(clips[:2], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    made = extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert READ == ["0.txt", "1.txt", "2.txt", "3.txt"]
    assert [row[0, 0, 0] for row in made] == [0, 1, 2, 3]


def test_a_file_by_another_name_or_in_another_place_is_known(clips, folder):
    extracted(clips[:1], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    (folder / "elsewhere").mkdir()
    moved = clips[0].sources[AUDIO].path.rename(folder / "elsewhere" / "other.txt")

    (row,) = extracted([clip(moved)], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert READ == ["0.txt"]
    assert row[0, :, 0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "making",
    [Making(LogMel(rate=4, size=4, hop=2, bands=1, low=0.0, high=2.0)), Making(Plain(), halved), Making(Plain(), variants=(louder,))],
)
def test_another_feature_preparation_or_variant_is_made_anew(clips, folder, making):
    extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    extracted(clips, AUDIO, making, cache=Cache(folder / "cache"))

    assert len(READ) == 8


def test_a_file_that_changes_is_made_anew(clips, folder):
    extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    clips[2].sources[AUDIO].path.write_text("7 7 7 7")

    made = extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert READ[4:] == ["2.txt"]
    assert made[2][0, 0, 0] == 7


def test_places_of_one_table_are_told_apart_and_kept_in_one_file(folder):
    table = file(folder, "table.txt", " ".join(map(str, range(50))))
    pictures = [Clip(str(i), None, "fear", {AUDIO: Source(table, partial(read_place, place=i))}) for i in range(40)]

    extracted(pictures, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    made = extracted(pictures[::-1], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert len(READ) == 40
    assert [row[0, 0, 0] for row in made] == list(range(39, -1, -1))
    assert len(list((folder / "cache").rglob("*.npy"))) == 1


def test_a_lambda_is_computed_and_never_kept(clips, folder, caplog):
    with caplog.at_level(logging.INFO):
        for by in (1, 2):
            made = extracted(
                clips[:1], AUDIO, Making(Plain(), lambda s, by=by: Signal(s.values * by, s.rate)), cache=Cache(folder / "cache")
            )
            assert made[0][0, :, 0].tolist() == [0, by, 2 * by, 3 * by]

    assert "has no lasting name" in caplog.text
    assert list((folder / "cache").rglob("*.npy")) == []


def test_what_is_made_up_in_memory_is_never_kept(toy, folder):
    extracted(toy[:3], AUDIO, Making(LogMel()), cache=Cache(folder / "cache"))

    assert not (folder / "cache").exists()


def test_faces_found_in_a_film_are_kept_for_other_features(folder):
    film = clip(file(folder, "film.mp4", "12345"), read_film, VIDEO, film=True)

    for making in (Making(Plain(VIDEO)), Making(Plain(VIDEO), variants=(louder,)), Making(Plain(VIDEO), lambda signal: signal)):
        (row,) = extracted([film], VIDEO, making, cache=Cache(folder / "cache"))
        assert row[0].tolist() == [[5] * 4] * 3

    assert READ == ["film.mp4"]


def test_a_kept_signal_is_as_it_was(folder):
    film = clip(file(folder, "film.mp4", "12345"), read_film, VIDEO, film=True)
    extracted([film], VIDEO, Making(Plain(VIDEO)), cache=Cache(folder / "cache"))

    (row,) = extracted([film], VIDEO, Making(Described()), cache=Cache(folder / "cache"))

    assert READ == ["film.mp4"]
    assert row[0].tolist() == [[5, 40, 3, 2]]


@dataclass(frozen=True)
class Described:
    """Rate, start, samples, and how many of them are present."""

    modality: Modality = VIDEO

    def __call__(self, signal):
        assert signal.values.dtype == np.uint8
        return np.array([[signal.rate, signal.start, len(signal.values), signal.present.sum()]], dtype=np.float32)


def test_progress_counts_what_is_kept_at_once(clips, folder):
    told = []
    extracted(clips[:2], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"), progress=lambda done, total: told.append((done, total)))

    assert told == [(2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("error", [MediaError("no sound."), CorpusError("no picture."), PermissionError("not allowed")])
def test_a_clip_that_cannot_be_read_is_named_with_the_way_on(clips, error, monkeypatch):
    broken = clip(Path("broken.txt"), partial(fail, error=error))

    with pytest.raises(MediaError, match=r"Clip broken cannot be read: .*\nExpected a file that can; .* --skip-unreadable"):
        extracted([*clips, broken], AUDIO, Making(Plain()))


def fail(path, error):
    raise error


def test_what_was_made_before_a_clip_that_cannot_be_read_is_kept(clips, folder):
    with pytest.raises(MediaError):
        extracted([*clips, clip(file(folder, "broken.txt"), read_broken)], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))
    extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert len(READ) == 4


def test_unreadable_clips_are_told_with_the_reason(clips, folder):
    broken = clip(file(folder, "broken.txt"), read_broken)

    found = unreadable([clips[0], broken, clips[1]], [AUDIO, VIDEO], cache=Cache(folder / "cache"))

    assert found == {"broken": "broken.txt is no sound. Expected sound; replace it."}
    assert unreadable([clips[0], broken], [AUDIO], cache=Cache(folder / "cache")).keys() == {"broken"}
    assert READ == ["0.txt", "1.txt"], "what could be read once can be read"


def test_a_fault_in_a_feature_is_no_unreadable_clip(clips):
    with pytest.raises(ValueError, match="takes mono at 16000"):
        extracted(clips, AUDIO, Making(LogMel()))


class Elsewhere:
    """Makes several processes worth their while at once."""

    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch):
        monkeypatch.setattr(extraction, "WORTH", -1.0)
        monkeypatch.setattr(extraction, "TASTE", -1.0)


@pytest.mark.slow
class TestElsewhere(Elsewhere):
    def test_several_processes_give_the_very_same_rows(self, folder):
        generator = np.random.default_rng(0)
        sounds = [
            clip(file(folder, f"{i}.txt", " ".join(f"{x:.4f}" for x in generator.normal(scale=0.1, size=16_000))), read_sixteen)
            for i in range(9)
        ]

        alone = extracted(sounds, AUDIO, Making(LogMel(), variants=(louder,)), processes=1)
        together = extracted(sounds, AUDIO, Making(LogMel(), variants=(louder,)), processes=2)

        assert len(READ) == 9 + 2, "seven were read by others"
        assert all(one.tobytes() == two.tobytes() for one, two in zip(alone, together, strict=True))

    def test_an_error_comes_back_whole(self, clips):
        with pytest.raises(ZeroDivisionError, match=r"a fault of ours in 3.txt") as told:
            extracted([*clips[:3], clip(clips[3].sources[AUDIO].path, read_wrongly)], AUDIO, Making(Plain()), processes=2)

        assert "in read_wrongly" in "".join(told.value.__notes__)

    def test_an_error_that_cannot_travel_comes_back_as_what_it_says(self, clips):
        with pytest.raises(RuntimeError, match=r"(?s)Clip 3: .*OddError: one and two"):
            extracted([*clips[:3], clip(clips[3].sources[AUDIO].path, read_oddly)], AUDIO, Making(Plain()), processes=2)

    def test_a_process_that_dies_is_said_and_what_was_made_is_kept(self, clips, folder):
        mixed = [*clips[:3], clip(file(folder, "deadly.txt"), read_and_die)]

        with pytest.raises(MediaError, match="process died while it read clips near .*Expected it to answer; look at those files"):
            extracted(mixed, AUDIO, Making(Plain()), processes=2, cache=Cache(folder / "cache"))
        READ.clear()
        extracted(clips[:2], AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

        assert READ == []

    def test_what_cannot_travel_is_made_here(self, clips, caplog):
        with caplog.at_level(logging.INFO):
            made = extracted(clips, AUDIO, Making(Plain(), lambda s: s), processes=2)

        assert "one process reads all clips" in caplog.text
        assert len(made) == len(READ) == 4


def read_sixteen(path):
    READ.append(path.name)
    return Signal(np.array(path.read_text().split(), dtype=np.float32), rate=16_000)


class TestOneCore(Elsewhere):
    def test_a_machine_with_one_core_reads_all_itself(self, clips, monkeypatch):
        monkeypatch.setattr(extraction.os, "cpu_count", lambda: 1)
        monkeypatch.setattr(extraction, "_by_others", None)

        assert len(extracted(clips, AUDIO, Making(Plain()))) == 4

    @pytest.mark.parametrize(("text", "may"), [("train()", False), ("if __name__ == '__main__':\n    train()", True)])
    def test_a_program_that_others_would_run_again_keeps_them_out(self, clips, monkeypatch, tmp_path, text, may):
        program = types.ModuleType("__main__")
        program.__file__ = str(tmp_path / "mine.py")
        (tmp_path / "mine.py").write_text(text)
        asked = []
        monkeypatch.setitem(sys.modules, "__main__", program)
        monkeypatch.setattr(extraction, "_by_others", lambda making, tasks, count, at_once: asked.append(len(tasks)) or iter(()))

        if may:
            with pytest.raises(ValueError, match="shorter"):  # the stand-in makes nothing
                extracted(clips, AUDIO, Making(Plain()))
        else:
            extracted(clips, AUDIO, Making(Plain()))

        assert asked == ([2] if may else [])


def test_few_clips_are_made_here(clips, monkeypatch):
    monkeypatch.setattr(extraction, "_by_others", None)

    assert len(extracted(clips, AUDIO, Making(Plain()), processes=2)) == 4


def test_what_is_made_is_written_down_now_and_then(clips, folder, monkeypatch):
    monkeypatch.setattr(extraction, "FLUSH", -1.0)

    extracted(clips, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert len(list((folder / "cache").rglob("*.npy"))) == 4


def test_torch_has_its_threads_again_afterwards(clips):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        extracted(clips, AUDIO, Making(Plain()))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_thousands_of_rows_out_of_a_cache_take_little(folder):
    table = file(folder, "table.txt", " ".join(map(str, range(3_000))))
    pictures = [Clip(str(i), None, "fear", {AUDIO: Source(table, partial(read_place, place=i))}) for i in range(2_000)]
    extracted(pictures, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    began = time.process_time()
    extracted(pictures, AUDIO, Making(Plain()), cache=Cache(folder / "cache"))

    assert time.process_time() - began < 1.0
    assert len(READ) == 2_000
