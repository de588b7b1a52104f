"""Stretches, curves and files over HTTP."""

import json

import numpy as np
import pytest

from emofuse_web.analyses.lanes import Lane, packed

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(alice, analysis, artifact):
    one = analysis(alice)
    spans = [{"start": 0, "end": 2_000, "label": "calm", "probability": 0.8, "uncertain": False, "absent": None}]
    rows = {"start": [0, 1_000], "end": [1_000, 2_000], "absent": [None, None], "p": {"anger": [0.1, 0.3], "calm": [0.9, 0.7]}}
    lane = {"name": "fused", "labels": ["anger", "calm"], "label": "calm", "pooled": {}, "threshold": 0.1, "spans": spans, "curves": rows}
    artifact(one, "json", content=json.dumps({"lanes": [lane]}).encode())
    p = np.array([[0.1, 0.9], [0.3, 0.7]], dtype=np.float32)
    artifact(one, "lanes", content=packed([Lane("fused", ("anger", "calm"), np.array([0, 1_000]), np.array([1_000, 2_000]), p)]))
    artifact(one, "vtt", content=b"WEBVTT", media_type="text/vtt")
    return one


def test_stretches_and_curves(hers, answered):
    found = hers.get(f"jobs/{answered.id}/segments").json()
    assert (found["lane"], [s["label"] for s in found["segments"]]) == ("fused", ["calm"])
    assert hers.get(f"jobs/{answered.id}/segments?min_conf=0.9").json()["segments"] == []
    curves = hers.get(f"jobs/{answered.id}/curves?from_ms=600&points=100")
    assert curves.json() == {"lane": "fused", "labels": ["anger", "calm"], "t": [1_500], "p": {"anger": [0.3], "calm": [0.7]}}
    assert hers.get(f"jobs/{answered.id}/curves?from_ms=600&points=100", **{"If-None-Match": curves["ETag"]}).status_code == 304


@pytest.mark.parametrize("query", ["points=1", "points=2001", "from_ms=-1", "from_ms=1.5", "to_ms=nan", "surprise=1"])
def test_what_cannot_be_asked_of_curves_is_refused(hers, answered, query):
    assert hers.get(f"jobs/{answered.id}/curves?{query}").status_code == 400


@pytest.mark.parametrize("query", ["min_conf=2", "min_conf=nan", "min_conf=inf", "min_conf=x"])
def test_what_cannot_be_asked_of_stretches_is_refused(hers, answered, query):
    assert hers.get(f"jobs/{answered.id}/segments?{query}").status_code == 400


def test_a_lane_that_is_not_there_is_not_found(hers, answered):
    assert hers.get(f"jobs/{answered.id}/curves?lane=brow").status_code == 404
    assert hers.get(f"jobs/{answered.id}/segments?lane=brow").status_code == 404


def test_files_are_found_by_name_and_by_id(hers, his, answered):
    job = hers.get(f"jobs/{answered.id}").json()

    assert set(job["links"]) >= {"exports/json", "exports/vtt"}
    named = hers.get(job["links"]["exports/vtt"])
    assert named.getvalue() == b"WEBVTT"
    for artifact in job["artifacts"]:
        mine = hers.get(artifact["href"])
        assert (mine.status_code, len(mine.getvalue())) == (200, artifact["size"])
        assert his.get(artifact["href"]).status_code == 404
    assert hers.get(f"jobs/{answered.id}/exports/png").status_code == 404
    assert hers.get(f"jobs/{answered.id}/exports/exe").status_code == 404


def test_a_piece_of_a_file_is_given(hers, answered):
    href = hers.get(f"jobs/{answered.id}").json()["links"]["exports/vtt"]

    response = hers.get(href, Range="bytes=0-2")

    assert (response.status_code, response["Content-Range"], response.getvalue()) == (206, "bytes 0-2/6", b"WEB")
    beyond = hers.get(href, Range="bytes=9-")
    assert (beyond.status_code, beyond["Content-Type"]) == (416, "application/problem+json")


def test_results_that_are_not_there_yet_say_so(hers, alice, analysis):
    response = hers.get(f"jobs/{analysis(alice, status='running').id}/exports/json")

    assert (response.status_code, response.json()["code"]) == (409, "JOB_NOT_OVER")


def test_the_cards_of_recognizers_are_given(hers, charlies):
    items = hers.get("models").json()["items"]

    assert {"best", "light"} <= {item["id"] for item in items}
    for item in items:
        one = hers.get(item["href"]).json()
        assert one["labels"] == item["labels"] == one["card"]["labels"]
        assert charlies.get(item["page"]).status_code == 200
    assert hers.get("models/voice").json()["card"]["sha256"]
    assert hers.get("models/oracle").status_code == 404


@pytest.mark.parametrize("name", ["best", "light"])
def test_a_fusions_card_has_what_others_have_and_claims_no_figures(hers, name):
    other = hers.get("models/voice").json()["card"]

    fusion = hers.get(f"models/{name}").json()

    assert fusion["card"].keys() == other.keys()
    assert fusion["card"]["version"].split(", ") == [hers.get(f"models/{one}").json()["card"]["version"] for one in fusion["members"]]
    assert fusion["card"]["not_for"] == other["not_for"]
    assert other["licence"] in fusion["card"]["licence"] and other["corpus"] in fusion["card"]["corpus"]
    assert (fusion["card"]["sha256"], fusion["card"]["figures"]) == (None, [])
    assert "measured nowhere" in fusion["card"]["sentence"]
