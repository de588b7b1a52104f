import json
from pathlib import Path

import pytest

from emofuse.audit.base import Grade
from emofuse.cli import main
from emofuse.core.errors import RunError
from emofuse.evaluation.report import Figure
from emofuse.reproduce import reproduce as module
from emofuse.reproduce.base import Claim, Found, Place, Row

FOUND = Found({"accuracy": Figure(0.6, (0.5, 0.7))}, 60, 0.5, Grade.FINE, "nothing was found")


class Way:
    """Measures nothing, and gives what it is told to."""

    says, command = "by person", "emofuse train toy:one --data DIR --out DIR"

    def __init__(self, answer: Found | Exception = FOUND, corpora: tuple[str, ...] = ("toy",)) -> None:
        self.answer, self.corpora = answer, corpora

    def __call__(self, place: Place, folder: Path) -> Found:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def known(monkeypatch: pytest.MonkeyPatch, *ways: Way) -> None:
    """The rows there are: one a way."""
    made = [
        Row("li_2024", f"row{i}", f"network {i}", "toy", Claim(0.6, "table 1", n=100), "random", way, None) for i, way in enumerate(ways)
    ]
    monkeypatch.setattr(module, "rows", lambda paper=None, names=(): tuple(row for row in made if not names or row.name in names))


def asked(tmp_path: Path, *more: str) -> int:
    return main(["reproduce", "--data", str(tmp_path), "--out", str(tmp_path / "out"), *more])


def test_the_table_is_printed_and_written_and_ends_with_0(tmp_path, monkeypatch, capsys):
    known(monkeypatch, Way())

    assert asked(tmp_path) == 0

    said = capsys.readouterr().out
    assert "row0  network 0  toy     0.6000 [0.502, 0.691] accuracy, n 100  0.600 [0.500, 0.700]  reached" in said
    assert said.endswith("1 row, 1 measured: 1 within the paper's interval or above, 0 below.\n")
    assert (tmp_path / "out" / "reproduce.html").is_file()


@pytest.mark.parametrize(
    ("way", "code"), [(Way(corpora=("seed",)), 0), (Way(RunError("It broke. Expected it whole; mend it.")), 1)], ids=["not here", "broken"]
)
def test_what_is_not_here_is_no_failure_and_what_breaks_is(tmp_path, monkeypatch, capsys, way, code):
    known(monkeypatch, way, Way())

    assert asked(tmp_path) == code

    said = capsys.readouterr().out
    assert ("data not here (seed)" if code == 0 else "  row0, paper: It broke. Expected it whole; mend it.") in said
    assert "2 rows, 1 measured" in said


def test_one_row_may_be_asked_for(tmp_path, monkeypatch, capsys):
    known(monkeypatch, Way(), Way(), Way())

    assert asked(tmp_path, "--row", "row2", "--row", "row0") == 0

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[2:4]] == ["row0", "row2"]
    assert sorted(path.name for path in (tmp_path / "out" / "li_2024").iterdir()) == ["row0", "row2"]


def test_without_data_what_is_there_is_shown(tmp_path, monkeypatch, capsys):
    known(monkeypatch, Way(), Way())
    asked(tmp_path, "--row", "row1")
    capsys.readouterr()

    assert main(["reproduce", "--out", str(tmp_path / "out")]) == 0

    said = capsys.readouterr().out.splitlines()
    assert "not measured: no --data" in next(line for line in said if line.startswith("row0"))
    assert "0.600 [0.500, 0.700]" in next(line for line in said if line.startswith("row1"))


def test_figures_go_into_the_record_and_those_of_a_quick_run_do_not(tmp_path, monkeypatch, capsys):
    known(monkeypatch, Way(), Way(corpora=("seed",)))
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "results.json").write_text("[]")
    (docs / "printed.json").write_text("[]")

    assert asked(tmp_path, "--quick", "--record", str(docs)) == 2
    assert "Expected one of --quick and --record" in capsys.readouterr().err
    assert asked(tmp_path, "--quick") == 0
    assert capsys.readouterr().out.startswith("QUICK: ")
    assert json.loads((docs / "results.json").read_text()) == []
    assert asked(tmp_path, "--record", str(docs)) == 0

    rows = json.loads((docs / "results.json").read_text())
    assert [(row["system"], row["ours"], row["audit"]) for row in rows] == [
        ("network 0 (toy)", 0.6, "fine"),
        ("network 1 (toy)", None, "data not here (seed)"),
    ]
    assert "network 1" in (docs / "results.md").read_text()
    asked(tmp_path, "--record", str(docs))
    assert json.loads((docs / "results.json").read_text()) == rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nobody_1999"], "Unknown paper 'nobody_1999'. Known: asswin_2023, "),
        (["li_2024", "--row", "nothing"], "Unknown row 'nothing' of li_2024. Known: "),
        (["li_2024", "--row", "vgg19", "--data", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_what_does_not_exist_is_said(tmp_path, capsys, words, said):
    assert main(["reproduce", *words, "--out", str(tmp_path)]) == 1

    assert said in capsys.readouterr().err
