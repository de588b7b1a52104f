"""Pickles of Python 3 are written here by Python; those of Python 2, as DEAP has them, opcode by opcode."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.media import pickled
from emofuse.media.pickled import read_pickled

HELD = {"labels": np.array([[1.5, 2], [3, 4]]), "data": np.arange(24, dtype=np.int16).reshape(2, 3, 4)}
TREE = {
    "train": {
        "audio": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big-endian": np.arange(3, dtype=">i4"),
        "truth": np.array([True]),
        "nothing": np.zeros((0, 3)),
        "mixed": np.array([["a", 1.5], [b"b", None]], dtype=object),
        "id": [np.array(["a", "1.5"]), "b$_$1", b"c"],
        "scalar": np.float64(2.5),
        "much": (True, None, 3, {"x": 1.5}),
    }
}
ARRAYS = ("audio", "columns", "big-endian", "truth", "nothing", "mixed")
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def written(root: Path, content: bytes) -> Path:
    path = root / "s01.dat"
    path.write_bytes(content)
    return path


def short(text: bytes) -> bytes:
    return b"U" + bytes([len(text)]) + text


def array(values: np.ndarray) -> bytes:
    """An array as Python 2 and protocol 2 have it: a call, and a state that holds its bytes as text."""
    kind = values.dtype.str[1:].encode()
    raw = values.tobytes()
    made = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + short(b"b") + b"\x87R"
    dtype = b"cnumpy\ndtype\n" + short(kind) + b"K\x00K\x01\x87R(K\x03" + short(b"<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    axes = b"(" + b"".join(b"J" + struct.pack("<i", size) for size in values.shape) + b"t"
    return made + b"(K\x01" + axes + dtype + b"\x89" + b"T" + struct.pack("<i", len(raw)) + raw + b"tb"


def of_python_2(root: Path, **held: np.ndarray) -> Path:
    return written(root, b"\x80\x02}(" + b"".join(short(name.encode()) + array(values) for name, values in held.items()) + b"u.")


def same(read: dict[str, np.ndarray], held: dict[str, np.ndarray]) -> None:
    assert set(read) == set(held)
    for name in held:
        assert read[name].dtype == held[name].dtype
        np.testing.assert_array_equal(read[name], held[name])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_arrays_lists_and_words_come_back_as_they_were(tmp_path, protocol):
    held = read_pickled(written(tmp_path, pickle.dumps(TREE, protocol)))["train"]

    assert list(held) == list(TREE["train"])
    same({name: held[name] for name in ARRAYS}, {name: TREE["train"][name] for name in ARRAYS})
    assert held["id"][0].tolist() == ["a", "1.5"]
    assert held["id"][1:] == ["b$_$1", b"c"]
    assert (held["scalar"], held["much"]) == (2.5, (True, None, 3, {"x": 1.5}))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_arrays_of_numbers_cannot_be_changed(tmp_path, protocol):
    held = read_pickled(written(tmp_path, pickle.dumps(HELD, protocol)))

    assert [array.flags.writeable for array in held.values()] == [False, False]


def test_what_stands_there_twice_is_one(tmp_path):
    array = np.zeros(3)

    held = read_pickled(written(tmp_path, pickle.dumps([array, [array]])))

    assert held[0] is held[1][0]


def test_the_names_that_numpy_1_used_are_known(tmp_path):
    content = pickle.dumps(np.arange(3), 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")

    assert read_pickled(written(tmp_path, content)).tolist() == [0, 1, 2]


def test_pickles_of_python_2_are_read(tmp_path):
    path = of_python_2(tmp_path, **HELD)

    same(read_pickled(path), HELD)
    same(pickle.loads(path.read_bytes(), encoding="latin1"), HELD)


def test_bytes_of_python_2_are_text(tmp_path):
    assert read_pickled(written(tmp_path, b"\x80\x02U\x03\xe9bcq\x00.")) == "\xe9bc"


def test_long_arrays_are_passed_over_where_only_short_ones_are_wanted(tmp_path, monkeypatch):
    path = of_python_2(tmp_path, data=np.zeros(100_000), labels=HELD["labels"], more=np.zeros(100_000))
    read: list[int] = []
    whole = pickled._Sparing.read

    def counted(self: pickled._Sparing, count: int) -> bytes:
        read.append(count if count <= self.most else 0)
        return whole(self, count)

    monkeypatch.setattr(pickled._Sparing, "read", counted)
    held = read_pickled(path, most=10_000)

    assert (held.pop("data"), held.pop("more")) == (None, None)
    same(held, {"labels": HELD["labels"]})
    assert sum(read) < 1_000 < path.stat().st_size


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_long_arrays_are_left_out_whatever_the_protocol(tmp_path, protocol):
    path = written(tmp_path, pickle.dumps({"data": np.zeros(100_000), "labels": HELD["labels"], "list": [np.zeros(100_000)]}, protocol))

    held = read_pickled(path, most=10_000)

    assert (held.pop("data"), held.pop("list")) == (None, [None])
    same(held, {"labels": HELD["labels"]})


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_comes_in_pieces_longer_than_what_is_wanted_is_read_all_the_same(tmp_path, protocol):
    words = [f"word {place}" for place in range(10_000)]
    path = written(tmp_path, pickle.dumps({"words": words, "data": np.zeros(2_000), "labels": HELD["labels"]}, protocol))

    held = read_pickled(path, most=1_000)

    assert (held["words"], held["data"], held["labels"].shape) == (words, None, (2, 2))


class Touch:
    """What a crafted pickle does: leaves a file behind when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_that_stands_in_a_pickle_is_called(tmp_path, protocol):
    path = written(tmp_path, pickle.dumps([np.zeros(3), {"data": Touch(tmp_path / "touched")}], protocol))

    with pytest.raises(MediaError, match=r"s01\.dat asks for .*\. Expected a pickle of numpy arrays.*\. Get it again"):
        read_pickled(path)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize(
    "asked",
    [
        "os system",
        "builtins eval",
        "__builtin__ eval",
        "builtins getattr",
        "numpy load",
        "numpy.core.multiarray fromfile",
        "multiarray.os system",
        "numpy.core.os system",
    ],
)
def test_every_other_name_is_refused(tmp_path, asked):
    module, name = asked.split()
    path = written(tmp_path, f"c{module}\n{name}\n(S'true'\ntR.".encode())

    with pytest.raises(MediaError, match=f"asks for {module}.{name}"):
        read_pickled(path)


@pytest.mark.parametrize(
    ("held", "what"),
    [
        ({1, 2}, r"asks for .*set|holds set"),
        ({"data": 1j}, "asks for .*complex"),
        (np.zeros(2, dtype=[("x", "f8")]), "holds arrays of 'V8'"),
        (np.zeros(3, dtype="M8[s]"), "holds arrays of 'M8'"),
    ],
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_anything_but_arrays_lists_and_words_is_refused(tmp_path, held, what, protocol):
    path = written(tmp_path, pickle.dumps(held, protocol))

    with pytest.raises(MediaError, match=rf"s01\.dat ({what}).*\. Expected a pickle of .*\. Get it again"):
        read_pickled(path)


def test_an_array_of_several_fields_that_calls_itself_numbers_is_refused(tmp_path):
    content = pickle.dumps(np.zeros(3), 2)

    with pytest.raises(MediaError, match="holds arrays of 'f4,i4'"):
        read_pickled(written(tmp_path, content.replace(b"X\x02\x00\x00\x00f8", b"X\x05\x00\x00\x00f4,i4")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"<html>",
        b"not a pickle",
        b"\x80\x02}(U\x06labels",
        b"\x80\x02T\xff\xff\xff\x7f",
        b"\x80\x04]\x94h\x05.",
        b"(lp0\nI\n.",
        pickle.dumps(TREE)[:-20],
    ],
)
@pytest.mark.parametrize("most", [None, 1_000])
def test_a_file_that_is_no_pickle_or_breaks_off_is_reported(tmp_path, content, most):
    with pytest.raises(MediaError, match=r"s01\.dat cannot be read .*\. Expected .*\. Get it again"):
        read_pickled(written(tmp_path, content), most)


def test_a_name_that_is_never_called_is_no_value(tmp_path):
    with pytest.raises(MediaError, match="holds type, which is no value"):
        read_pickled(written(tmp_path, b"cnumpy\nndarray\n."))


def test_bytes_that_do_not_fill_the_shape_are_reported(tmp_path):
    whole = pickle.dumps({"data": HELD["labels"]}, 2)

    with pytest.raises(MediaError, match=r"4 values for an array of shape \(2, 3\)"):
        read_pickled(written(tmp_path, whole.replace(b"K\x02K\x02\x86", b"K\x02K\x03\x86")))


def test_a_list_that_holds_itself_is_reported(tmp_path):
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(MediaError, match="recursion"):
        read_pickled(written(tmp_path, pickle.dumps(endless)))


def test_little_does_not_become_much(tmp_path):
    doubled: list[object] = ["a"]
    for _ in range(60):  # 2 ** 60 words, were each place made anew
        doubled = [doubled, doubled]

    assert len(read_pickled(written(tmp_path, pickle.dumps(doubled)))) == 2


def test_damage_anywhere_is_an_error_or_harmless(tmp_path, generator):
    whole = pickle.dumps(TREE)
    refused = 0
    for most in (None, 16) * 150:
        damaged = bytearray(whole)
        damaged[generator.integers(len(whole))] = generator.integers(256)
        try:
            read_pickled(written(tmp_path, bytes(damaged)), most)
        except MediaError:
            refused += 1

    assert refused > 100


def test_one_larger_than_memory_is_refused_with_its_size(tmp_path, monkeypatch):
    path = tmp_path / "s01.dat"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    monkeypatch.setattr(pickled, "_memory", lambda: 2 * 2**30)

    with pytest.raises(MediaError, match=r"s01\.dat has 3\.0 GiB, and this machine 2\.0 GiB of memory"):
        read_pickled(path)


def test_one_that_is_missing_is_reported(tmp_path):
    with pytest.raises(MediaError, match=r"s01\.dat cannot be read \(No such file or directory\)\. Expected .*\. Check"):
        read_pickled(tmp_path / "s01.dat")
