"""What a worker does before a file is looked at: its bytes come into storage, and are added up.

A folder takes a file at once, so the request that brought the last byte does it. To S3 gigabytes travel for minutes, and adding up two
of them takes seconds anywhere: no request should wait for that, and a worker that dies at it begins anew.
"""

import hashlib
from contextlib import suppress
from pathlib import Path

from django.utils.translation import gettext as _

from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.spool import Part


def upload_settle(*, upload: Upload) -> None:
    """Bring it into storage and know its SHA-256; nothing the second time.

    Raises:
        Refused: What arrived is not as large as was announced, or has another sum.
        FileNotFoundError: Its bytes are nowhere.
    """
    part = Part(upload.id)
    arriving = part.place.exists()
    if upload.digest and not arriving:
        return
    digest = _summed(part.place if arriving else storage().local(f"uploads/{upload.id}"), upload)
    if arriving:
        with suppress(FileNotFoundError):  # the request took it while we added up
            storage().take(f"uploads/{upload.id}", part.place)
    Upload.objects.filter(pk=upload.pk).update(digest=digest)
    upload.digest = digest


def _summed(place: Path, upload: Upload) -> str:
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    if size != upload.size:
        raise refused("UPLOAD_SIZE", _("%(size)d bytes arrived, and %(told)d were announced.") % {"size": size, "told": upload.size})
    if upload.expected and digest != upload.expected:
        raise refused("UPLOAD_CHECKSUM", _("The SHA-256 of what arrived is not the one that was announced."))
    return digest
