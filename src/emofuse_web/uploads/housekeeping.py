"""What nobody needs goes: files that were never finished or never analysed, bytes without a row, rows without bytes."""

import logging
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from emofuse_web.accounts import audit
from emofuse_web.analyses.problems import Refused
from emofuse_web.storage import storage
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.services import upload_needed, upload_remove
from emofuse_web.uploads.spool import folder

YOUNG = 3_600  # s that anything is left alone: a row may be about to be written, a file about to be renamed
ENDINGS = (".part", ".doubt", ".plain", ".new")  # of files that are not whole

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How much went: files whose time was over, bytes without a row, rows without bytes; and how many bytes analyses miss."""

    expired: int
    strays: int
    lost: int
    missed: int


def uploads_expire() -> int:
    """Remove all that is due; how many."""
    swept = uploads_swept()
    return swept.expired + swept.strays + swept.lost


def uploads_swept() -> Swept:
    """Look through rows and bytes once; safe at any time, and by several at a time."""
    expired = _expired()
    strays = _strays()
    lost, missed = _lost()
    if expired or strays or lost or missed:
        logger.info("uploads swept: %d expired, %d bytes without a row, %d rows without bytes", expired, strays, lost)
    if missed:
        logger.warning("%d uploads that analyses name have no bytes; expected them in storage; restore a backup", missed)
    return Swept(expired, strays, lost, missed)


def _expired() -> int:
    """Files whose time is over and that no analysis took."""
    removed = 0
    for upload in Upload.objects.filter(expires__lt=timezone.now()).iterator():
        with suppress(Refused):  # an analysis needs it
            upload_remove(upload=upload, by=None)
            removed += 1
    return removed


def _strays() -> int:
    """Bytes whose row is gone."""
    old = time.time() - YOUNG
    keys = [(key, key.rpartition("/")[2]) for key, since in storage().keys("uploads/") if since < old]
    known = {str(id_) for id_ in Upload.objects.values_list("id", flat=True).iterator()}
    stray = [key for key, name in keys if _uuid(name) and name not in known]
    for key in stray:
        storage().delete(key)
    parts = [place for place in _parts(old) if place.name.partition(".")[0] not in known]
    for place in parts:
        place.unlink(missing_ok=True)
    return len(stray) + len(parts)


def _parts(old: float) -> Iterator[Path]:
    """Files that are not whole and that nobody wrote to for a while."""
    for place in folder().glob("*.*"):
        with suppress(FileNotFoundError):
            if place.suffix in ENDINGS and place.stat().st_mtime < old:
                yield place


def _lost() -> tuple[int, int]:
    """Rows whose bytes are gone: removed, unless an analysis names them; those are counted."""
    here = {key.rpartition("/")[2] for key, _since in storage().keys("uploads/")} | {place.stem for place in folder().glob("*.part")}
    lost = missed = 0
    late = timezone.now() - timedelta(seconds=YOUNG)
    for upload in Upload.objects.filter(touched__lt=late).exclude(state=State.REFUSED).iterator():
        if str(upload.id) in here or _there(upload):
            continue
        if upload_needed(upload):
            missed += 1
            continue
        with suppress(Refused):
            upload_remove(upload=upload, by=None)
            audit.event(None, "upload.lost", upload)
            lost += 1
    return lost, missed


def _there(upload: Upload) -> bool:
    """Looked at once more: it may have been renamed while we listed."""
    with suppress(FileNotFoundError):
        return storage().size(f"uploads/{upload.id}") >= 0
    return (folder() / f"{upload.id}.part").exists()


def _uuid(name: str) -> bool:
    with suppress(ValueError):
        return str(UUID(name)) == name
    return False
