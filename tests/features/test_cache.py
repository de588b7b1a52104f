import importlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.modality import Modality
from emofuse.features import cache as features_cache
from emofuse.features.audio import LogMel
from emofuse.features.cache import Cache, identity, kind, usual


def key_of(cache, path, read):
    (key,) = cache.keys([(path, read)])
    return key


OLD = 1_000_000_000  # seconds since 1970: long enough ago for a file's time to be believed


def read_something(path):
    raise AssertionError("a key is made without reading")


def read_place(path, place):
    raise AssertionError("a key is made without reading")


def rows(count=3, start=0):
    return {f"key-{i}": (np.arange(i, i + 6, dtype=np.float32).reshape(2, 3), {}) for i in range(start, start + count)}


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def written(path, text="sound"):
    path.write_text(text)
    os.utime(path, (OLD, OLD))
    return path


def test_what_is_kept_is_found_again_by_kind_and_key(cache, tmp_path):
    cache.keep("mel", "mels", rows())

    found = Cache(tmp_path / "cache").load("mel", ["key-2", None, "other", "key-0"])

    assert found[0][0].tolist() == [[2, 3, 4], [5, 6, 7]]
    assert (found[0][0].dtype, found[1], found[2]) == (np.float32, None, None)
    assert found[3][0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert cache.load("face", ["key-0"]) == [None]
    assert (tmp_path / "cache" / "mel" / "what.txt").read_text() == "mels\n"


def test_rows_of_any_shape_and_kind_come_back_as_they_were_with_what_was_said_of_them(cache):
    kept = {
        "words": (np.array(["what", "lovely", "news"]), {"rate": 2.0}),
        "mask": (np.array([True, False]), {}),
        "faces": (np.arange(2 * 48 * 48, dtype=np.uint8).reshape(2, 48, 48), {"start": 40}),
        "nothing": (np.zeros(0, dtype=np.float32), {}),
        "number": (np.array(3.5), {}),
    }

    cache.keep("signals", "", kept)

    for (array, also), found in zip(kept.values(), cache.load("signals", list(kept)), strict=True):
        assert found[0].dtype == array.dtype
        assert found[0].tolist() == array.tolist()
        assert found[1] == also


def test_many_rows_share_a_file_which_is_mapped_and_not_read(cache, tmp_path):
    cache.keep("mel", "", rows(500))

    found = cache.load("mel", ["key-7"])[0][0]

    assert len(list((tmp_path / "cache" / "mel").glob("*.npy"))) == 1
    assert not found.flags.writeable
    base = found
    while base.base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)


def test_rows_of_several_visits_are_found_together(cache):
    cache.keep("mel", "", rows(3))
    cache.keep("mel", "", rows(3, start=3))

    assert all(row is not None for row in cache.load("mel", [f"key-{i}" for i in range(6)]))


@pytest.mark.parametrize("damage", ["a byte", "an end", "the index", "the array"])
def test_what_is_damaged_is_said_and_made_again(cache, tmp_path, damage, caplog):
    cache.keep("mel", "", rows())
    (values,) = (tmp_path / "cache" / "mel").glob("*.npy")
    if damage == "a byte":
        data = bytearray(values.read_bytes())
        data[-60] ^= 1
        values.write_bytes(data)
    elif damage == "an end":
        values.write_bytes(values.read_bytes()[:-64])
    elif damage == "the index":
        values.with_suffix(".json").write_text('{"key-0": [0,')
    else:
        values.unlink()

    found = Cache(tmp_path / "cache").load("mel", ["key-0", "key-1", "key-2"])

    assert found[2] is None
    assert "damaged" in caplog.text
    assert "made again" in caplog.text
    assert list((tmp_path / "cache" / "mel").glob("*.json")) == []


def test_what_was_not_used_for_longest_goes_when_there_is_too_much(tmp_path):
    cache = Cache(tmp_path, limit=1_600)  # three visits of 512 bytes and a header of 128 are more
    for number, name in enumerate(("first", "second")):
        cache.keep(name, "", rows(8))
        for index in (tmp_path / name).glob("*.json"):
            os.utime(index, (OLD + number, OLD + number))

    assert cache.load("first", ["key-0"])[0] is not None, "used now, so that the second is what was not used for longest"
    cache.keep("third", "", rows(8))

    assert [cache.load(name, ["key-0"])[0] is not None for name in ("first", "second", "third")] == [True, False, True]


def test_what_does_not_fit_is_not_kept_and_said(tmp_path, caplog):
    cache = Cache(tmp_path / "cache", limit=100)

    cache.keep("mel", "", rows(8))

    assert "no room for" in caplog.text
    assert not (tmp_path / "cache").exists()


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_a_warning(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where a folder should be")

    Cache(tmp_path / "cache").keep("mel", "", rows())

    assert "Could not write" in caplog.text


def test_what_a_killed_process_left_is_removed_in_time(cache, tmp_path):
    folder = tmp_path / "cache" / "mel"
    cache.keep("mel", "", rows())
    left = [written(folder / name) for name in (".1a2b.unfinished.npy", "without_index.npy")]
    fresh = folder / ".3c4d.unfinished.npy"
    fresh.write_text("being written by another process")

    cache.keep("mel", "", rows(2, start=7))

    assert not any(path.exists() for path in left)
    assert fresh.exists()
    assert all(row is not None for row in cache.load("mel", ["key-0", "key-8"]))


@pytest.mark.slow
def test_two_processes_may_write_and_read_at_once(tmp_path):
    code = (
        "import sys, numpy as np; from emofuse.features.cache import Cache; from pathlib import Path\n"
        "cache, who = Cache(Path(sys.argv[1]), limit=200_000), int(sys.argv[2])\n"
        "for turn in range(40):\n"
        "    cache.keep('mel', 'mels', {f'{who}-{turn}': (np.full(500, turn), {})})\n"
        "    for other in (0, 1):\n"
        "        for t, row in enumerate(cache.load('mel', [f'{other}-{t}' for t in range(40)])):\n"
        "            assert row is None or (row[0] == t).all()\n"
    )
    working = [subprocess.Popen([sys.executable, "-c", code, tmp_path, str(who)], stderr=subprocess.PIPE, text=True) for who in (0, 1)]

    said = [process.communicate(timeout=60)[1] for process in working]

    assert said == ["", ""]
    assert [process.returncode for process in working] == [0, 0]
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.npy")) < 250_000


def test_a_key_follows_what_a_file_holds_and_not_its_name_or_time(cache, tmp_path):
    one, same, other = (written(tmp_path / name, text) for name, text in (("a.wav", "sound"), ("b.wav", "sound"), ("c.wav", "noise")))

    keys = [key_of(cache, path, read_something) for path in (one, same, other)]

    assert keys[0] == keys[1] != keys[2]
    one.write_text("another")
    assert key_of(cache, one, read_something) != keys[0]


def test_a_key_follows_how_a_file_is_read(cache, tmp_path):
    table = written(tmp_path / "table.parquet")

    keys = {key_of(cache, table, read) for read in (read_something, partial(read_place, place=1), partial(read_place, place=2))}

    assert len(keys) == 3


@pytest.mark.parametrize("name", ["made up in memory", "."])
def test_what_is_no_file_has_no_key(cache, tmp_path, name):
    assert key_of(cache, tmp_path / name, read_something) is None


def test_a_reader_without_a_lasting_name_has_no_key(cache, tmp_path):
    assert key_of(cache, written(tmp_path / "a.wav"), lambda path: None) is None


def test_what_a_file_held_is_remembered_until_it_changes(cache, tmp_path):
    file = written(tmp_path / "a.wav")
    first = key_of(cache, file, read_something)
    cache.close()
    said = json.loads((tmp_path / "cache" / "contents.json").read_text())
    assert list(said) == [str(file.resolve())]

    said[str(file.resolve())][2] = "made up, to show that the file is not read again"
    (tmp_path / "cache" / "contents.json").write_text(json.dumps(said))
    assert key_of(Cache(tmp_path / "cache"), file, read_something) != first

    os.utime(file, (OLD + 1, OLD + 1))
    assert key_of(Cache(tmp_path / "cache"), file, read_something) == first


def test_a_file_that_was_changed_just_now_is_read_again_each_time(cache, tmp_path):
    file = tmp_path / "a.wav"
    file.write_text("sound")
    key_of(cache, file, read_something)
    cache.close()

    assert not (tmp_path / "cache" / "contents.json").exists()


def test_memories_of_two_processes_are_put_together(tmp_path):
    one, two = Cache(tmp_path / "cache"), Cache(tmp_path / "cache")
    for cache, name in ((one, "a.wav"), (two, "b.wav")):
        key_of(cache, written(tmp_path / name), read_something)
    one.close()
    two.close()

    assert len(json.loads((tmp_path / "cache" / "contents.json").read_text())) == 2


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"a": 1}'])
def test_a_memory_that_cannot_be_read_is_no_memory(tmp_path, text):
    (tmp_path / "contents.json").write_text(text)

    assert key_of(Cache(tmp_path), written(tmp_path / "a.wav"), read_something) is not None


class Colour(Enum):
    RED = 1


@dataclass(frozen=True)
class Settings:
    size: int
    filter: np.ndarray | None = None


class Undescribed:
    pass


def changed(signal, by):
    return signal


def nested():
    def inner(signal):
        return signal

    return inner


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (1, "1"),
        (1, True),
        (Colour.RED, "RED"),
        (Path("a"), Path("b")),
        (Fraction(1, 2), Fraction(1, 3)),
        ((1, 2), (2, 1)),
        ({"a": 1}, {"a": 2}),
        (np.zeros(3), np.ones(3)),
        (np.zeros(5_000), np.concatenate([np.zeros(2_500), [1], np.zeros(2_499)])),
        (changed, nested),
        (partial(changed, by=1), partial(changed, by=2)),
        (partial(changed, by=1), changed),
        (LogMel(), LogMel(bands=40)),
        (Settings(1), Settings(2)),
        (Settings(1, np.zeros(5_000)), Settings(1, np.eye(100)[0].repeat(50))),
        (Modality.AUDIO, Modality.VIDEO),
        (None, 0),
    ],
)
def test_different_things_have_different_names(one, other):
    assert identity(one) != identity(other)
    assert identity(one) == identity(one) is not None


@pytest.mark.parametrize(
    "thing",
    [
        lambda signal: signal,
        nested(),
        partial(changed, by=lambda x: x),
        partial(nested(), by=1),
        Undescribed(),
        (1, Undescribed()),
        np.array([Undescribed()]),
        Settings(1, lambda x: x),
        np.sin,
        Settings(1).__eq__,
    ],
)
def test_what_cannot_be_told_from_outside_has_no_name(thing):
    assert identity(thing) is None
    assert kind("rows", thing) is None


FILES = {
    "mine/__init__.py": "",
    "mine/recipes.py": "from mine.sounds import LIMIT\nfrom . import near\n\n\ndef change(signal):\n    return signal\n",
    "mine/sounds.py": "def late():\n    from mine.deep import depth\n\n\nLIMIT = 1\n",
    "mine/near.py": "",
    "mine/deep.py": "",
    "mine/apart.py": "",
}


@pytest.mark.parametrize(("changed", "another"), [("recipes", True), ("sounds", True), ("near", True), ("deep", True), ("apart", False)])
def test_a_function_has_another_name_when_its_file_or_one_that_it_imports_changes(tmp_path, monkeypatch, changed, another):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = []
    for _ in range(2):
        for name in [name for name in sys.modules if name.partition(".")[0] == "mine"]:
            monkeypatch.delitem(sys.modules, name)
        importlib.invalidate_caches()
        for remembered in (features_cache._named, features_cache._code):
            remembered.cache_clear()
        names.append(identity(importlib.import_module("mine.recipes").change))
        with (tmp_path / "mine" / f"{changed}.py").open("a") as file:
            file.write("# changed\n")

    assert names[0].startswith("mine.recipes.change@")
    assert (names[0] != names[1]) == another


def test_this_packages_readers_are_part_of_a_features_name_and_its_networks_are_not():
    assert features_cache._matters("emofuse.media.sound", "emofuse.recipes.ravdess")
    assert not features_cache._matters("emofuse.training.fit", "emofuse.recipes.ravdess")
    assert not features_cache._matters("numpy", "mine.recipes")


def test_a_kind_says_what_it_is_and_with_which_libraries():
    name, says = kind("rows", LogMel(), ())

    assert name == kind("rows", LogMel(), ())[0] != kind("rows", LogMel(hop=512), ())[0]
    assert "LogMel" in says
    assert f"numpy {np.__version__}" in says


def test_features_are_usually_kept_beside_other_downloads(tmp_path, monkeypatch):
    monkeypatch.setenv("EMOFUSE_HOME", str(tmp_path))

    assert usual() == tmp_path / "cache"


def test_looking_up_a_table_of_many_pictures_takes_little(cache, tmp_path):
    table = written(tmp_path / "table.parquet")
    reads = [partial(read_place, place=i) for i in range(5_000)]
    keys = cache.keys([(table, read) for read in reads])
    cache.keep("face", "", {key: (np.zeros((1, 8, 8), dtype=np.float32), {}) for key in keys})

    began = time.process_time()
    again = Cache(tmp_path / "cache")
    found = again.load("face", again.keys([(table, read) for read in reads]))

    assert all(row is not None for row in found)
    assert time.process_time() - began < 1.0
