import json

import pytest

from emofuse.core.errors import RunError
from emofuse.evaluation.kept import report as kept
from emofuse.run import SHIPPED, shipped

from .conftest import SHAPES, report_of


def test_a_report_that_was_kept_is_the_report(report):
    said = json.loads(json.dumps(report.as_dict()))

    assert kept(said).as_dict() == report.as_dict()


@pytest.mark.parametrize("shape", SHAPES)
def test_odd_reports_are_kept_too(shape):
    report = report_of(SHAPES[shape]())

    assert kept(json.loads(json.dumps(report.as_dict(), allow_nan=False))).as_dict() == report.as_dict()


@pytest.mark.parametrize("name", shipped())
def test_reports_of_the_runs_that_ship_are_read_whatever_their_age(name):
    said = json.loads((SHIPPED / name / "report.json").read_text(encoding="utf-8"))

    report = kept(said)

    assert report.accuracy.value == said["accuracy"]["value"]
    assert report.chance.uniform == pytest.approx(1 / len(report.labels))
    assert report.text()


@pytest.mark.parametrize("said", [{}, {"n": 3}, {"classes": 3, "labels": ["a"]}])
def test_what_is_no_report_is_refused(said):
    with pytest.raises(RunError, match=r"This is not a report: .*Expected what `emofuse evaluate` writes"):
        kept(said)
