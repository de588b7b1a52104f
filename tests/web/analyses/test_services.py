"""What may be asked, and what becomes of it when it is removed."""

import uuid

import pytest

from emofuse_web.accounts.models import Event
from emofuse_web.analyses import asked as asked_for
from emofuse_web.analyses.models import Analysis, Artifact, IdempotencyKey
from emofuse_web.analyses.problems import Refused
from emofuse_web.analyses.services import analysis_cancel, analysis_remove, analysis_request, analysis_retry
from emofuse_web.jobs.models import Job
from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload

pytestmark = pytest.mark.django_db


def asked(owner, inputs, **fields):
    said = {"mode": "av", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": True}
    return analysis_request(owner=owner, inputs=inputs, **(said | fields))


def refused(*args, **fields) -> Refused:
    with pytest.raises(Refused) as problem:
        asked(*args, **fields)
    assert not Analysis.objects.exists() or fields.get("key"), "nothing is left behind"
    assert problem.value.title and problem.value.detail and problem.value.fix
    return problem.value


def test_an_analysis_waits_with_its_purpose_notice_and_consent(alice, upload):
    film = upload(alice)

    analysis = asked(alice, {"video": film.id}, label=" visit 12 ", retention_days=7)

    assert (analysis.job.kind, analysis.job.status, analysis.job.owner) == ("analysis", "queued", alice)
    assert (analysis.purpose, analysis.notice, analysis.label) == ("research", "1", "visit 12")
    assert analysis.consent is not None
    assert (analysis.expires - analysis.consent).days == 7
    assert analysis.options == {
        "explain": False,
        "annotate_video": True,
        "offsets": {},
        "language": None,
        "hop_ms": None,
        "threshold": None,
    }
    film.refresh_from_db()
    assert film.expires == analysis.expires
    assert Event.objects.get(verb="analysis.created").subject == str(analysis.id)


@pytest.mark.parametrize("setting", ["workplace", "education"])
@pytest.mark.parametrize("purpose", ["research", "personal", "marketing", "other"])
def test_work_and_education_are_refused_whatever_the_reason(alice, upload, setting, purpose):
    problem = refused(alice, {"video": upload(alice).id}, setting=setting, purpose=purpose, reason="because it would be very useful to us")

    assert (problem.code, problem.status) == ("PURPOSE_REFUSED", 422)


@pytest.mark.parametrize("purpose", ["medical", "safety"])
def test_a_medical_or_safety_purpose_at_work_needs_a_reason(alice, upload, purpose):
    film = upload(alice).id

    assert refused(alice, {"video": film}, setting="workplace", purpose=purpose, reason="   ").code == "REASON_MISSING"
    assert refused(alice, {"video": film}, setting="workplace", purpose=purpose, reason=" short ").code == "REASON_SHORT"
    assert asked(alice, {"video": film}, setting="workplace", purpose=purpose, reason="fatigue of crane drivers, study 14").reason


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"purpose": "fun"}, "PURPOSE_MISSING"),
        ({"setting": ""}, "PURPOSE_MISSING"),
        ({"notice": ""}, "NOTICE_MISSING"),
        ({"notice": "a b"}, "NOTICE_MISSING"),
        ({"consent": False}, "CONSENT_MISSING"),
        ({"consent": "yes"}, "CONSENT_MISSING"),
        ({"mode": "live"}, "OPTION_INVALID"),
        ({"mode": "av_eeg"}, "INPUT_MISSING"),
        ({"mode": "text"}, "INPUT_MISSING"),
        ({"model": "oracle"}, "MODEL_UNKNOWN"),
        ({"options": {"speakers": True}}, "OPTION_INVALID"),
        ({"options": {"explain": 1}}, "OPTION_INVALID"),
        ({"options": {"language": "xx"}}, "OPTION_INVALID"),
        ({"options": {"offsets": {"audio": 1.0}}}, "OPTION_INVALID"),  # there is no sound of its own
        ({"options": {"offsets": [1]}}, "OPTION_INVALID"),
        ({"retention_days": 0}, "OPTION_INVALID"),
        ({"retention_days": 366}, "OPTION_INVALID"),
        ({"retention_days": True}, "OPTION_INVALID"),
        ({"reason": "a\x00b"}, "OPTION_INVALID"),
        ({"label": "a\nb"}, "OPTION_INVALID"),
        ({"label": "a" * 201}, "OPTION_INVALID"),
        ({"webhook": "http://example.org/"}, "WEBHOOK_REFUSED"),
        ({"webhook": "https://a:b@example.org/"}, "WEBHOOK_REFUSED"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code(alice, upload, fields, code):
    assert refused(alice, {"video": upload(alice).id}, **fields).code == code


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9, None, "1", True])
def test_an_offset_of_eeg_is_a_number_of_seconds(alice, upload, value):
    inputs = {"video": upload(alice).id, "eeg": upload(alice, "eeg").id}

    assert refused(alice, inputs, mode="av_eeg", options={"offsets": {"eeg": value}}).code == "OPTION_INVALID"


def test_sound_may_be_found_by_ear(alice, upload):
    inputs = {"video": upload(alice).id, "audio": upload(alice, "audio").id}

    assert asked(alice, inputs, options={"offsets": {"audio": None}}).options["offsets"] == {"audio": None}


@pytest.mark.parametrize("language", ["en", "ru", "kk", None])
def test_the_language_of_the_words_may_be_told(alice, upload, language):
    assert asked(alice, {"text": upload(alice, "text").id}, mode="text", options={"language": language}).options["language"] == language


@pytest.mark.parametrize("language", ["xx", "EN", "German", "", 1, True, ["en"]])
def test_a_language_that_nobody_knows_is_refused_with_those_that_are_known(alice, upload, language):
    problem = refused(alice, {"text": upload(alice, "text").id}, mode="text", options={"language": language})

    assert (problem.code, problem.status) == ("OPTION_INVALID", 422)
    assert "Expected null, or one of: ar, az, " in problem.detail
    assert "null to have the language noticed" in problem.fix


def test_a_language_of_no_words_is_refused(alice, upload):
    problem = refused(alice, {"video": upload(alice).id}, options={"language": "de"})

    assert problem.code == "OPTION_INVALID"
    assert "there is no text" in problem.detail


@pytest.mark.parametrize(
    "told", [{"hop_ms": 100}, {"hop_ms": 10_000}, {"hop_ms": None}, {"threshold": 0}, {"threshold": 0.25}, {"threshold": 1}]
)
def test_a_hop_and_a_threshold_may_be_told(alice, upload, told):
    options = asked(alice, {"video": upload(alice).id}, options=told).options

    assert {name: options[name] for name in told} == told


@pytest.mark.parametrize("hop", [99, 10_001, 0, -500, 500.5, 500.0, "500", True, [500]])
def test_a_hop_that_cannot_be_is_refused_with_those_that_can(alice, upload, hop):
    problem = refused(alice, {"video": upload(alice).id}, options={"hop_ms": hop})

    assert (problem.code, problem.status) == ("OPTION_INVALID", 422)
    assert "a whole number of milliseconds from 100 to 10000, or null" in problem.detail


@pytest.mark.parametrize("threshold", [-0.01, 1.01, 10**400, float("nan"), float("inf"), "0.2", True, {}])
def test_a_threshold_that_cannot_be_is_refused_with_those_that_can(alice, upload, threshold):
    problem = refused(alice, {"video": upload(alice).id}, options={"threshold": threshold})

    assert (problem.code, problem.status) == ("OPTION_INVALID", 422)
    assert "a number from 0 to 1, or null" in problem.detail


def test_words_alone_have_a_threshold_and_no_hop(alice, upload):
    words = {"text": upload(alice, "text").id}

    assert "words are answered as they were said" in refused(alice, words, mode="text", options={"hop_ms": 500}).detail
    assert asked(alice, words, mode="text", options={"threshold": 0.5}).options["threshold"] == 0.5


LONG = {"duration": 60_000, "sound": {"codec": "aac"}}


@pytest.mark.parametrize(
    ("film", "sound"),
    [({"duration": 2_999}, {}), ({}, {"duration": 2_600}), ({"sound": None}, {})],
)
@pytest.mark.parametrize("options", [{}, {"offsets": {"audio": None}}])
def test_what_cannot_be_placed_by_ear_is_refused_before_it_waits_unless_it_is_told(alice, upload, film, sound, options):
    inputs = {"video": upload(alice, report=LONG | film).id, "audio": upload(alice, "audio", report=LONG | sound).id}

    problem = refused(alice, inputs, options=options)

    assert (problem.code, problem.status) == ("OFFSET_UNHEARD", 422)
    assert "offsets.audio" in problem.fix
    assert asked(alice, inputs, options={"offsets": {"audio": 0}}).job.status == "queued"


def test_a_sound_of_two_seconds_beside_a_film_and_eeg_is_refused_before_it_waits(alice, upload):
    inputs = {
        "video": upload(alice, report=LONG).id,
        "audio": upload(alice, "audio", report={"duration": 2_000, "sound": {"codec": "pcm_s16le"}}).id,
        "eeg": upload(alice, "eeg").id,
    }

    problem = refused(alice, inputs, mode="av_eeg", options={"offsets": {"audio": None, "eeg": 0.5}})

    assert (problem.code, Job.objects.count()) == ("OFFSET_UNHEARD", 0)
    assert "lasts 2.0 s" in problem.detail and "or leave the sound out" in problem.fix
    assert asked(alice, inputs, mode="av_eeg", options={"offsets": {"audio": 0.25}}).job.status == "queued"


def test_what_can_be_placed_by_ear_waits(alice, upload):
    inputs = {"video": upload(alice, report=LONG | {"duration": 3_000}).id, "audio": upload(alice, "audio", report=LONG).id}

    assert asked(alice, inputs).job.status == "queued"


def test_the_bound_of_what_is_heard_is_that_which_holds():
    from emofuse.media.clock import LEAST

    assert asked_for.HEARD_LEAST == LEAST


def test_words_alone_take_no_sound(alice, upload):
    inputs = {"text": upload(alice, "text").id, "audio": upload(alice, "audio").id}

    assert refused(alice, inputs, mode="text").code == "INPUT_UNEXPECTED"


def test_somebody_elses_file_is_as_unknown_as_none(alice, bob, upload):
    theirs, none = (refused(alice, {"video": id}) for id in (upload(bob).id, uuid.uuid4()))

    assert str(theirs) == str(none)
    assert theirs.code == "INPUT_UNKNOWN"


def test_a_file_is_taken_only_for_what_it_is_and_when_it_is_ready(alice, upload):
    assert refused(alice, {"video": upload(alice, "eeg").id}).code == "INPUT_ROLE"
    for state in ("receiving", "checking", "refused"):
        assert refused(alice, {"video": upload(alice, state=state).id}).code == "INPUT_NOT_READY"


def test_more_than_may_wait_are_refused(alice, upload, settings):
    settings.QUOTA_WAITING = 3
    film = upload(alice).id
    for _ in range(3):
        asked(alice, {"video": film})

    with pytest.raises(Refused, match="under way") as problem:
        asked(alice, {"video": film})
    assert (problem.value.code, problem.value.status) == ("QUOTA_RUNNING", 429)
    assert Analysis.objects.count() == Job.objects.count() == 3


def test_a_recognizer_that_listens_to_nothing_there_is_refused(alice, upload):
    assert refused(alice, {"video": upload(alice).id}, model="text").code == "MODEL_UNFIT"
    assert refused(alice, {"text": upload(alice, "text").id}, mode="text", model="light").code == "MODEL_UNFIT"
    assert asked(alice, {"video": upload(alice).id}, model="voice").model == "voice"


def test_full_space_is_refused(alice, upload, settings):
    settings.QUOTA_BYTES = 3

    assert refused(alice, {"video": upload(alice, content=b"1234").id}).code == "QUOTA_BYTES"


def test_too_many_files_are_refused(alice, upload, settings):
    settings.QUOTA_FILES = 1
    upload(alice)

    assert refused(alice, {"video": upload(alice).id}).code == "QUOTA_FILES"


def test_the_same_request_under_the_same_key_is_done_once(alice, upload):
    film, key = upload(alice).id, uuid.uuid4()

    first, again = (asked(alice, {"video": film}, key=key) for _ in range(2))

    assert first == again
    assert Analysis.objects.count() == Job.objects.count() == 1


def test_another_request_under_the_same_key_is_refused(alice, upload):
    film, key = upload(alice).id, uuid.uuid4()
    asked(alice, {"video": film}, key=key)

    problem = refused(alice, {"video": film}, key=key, label="other")

    assert (problem.code, problem.status) == ("KEY_REUSED", 409)
    assert Analysis.objects.count() == 1


def test_keys_of_two_users_do_not_meet(alice, bob, upload):
    key = uuid.uuid4()

    assert asked(alice, {"video": upload(alice).id}, key=key) != asked(bob, {"video": upload(bob).id}, key=key)


def test_what_waits_is_cancelled_at_once_and_what_is_over_cannot_be(alice, upload, analysis):
    waiting = asked(alice, {"video": upload(alice).id})

    assert analysis_cancel(analysis=waiting, by=alice).job.status == "cancelled"
    for status in ("succeeded", "partial", "failed", "cancelled", "expired"):
        with pytest.raises(Refused) as problem:
            analysis_cancel(analysis=analysis(alice, status=status), by=alice)
        assert (problem.value.code, problem.value.status) == ("JOB_OVER", 409)


def test_what_failed_can_be_tried_again_while_its_files_are_there(alice, upload, analysis):
    film = upload(alice)

    assert analysis_retry(analysis=analysis(alice, status="failed", video=film), by=alice).job.status == "queued"
    for status, fields, code in (
        ("failed", {}, "INPUT_GONE"),
        ("succeeded", {"video": film}, "JOB_OVER"),
        ("running", {"video": film}, "JOB_NOT_OVER"),
    ):
        with pytest.raises(Refused) as problem:
            analysis_retry(analysis=analysis(alice, status=status, **fields), by=alice)
        assert problem.value.code == code


@pytest.mark.parametrize("status", ["queued", "running", "succeeded", "failed"])
def test_removal_leaves_no_rows_and_no_bytes(alice, upload, analysis, artifact, status):
    film = upload(alice)
    one = analysis(alice, status=status, video=film)
    made = [artifact(one, kind) for kind in ("json", "proxy", "lanes")]
    IdempotencyKey.objects.create(owner=alice, key=uuid.uuid4(), body="0" * 64, analysis=one)
    keys = [f"uploads/{film.id}", *(f"artifacts/{row.id}" for row in made)]

    analysis_remove(analysis=one, by=alice)

    for rows in (Analysis, Artifact, Job, Upload, IdempotencyKey):
        assert not rows.objects.exists()
    for key in keys:
        with pytest.raises(FileNotFoundError):
            storage().size(key)


def test_a_file_that_another_analysis_needs_stays(alice, upload, analysis):
    film = upload(alice)
    one, other = analysis(alice, video=film), analysis(alice, video=film)

    analysis_remove(analysis=one, by=alice)

    assert storage().size(f"uploads/{film.id}") == film.size
    analysis_remove(analysis=other, by=alice)
    assert not Upload.objects.exists()


def test_removing_twice_is_removing_once(alice, analysis):
    one = analysis(alice)

    analysis_remove(analysis=one, by=alice)
    analysis_remove(analysis=one, by=alice)

    assert Event.objects.filter(verb="analysis.removed").count() == 1
