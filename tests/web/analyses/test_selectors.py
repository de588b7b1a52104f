"""What is read of analyses, and by whom."""

import json
import uuid

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from emofuse_web.analyses.lanes import Lane, packed, thinned
from emofuse_web.analyses.selectors import (
    analyses_of,
    analysis_of,
    artifact_of,
    curves,
    own_analysis_of,
    segments,
)

pytestmark = pytest.mark.django_db
LANE = {
    "name": "fused",
    "labels": ["anger", "calm"],
    "label": "calm",
    "pooled": {"anger": 0.3, "calm": 0.7},
    "threshold": 0.1,
    "spans": [
        {"start": 0, "end": 2_000, "label": "calm", "probability": 0.8, "uncertain": False, "absent": None},
        {"start": 2_000, "end": 3_000, "label": None, "probability": None, "uncertain": False, "absent": "no face"},
        {"start": 3_000, "end": 5_000, "label": "anger", "probability": 0.52, "uncertain": True, "absent": None},
    ],
    "curves": {
        "start": [0, 1_000, 2_000, 3_000],
        "end": [1_000, 2_000, 3_000, 5_000],
        "absent": [None, None, "no face", None],
        "p": {"anger": [0.1, 0.3, None, 0.52], "calm": [0.9, 0.7, None, 0.48]},
    },
}


@pytest.fixture
def answered(alice, analysis, artifact):
    one = analysis(alice)
    artifact(one, "json", content=json.dumps({"lanes": [LANE, {**LANE, "name": "voice", "spans": []}]}).encode())
    p = np.array([[0.1, 0.9], [0.3, 0.7], [np.nan, np.nan], [0.52, 0.48]], dtype=np.float32)
    lane = Lane("fused", ("anger", "calm"), np.array([0, 1_000, 2_000, 3_000]), np.array([1_000, 2_000, 3_000, 5_000]), p)
    artifact(one, "lanes", content=packed([lane, Lane("voice", ("calm",), np.array([0]), np.array([9]), np.ones((1, 1)))]))
    return one


def test_a_user_sees_the_own_ones_and_nobody_elses(alice, bob, analysis):
    own, theirs = analysis(alice), analysis(bob)

    assert list(analyses_of(alice)) == [own]
    assert analysis_of(alice, own.id) == own
    for person in (alice, AnonymousUser()):
        with pytest.raises(Http404):
            analysis_of(person, theirs.id)


def test_the_sample_is_everybodys_to_read_and_nobodys_to_change(alice, analysis, artifact):
    sample = analysis(None, sample=True)
    file = artifact(sample)

    for person in (alice, AnonymousUser()):
        assert analysis_of(person, sample.id) == sample
        assert artifact_of(person, file.id) == file
    with pytest.raises(Http404):
        own_analysis_of(alice, sample.id)
    assert not analyses_of(alice).exists()


@pytest.mark.parametrize("id", ["", "1", "../x", "00000000"])
def test_what_is_no_id_is_not_found(alice, id):
    with pytest.raises(Http404):
        analysis_of(alice, id)


def test_staff_see_no_more_than_others(alice, stefanie, analysis, artifact):
    one = analysis(alice)
    file = artifact(one)

    with pytest.raises(Http404):
        analysis_of(stefanie, one.id)
    with pytest.raises(Http404):
        artifact_of(stefanie, file.id)
    with pytest.raises(Http404):
        artifact_of(stefanie, uuid.uuid4())


def test_stretches_tell_doubt_and_absence(answered):
    calm, absent, anger = segments(answered)

    assert calm == {
        "start_ms": 0,
        "end_ms": 2_000,
        "label": "calm",
        "p": 0.8,
        "margin": 0.6,
        "lane": "fused",
        "n_windows": 2,
        "abstain": False,
        "absent": None,
    }
    assert (absent["label"], absent["abstain"], absent["absent"], absent["n_windows"]) == (None, True, "no face", 0)
    assert (anger["abstain"], anger["margin"]) == (True, 0.04)


def test_stretches_of_less_than_asked_are_left_out(answered):
    assert [s["label"] for s in segments(answered, min_conf=0.6)] == ["calm"]
    assert segments(answered, "voice") == []


def test_a_lane_that_is_not_there_is_not_found(answered, alice, analysis):
    for call in (segments, curves):
        with pytest.raises(Http404):
            call(answered, "brow")
        with pytest.raises(Http404):
            call(analysis(alice, status="running"))


def test_curves_are_cut_between_two_times(answered):
    assert curves(answered, "fused", 1_000, 2_500) == {
        "lane": "fused",
        "labels": ["anger", "calm"],
        "t": [1_500, 2_500],
        "p": {"anger": [0.3, None], "calm": [0.7, None]},
    }
    assert curves(answered)["t"] == [500, 1_500, 2_500, 4_000]
    assert curves(answered, "voice")["p"] == {"calm": [1.0]}
    assert curves(answered, "fused", 9_000)["t"] == []


@pytest.mark.parametrize("points", [2, 3, 10, 99, 100, 101])
def test_thinned_curves_keep_every_peak_and_dip(points):
    generator = np.random.default_rng(0)
    p = generator.random((1_000, 3)).astype(np.float32)
    p[300:340] = np.nan

    t, kept = thinned(np.arange(1_000) * 250, p, points)

    assert len(t) == len(kept) <= points
    assert (np.diff(t) > 0).all()
    assert np.nanmax(kept, axis=0) == pytest.approx(np.nanmax(p, axis=0))
    assert np.nanmin(kept, axis=0) == pytest.approx(np.nanmin(p, axis=0))


def test_a_stretch_without_an_answer_stays_a_hole():
    p = np.ones((1_000, 1), dtype=np.float32)
    p[400:600] = np.nan

    t, kept = thinned(np.arange(1_000), p, 100)

    assert np.isnan(kept[(t > 410) & (t < 590)]).all()
    assert not np.isnan(kept[t < 400]).any()


def test_few_points_are_left_as_they_are():
    t, p = np.arange(5), np.arange(10, dtype=np.float32).reshape(5, 2)

    assert thinned(t, p, 100)[0] is t


def test_arrays_with_objects_in_them_are_refused(answered):
    from emofuse_web.analyses.models import Artifact
    from emofuse_web.storage import storage

    place = storage().local(f"artifacts/{Artifact.objects.get(analysis=answered, kind='lanes').id}")
    np.savez(place.with_suffix(".npz"), names=np.array([object()], dtype=object), allow_pickle=True)
    place.with_suffix(".npz").replace(place)

    with pytest.raises(ValueError, match="pickle"):
        curves(answered)


def test_what_is_being_removed_is_not_found(answered):
    from emofuse_web.analyses.models import Artifact
    from emofuse_web.storage import storage

    for row in Artifact.objects.filter(analysis=answered):
        storage().delete(f"artifacts/{row.id}")

    for call in (segments, curves):
        with pytest.raises(Http404):
            call(answered)
