import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import CorpusError
from emofuse.media import pickle_tree
from emofuse.media.pickle_tree import read_pickle_tree

TREE = {
    "train": {
        "audio": np.arange(6, dtype=np.float32).reshape(1, 2, 3),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "big-endian": np.arange(3, dtype=">i4"),
        "mixed": np.array([["a", 1.5], [b"b", None]], dtype=object),
        "id": [np.array(["a", "1.5"]), "b$_$1", b"c"],
        "scalar": np.float64(2.5),
        "much": (True, None, 3, {"x": 1.5}),
    }
}
ARRAYS = ("audio", "columns", "big-endian", "mixed")


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_lists_and_words_come_back_as_they_were(tmp_path, protocol):
    held = read_pickle_tree(written(tmp_path / "a.pkl", pickle.dumps(TREE, protocol)))["train"]

    assert list(held) == list(TREE["train"])
    for name in ARRAYS:
        np.testing.assert_array_equal(held[name], TREE["train"][name])
        assert held[name].dtype == TREE["train"][name].dtype
    assert held["id"][0].tolist() == ["a", "1.5"]
    assert held["id"][1:] == ["b$_$1", b"c"]
    assert (held["scalar"], held["much"]) == (2.5, (True, None, 3, {"x": 1.5}))


def test_what_stands_there_twice_is_one(tmp_path):
    array = np.zeros(3)

    held = read_pickle_tree(written(tmp_path / "a.pkl", pickle.dumps([array, [array]])))

    assert held[0] is held[1][0]


def test_the_names_that_numpy_1_used_are_known(tmp_path):
    content = pickle.dumps(np.arange(3), 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")

    assert read_pickle_tree(written(tmp_path / "a.pkl", content)).tolist() == [0, 1, 2]


def test_bytes_of_python_2_are_read(tmp_path):
    assert read_pickle_tree(written(tmp_path / "a.pkl", b"\x80\x02U\x03\xe9bcq\x00.")) == "\xe9bc"


class Harm:
    """What a stranger could put into a pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_nothing_is_called(tmp_path, protocol):
    path = written(tmp_path / "a.pkl", pickle.dumps([np.zeros(3), Harm(tmp_path / "harm")], protocol))

    with pytest.raises(CorpusError, match=r"a\.pkl is not a pickle that can be trusted \(it asks for .*mkdir"):
        read_pickle_tree(path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    "asked",
    [b"cbuiltins\neval\n.", b"cbuiltins\ngetattr\n.", b"cnumpy\nload\n.", b"cnumpy.core.multiarray\nfromfile\n.", b"cos\nsystem\n."],
)
def test_only_what_makes_an_array_can_be_named(tmp_path, asked):
    with pytest.raises(CorpusError, match="it asks for"):
        read_pickle_tree(written(tmp_path / "a.pkl", asked))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80",
        b"not a pickle",
        pickle.dumps(TREE)[:-20],
        b"\x80\x04]\x94h\x05.",
        b"(lp0\nI\n.",
        pickle.dumps({1, 2}, 4),
        b"cnumpy\nndarray\n.",
        pickle.dumps(np.zeros(3, dtype="M8[s]")),
        pickle.dumps(np.zeros(3), 2).replace(b"K\x03\x85", b"K\x04\x85"),
    ],
)
def test_what_is_no_tree_of_arrays_is_reported(tmp_path, content):
    with pytest.raises(CorpusError, match=r"a\.pkl is not a pickle that can be trusted"):
        read_pickle_tree(written(tmp_path / "a.pkl", content))


def test_a_list_that_holds_itself_is_reported(tmp_path):
    endless: list[object] = []
    endless.append(endless)

    with pytest.raises(CorpusError, match="recursion"):
        read_pickle_tree(written(tmp_path / "a.pkl", pickle.dumps(endless)))


def test_little_does_not_become_much(tmp_path):
    doubled: list[object] = ["a"]
    for _ in range(60):  # 2 ** 60 words, were each place made anew
        doubled = [doubled, doubled]

    assert len(read_pickle_tree(written(tmp_path / "a.pkl", pickle.dumps(doubled)))) == 2


def test_damage_anywhere_is_an_error_or_harmless(tmp_path, generator):
    whole = pickle.dumps(TREE)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[generator.integers(len(whole))] = generator.integers(256)
        try:
            read_pickle_tree(written(tmp_path / "a.pkl", bytes(damaged)))
        except CorpusError:
            refused += 1

    assert refused > 100


def test_one_larger_than_memory_is_refused_with_its_size(tmp_path, monkeypatch):
    path = tmp_path / "a.pkl"
    with path.open("wb") as file:
        file.truncate(3 * 2**30)
    monkeypatch.setattr(pickle_tree, "_memory", lambda: 2 * 2**30)

    with pytest.raises(CorpusError, match=r"a\.pkl has 3\.0 GiB, and this machine 2\.0 GiB of memory"):
        read_pickle_tree(path)


def test_one_that_has_gone_is_reported(tmp_path):
    with pytest.raises(CorpusError, match=r"a\.pkl cannot be read"):
        read_pickle_tree(tmp_path / "a.pkl")
