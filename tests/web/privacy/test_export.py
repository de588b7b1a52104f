import hashlib
import io
import json
import zipfile

import pytest

from emofuse_web.accounts.exports import export_request, key_of
from emofuse_web.accounts.models import Event, Export
from emofuse_web.accounts.rows import rows_of
from emofuse_web.accounts.work import failed
from emofuse_web.jobs.models import Status
from emofuse_web.storage import storage


@pytest.fixture
def much(alice, analysis, artifact, upload):
    """Files of every kind, finished and not."""
    video, sound = (
        upload(alice, content=b"film" * 5000, name="visit to Mr. K.mp4"),
        upload(alice, "audio", content=b"voice", name="../../x.wav"),
    )
    made = analysis(alice, video=video, audio=sound)
    artifact(made, "json", content=b'{"happy": 1}')
    artifact(made, "annotated", content=b"film with words" * 900, media_type="video/mp4")
    analysis(alice, mode="text", text=upload(alice, "text", content=b"hello", name="x"), label="another")
    return alice


def opened(answer) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_bob_does_not_get_alices_file(alice, bob, by_the_door, exported):
    export = export_request(owner=alice)
    exported(export)

    assert by_the_door(bob).get(f"/account/privacy/exports/{export.pk}/").status_code == 404


def test_charlie_is_asked_to_sign_in(charlies, alice):
    export = export_request(owner=alice)

    assert charlies.get(f"/account/privacy/exports/{export.pk}/").url.startswith("/accounts/login/")
    assert charlies.post("/account/privacy/export/").url.startswith("/accounts/login/")
    assert charlies.get("/account/privacy/").url.startswith("/accounts/login/")


def test_who_did_not_type_the_password_just_now_types_it_again(alice, alices, exported):
    export = export_request(owner=alice)
    exported(export)

    assert alices.get(f"/account/privacy/exports/{export.pk}/").url.startswith("/accounts/reauthenticate/")


def test_every_row_and_every_byte_is_in_it(much, by_the_door, exported):
    browser = by_the_door(much)
    browser.post("/account/privacy/export/")
    export = Export.objects.get()
    there = {
        key: hashlib.sha256(storage().local(key).read_bytes()).hexdigest()
        for p in ("uploads/", "artifacts/")
        for key, _ in storage().keys(p)
    }
    expected = {table: {str(row.get("id", row.get("pk"))) for row in rows} for table, rows in rows_of(much)}

    exported(export)
    packed = opened(browser.get(f"/account/privacy/exports/{export.pk}/"))

    index = json.loads(packed.read("index.json"))
    assert index["gone"] == []
    assert {file["sha256"] for file in index["files"]} == set(there.values())
    assert {hashlib.sha256(packed.read(file["name"])).hexdigest() for file in index["files"]} == set(there.values())
    assert len(index["files"]) == len(there) == 5
    for table, keys in expected.items():
        rows = json.loads(packed.read(f"rows/{table}.json"))
        assert keys <= {str(row["id"]) for row in rows}, table
        assert index["rows"][table] == len(rows)


def test_names_in_it_are_ours(much, by_the_door, exported):
    export = export_request(owner=much)
    exported(export)

    names = zipfile.ZipFile(storage().local(key_of(export))).namelist()

    assert not any(".." in name or "Mr" in name or name.startswith("/") for name in names)


def test_a_file_that_is_half_here_is_in_it_and_one_that_is_gone_is_named(alice, upload, exported):
    from emofuse_web.uploads.models import State
    from emofuse_web.uploads.spool import Part

    half, gone = upload(alice, state=State.RECEIVING), upload(alice)
    storage().delete(f"uploads/{half.pk}")
    storage().delete(f"uploads/{gone.pk}")
    Part(half.pk).begin()
    Part(half.pk).place.write_bytes(b"half")
    export = export_request(owner=alice)

    exported(export)

    packed = zipfile.ZipFile(storage().local(key_of(export)))
    assert packed.read(f"files/uploads/{half.pk}.mp4") == b"half"
    assert json.loads(packed.read("index.json"))["gone"] == [f"uploads/{gone.pk}"]


def test_asked_twice_it_is_made_once(alice):
    assert export_request(owner=alice) == export_request(owner=alice)


def test_a_new_one_takes_the_place_of_the_one_before_so_that_asking_again_fills_no_disk(
    alice, bob, exported, django_capture_on_commit_callbacks
):
    others = export_request(owner=bob)
    exported(others)
    exported(export_request(owner=alice))
    last = export_request(owner=alice)

    with django_capture_on_commit_callbacks(execute=True):
        exported(last)

    assert {key for key, _since in storage().keys("exports/")} == {key_of(others), key_of(last)}
    assert set(Export.objects.values_list("pk", flat=True)) == {others.pk, last.pk}


def test_a_file_that_could_not_be_made_leaves_no_bytes(alice, exported):
    export = export_request(owner=alice)
    exported(export)

    failed(export.job)

    assert list(storage().keys("exports/")) == []


def test_it_is_kept_on_the_page_for_a_day(alice, by_the_door, exported):
    from django.utils import timezone

    export = export_request(owner=alice)
    exported(export)
    browser = by_the_door(alice)
    assert f"/account/privacy/exports/{export.pk}/" in browser.get("/account/privacy/").content.decode()

    Export.objects.update(expires=timezone.now())

    assert browser.get(f"/account/privacy/exports/{export.pk}/").status_code == 404


def test_it_is_sent_as_a_file_that_nobody_keeps(alice, by_the_door, exported):
    export = export_request(owner=alice)
    exported(export)

    answer = by_the_door(alice).get(f"/account/privacy/exports/{export.pk}/")

    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))
    assert answer["Content-Disposition"].startswith('attachment; filename="emofuse-')
    assert "no-store" in answer["Cache-Control"]
    assert Event.objects.filter(actor=alice, verb="export.taken").exists()
    assert Status(Export.objects.get().job.status) == Status.SUCCEEDED
