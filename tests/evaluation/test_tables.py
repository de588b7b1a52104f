import csv
from dataclasses import replace

import pytest

from emofuse.evaluation.tables import tables, write_tables

from .conftest import SHAPES, report_of


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_figure_is_a_row_with_its_numbers_unrounded(report, tmp_path):
    write_tables(tmp_path, report)

    figures = {row["figure"]: row for row in read(tmp_path / "figures.csv")}
    assert float(figures["accuracy"]["value"]) == report.accuracy.value
    assert (float(figures["uar"]["low"]), float(figures["uar"]["high"])) == report.uar.interval
    assert float(figures["chance uniform"]["value"]) == report.chance.uniform
    assert float(figures["uar mean over folds"]["value"]) == report.over_folds["uar"]


def test_there_is_a_table_for_everything_that_a_page_shows(report, tmp_path):
    write_tables(tmp_path, report)

    assert {path.stem for path in tmp_path.iterdir()} == {
        "figures", "classes", "confusion", "people", "groups", "folds", "reliability", "risk_coverage", "without",
    }  # fmt: skip
    assert [row["person"] for row in read(tmp_path / "people.csv")] == list(report.subjects)
    assert sum(int(row["answers"]) for row in read(tmp_path / "reliability.csv")) == report.n - report.unanswered
    assert float(read(tmp_path / "risk_coverage.csv")[-1]["coverage"]) == 1
    assert {row["value"]: float(row["uar"]) for row in read(tmp_path / "groups.csv") if row["fact"] == "sex"} == {
        value: part.uar.value for value, part in report.groups["sex"].items()
    }
    assert [[int(row[word]) for word in report.labels] for row in read(tmp_path / "confusion.csv")] == [
        list(r[:3]) for r in report.confusion
    ]


def test_what_is_not_a_number_is_an_empty_cell(tmp_path):
    write_tables(tmp_path, report_of(SHAPES["no answers"]()))

    (ece,) = [row for row in read(tmp_path / "figures.csv") if row["figure"] == "ece"]
    assert (ece["value"], ece["low"], ece["high"]) == ("", "", "")


def test_tables_of_an_earlier_report_do_not_stay(report, tmp_path):
    write_tables(tmp_path, report)
    write_tables(tmp_path, replace(report, groups={}, folds={}))

    assert not (tmp_path / "groups.csv").exists()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_row_of_an_odd_report_has_a_cell_for_every_head(shape):
    for name, (heads, rows) in tables(report_of(SHAPES[shape]())).items():
        assert {len(row) for row in rows} <= {len(heads)}, name
