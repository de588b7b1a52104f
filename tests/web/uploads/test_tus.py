import base64
import hashlib
import os
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from emofuse_web.jobs.models import Job
from emofuse_web.storage import storage
from emofuse_web.uploads import room
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.spool import Part, folder

FILM = bytes(range(256)) * 40
TUS = {"Tus-Resumable": "1.0.0"}


def head(client, place):
    return client.head(place, headers=TUS)


def only() -> Upload:
    return Upload.objects.get()


# --- who ------------------------------------------------------------------------------------------------------------------------------
def test_somebody_who_is_not_signed_in_announces_nothing(charlies, announced):
    answer = announced(charlies)

    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("method", ["head", "patch", "delete"])
def test_anybody_elses_upload_is_not_there(alices, bobs, announced, method):
    place = announced(alices).headers["Location"]

    assert getattr(bobs, method)(place, headers=TUS).status_code == 404
    assert getattr(bobs, method)(f"/uploads/{uuid4()}/", headers=TUS).status_code == 404


@pytest.mark.parametrize("method", ["patch", "delete", "post"])
def test_a_change_without_the_pages_own_sign_is_refused(alice, alices, announced, method):
    place = announced(alices).headers["Location"]
    elsewhere = Client(enforce_csrf_checks=True)
    elsewhere.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")

    answer = getattr(elsewhere, method)(place, b"x", content_type="application/offset+octet-stream", headers={**TUS, "Upload-Offset": "0"})

    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


def test_a_page_that_carries_its_sign_may(alice, announced, sent):
    from django.middleware.csrf import _get_new_csrf_string

    client, sign = Client(enforce_csrf_checks=True), _get_new_csrf_string()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["csrf"] = sign

    answer = announced(client, **{"X-CSRFToken": sign})

    assert answer.status_code == 201
    assert sent(client, answer.headers["Location"], 0, FILM, **{"X-CSRFToken": sign}).status_code == 204


@pytest.mark.parametrize(("scopes", "status"), [(["read", "write"], 201), (["read"], 403)])
def test_a_token_may_what_it_says(alice, charlies, announced, scopes, status):
    from emofuse_web.accounts.tokens import token_make

    _token, secret = token_make(owner=alice, name="lab", scopes=scopes)

    assert announced(charlies, Authorization=f"Bearer {secret}").status_code == status


def test_a_token_announces_sixty_files_a_minute_and_sends_what_it_likes(alice, charlies, announced, sent, monkeypatch):
    from emofuse_web.accounts.tokens import token_make
    from emofuse_web.api import throttles

    monkeypatch.setattr(throttles.time, "time", lambda: 1_000_020.0)
    signed = {"Authorization": f"Bearer {token_make(owner=alice, name='lab', scopes=['read', 'write'])[1]}"}
    answers = [announced(charlies, 61, **signed) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [201] * 60 + [429]
    assert answers[-1].json()["code"] == "RATE" and 0 < int(answers[-1].headers["Retry-After"]) <= 60
    place = answers[0].headers["Location"]
    assert [sent(charlies, place, at, b"x", **signed).status_code for at in range(61)] == [204] * 61


def test_a_token_that_is_none_is_refused(charlies, announced):
    assert announced(charlies, Authorization="Bearer emo_nonsense").status_code == 401


# --- the protocol ---------------------------------------------------------------------------------------------------------------------
def test_what_is_spoken_is_told_to_everybody(charlies):
    answer = charlies.options("/uploads/")

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == answer.headers["Tus-Resumable"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,expiration,checksum,termination"
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert answer.headers["Tus-Max-Size"] == str(2_048 * 2**20)


def test_another_version_is_not_spoken(alices):
    answer = alices.post("/uploads/", headers={"Tus-Resumable": "0.2.2", "Upload-Length": "5"})

    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")


def test_a_file_comes_in_pieces_and_is_looked_at_when_it_is_whole(alice, alices, announced, sent):
    answer = announced(alices)
    place = answer.headers["Location"]

    assert answer.status_code == 201 and place == reverse("uploads:piece", args=[only().id])
    assert "GMT" in answer.headers["Upload-Expires"]
    assert sent(alices, place, 0, FILM[:4_000]).headers["Upload-Offset"] == "4000"
    standing = head(alices, place)
    assert (standing.headers["Upload-Offset"], standing.headers["Upload-Length"]) == ("4000", str(len(FILM)))
    assert standing.headers["Cache-Control"] == "private, no-store"
    assert only().offset == 4_000
    assert sent(alices, place, 4_000, FILM[4_000:]).status_code == 204

    upload = only()
    assert (upload.state, upload.name, upload.role, upload.offset) == (State.CHECKING, "visit.mp4", "video", len(FILM))
    assert storage().local(f"uploads/{upload.id}").read_bytes() == FILM
    assert not list(folder().glob("*.part"))
    assert (upload.look.kind, upload.look.lane, upload.look.owner) == ("preflight", "quick", alice)
    assert head(alices, place).headers["Upload-Offset"] == str(len(FILM))


def test_the_first_bytes_may_come_with_the_announcement(alices, announced):
    said = f"filename {base64.b64encode(b'a.mp4').decode()},role {base64.b64encode(b'video').decode()}"
    answer = alices.generic(
        "POST",
        "/uploads/",
        FILM,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Length": str(len(FILM)), "Upload-Metadata": said},
    )

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(FILM)))
    assert only().state == State.CHECKING


def test_those_behind_a_narrow_proxy_say_the_method_in_a_header(alices, announced):
    place = announced(alices).headers["Location"]

    answer = alices.post(
        place,
        FILM,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"},
    )

    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(FILM)))


def test_an_upload_that_is_ended_leaves_nothing(alices, announced, sent):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM[:100])

    assert alices.delete(place, headers=TUS).status_code == 204

    assert not Upload.objects.exists() and not any(folder().iterdir())
    assert head(alices, place).status_code == 404


@pytest.mark.parametrize("method", ["get", "put"])
def test_other_methods_are_not_answered(alices, announced, method):
    assert getattr(alices, method)(announced(alices).headers["Location"], headers=TUS).status_code == 405
    assert getattr(alices, method)("/uploads/", headers=TUS).status_code == 405


# --- what is wrong with a piece -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("offset", [1, 4_001, 10_000])
def test_a_piece_that_begins_elsewhere_is_refused(alices, announced, sent, offset):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM[:4_000])

    answer = sent(alices, place, offset, b"xyz")

    assert (answer.status_code, answer.json()["code"]) == (409, "UPLOAD_OFFSET")
    assert head(alices, place).headers["Upload-Offset"] == "4000"


def test_a_piece_for_a_file_that_is_whole_is_refused(alices, announced, sent):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM)

    assert sent(alices, place, 0, b"x").status_code == 409
    assert sent(alices, place, len(FILM), b"").status_code == 204
    assert Job.objects.count() == 1


def test_more_than_was_announced_is_refused(alices, announced, sent):
    place = announced(alices, 1_000).headers["Location"]

    answer = sent(alices, place, 0, FILM[:1_001])

    assert (answer.status_code, answer.json()["code"]) == (413, "UPLOAD_SIZE")
    assert Part(only().id).place.stat().st_size == 0


def test_a_piece_of_another_type_is_refused(alices, announced):
    place = announced(alices).headers["Location"]

    assert alices.patch(place, b"x", content_type="video/mp4", headers={**TUS, "Upload-Offset": "0"}).status_code == 415


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_is_what_its_sum_says(alices, announced, sent, algorithm):
    place = announced(alices).headers["Location"]
    told = base64.b64encode(hashlib.new(algorithm, FILM[:5_000]).digest()).decode()

    wrong = sent(alices, place, 0, b"!" + FILM[1:5_000], **{"Upload-Checksum": f"{algorithm} {told}"})
    after = head(alices, place).headers["Upload-Offset"]
    right = sent(alices, place, 0, FILM[:5_000], **{"Upload-Checksum": f"{algorithm} {told}"})

    assert (wrong.status_code, wrong.reason_phrase, after) == (460, "Checksum Mismatch", "0")
    assert (right.status_code, right.headers["Upload-Offset"]) == (204, "5000")


@pytest.mark.parametrize("said", ["md5 AAAA", "sha256", "sha256 !!!", "sha1 AAAA"])
def test_a_sum_that_cannot_be_is_refused(alices, announced, sent, said):
    place = announced(alices).headers["Location"]

    assert sent(alices, place, 0, b"x", **{"Upload-Checksum": said}).status_code == 400


# --- what is wrong with an announcement -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "-5"}, 400, "REQUEST_INVALID"),
        ({"Upload-Length": "many"}, 400, "REQUEST_INVALID"),
        ({"Upload-Length": "٣"}, 400, "REQUEST_INVALID"),
        ({"Upload-Length": "9" * 5_000}, 400, "REQUEST_INVALID"),
        ({"Upload-Length": "0"}, 422, "MEDIA_EMPTY"),
        ({"Upload-Length": str(2_048 * 2**20 + 1)}, 413, "UPLOAD_SIZE"),
        ({"Upload-Metadata": "role !!!"}, 400, "REQUEST_INVALID"),
        ({"Upload-Metadata": ""}, 422, "INPUT_ROLE"),
        ({"Upload-Metadata": "role c3BvcnQ=,filename YQ=="}, 422, "INPUT_ROLE"),
        ({"Upload-Metadata": "role dmlkZW8=,sha256 YQ=="}, 400, "REQUEST_INVALID"),
    ],
)
def test_an_announcement_that_cannot_be_is_refused_with_a_code(alices, announced, headers, status, code):
    answer = announced(alices, **headers)

    said = answer.json()
    assert (answer.status_code, said["code"]) == (status, code)
    assert said["fix"] and said["detail"] and answer.headers["Content-Type"] == "application/problem+json"
    assert not Upload.objects.exists()


def test_the_largest_file_that_is_allowed_is_allowed(alices, announced):
    assert announced(alices, 2_048 * 2**20).status_code == 201


def test_a_user_keeps_no_more_bytes_than_the_quota(alice, alices, announced):
    alice.quota_bytes = 10_000
    alice.save()

    assert announced(alices, 6_000).status_code == 201
    refused = announced(alices, 4_001)

    assert (refused.status_code, refused.json()["code"]) == (413, "QUOTA_BYTES")
    assert announced(alices, 4_000).status_code == 201


def test_what_is_ended_gives_its_room_back(alice, alices, announced):
    alice.quota_bytes = 10_000
    alice.save()
    place = announced(alices, 10_000).headers["Location"]

    assert announced(alices, 1).status_code == 413
    alices.delete(place, headers=TUS)
    assert announced(alices, 10_000).status_code == 201


def test_a_user_keeps_no_more_files_than_the_quota(alices, announced, settings):
    settings.QUOTA_FILES = 2
    announced(alices), announced(alices)

    refused = announced(alices)

    assert (refused.status_code, refused.json()["code"]) == (413, "QUOTA_FILES")


# --- the disk -------------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("free", "size", "status"), [(2**30 // 20 - 1, 10, 507), (2**30 // 4, 2**30 // 8 + 1, 507), (2**30 // 4, 2**30 // 8, 201)]
)
def test_a_disk_that_could_fill_takes_nothing_more(alices, announced, monkeypatch, free, size, status):
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _place: SimpleNamespace(total=2**30, free=free))

    answer = announced(alices, size)

    assert answer.status_code == status
    assert status == 201 or answer.json()["code"] == "STORAGE_FULL"


def test_a_disk_that_fills_keeps_what_was_flushed_and_goes_on_later(alices, announced, sent, monkeypatch):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM[:1_000])
    write = os.write

    def full(_descriptor, _piece):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    refused = sent(alices, place, 1_000, FILM[1_000:])
    monkeypatch.setattr(os, "write", write)

    assert (refused.status_code, refused.json()["code"]) == (507, "STORAGE_FULL")
    assert head(alices, place).headers["Upload-Offset"] == "1000"
    assert sent(alices, place, 1_000, FILM[1_000:]).status_code == 204


def test_a_database_that_has_no_room_says_so_and_the_piece_is_read_away(alices, announced, sent, monkeypatch):
    place = announced(alices).headers["Location"]

    def full(*_):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("emofuse_web.uploads.tus.upload_of", full)
    monkeypatch.setattr("shutil.disk_usage", lambda _place: SimpleNamespace(free=4096, total=2**30))
    refused = sent(alices, place, 0, FILM)

    assert (refused.status_code, refused.json()["code"]) == (507, "STORAGE_FULL")
    assert refused.wsgi_request.read() == b""


# --- crashes and races ----------------------------------------------------------------------------------------------------------------
def test_bytes_that_a_killed_process_flushed_but_did_not_count_are_found(alices, announced, sent):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM[:1_000])
    with Part(only().id).place.open("ab") as file:
        file.write(FILM[1_000:3_000])

    assert head(alices, place).headers["Upload-Offset"] == "3000"
    assert only().offset == 3_000
    assert sent(alices, place, 3_000, FILM[3_000:]).status_code == 204
    assert storage().local(f"uploads/{only().id}").read_bytes() == FILM


def test_a_piece_whose_sum_was_not_judged_when_the_process_was_killed_is_taken_back(alices, announced, sent):
    place = announced(alices).headers["Location"]
    sent(alices, place, 0, FILM[:1_000])
    part = Part(only().id)
    part.doubt.write_text("1000")
    with part.place.open("ab") as file:
        file.write(b"something else")

    assert head(alices, place).headers["Upload-Offset"] == "1000"
    assert part.place.read_bytes() == FILM[:1_000] and not part.doubt.exists()


@pytest.mark.parametrize("taken", [False, True])
def test_a_file_whose_last_byte_came_before_a_crash_goes_on_when_it_is_asked_for(alices, announced, taken):
    place = announced(alices).headers["Location"]
    upload, part = only(), Part(only().id)
    part.place.write_bytes(FILM)
    if taken:
        storage().take(f"uploads/{upload.id}", part.place)

    assert head(alices, place).headers["Upload-Offset"] == str(len(FILM))
    assert head(alices, place).headers["Upload-Offset"] == str(len(FILM))

    assert only().state == State.CHECKING and Job.objects.count() == 1


def test_a_file_that_was_counted_whole_before_a_crash_goes_on_when_its_state_is_asked(alices, announced):
    announced(alices)
    Part(only().id).place.write_bytes(FILM)
    Upload.objects.update(offset=len(FILM))

    answer = alices.get(reverse("uploads:state", args=[only().id]))

    assert answer.json()["state"] == "checking"


@pytest.mark.parametrize("method", ["head", "patch"])
def test_while_one_sends_another_does_not(alices, announced, sent, monkeypatch, method):
    place = announced(alices).headers["Location"]
    part = Part(only().id)
    monkeypatch.setattr("emofuse_web.uploads.spool.PATIENCE", 0.0)

    with part.held(0.0):
        answer = sent(alices, place, 0, b"x") if method == "patch" else head(alices, place)

    assert answer.status_code == 423


def test_what_is_removed_while_it_arrives_stays_removed(alices, announced, monkeypatch):
    place = announced(alices).headers["Location"]
    upload = only()

    class Cut:
        def __init__(self) -> None:
            self.left = [FILM[:500], FILM[500:1_000]]

        def read(self, _most: int) -> bytes:
            if len(self.left) == 1:
                alices.delete(place, headers=TUS)
            return self.left.pop(0) if self.left else b""

    from emofuse_web.analyses.problems import Refused
    from emofuse_web.uploads.receive import upload_append

    with pytest.raises(Refused) as refused:
        upload_append(upload=upload, offset=0, length=1_000, read=Cut().read, sum_=None)

    assert refused.value.status == 404
    assert not any(folder().iterdir())


def test_a_line_that_is_cut_leaves_what_came(alice, alices, announced):
    from emofuse_web.uploads.receive import Sum, upload_append

    announced(alices)
    pieces = iter([FILM[:700], b""])

    assert upload_append(upload=only(), offset=0, length=5_000, read=lambda _most: next(pieces), sum_=None) == 700
    assert only().offset == 700

    promised = Sum("sha256", hashlib.sha256(FILM[700:5_000]).digest())
    pieces = iter([FILM[700:900], b""])
    assert upload_append(upload=only(), offset=700, length=4_300, read=lambda _most: next(pieces), sum_=promised) == 700


def test_a_process_that_dies_lets_go(tmp_path, settings):
    part = Part(uuid4())
    part.begin()
    child = os.fork()
    if child == 0:
        with part.held():
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)

    with part.held(0.0) as descriptor:
        assert part.offset(descriptor, 0) == 0


def test_a_large_piece_is_counted_now_and_then(monkeypatch):
    monkeypatch.setattr("emofuse_web.uploads.spool.SYNCED", 1_000)
    part, told = Part(uuid4()), []
    part.begin()
    source = iter([b"x" * 600] * 5 + [b""])

    with part.held() as descriptor:
        here = part.pour(descriptor, lambda _most: next(source), 0, 5_000, told.append, None)

    assert (here, told) == (3_000, [1_200, 2_400])
