"""One lane alone to take away: the spans of that lane, in the forms that can be had so, and nothing for anybody else."""

import csv
import io
import re

import pytest
from django.urls import reverse
from result_said import FACE, FUSED, document, kept, lane

from emofuse_web.analyses.models import Analysis
from emofuse_web.recognition.one_lane import FORMS, lane_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered(alice, analysis, artifact) -> Analysis:
    """A fused lane and one of faces that says something else."""
    row = analysis(alice, status="succeeded", label="visit")
    kept(artifact, row, document(lane("fused", FUSED), lane("face", FACE)))
    for form in ("vtt", "srt", "audacity", "csv_spans", "csv_curves"):
        artifact(row, form, content=b"of all", media_type="text/plain")
    return row


def take(client, row, form, of):
    return client.get(reverse("analyses:export", args=[row.id, form]), {"lane": of})


def test_subtitles_of_the_face_hold_its_spans_and_are_named_after_it(alices, answered):
    answer = take(alices, answered, "srt", "face")

    times = re.findall(r"^(\S+) --> (\S+)$", answer.content.decode(), re.MULTILINE)
    assert len(times) == len(FACE)
    assert 'filename="visit.face.srt"' in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_its_lane_and_who_answered_in_it(alices, answered, form):
    text = take(alices, answered, form, "face").content.decode()

    assert "face@aaaaaaaaaaaa" in text
    assert "of all" not in text
    if form.startswith("csv"):
        assert {row["lane"] for row in csv.DictReader(io.StringIO(text))} == {"face"}


def test_what_is_absent_stays_absent_in_curves(answered):
    said = document(lane("fused", FUSED), lane("face", [(0, 500, "anger", 0.9, False), (500, 1000, None, None, False)]))

    rows = list(csv.DictReader(io.StringIO(lane_text(said, "face", "csv_curves"))))

    assert [(row["anger"], row["absent"]) for row in rows] == [("0.9", ""), ("", "no face")]


@pytest.mark.parametrize(("form", "of"), [("srt", "nobody"), ("json", "face"), ("eaf", "face"), ("proxy", "face")])
def test_other_lanes_and_other_forms_are_not_there(alices, answered, form, of):
    assert take(alices, answered, form, of).status_code == 404


def test_bob_gets_none_of_it(bobs, answered):
    assert take(bobs, answered, "srt", "face").status_code == 404


def test_the_page_offers_each_lane_alone(alices, answered):
    page = alices.get(reverse("analyses:detail", args=[answered.id])).content.decode()

    assert page.count("?lane=face") == page.count("?lane=fused") == len(FORMS)


def test_one_lane_is_the_whole_and_offered_once(alices, alice, analysis, artifact):
    row = analysis(alice, status="succeeded")
    kept(artifact, row, document(lane("face", FACE)))
    artifact(row, "srt", content=b"x")

    assert "?lane=" not in alices.get(reverse("analyses:detail", args=[row.id])).content.decode()


def test_the_interface_gives_it_too_and_says_what_cannot_be_had(alices, answered):
    address = reverse("api:export", args=[answered.id, "vtt"])
    refused = alices.get(reverse("api:export", args=[answered.id, "eaf"]), {"lane": "face"})

    assert alices.get(address, {"lane": "face"}).content == take(alices, answered, "vtt", "face").content
    assert alices.get(address, {"lane": "nobody"}).status_code == 404
    assert (refused.status_code, refused.json()["code"]) == (422, "OPTION_INVALID")
    assert "vtt" in refused.json()["fix"]
