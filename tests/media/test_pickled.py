"""Pickles of Python 3 are written here by Python; those of Python 2, as DEAP has them, opcode by opcode."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import MediaError
from emofuse.media.pickled import read_pickled

HELD = {"labels": np.array([[1.5, 2], [3, 4]]), "data": np.arange(24, dtype=np.int16).reshape(2, 3, 4)}


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


def of_python_2(path: Path, **held: np.ndarray) -> Path:
    path.write_bytes(b"\x80\x02}(" + b"".join(short(name.encode()) + array(values) for name, values in held.items()) + b"u.")
    return path


def same(read: dict[str, np.ndarray], held: dict[str, np.ndarray]) -> None:
    assert set(read) == set(held)
    for name in held:
        assert read[name].dtype == held[name].dtype
        np.testing.assert_array_equal(read[name], held[name])


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_come_back_as_they_were_pickled(tmp_path, protocol):
    held = HELD | {"columns first": np.asfortranarray(HELD["labels"]), "other": HELD["labels"].astype(">f4"), "yes": np.array([True])}
    (tmp_path / "s01.dat").write_bytes(pickle.dumps(held, protocol))

    same(read_pickled(tmp_path / "s01.dat"), held)


def test_pickles_of_python_2_are_read(tmp_path):
    path = of_python_2(tmp_path / "s01.dat", **HELD)

    same(read_pickled(path), HELD)
    same({str(name, "latin1"): values for name, values in pickle.loads(path.read_bytes(), encoding="bytes").items()}, HELD)


def test_long_arrays_are_passed_over_where_only_short_ones_are_wanted(tmp_path):
    path = of_python_2(tmp_path / "s01.dat", data=np.zeros(100_000), labels=HELD["labels"], more=np.zeros(100_000))

    same(read_pickled(path, most=10_000), {"labels": HELD["labels"]})


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_long_arrays_are_left_out_whatever_the_protocol(tmp_path, protocol):
    (tmp_path / "s01.dat").write_bytes(pickle.dumps({"data": np.zeros(100_000), "labels": HELD["labels"]}, protocol))

    same(read_pickled(tmp_path / "s01.dat", most=10_000), {"labels": HELD["labels"]})


class Touch:
    """What a crafted pickle does: leaves a file behind when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_that_stands_in_a_pickle_is_called(tmp_path, protocol):
    (tmp_path / "s01.dat").write_bytes(pickle.dumps({"data": Touch(tmp_path / "touched")}, protocol))

    with pytest.raises(MediaError, match=r"s01\.dat asks for .*\. Expected a pickled dictionary of numpy arrays .*\. Get it again"):
        read_pickled(tmp_path / "s01.dat")
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("asked", ["os system", "builtins eval", "numpy.core.multiarray scalar", "numpy load", "multiarray.os system"])
def test_every_other_name_is_refused(tmp_path, asked):
    module, name = asked.split()
    (tmp_path / "s01.dat").write_bytes(f"c{module}\n{name}\n(S'true'\ntR.".encode())

    with pytest.raises(MediaError, match=f"asks for {module}.{name}"):
        read_pickled(tmp_path / "s01.dat")


@pytest.mark.parametrize(
    ("held", "what"),
    [
        ([1, 2], "cannot be read"),
        ({"data": 3}, "holds int"),
        ({3: HELD["labels"]}, "holds a name that is int"),
        ({"data": np.array([1, "a"], dtype=object)}, "holds arrays of objects"),
        ({"data": np.zeros(2, dtype=[("x", "f8")])}, "holds arrays of objects or of several fields"),
        ({"data": np.array(["a"])}, "holds arrays of <U1"),
    ],
)
def test_anything_but_arrays_of_numbers_is_refused(tmp_path, held, what):
    (tmp_path / "s01.dat").write_bytes(pickle.dumps(held, 2))

    with pytest.raises(MediaError, match=rf"s01\.dat {what}.*\. Expected a pickled dictionary .*\. Get it again"):
        read_pickled(tmp_path / "s01.dat")


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x80\x02}(U\x06labels", b"\x80\x02T\xff\xff\xff\x7f"])
def test_a_file_that_is_no_pickle_or_breaks_off_is_reported(tmp_path, content):
    (tmp_path / "s01.dat").write_bytes(content)

    with pytest.raises(MediaError, match=r"s01\.dat cannot be read .*\. Expected .*\. Get it again"):
        read_pickled(tmp_path / "s01.dat", most=1_000)


def test_bytes_that_do_not_fill_the_shape_are_reported(tmp_path):
    whole = pickle.dumps({"data": HELD["labels"]}, 2)
    (tmp_path / "s01.dat").write_bytes(whole.replace(b"K\x02K\x02\x86", b"K\x02K\x03\x86"))

    with pytest.raises(MediaError, match="cannot reshape"):
        read_pickled(tmp_path / "s01.dat")


def test_a_file_that_is_missing_or_too_large_is_reported(tmp_path, monkeypatch):
    with pytest.raises(MediaError, match=r"There is no file .*s01\.dat\. Expected"):
        read_pickled(tmp_path / "s01.dat")

    monkeypatch.setattr("emofuse.media.pickled.LIMIT", 10)
    with pytest.raises(MediaError, match=r"s01\.dat has 0\.0 GiB\. Expected at most"):
        read_pickled(of_python_2(tmp_path / "s01.dat", **HELD))
