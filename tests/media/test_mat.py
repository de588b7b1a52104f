"""Files of versions 5 and 7.3 are written here as MATLAB writes them; the crafted ones end the process that reads them."""

import gzip
import json
import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from emofuse.core.errors import MediaError
from emofuse.media import mat
from emofuse.media.mat import read_mat

RAMP = np.arange(12, dtype=np.float64).reshape(3, 4)


def cell(*items: object) -> np.ndarray:
    held = np.empty((len(items), 1), dtype=object)
    held[:, 0] = items
    return held


def written(path: Path, **values: object) -> Path:
    """Version 5, packed as `save -v7` does."""
    savemat(path, values, do_compression=True)
    return path


def put(group: h5py.Group, name: str, values: np.ndarray, kind: str = "double") -> h5py.Dataset:
    """An array in HDF5 as MATLAB puts it: axes the other way round, and its class beside it."""
    data = group.create_dataset(name, data=values.T)
    data.attrs["MATLAB_class"] = np.bytes_(kind)
    return data


def put_cell(file: h5py.File, group: h5py.Group, name: str, items: list[np.ndarray]) -> None:
    refs = file.require_group("#refs#")
    held = [put(refs, f"{name}{i}", item).ref for i, item in enumerate(items)]
    data = group.create_dataset(name, data=np.array([held], dtype=h5py.ref_dtype))
    data.attrs["MATLAB_class"] = np.bytes_("cell")


@pytest.fixture
def newest(tmp_path) -> Path:
    """Version 7.3, with MATLAB's 512 bytes of text in front."""
    path = tmp_path / "newest.mat"
    with h5py.File(path, "w", userblock_size=512) as file:
        put(file, "ramp", RAMP)
        put(file, "yes", np.array([[1, 0]], dtype=np.uint8), "logical")
        put(file, "word", np.array([[ord(letter) for letter in "anger"]], dtype=np.uint16), "char")
        put(file, "nothing", np.array([[0, 4]], dtype=np.uint64)).attrs["MATLAB_empty"] = np.uint8(1)
        put_cell(file, file, "trials", [RAMP, RAMP + 1])
        person = file.create_group("person")
        person.attrs["MATLAB_class"] = np.bytes_("struct")
        put(person, "age", np.array([[24.0]]))
        put_cell(file, person, "eeg", [RAMP * 2])
        people = file.create_group("people")
        people.attrs["MATLAB_class"] = np.bytes_("struct")
        refs = [put(file["#refs#"], f"person{i}", np.array([[float(i)]])).ref for i in range(2)]
        people.create_dataset("age", data=np.array([refs], dtype=h5py.ref_dtype))
    with path.open("r+b") as opened:
        opened.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
    return path


def test_an_array_comes_back_as_matlab_shows_it(tmp_path):
    path = written(tmp_path / "five.mat", ramp=RAMP, codes=np.array([[1, 0, -1]], dtype=np.int16), word="anger", flag=np.array([[True]]))

    read = read_mat(path)

    np.testing.assert_array_equal(read["ramp"], RAMP)
    assert read["codes"].tolist() == [[1, 0, -1]]
    assert read["word"].tolist() == ["anger"]
    assert read["flag"].dtype == bool
    assert not read["ramp"].flags.writeable


def test_axes_of_the_newest_version_are_turned_back(newest):
    read = read_mat(newest)

    assert read["ramp"].shape == (3, 4)
    np.testing.assert_array_equal(read["ramp"], RAMP)
    assert read["yes"].tolist() == [[True, False]]
    assert read["word"].tolist() == ["anger"]
    assert read["nothing"].shape == (0, 4)


def test_cells_and_structures_are_taken_apart_with_names_as_matlab_would_call_them(tmp_path, newest):
    people = np.array([(np.array([[0.0]]),), (np.array([[1.0]]),)], dtype=[("age", object)])
    person = {"age": 24.0, "eeg": cell(RAMP * 2)}
    five = written(tmp_path / "five.mat", trials=cell(RAMP, RAMP + 1), person=person, people=people)
    names = ["trials", "person", "people"]

    old, new = read_mat(five, names), read_mat(newest, names)

    expected = {"trials{1}", "trials{2}", "person.age", "person.eeg{1}", "people(1).age", "people(2).age"}
    assert set(old) == set(new) == expected
    for name in expected:
        np.testing.assert_array_equal(old[name], new[name])
    assert new["people(2).age"].item() == 1


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        (["djc_eeg2"], {"djc_eeg2"}),
        (["*_eeg1"], {"djc_eeg1"}),
        (["data{*}.eeg"], {"data{1}.eeg", "data{2}.eeg"}),
        (["data{2}.eeg", "djc_eeg*"], {"data{2}.eeg", "djc_eeg1", "djc_eeg2"}),
    ],
)
def test_only_what_is_named_is_read(tmp_path, wanted, read):
    person = {"eeg": RAMP, "ecg": RAMP}
    path = written(tmp_path / "five.mat", djc_eeg1=RAMP, djc_eeg2=RAMP, data=cell(person, person))

    assert set(read_mat(path, wanted)) == read


def test_a_name_that_is_not_there_is_reported_with_those_that_are(tmp_path, newest):
    five = written(tmp_path / "five.mat", djc_eeg1=RAMP)

    with pytest.raises(MediaError, match=r"five\.mat holds no label\. It holds djc_eeg1\. Ask"):
        read_mat(five, ["label"])
    with pytest.raises(MediaError, match=r"newest\.mat holds no person\.sex\. It holds .*ramp"):
        read_mat(newest, ["person.sex"])


def test_arrays_without_elements_and_whole_numbers_survive(tmp_path):
    path = written(tmp_path / "five.mat", big=np.array([[2**53 - 1]], dtype=np.int64), none=np.zeros((0, 3)))

    read = read_mat(path)

    assert read["big"].item() == 2**53 - 1
    assert read["none"].shape == (0, 3)


def test_what_is_no_array_of_numbers_is_left_out(tmp_path):
    from scipy.sparse import csc_matrix

    path = written(tmp_path / "five.mat", ramp=RAMP, sparse=csc_matrix(RAMP))

    assert set(read_mat(path)) == {"ramp"}


def test_arrays_outlive_the_folder_they_were_written_to(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = written(tmp_path / "five.mat", ramp=RAMP)

    ramp = read_mat(path)["ramp"]

    assert [file.name for file in tmp_path.iterdir()] == ["five.mat"]
    assert ramp.sum() == RAMP.sum()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.mat", b""),
        ("text.mat", b"emotion,pixels,Usage\n" * 50),
        ("picture.mat", b"\x89PNG\r\n\x1a\n" + bytes(600)),
        ("packed.mat", gzip.compress(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM", mtime=0)),
    ],
)
def test_a_file_that_is_not_one_is_refused_without_starting_a_process(tmp_path, monkeypatch, name, content):
    monkeypatch.setattr(subprocess, "run", None)
    (tmp_path / name).write_bytes(content)

    with pytest.raises(MediaError, match=rf"{name} is .* Expected a MATLAB file of version 5 to 7\.3\. Save"):
        read_mat(tmp_path / name)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    with pytest.raises(MediaError, match=r"There is no file .*gone\.mat\. Expected .* Check"):
        read_mat(tmp_path / "gone.mat")
    with pytest.raises(MediaError, match="is not a file"):
        read_mat(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="no such pipes there")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mat")

    with pytest.raises(MediaError, match="is not a file"):
        read_mat(tmp_path / "pipe.mat")


@pytest.mark.parametrize("kept", [130, 200, 300])
def test_a_file_that_breaks_off_is_reported(tmp_path, kept):
    path = written(tmp_path / "five.mat", ramp=np.random.default_rng(0).normal(size=(50, 50)))
    path.write_bytes(path.read_bytes()[:kept])

    with pytest.raises(MediaError, match=r"five\.mat cannot be read .* Expected a whole MATLAB file"):
        read_mat(path, ["ramp"])


def test_a_newest_file_that_breaks_off_is_reported(newest):
    newest.write_bytes(newest.read_bytes()[:2_000])

    with pytest.raises(MediaError, match=r"newest\.mat cannot be read .* Expected a whole MATLAB file"):
        read_mat(newest)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", r"Reading .*five\.mat crashed \(SIGSEGV\).* Expected .* Save it again"),
        ("import time; time.sleep(60)", r"Reading .*five\.mat took longer than 0\.5 seconds .* Expected .* Save it again"),
        ("raise SystemExit('no memory for Python itself')", r"five\.mat cannot be read \(no memory for Python itself\)\. Expected .* Save"),
    ],
)
def test_a_reader_that_crashes_hangs_or_gives_up_is_an_error_and_not_the_end(tmp_path, monkeypatch, body, what):
    path = written(tmp_path / "five.mat", ramp=RAMP)
    (tmp_path / "child.py").write_text(body)
    monkeypatch.setattr(mat, "_CHILD", tmp_path / "child.py")

    with pytest.raises(MediaError, match=what):
        read_mat(path, patience=500)


def words(*numbers: int) -> bytes:
    return np.array(numbers, dtype="<u4").tobytes()


def matrix_head(name: bytes, kind: int, length: int) -> bytes:
    """What stands before the `length` bytes of an array of one element: its size, flags, axes and name."""
    title = words(1, len(name)) + name.ljust(-(-len(name) // 8) * 8, b"\0")
    return words(14, 40 - 8 + len(title) + length) + words(6, 8, kind, 0) + words(5, 8, 1, 1) + title


def crafted(path: Path, element: bytes) -> Path:
    """One packed element in version 5."""
    packed = zlib.compress(element)
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + words(15, len(packed)) + packed)
    return path


def nested(depth: int) -> bytes:
    """Cells within each other around one number."""
    number = matrix_head(b"", 6, 16) + words(9, 8) + np.float64(7).tobytes()
    each = len(matrix_head(b"", 1, 0))
    inner = [matrix_head(b"", 1, each * level + len(number)) for level in reversed(range(depth - 1))]
    return matrix_head(b"s", 1, each * (depth - 1) + len(number)) + b"".join(inner) + number


def test_what_is_crafted_here_is_otherwise_well_formed(tmp_path):
    assert read_mat(crafted(tmp_path / "crafted.mat", nested(3)))["s{1}{1}{1}"].item() == 7


def test_a_file_that_crashes_its_reader_is_an_error_and_not_the_end(tmp_path):
    """So many cells within each other that scipy, which calls itself for each in compiled code, runs out of stack."""
    path = crafted(tmp_path / "crafted.mat", nested(100_000))

    with pytest.raises(MediaError, match=r"Reading .*crafted\.mat crashed \(SIG.*\); .* Expected .* Save it again"):
        read_mat(path)


def test_a_file_with_too_many_structures_within_each_other_is_refused(tmp_path):
    with pytest.raises(MediaError, match=r"crafted\.mat has more than 16 structures within each other\. Expected fewer\. Save"):
        read_mat(crafted(tmp_path / "crafted.mat", nested(100)))


def test_broken_field_names_are_reported(tmp_path):
    names = words(5 | 4 << 16, 0) + words(1, 8) + bytes(8)  # of no length
    path = crafted(tmp_path / "crafted.mat", matrix_head(b"s", 2, len(names)) + names)

    with pytest.raises(MediaError, match=r"crafted\.mat cannot be read .* Expected a whole MATLAB file"):
        read_mat(path)


def test_more_numbers_than_the_limit_are_refused(tmp_path, newest):
    five = written(tmp_path / "five.mat", zeros=np.zeros((1_000, 1_000)))

    with pytest.raises(MediaError, match=r"five\.mat unpacks to more than the .* GiB that are read at most\. Expected less\. Save"):
        read_mat(five, limit=1_000_000)
    with pytest.raises(MediaError, match="unpacks to more"):
        read_mat(newest, limit=100)


def test_a_newest_file_that_claims_a_huge_array_is_refused_before_memory_is_asked_for(tmp_path):
    with h5py.File(tmp_path / "huge.mat", "w") as file:
        file.create_dataset("huge", shape=(1 << 20, 1 << 20), dtype="f8", chunks=(1024, 1024))  # eight TiB in some hundred bytes

    with pytest.raises(MediaError, match=r"huge\.mat unpacks to more"):
        read_mat(tmp_path / "huge.mat")


@pytest.mark.parametrize("how", ["external link", "soft link", "external numbers", "virtual"])
def test_a_newest_file_cannot_hand_out_another_file_of_this_machine(tmp_path, how):
    secret = tmp_path / "secret"
    with h5py.File(secret, "w") as file:
        file.create_dataset("secret", data=RAMP)
    with h5py.File(tmp_path / "spy.mat", "w") as file:
        if how == "external link":
            file["eeg"] = h5py.ExternalLink(str(secret), "secret")
        elif how == "soft link":
            file["eeg"] = h5py.SoftLink("/elsewhere")
        elif how == "external numbers":
            file.create_dataset("eeg", shape=(8,), dtype="u1", external=[(str(secret), 0, 8)])
        else:
            layout = h5py.VirtualLayout(shape=RAMP.shape, dtype="f8")
            layout[:] = h5py.VirtualSource(str(secret), "secret", shape=RAMP.shape)
            file.create_virtual_dataset("eeg", layout)

    with pytest.raises(MediaError, match=r"spy\.mat (has a link|keeps the numbers)"):
        read_mat(tmp_path / "spy.mat")


def test_a_cell_that_holds_itself_is_not_followed_for_ever(tmp_path):
    with h5py.File(tmp_path / "loop.mat", "w") as file:
        loop = file.create_dataset("loop", shape=(2,), dtype=h5py.ref_dtype)
        loop[:] = [loop.ref] * 2

    with pytest.raises(MediaError, match=r"loop\.mat has more than 16 structures within each other"):
        read_mat(tmp_path / "loop.mat")


@pytest.mark.parametrize("missing", ["scipy.io", "h5py"])
def test_a_missing_library_is_named_with_what_installs_it(tmp_path, newest, missing):
    path = written(tmp_path / "five.mat", ramp=RAMP) if missing == "scipy.io" else newest
    out = tmp_path / "out"
    out.mkdir()
    code = f"import sys, runpy; sys.modules[{missing!r}] = None; runpy.run_path({str(mat._CHILD)!r}, run_name='__main__')"

    order = {"path": str(path), "folder": str(out), "names": None, "limit": 1_000_000}
    subprocess.run([sys.executable, "-c", code], input=json.dumps(order).encode(), check=True)

    assert "pip install 'emofuse[eeg]'" in json.loads((out / "answer.json").read_text())["problem"]


def test_a_signal_without_a_name_is_told_by_its_number():
    assert mat._signal(int(signal.SIGSEGV)) == "SIGSEGV"
    assert mat._signal(200) == "signal 200"


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"data": RAMP, "compression": "lzf"}, r"packs /eeg in a way that needs code of others \(filter 32000\)\. Expected zlib or none"),
        (
            {"shape": (16, 1 << 20), "dtype": "f8", "chunks": (1, 1 << 16)},
            r"says that /eeg has 134,217,728 bytes, and stores 0\. Expected at most",
        ),
    ],
)
def test_a_newest_file_that_needs_code_of_others_or_claims_what_it_does_not_store_is_refused(tmp_path, how, what):
    with h5py.File(tmp_path / "odd.mat", "w") as file:
        file.create_dataset("eeg", **how)

    with pytest.raises(MediaError, match=what):
        read_mat(tmp_path / "odd.mat")


def test_an_array_that_claims_more_than_the_limit_is_refused_before_it_is_read(tmp_path):
    claim = words(6, 8, 6, 0) + words(5, 8, 1 << 20, 1 << 20) + words(1, 3) + b"eeg".ljust(8, b"\0") + words(9, 8) + bytes(8)
    path = crafted(tmp_path / "claims.mat", words(14, len(claim)) + claim)

    with pytest.raises(MediaError, match=r"claims\.mat unpacks to more"):
        read_mat(path)


def test_bounds_that_are_drawn_closer_hold_for_every_file(tmp_path, monkeypatch):
    path = written(tmp_path / "five.mat", zeros=np.zeros((1_000, 1_000)))

    monkeypatch.setattr(mat.BOUNDS, "limit", 1_000_000)
    with pytest.raises(MediaError, match="unpacks to more than"):
        read_mat(path)
    monkeypatch.setattr(mat.BOUNDS, "limit", mat.LIMIT)
    monkeypatch.setattr(mat.BOUNDS, "memory", 64 << 20)
    with pytest.raises(MediaError, match=r"five\.mat (cannot be read|unpacks to more)"):
        read_mat(path)
