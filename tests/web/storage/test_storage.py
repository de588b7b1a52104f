"""What is promised for one place of bytes is tested for both; S3 is a small one of our own, over HTTP."""

import errno
import os
import shutil
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from emofuse_web.storage import Storage, storage

sys.path.insert(0, str(Path(__file__).parent))
from bucket import OBJECTS, served  # noqa: E402  # stands beside this file

FILM = os.urandom(200_000)
KEY = "artifacts/film"


@pytest.fixture(scope="module")
def bucket():
    with served() as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def place(request, settings, monkeypatch, tmp_path) -> Storage:
    OBJECTS.clear()
    if request.param == "s3":
        pytest.importorskip("boto3", reason="boto3 comes with the extra web-prod")
        for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}.items():
            monkeypatch.setenv(name, value)
        address = request.getfixturevalue("bucket")
        settings.HOME = tmp_path / "home"
        settings.STORAGE = f"s3://films/emofuse?endpoint_url={address}&region_name=us-east-1"
        storage.cache_clear()
    return storage()


@pytest.fixture
def film(tmp_path) -> Path:
    file = tmp_path / "film"
    file.write_bytes(FILM)
    return file


def test_what_is_put_is_there(place, film, tmp_path):
    place.put(KEY, film)

    place.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == place.local(KEY).read_bytes() == FILM == film.read_bytes()
    assert place.size(KEY) == len(FILM)


def test_what_is_taken_is_there_and_no_longer_here(place, film):
    place.take(KEY, film)

    assert place.size(KEY) == len(FILM) and not film.exists()
    with pytest.raises(FileNotFoundError):
        place.take(KEY, film)


def test_what_is_put_again_is_the_new(place, film):
    place.put(KEY, film)
    film.write_bytes(b"new")

    place.put(KEY, film)

    assert place.size(KEY) == 3


def test_a_copy_is_nobody_elses(place, film, tmp_path):
    place.put(KEY, film)
    place.fetch(KEY, tmp_path / "copy")

    (tmp_path / "copy").write_bytes(b"changed by a child")

    assert b"".join(place.read(KEY, 0, 10)) == FILM[:10]


@pytest.mark.parametrize(("start", "end"), [(0, len(FILM)), (0, 1), (10, 70_000), (len(FILM) - 1, len(FILM)), (5, 5)])
def test_bytes_are_read_from_where_to_where(place, film, start, end):
    place.put(KEY, film)

    pieces = list(place.read(KEY, start, end))

    assert b"".join(pieces) == FILM[start:end]
    assert max(map(len, pieces), default=0) <= 64 * 2**10


@pytest.mark.parametrize("act", ["fetch", "local", "size", "read", "read nothing"])
def test_what_is_not_there_is_said_at_once(place, tmp_path, act):
    with pytest.raises(FileNotFoundError):
        match act:
            case "fetch":
                place.fetch(KEY, tmp_path / "copy")
            case "local":
                place.local(KEY).read_bytes()
            case "size":
                place.size(KEY)
            case "read":
                place.read(KEY, 0, 1)
            case _:
                place.read(KEY, 0, 0)
    assert not (tmp_path / "copy").exists()


def test_what_is_deleted_is_gone_here_and_there(place, film):
    place.put(KEY, film)
    copy = place.local(KEY)

    place.delete(KEY)
    place.delete(KEY)

    assert not copy.exists()
    with pytest.raises(FileNotFoundError):
        place.size(KEY)


def test_every_key_is_listed(place, film):
    for name in ("uploads/a", "uploads/b", "uploads/c", "artifacts/d"):
        place.put(name, film)

    assert sorted(key for key, since in place.keys("uploads/") if since > 0) == ["uploads/a", "uploads/b", "uploads/c"]
    assert list(place.keys("exports/")) == []


# --- the folder's own -----------------------------------------------------------------------------------------------------------------
def test_a_full_disk_leaves_no_half_of_a_file(film, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    storage().put("artifacts/old", film)
    monkeypatch.setattr(shutil, "copyfileobj", full)
    monkeypatch.setattr("emofuse_web.storage.folder.fcntl.ioctl", full)

    for key in (KEY, "artifacts/old"):
        with pytest.raises(OSError, match="No space"):
            storage().put(key, film)

    assert [key for key, _since in storage().keys("artifacts/")] == ["artifacts/old"]
    assert [place.name for place in storage().local(KEY).parent.iterdir()] == ["old"]
    assert storage().size("artifacts/old") == len(FILM)


def test_a_file_of_another_disk_is_copied(film, monkeypatch):
    replace = Path.replace

    def elsewhere(self, target):
        if self == film:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", elsewhere)

    storage().take(KEY, film)

    assert storage().size(KEY) == len(FILM) and not film.exists()


def test_what_is_not_whole_is_no_key(film):
    storage().put(KEY, film)
    (storage().local(KEY).parent / "x.part").touch()

    assert [key for key, _since in storage().keys("artifacts/")] == [KEY]


# --- S3's own -------------------------------------------------------------------------------------------------------------------------
only_s3 = pytest.mark.parametrize("place", ["s3"], indirect=True)


@only_s3
def test_a_large_file_comes_in_parts(place, tmp_path):
    large = tmp_path / "large"
    large.write_bytes(FILM * 60)  # 12 MB, and parts have 8

    place.put(KEY, large)

    assert OBJECTS["films/emofuse/artifacts/film"] == FILM * 60
    place.fetch(KEY, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == FILM * 60


@only_s3
def test_a_copy_on_this_machine_is_fetched_once_and_forgotten_later(place, film, monkeypatch):
    place.put(KEY, film)
    copy = place.local(KEY)
    OBJECTS.clear()

    assert place.local(KEY) == copy and copy.read_bytes() == FILM

    os.utime(copy, (1, 1))
    with pytest.raises(FileNotFoundError):
        place.local("artifacts/other")
    assert not copy.exists()


@only_s3
def test_a_browser_may_fetch_it_for_a_short_while(place, film):
    import urllib.request

    place.put(KEY, film)

    link = place.link(KEY, media_type="video/mp4", disposition="attachment; filename=\"a.mp4\"; filename*=UTF-8''a.mp4")

    with urllib.request.urlopen(link) as answer:
        assert answer.read() == FILM
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["Content-Disposition"] == "attachment; filename=\"a.mp4\"; filename*=UTF-8''a.mp4"
    assert "X-Amz-Expires=120&" in link


@only_s3
def test_what_is_saved_comes_from_s3_and_what_is_played_from_us(place, film):
    from emofuse_web.analyses.delivery import deliver

    place.put(KEY, film)
    request = RequestFactory().get("/artifacts/x/", headers={"Range": "bytes=10-19"})

    saved = deliver(request, KEY, media_type="text/csv", name="a.csv", inline=False, digest="d")
    played = deliver(request, KEY, media_type="video/mp4", name="a.mp4", inline=True, digest="d")

    assert saved.status_code == 302 and saved.headers["Location"].startswith("http://127.0.0.1:")
    assert saved.headers["Cache-Control"] == "private, no-store"
    assert (played.status_code, b"".join(played.streaming_content)) == (206, FILM[10:20])


@only_s3
def test_a_file_arrives_here_and_is_brought_there_by_a_worker(place, alice, monkeypatch):
    from types import SimpleNamespace

    from emofuse_web.uploads import room
    from emofuse_web.uploads.models import Upload
    from emofuse_web.uploads.services import upload_arrived, upload_counted, upload_create
    from emofuse_web.uploads.spool import Part

    monkeypatch.setattr(room.shutil, "disk_usage", lambda _place: SimpleNamespace(total=2**40, free=2**39))
    upload = upload_create(owner=alice, role="video", name="a.mp4", size=len(FILM))
    part = Part(upload.id)
    part.begin()
    part.place.write_bytes(FILM)
    upload_counted(upload=upload.pk, offset=len(FILM))

    upload_arrived(upload=Upload.objects.get())

    assert part.place.exists() and not OBJECTS
    place.take(f"uploads/{upload.id}", part.place)
    assert place.size(f"uploads/{upload.id}") == len(FILM)


@pytest.mark.parametrize("address", ["s3://", "s3:///prefix", "s3://bucket?region=x"])
def test_an_address_that_names_no_bucket_is_refused(settings, address):
    pytest.importorskip("boto3", reason="boto3 comes with the extra web-prod")
    settings.STORAGE = address
    storage.cache_clear()

    with pytest.raises(ImproperlyConfigured):
        storage()
