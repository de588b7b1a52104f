import os
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from emofuse_web.storage import storage
from emofuse_web.uploads.housekeeping import Swept, uploads_expire, uploads_swept
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.spool import Part, folder

OLD = time.time() - 7_200


def aged(upload: Upload, hours: int = 2) -> Upload:
    Upload.objects.filter(pk=upload.pk).update(touched=timezone.now() - timedelta(hours=hours))
    return upload


def left(name: str, *, since: float = OLD):
    folder().mkdir(parents=True, exist_ok=True)
    place = folder() / name
    place.write_bytes(b"left")
    os.utime(place, (since, since))
    return place


def there(upload: Upload) -> bool:
    try:
        return storage().size(f"uploads/{upload.id}") > 0
    except FileNotFoundError:
        return False


@pytest.mark.django_db
def test_nothing_is_swept_where_there_is_nothing():
    assert uploads_swept() == Swept(0, 0, 0, 0)


def test_what_nobody_analysed_in_time_goes_with_its_bytes(alice, upload):
    late, fresh = upload(alice), upload(alice)
    Upload.objects.filter(pk=late.pk).update(expires=timezone.now() - timedelta(minutes=1))

    assert uploads_expire() == 1

    assert (there(late), there(fresh)) == (False, True)
    assert list(Upload.objects.values_list("pk", flat=True)) == [fresh.pk]


@pytest.mark.parametrize("role", ["video", "audio", "eeg", "text"])
def test_what_an_analysis_took_stays(alice, upload, analysis, role):
    taken = upload(alice, role)
    Upload.objects.filter(pk=taken.pk).update(expires=timezone.now() - timedelta(days=9))
    analysis(alice, **{role: taken})

    assert uploads_swept() == Swept(0, 0, 0, 0)
    assert there(taken)


def test_a_file_that_never_came_whole_goes(alice, alices, announced, sent):
    sent(alices, announced(alices).headers["Location"], 0, b"x" * 100)
    Upload.objects.update(expires=timezone.now() - timedelta(minutes=1))

    assert uploads_swept().expired == 1
    assert not Upload.objects.exists() and not any(folder().iterdir())


@pytest.mark.django_db
@pytest.mark.parametrize("name", [f"{UUID(int=7)}.part", f"{UUID(int=7)}.doubt", "form.abc.plain", f"{UUID(int=7)}.new", str(UUID(int=7))])
def test_bytes_without_a_row_go_once_they_are_old(name):
    place = left(name, since=time.time())

    assert uploads_swept().strays == 0 and place.exists()

    left(name)
    assert uploads_swept().strays == 1 and not place.exists()


def test_files_that_are_not_ours_stay(alice, alices, announced):
    announced(alices)
    part, note = Part(Upload.objects.get().id).place, left("README")
    os.utime(part, (OLD, OLD))

    assert uploads_swept() == Swept(0, 0, 0, 0)
    assert part.exists() and note.exists()


@pytest.mark.parametrize("state", [State.RECEIVING, State.CHECKING, State.READY])
def test_a_row_whose_bytes_are_gone_goes_unless_it_is_young(alice, upload, state):
    row = upload(alice, state=state)
    storage().delete(f"uploads/{row.id}")

    assert uploads_swept().lost == 0
    aged(row)
    assert uploads_swept().lost == 1
    assert not Upload.objects.exists()


def test_a_row_that_an_analysis_names_is_only_told_of(alice, upload, analysis, caplog):
    row = upload(alice)
    analysis(alice, video=row)
    storage().delete(f"uploads/{row.id}")
    aged(row)

    assert uploads_swept() == Swept(0, 0, 0, 1)
    assert Upload.objects.exists() and "restore a backup" in caplog.text


def test_a_file_that_was_refused_has_no_bytes_and_stays_to_say_why(alice, upload):
    row = upload(alice, state=State.REFUSED)
    storage().delete(f"uploads/{row.id}")
    aged(row)

    assert uploads_swept() == Swept(0, 0, 0, 0)
