import hashlib
import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from emofuse_web.jobs.models import Job, Status
from emofuse_web.storage import storage
from emofuse_web.uploads import plain, services
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.spool import folder

FILM = bytes(range(256)) * 40


def form(content: bytes = FILM, name: str = "visit.mp4", role: str = "video", **more: str) -> dict[str, object]:
    return {"role": role, "file": SimpleUploadedFile(name, content), **more}


def address(name: str, upload: Upload) -> str:
    return reverse(f"uploads:{name}", args=[upload.id])


# --- who ------------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "method"), [("state", "get"), ("told", "post"), ("remove", "post")])
def test_a_file_is_nobody_elses(alice, bobs, charlies, upload, name, method):
    place = address(name, upload(alice, "eeg"))

    assert getattr(bobs, method)(place).status_code == 404
    assert getattr(charlies, method)(place).status_code == 401
    assert getattr(bobs, method)(reverse(f"uploads:{name}", args=[uuid4()])).status_code == 404


def test_a_form_that_brings_no_files_takes_none_from_strangers(rf):
    request = rf.post("/accounts/login/", {"login": "alice@example.org", **form()})

    assert request.POST["login"] == "alice@example.org"
    assert not request.FILES
    assert [type(handler).__name__ for handler in request.upload_handlers] == ["Nothing"]


def test_nobody_brings_a_file_without_signing_in(charlies):
    assert charlies.post("/uploads/plain/", form()).status_code == 401
    assert not any(folder().glob("*"))


@pytest.mark.parametrize("name", ["told", "remove", "plain"])
def test_a_change_without_the_pages_own_sign_is_refused(alice, upload, name):
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    place = "/uploads/plain/" if name == "plain" else address(name, upload(alice, "eeg"))

    assert elsewhere.post(place, form()).status_code == 403
    assert Upload.objects.count() == (0 if name == "plain" else 1)


# --- a file in one piece --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("size", [10, 300_000])
def test_a_file_comes_in_one_piece(alices, size):
    content = (FILM * 30)[:size]

    answer = alices.post("/uploads/plain/", form(content, sha256=hashlib.sha256(content).hexdigest()))

    upload = Upload.objects.get()
    assert (answer.status_code, answer.json()["id"], answer.json()["state"]) == (201, str(upload.id), "checking")
    assert answer.headers["Location"] == address("state", upload)
    assert storage().local(f"uploads/{upload.id}").read_bytes() == content
    assert [place.name for place in folder().iterdir()] == [str(upload.id)]
    assert upload.look.status == Status.QUEUED


def test_a_browser_without_scripts_goes_back_to_its_form(alices):
    other = str(uuid4())

    answer = alices.post("/uploads/plain/", form(mode="av_eeg", eeg=other), headers={"Accept": "text/html,*/*"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{reverse('analyses:new')}?mode=av_eeg&eeg={other}&video={Upload.objects.get().id}"


def test_a_token_brings_a_file_in_one_piece(alice, charlies):
    from emofuse_web.accounts.tokens import token_make

    secret = token_make(owner=alice, name="lab", scopes=["read", "write"])[1]

    assert charlies.post("/uploads/plain/", form(), headers={"Authorization": f"Bearer {secret}"}).status_code == 201


def test_what_is_larger_than_a_form_may_be_is_refused_before_it_is_read(alices, settings):
    settings.PLAIN_UPLOAD_LIMIT = 1_000

    answer = alices.post("/uploads/plain/", form(b"x" * (1_000 + plain.FIELDS)))

    assert (answer.status_code, answer.json()["code"]) == (413, "UPLOAD_SIZE")
    assert not folder().exists() or not any(folder().iterdir())


def test_what_is_a_little_larger_is_refused_too(alices, settings):
    settings.PLAIN_UPLOAD_LIMIT = 1_000

    assert alices.post("/uploads/plain/", form(b"x" * 1_001)).status_code == 413
    assert not any(folder().iterdir()) and not Upload.objects.exists()
    assert alices.post("/uploads/plain/", form(b"x" * 1_000)).status_code == 201


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"role": "video"}, "INPUT_MISSING"),
        (form(role="sport"), "INPUT_ROLE"),
        (form(b""), "MEDIA_EMPTY"),
        (form(sha256="x"), "REQUEST_INVALID"),
    ],
)
def test_a_form_that_cannot_be_is_refused_with_a_code(alices, fields, code):
    assert alices.post("/uploads/plain/", fields).json()["code"] == code
    assert not Upload.objects.exists()


@pytest.mark.parametrize("write", ["tempfile", "hardlink_to"])
def test_a_full_disk_is_said_and_leaves_nothing(alices, monkeypatch, write):
    def full(*_arguments, **_more):
        raise OSError(28, "No space left on device")

    if write == "tempfile":
        monkeypatch.setattr(plain.tempfile, "NamedTemporaryFile", full)
    else:
        monkeypatch.setattr(plain.Path, "hardlink_to", full)

    answer = alices.post("/uploads/plain/", form())

    assert (answer.status_code, answer.json()["code"]) == (507, "STORAGE_FULL")
    assert not Upload.objects.exists() and not any(folder().iterdir())


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_not_answered(alice, alices, upload, method):
    row = upload(alice, "eeg")

    assert {getattr(alices, method)(place).status_code for place in ("/uploads/plain/", address("told", row), address("remove", row))} == {
        405
    }


# --- how it stands --------------------------------------------------------------------------------------------------------------------
def test_how_a_file_stands_is_said_once(alice, alices, upload):
    row = upload(alice, report={"codec": "h264"}, problem=None)

    first = alices.get(address("state", row))
    again = alices.get(address("state", row), headers={"If-None-Match": first.headers["ETag"]})
    Upload.objects.update(state=State.REFUSED, problem={"code": "MEDIA_CODEC", "title": "t", "detail": "d", "fix": "f"})
    changed = alices.get(address("state", row), headers={"If-None-Match": first.headers["ETag"]})

    assert (first.json()["state"], first.json()["report"], first.headers["Cache-Control"]) == (
        "ready",
        {"codec": "h264"},
        "private, no-store",
    )
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert changed.json()["problem"] == {"code": "MEDIA_CODEC", "title": "t", "detail": "d", "fix": "f"}


# --- what EEG is told -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["form", "json"])
def test_what_a_file_of_eeg_does_not_say_is_told_and_it_is_looked_at_again(alice, alices, upload, kind):
    row = upload(alice, "eeg", problem={"code": "EEG_RATE"}, report={"needs": ["rate"]})
    said = {"variable": "eeg", "axes": "channel,time", "channels": "TP9, AF7", "rate": "256", "unit": "uV"}
    sent = {"data": said} if kind == "form" else {"data": json.dumps(said), "content_type": "application/json"}

    answer = alices.post(address("told", row), **sent)

    row.refresh_from_db()
    assert (answer.status_code, answer.json()["state"]) == (202, "checking")
    assert row.told == {"variable": "eeg", "axes": ["channel", "time"], "channels": ["TP9", "AF7"], "rate": 256.0, "unit": "µV"}
    assert (row.problem, row.report, row.look.status) == (None, None, "queued")


@pytest.mark.parametrize(
    "said",
    [
        {"rate": "0"},
        {"rate": "fast"},
        {"rate": "nan"},
        {"rate": True},
        {"rate": 1e9},
        {"unit": "T"},
        {"axes": "time"},
        {"axes": "time,time"},
        {"axes": "time,channel,0"},
        {"axes": {"time": 1}},
        {"axes": ["time", "channel", "x"]},
        {"channels": ["a", None]},
        {"channels": "a,,b"},
        {"channels": ["x" * 41]},
        {"channels": ["x"] * 513},
        {"variable": "x" * 201},
        {"variable": "a\x00b"},
        {"variable": ["eeg"]},
        {"secret": "1"},
    ],
)
def test_what_cannot_be_told_is_refused(alice, alices, upload, said):
    row = upload(alice, "eeg")

    answer = alices.post(address("told", row), json.dumps(said), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "OPTION_INVALID")
    assert Upload.objects.get().state == State.READY


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "null"])
def test_what_is_no_object_is_refused(alice, alices, upload, body):
    assert alices.post(address("told", upload(alice, "eeg")), body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    ("role", "state", "status"), [("video", "ready", 409), ("eeg", "receiving", 409), ("eeg", "checking", 409), ("eeg", "refused", 410)]
)
def test_only_eeg_that_is_here_is_told_anything(alice, alices, upload, role, state, status):
    row = upload(alice, role, state=state)

    assert alices.post(address("told", row), {"rate": "256"}).status_code == status
    assert not Job.objects.exists()


def test_what_an_analysis_read_is_not_told_anew(alice, alices, upload, analysis):
    row = upload(alice, "eeg")
    analysis(alice, eeg=row)

    assert alices.post(address("told", row), {"rate": "256"}).status_code == 409
    assert alices.post(address("remove", row)).status_code == 409
    assert storage().size(f"uploads/{row.id}")


# --- its end --------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_file_is_removed_with_its_look_and_its_bytes(alices, accept):
    alices.post("/uploads/plain/", form())
    row = Upload.objects.get()

    answer = alices.post(address("remove", row), headers={"Accept": accept})

    assert answer.status_code == (302 if accept == "text/html" else 204)
    assert not Upload.objects.exists() and not Job.objects.exists() and not any(folder().iterdir())


def test_a_file_that_is_removed_twice_is_removed_once(alice, upload):
    row = upload(alice)

    services.upload_remove(upload=row, by=alice)
    services.upload_remove(upload=row, by=alice)

    assert not Upload.objects.exists()
