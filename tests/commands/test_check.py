import json
import subprocess
import sys
from pathlib import Path

import pytest

from emofuse.cli import main

SRC = Path(__file__).resolve().parents[2] / "src"


def anger(folder: Path) -> Path:
    """One picture of CK+48 in a folder."""
    import cv2
    import numpy as np

    file = folder / "anger" / "S010_004_00000017.png"
    file.parent.mkdir(parents=True)
    cv2.imwrite(str(file), np.zeros((48, 48), dtype=np.uint8))
    return file


def test_a_whole_copy_ends_with_0(tmp_path, capsys):
    assert main(["check", "toy", "--data", str(tmp_path)]) == 0

    said = capsys.readouterr().out
    assert said.startswith("toy in ")
    assert ": complete\n" in said


@pytest.mark.parametrize("where", ["ckplus", ""])
def test_a_copy_with_holes_ends_with_1_under_its_name_or_as_it_is(tmp_path, capsys, where):
    anger(tmp_path / where)

    assert main(["check", "ckplus", "--data", str(tmp_path), "--json", str(tmp_path / "out" / "said.json")]) == 1

    assert "clips" in capsys.readouterr().out
    said = json.loads((tmp_path / "out" / "said.json").read_text())
    assert (said["ok"], said["counts"][0]) == (False, {"what": "clips", "found": 1, "expected": 981})
    assert said["root"] == str(tmp_path / where)


def test_a_folder_without_it_ends_with_1_and_shows_the_layout(tmp_path, capsys):
    assert main(["check", "ckplus", "--data", str(tmp_path)]) == 1

    said = capsys.readouterr().out
    assert f"No ckplus clips under {tmp_path / 'ckplus'}. Expected a folder like" in said


def test_it_may_be_quick(tmp_path, capsys):
    anger(tmp_path)

    main(["check", "ckplus", "--data", str(tmp_path), "--quick"])

    assert "1 files opened, not read" in capsys.readouterr().out


def test_a_corpus_nobody_knows_is_said(capsys):
    assert main(["check", "nothing", "--data", "."]) == 1

    assert "Known: " in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_said_after_the_table(tmp_path, capsys):
    (tmp_path / "file").touch()

    assert main(["check", "toy", "--data", str(tmp_path), "--json", str(tmp_path / "file" / "said.json")]) == 1

    said = capsys.readouterr()
    assert said.out.startswith("toy in ")
    assert "Could not write" in said.err


@pytest.mark.slow
def test_no_bar_is_drawn_where_there_is_no_terminal(tmp_path):
    done = subprocess.run([sys.executable, "-m", "emofuse", "check", "toy", "--data", tmp_path], capture_output=True, text=True, cwd=SRC)

    assert (done.returncode, done.stderr) == (0, "")
