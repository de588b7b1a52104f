import pytest

from emofuse import catalog
from emofuse.cli import main


def test_each_corpus_has_a_line(capsys):
    assert main(["corpora"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalog.names("corpora"))
    line = next(line for line in lines if line.startswith("ckplus "))
    assert line.split("  ")[-1].strip() == "for research by agreement"
    assert "118 people" in line
    assert "8 labels" in line


def test_with_a_folder_it_is_said_what_is_there(tmp_path, capsys):
    (tmp_path / "ckplus" / "anger").mkdir(parents=True)
    (tmp_path / "ckplus" / "anger" / "S010_004_00000017.png").touch()
    (tmp_path / "fer2013").mkdir()
    (tmp_path / "fer2013" / "fer2013.csv").write_text("nothing of the kind")

    assert main(["corpora", "--data", str(tmp_path)]) == 0

    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "1 of 981 clips" in lines["ckplus"]
    assert "cannot be read" in lines["fer2013"]
    assert "not here" in lines["affectnet"]
    assert " 72 clips" in lines["toy"]


def test_one_corpus_is_shown(capsys):
    assert main(["corpora", "show", "fer2013"]) == 0

    said = capsys.readouterr().out
    assert said.startswith("fer2013: 35,887 small grey faces")
    for part in ("Odd: near-duplicates", "Licence: ", "A complete copy: 35,887 clips", "On disk:\n  fer2013/\n"):
        assert part in said


@pytest.mark.parametrize(
    ("words", "code", "says"), [(["show"], 2, "No corpus named. Expected one of"), (["show", "nothing"], 1, "Known: ")]
)
def test_a_corpus_that_is_not_there_is_said(capsys, words, code, says):
    assert main(["corpora", *words]) == code

    assert says in capsys.readouterr().err
