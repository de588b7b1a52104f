"""The bytes of a file, as they come: appended, flushed, counted, and found again after a crash."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from emofuse_web.analyses.problems import Refused
from emofuse_web.storage import storage
from emofuse_web.uploads import room
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.services import upload_arrived, upload_counted
from emofuse_web.uploads.spool import Busy, Part

SUMS = ("sha256", "sha1")


@dataclass(frozen=True, slots=True)
class Sum:
    """What a piece must add up to."""

    algorithm: str
    digest: bytes

    @classmethod
    def told(cls, header: str) -> "Sum | None":
        """From ``Upload-Checksum: sha256 <base64>``; None where there is none.

        Raises:
            Refused: It cannot be read, or is of a kind that is not added up here.
        """
        if not header:
            return None
        algorithm, _space, coded = header.partition(" ")
        try:
            digest = base64.b64decode(coded, validate=True)
        except (binascii.Error, ValueError):
            digest = b""
        if algorithm not in SUMS or len(digest) != hashlib.new(algorithm).digest_size:
            detail = _("Upload-Checksum cannot be read. Expected one of %(known)s, a space, and the sum in base64.")
            raise refused("REQUEST_INVALID", detail % {"known": ", ".join(SUMS)})
        return cls(algorithm, digest)


def upload_offset(*, upload: Upload) -> int:
    """How much is here, as the file itself says; what a crash left uncounted is counted now.

    Raises:
        Refused: Somebody is sending it at this moment, or it was removed.
    """
    if upload.state != State.RECEIVING:
        return upload.size
    part = Part(upload.id)
    try:
        with part.held() as descriptor:
            here = part.offset(descriptor, upload.offset)
    except Busy as error:
        raise _busy() from error
    except FileNotFoundError as error:
        here = _taken(upload, error)
    _count(upload, here)
    return here


def upload_append(*, upload: Upload, offset: int, length: int, read: Callable[[int], bytes], sum_: Sum | None) -> int:
    """Append a piece; how much is here then. Where the line is cut, what came is kept (but not where a sum was promised for it).

    Raises:
        Refused: It does not begin where the file ends, goes beyond it, is not what its sum says, somebody else is sending, or no room.
    """
    if upload.state != State.RECEIVING:
        if (offset, length) == (upload.size, 0):
            return upload.size
        raise _out_of_turn(upload.size)
    if offset + length > upload.size:
        detail = _("This piece would end at byte %(end)d. Expected at most the %(size)d that were announced.")
        raise refused("UPLOAD_SIZE", detail % {"end": offset + length, "size": upload.size})
    part = Part(upload.id)
    try:
        with part.held() as descriptor:
            here = part.offset(descriptor, upload.offset)
            if here != offset:
                _count(upload, here)
                raise _out_of_turn(here)
            room.disk_checked(0)
            here = _poured(part, descriptor, upload, offset, length, read, sum_)
            upload.offset = here
            if not upload_counted(upload=upload.pk, offset=here):
                raise refused("NOT_FOUND", _("The file was removed while it arrived."))
    except Busy as error:
        raise _busy() from error
    except FileNotFoundError as error:
        raise refused("NOT_FOUND", _("What had arrived of this file is gone. Send it anew.")) from error
    if here == upload.size:
        upload_arrived(upload=upload)
    return here


def _poured(part: Part, descriptor: int, upload: Upload, offset: int, length: int, read: Callable[[int], bytes], sum_: Sum | None) -> int:
    adding = hashlib.new(sum_.algorithm) if sum_ else None
    try:
        here = part.pour(descriptor, read, offset, length, lambda so_far: _told(upload, so_far), adding)
    except OSError as error:
        part.judged(descriptor, offset, good=sum_ is None)
        if error.errno in room.FULL:
            raise room.full() from error
        raise
    if sum_ is not None and adding is not None:
        good = adding.digest() == sum_.digest
        part.judged(descriptor, offset, good=good)
        if not good and here - offset < length:
            return offset  # the line was cut: nothing is wrong with what was sent, it only did not come
        if not good:
            raise refused(
                "UPLOAD_CHECKSUM", _("The sum of this piece is another than was told."), status=460, fix=_("Send the piece again.")
            )
    return here


def _told(upload: Upload, here: int) -> None:
    if not upload_counted(upload=upload.pk, offset=here):
        raise refused("NOT_FOUND", _("The file was removed while it arrived."))


def _count(upload: Upload, here: int) -> None:
    """Write down what the file says, where the row says otherwise; a file that is whole goes on."""
    if here != upload.offset:
        upload_counted(upload=upload.pk, offset=here)
        upload.offset = here
    if here == upload.size:
        upload_arrived(upload=upload)


def _taken(upload: Upload, error: FileNotFoundError) -> int:
    """The size of a file that was taken into storage before its row could say so."""
    try:
        return storage().size(f"uploads/{upload.id}")
    except FileNotFoundError:
        raise refused("NOT_FOUND", _("What had arrived of this file is gone. Send it anew.")) from error


def _busy() -> Refused:
    return refused(
        "UPLOAD_OFFSET", _("Another request is sending this file."), status=423, fix=_("Wait a moment, and ask how much has arrived.")
    )


def _out_of_turn(here: int) -> Refused:
    return refused("UPLOAD_OFFSET", _("%(here)d bytes are here. Expected the next piece to begin there.") % {"here": here})
