import os
from pathlib import Path

import pytest

from emofuse.media.kept import kept


@pytest.fixture
def counted() -> tuple[list[str], object]:
    asked: list[str] = []

    @kept(2)
    def words(path: Path, mark: str = " ") -> list[str]:
        asked.append(path.name)
        return path.read_text().split(mark)

    return asked, words


def test_a_file_is_read_once_for_each_way_of_asking(tmp_path, counted):
    asked, words = counted
    (tmp_path / "a").write_text("one,two three")

    assert words(tmp_path / "a") is words(tmp_path / "a")
    assert words(tmp_path / "a", ",") == ["one", "two three"]
    assert asked == ["a", "a"]


def test_a_file_that_has_changed_is_read_anew(tmp_path, counted):
    _, words = counted
    (tmp_path / "a").write_text("one")
    before = words(tmp_path / "a")

    (tmp_path / "a").write_text("two")
    os.utime(tmp_path / "a", ns=(1, 1))

    assert (before, words(tmp_path / "a")) == (["one"], ["two"])


def test_a_file_that_has_gone_is_reported_by_the_function_itself(tmp_path, counted):
    _, words = counted
    (tmp_path / "a").write_text("one")
    words(tmp_path / "a")

    (tmp_path / "a").unlink()

    with pytest.raises(FileNotFoundError):
        words(tmp_path / "a")


def test_the_oldest_result_is_let_go(tmp_path, counted):
    asked, words = counted
    for name in "abca":
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, ns=(1, 1))
        words(tmp_path / name)

    assert asked == ["a", "b", "c", "a"]
