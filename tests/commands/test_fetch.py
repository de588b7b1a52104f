import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from emofuse import catalog
from emofuse.cli import main
from emofuse.core.corpus import Download
from emofuse.corpora.ckplus import CKPLUS


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that a server on this machine shows, as what ckplus may be fetched from."""
    folder = tmp_path / "served"
    folder.mkdir()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as serving:
        threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        address = f"http://127.0.0.1:{serving.server_address[1]}"
        files = (Download(f"{address}/faces.txt", "anger/S010_004_00000017.png"), Download(f"{address}/notes.txt", "notes.txt", size=5))
        monkeypatch.setattr(catalog, "corpus", lambda name: replace(CKPLUS, downloads=files))
        yield folder
        serving.shutdown()


def test_files_are_fetched_and_said_with_their_sum_where_none_is_published(served, tmp_path, capsys):
    (served / "faces.txt").write_text("face")
    (served / "notes.txt").write_text("notes")

    assert main(["fetch", "ckplus", "--data", str(tmp_path / "data")]) == 0

    said = capsys.readouterr().out
    assert said.startswith("Licence: for research by agreement. Cite: Lucey")
    assert "\n2 files, 5 B; --list names them, --only chooses some\n" in said
    assert "4 B  anger/S010_004_00000017.png: fetched, no checksum is published; its SHA-256 is " in said
    assert f"emofuse check ckplus --data {tmp_path / 'data'}" in said
    assert (tmp_path / "data" / "ckplus" / "notes.txt").read_text() == "notes"

    assert main(["fetch", "ckplus", "--data", str(tmp_path / "data")]) == 0

    assert capsys.readouterr().out.count("here already") == 2


@pytest.mark.parametrize(
    ("there", "where"),
    [((), "ckplus"), (("faces",), "faces"), (("ckplus",), "ckplus"), (("ckplus", "faces"), "ckplus")],
    ids=["neither folder", "the shared one", "its own", "both"],
)
def test_files_go_to_where_they_are_read_from_and_never_make_a_folder_of_another_name(served, tmp_path, monkeypatch, there, where):
    (served / "faces.txt").write_text("face")
    (served / "notes.txt").write_text("notes")
    shared = replace(catalog.corpus("ckplus"), folder="faces")
    monkeypatch.setattr(catalog, "corpus", lambda name: shared)
    data = tmp_path / "data"
    for folder in there:
        (data / folder).mkdir(parents=True)

    assert main(["fetch", "ckplus", "--data", str(data)]) == 0

    assert {file.relative_to(data).parts[0] for file in data.rglob("notes.txt")} == {where}
    assert shared.under(data) == data / where


def test_where_it_is_only_a_part_the_rest_is_to_be_asked_for(served, tmp_path, capsys):
    (served / "notes.txt").write_text("notes")

    assert main(["fetch", "ckplus", "--data", str(tmp_path), "--only", "n*"]) == 1

    said = capsys.readouterr()
    assert "notes.txt: fetched" in said.out
    assert said.err.startswith("This is not all of it. Ask the Affect Analysis Group")


def test_files_are_listed_with_their_size(served, tmp_path, capsys):
    assert main(["fetch", "ckplus", "--data", str(tmp_path), "--list"]) == 0

    assert capsys.readouterr().out.splitlines() == ["size not told  anger/S010_004_00000017.png", "          5 B  notes.txt"]
    assert not (tmp_path / "ckplus").exists()


def test_a_file_that_is_not_there_ends_with_1(served, tmp_path, capsys):
    assert main(["fetch", "ckplus", "--data", str(tmp_path)]) == 1

    assert "answers 404" in capsys.readouterr().err


def test_a_corpus_that_must_be_asked_for_ends_with_1_and_says_whom(tmp_path, capsys):
    assert main(["fetch", "affectnet", "--data", str(tmp_path)]) == 1

    said = capsys.readouterr().err
    assert "Licence: for research by agreement" in said
    assert "mohammadmahoor.com/affectnet" in said
    assert list(tmp_path.iterdir()) == []
