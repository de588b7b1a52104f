import json
from dataclasses import replace

import pytest

from emofuse.evaluation.about import headline
from emofuse.evaluation.compare import compare
from emofuse.evaluation.folder import text, write_comparison, write_report
from emofuse.evaluation.kept import report as kept
from emofuse.evaluation.predictions import read_predictions

from .conftest import SHAPES, Read, answered, report_of


def strict(path):
    """JSON as the standard has it: without NaN."""

    def refuse(constant):
        raise AssertionError(f"{path} holds {constant}, which is no JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def files(folder):
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".csv" or path.name == "predictions.csv"
    }


def test_a_reports_folder_has_what_people_and_what_programs_read(told, report, about, tmp_path):
    write_report(tmp_path, report, told, about, also={"command": "emofuse evaluate"})

    said = strict(tmp_path / "report.json")
    assert files(tmp_path) == {"report.json", "report.md", "report.html", "predictions.csv"}
    assert kept(said).as_dict() == report.as_dict()
    assert said["sentence"] == headline(report, about)
    assert (said["recognizer"], said["corpus"], said["in_sample"], said["command"]) == ("voice", "ravdess", False, "emofuse evaluate")
    assert said["elsewhere"]["emodb"]["n"] == 60
    assert said["certificate"]["verdict"] == "inflated"
    assert said["made"]["seconds"] == 1.5
    assert read_predictions(tmp_path / "predictions.csv").answers.tolist() == told.answers.tolist()
    assert headline(report, about) in "".join(Read((tmp_path / "report.html").read_text(encoding="utf-8")).text)


def test_a_report_whose_answers_were_not_kept_has_none(report, about, tmp_path):
    write_report(tmp_path, report, None, replace(about, elsewhere={}))

    assert files(tmp_path) == {"report.json", "report.md", "report.html"}


def test_answers_to_what_was_learnt_from_lie_where_nobody_takes_them_for_results(told, report, about, tmp_path):
    inside = report_of(answered(sure=9.0))
    write_report(tmp_path, report, told, about)  # an honest report stood here before

    write_report(tmp_path, inside, answered(sure=9.0), replace(about, in_sample=True, held_out=report))

    assert "predictions.csv" not in files(tmp_path)
    assert "in_sample/predictions.csv" in files(tmp_path)
    said = strict(tmp_path / "report.json")
    assert said["in_sample"] is True
    assert kept(said).as_dict() == report.as_dict()
    assert kept(said["in_sample_figures"]).as_dict() == inside.as_dict()
    assert f"accuracy,{report.accuracy.value}" in (tmp_path / "csv" / "figures.csv").read_text()
    assert f"accuracy,{inside.accuracy.value}" in (tmp_path / "in_sample" / "csv" / "figures.csv").read_text()


def test_a_terminal_shows_what_was_not_learnt_from_first_and_the_rest_in_one_line(report, about, tmp_path):
    inside = report_of(answered(sure=9.0))

    write_report(tmp_path, inside, answered(sure=9.0), replace(about, in_sample=True, held_out=report))

    head, *lines = text(tmp_path).splitlines()
    assert head == "On what was not learnt from, by networks of the same recipe"
    assert f"accuracy     {report.accuracy}" in lines
    assert f"accuracy     {inside.accuracy}" not in lines
    assert lines[-1].startswith(f"on what it has learnt from: accuracy {inside.accuracy.value:.3f}, uar {inside.uar.value:.3f}")
    assert lines[-1].endswith("(no result)")


def test_where_nobody_measured_it_on_others_a_terminal_calls_the_figures_no_result(about, tmp_path):
    inside = report_of(answered(sure=9.0))

    write_report(tmp_path, inside, answered(sure=9.0), replace(about, in_sample=True, held_out=None))

    said = strict(tmp_path / "report.json")
    assert (said["in_sample"], said["in_sample_figures"]) == (True, None)
    assert said["accuracy"]["value"] == pytest.approx(inside.accuracy.value, abs=1e-6)
    assert text(tmp_path).startswith(f"{said['sentence']}\n\nOn what it has learnt from: no result\n")
    assert "nobody has measured it" in said["sentence"]


def test_a_report_without_a_single_answer_is_json_all_the_same(about, tmp_path):
    told = SHAPES["no answers"]()

    write_report(tmp_path, report_of(told), told, replace(about, elsewhere={}))

    assert strict(tmp_path / "report.json")["ece"] == {"value": None, "interval": [None, None]}


def test_a_comparison_is_written_in_every_form(tmp_path):
    comparison = compare({"one": answered(seed=1), "other": answered(seed=2, sure=0.5)}, resamples=50)

    write_comparison(tmp_path, comparison)

    (pair,) = comparison.pairs
    said = strict(tmp_path / "comparison.json")
    read = Read((tmp_path / "comparison.html").read_text(encoding="utf-8"))
    assert said["pairs"][0]["sentence"] == pair.sentence
    assert pair.sentence in "".join(read.text)
    assert pair.sentence.split(" (")[0].replace("[", "\\[").replace("]", "\\]") in (tmp_path / "comparison.md").read_text(encoding="utf-8")
    heads, row = (line.split(",") for line in (tmp_path / "comparison.csv").read_text().splitlines())
    assert dict(zip(heads, row, strict=True))["only_first"] == str(pair.only_first)
    assert float(dict(zip(heads, row, strict=True))["accuracy difference"]) == pair.accuracy.value
