import errno
import os

import pytest

from emofuse.core.errors import MediaError
from emofuse.media.beside import beside


def test_a_file_appears_when_it_is_whole(tmp_path):
    target = tmp_path / "new" / "answer.json"

    with beside(target) as unfinished:
        unfinished.write_text("{}")
        assert not target.exists()
        assert unfinished.parent == target.parent
        assert unfinished.suffix == ".json"

    assert target.read_text() == "{}"
    assert [file.name for file in target.parent.iterdir()] == ["answer.json"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ValueError])
def test_an_interrupted_file_leaves_nothing_and_keeps_the_old_one(tmp_path, interruption):
    target = tmp_path / "answer.json"
    target.write_text("old")

    with pytest.raises(interruption), beside(target) as unfinished:
        unfinished.write_text("half")
        raise interruption

    assert target.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["answer.json"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, "no space left"), (errno.EACCES, "may not write"), (errno.EIO, "input/output error")],
)
def test_what_the_disk_refuses_is_said_with_a_way_out(tmp_path, number, expected):
    target = tmp_path / "answer.json"

    with pytest.raises(MediaError, match=f"{expected}.*--out"), beside(target) as unfinished:
        unfinished.write_text("half")
        raise OSError(number, os.strerror(number))

    assert [file.name for file in tmp_path.iterdir()] == []


def test_a_file_where_a_folder_should_be_is_said(tmp_path):
    (tmp_path / "results").write_text("not a folder")

    with pytest.raises(MediaError, match="Could not write"), beside(tmp_path / "results" / "answer.json"):
        pass
