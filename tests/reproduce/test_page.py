"""One table, five times: on the terminal, as HTML, Markdown, csv and JSON. They must say the same."""

import csv
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from emofuse.audit.base import Grade
from emofuse.evaluation.report import Figure
from emofuse.reproduce import page
from emofuse.reproduce.base import Claim, Found, Measured, Row


class Way:
    """Says what it is, and is never asked."""

    corpora = ("toy",)
    command = "emofuse train toy:one --data DIR --out DIR"

    def __init__(self, says: str) -> None:
        self.says = says


def found(value: float, grade: Grade, metric: str = "accuracy") -> Found:
    return Found({metric: Figure(value, (value - 0.03, value + 0.03))}, 240, 0.533, grade, "said")


def row(name: str, claim: Claim, **more: object) -> Row:
    given = {"theirs": Way("by clip"), "clean": Way("by person"), "differs": "16 kHz | in place of 48 <kHz>", **more}
    return Row("njoku_2021", name, f"network {name}", "RAVDESS", claim, "a random part", **given)


MEASURED = (
    Measured(
        row("good", Claim(0.5833, "table 2", n=240)),
        {"paper": found(0.5901, Grade.INFLATED), "clean": replace(found(0.4402, Grade.FINE), shared=0, people=24)},
        {},
        {"paper": Way.command, "clean": Way.command},
        {"paper": {"commit": "abc1234", "date": "2026-11-21", "machine": "2 cores", "command": Way.command}},
    ),
    Measured(row("low", Claim(0.7541, "table 2", n=240)), {"paper": found(0.6, Grade.FINE)}, {"clean": "It broke; mend it."}),
    Measured(row("gone", Claim(None, "figure 3")), {}, {"paper": "data not here (seed)", "clean": "data not here (seed)"}),
    Measured(row("heavy", Claim(0.9, "table 4")), {}, {"paper": "weights not here (some/bert; `hf download NAME` brings them)"}),
    Measured(row("games", Claim(0.1, "table 2", n=240), stand_in="other data"), {"paper": found(0.9, Grade.BROKEN)}),
    Measured(row("units", Claim(0.1, "table 2", n=240), stand_in="other features"), {"paper": found(0.9, Grade.FINE)}),
    Measured(row("recalled", Claim(0.875, "figure 5", "recall", 48)), {"paper": found(0.88, Grade.FINE, "recall")}),
    Measured(row("others", Claim(0.6686, "table 7", "weighted_f1"), theirs=None, clean=None)),
)
SUMMARY = (
    "8 rows, 5 measured: 2 within the paper's interval or above, 1 below. Measured on other data in place of the paper's: 1 row. "
    "Measured on other features in place of the paper's: 1 row. "
    "Data not here: 1 row. Weights not here: 1 row. Quoted by the papers from others: 1 row."
)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    page.write(tmp_path, MEASURED, quick=False)
    return tmp_path


def table(folder: Path) -> list[dict[str, str]]:
    """The lines of the csv."""
    with (folder / "reproduce.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells(html: str) -> list[list[str]]:
    """The rows of all tables of a page."""
    lines = re.findall(r"<tr>(.*?)</tr>", html, flags=re.S)
    return [
        [unescape(re.sub(r"<.*?>", "", cell)).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line, re.S)] for line in lines
    ]


def test_the_cells_say_what_was_found(written):
    said = {line[0]: line for line in cells((written / "reproduce.html").read_text()) if len(line) == len(page.HEADS)}

    assert said["good"][1:] == [
        "network good",
        "RAVDESS",
        "0.5833 [0.520, 0.644] accuracy, n 240",
        "0.590 [0.560, 0.620]",
        "reached",
        "0.440 [0.410, 0.470]",
        "–, 0 of 24",
        "0.533",
        "inflated, fine",
    ]
    assert said["low"][4:7] == ["0.600 [0.570, 0.630]", "below (-0.154)", "failed"]
    assert said["gone"][3:7] == ["no number", "data not here (seed)", "–", "data not here (seed)"]
    assert said["gone"][7:] == ["–, –", "–", "–, –"]
    assert said["heavy"][4] == "weights not here (some/bert)"
    assert said["games"][5] == "other data"
    assert said["recalled"][3:6] == ["0.8750 [0.753, 0.941] recall, n 48", "0.880 [0.850, 0.910]", "reached"]
    assert said["others"][3:7] == ["0.6686 weighted F1", "–", "–", "–"]


def test_html_and_markdown_and_terminal_have_the_same_cells(written):
    html = [line for line in cells((written / "reproduce.html").read_text()) if line]
    lines = [line for line in (written / "reproduce.md").read_text().splitlines() if line.startswith("|") and "---" not in line]
    table = [[re.sub(r"\\(.)", r"\1", cell.strip()) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]

    assert [line for line in table if len(line) == len(page.HEADS)] == [line for line in html if len(line) == len(page.HEADS)]
    terminal = page.text(MEASURED, quick=False)
    for line in html:
        if len(line) == len(page.HEADS) and line[1].startswith("network"):
            for cell in line:
                assert cell[: page.WIDEST] in terminal


def test_csv_and_json_have_the_same_figures(written):
    rows = table(written)
    said = json.loads((written / "reproduce.json").read_text())
    ways = [(one, name, way) for one in said["rows"] for name, way in one["ways"].items() or [("", None)]]

    assert (len(rows), len(said["rows"])) == (15, len(MEASURED))
    for line, (one, name, way) in zip(rows, ways, strict=True):
        assert (line["row"], line["way"], line["metric"], line["quick"]) == (one["row"], name, one["claim"]["metric"], "false")
        assert line["theirs"] == ("" if one["claim"]["value"] is None else str(one["claim"]["value"]))
        figure = way and way["found"] and way["found"]["figures"][one["claim"]["metric"]]
        numbers = [line["ours"], line["low"], line["high"]]
        if figure:
            assert [float(number) for number in numbers] == pytest.approx([figure["value"], *figure["interval"]], abs=1e-6)
        else:
            assert numbers == ["", "", ""]
        assert line["problem"] == ((way and way["problem"]) or "")
    verdicts = {one["row"]: one["verdict"] for one in said["rows"]}
    assert verdicts == {
        "good": "reached",
        "low": "below (-0.154)",
        "games": "other data",
        "units": "other features",
        "recalled": "reached",
    } | dict.fromkeys(("gone", "heavy", "others"))
    assert said["rows"][0]["ways"]["paper"]["commit"] == "abc1234"


def test_every_page_says_how_many_are_reached_and_what_is_not_here(written):
    assert SUMMARY in unescape((written / "reproduce.html").read_text())
    assert SUMMARY in (written / "reproduce.md").read_text()
    assert SUMMARY.split(". ") == " ".join(page.text(MEASURED, quick=False).splitlines()[-6:]).split(". ")


def test_the_terminal_says_why_a_row_failed_and_not_what_is_missing():
    said = page.text(MEASURED, quick=False)

    assert "  low, clean: It broke; mend it." in said
    assert "gone, paper" not in said
    assert "heavy, paper" not in said


def test_how_each_figure_comes_about_stands_beside_it(written):
    (how,) = [line for line in cells((written / "reproduce.html").read_text()) if line and line[:1] == ["good"] and len(line) == 6]

    assert how[1:4] == ["a random part (table 2)", "by clip", "by person"]
    assert how[4:] == ["16 kHz | in place of 48 <kHz>", "emofuse reproduce njoku_2021 --row good --data DIR"]


def test_a_quick_run_says_on_every_page_that_it_gives_no_results(tmp_path):
    page.write(tmp_path, MEASURED, quick=True)

    assert page.text(MEASURED, quick=True).startswith(page.QUICK)
    for name in ("reproduce.html", "reproduce.md"):
        said = unescape((tmp_path / name).read_text())
        assert page.QUICK in said
        assert "within the paper's interval or above" not in said
        assert "below (" not in said
    assert all(line["quick"] == "true" for line in table(tmp_path))


def test_what_was_there_before_is_replaced_whole(written):
    page.write(written, MEASURED[:1], quick=False)

    assert sorted(path.name for path in written.iterdir()) == [f"reproduce.{kind}" for kind in ("csv", "html", "json", "md")]
    assert len(json.loads((written / "reproduce.json").read_text())["rows"]) == 1
