"""A file in one piece, for pages without scripts and for curl: what comes is written beside the others, not into memory."""

import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from emofuse_web.accounts.models import User
from emofuse_web.analyses.problems import Refused
from emofuse_web.uploads import room
from emofuse_web.uploads.line import swallowed
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.problems import answer, refused
from emofuse_web.uploads.services import upload_arrived, upload_counted, upload_create, upload_remove
from emofuse_web.uploads.spool import Part, folder

FIELDS = 2**16  # bytes that the other fields and the form itself may take
ENDING = ".plain"  # of a file that a form is sending

P = ParamSpec("P")


class Beside(TemporaryFileUploadHandler):
    """Writes a file of a form to where files arrive, and no further than it may be."""

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        folder().mkdir(parents=True, exist_ok=True)
        super(TemporaryFileUploadHandler, self).new_file(field_name, file_name, *args, **kwargs)
        written = tempfile.NamedTemporaryFile(prefix="form.", suffix=ENDING, dir=folder())  # noqa: SIM115  # Django closes it
        self.file = UploadedFile(written, self.file_name, self.content_type)  # type: ignore[assignment]  # a file of a form, all the same

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Some of it."""
        if start + len(raw_data) > settings.PLAIN_UPLOAD_LIMIT:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)

    def upload_interrupted(self) -> None:
        """The line was cut: closing removes it."""
        if self.file is not None:
            self.file.close()


def limited(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Refuses what is too large before its body is read, and says when the disk is full."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.method != "POST":
            return answer(request, refused("METHOD", "POST"))
        if not length.isdecimal() or int(length) > settings.PLAIN_UPLOAD_LIMIT + FIELDS:
            return answer(request, too_large())
        request.upload_handlers = [Beside(request)]
        try:
            return view(request, *args, **kwargs)
        except OSError as error:
            if error.errno not in room.FULL:
                raise
            swallowed(request)
            return answer(request, room.full())

    return guarded


def too_large() -> Refused:
    """More than comes in one piece."""
    return refused("UPLOAD_SIZE", _("Expected at most %(most)d MB in one piece.") % {"most": settings.PLAIN_UPLOAD_LIMIT // 2**20})


def upload_bring(*, owner: User, role: str, file: "UploadedFile[bytes]", expected: str = "") -> Upload:
    """A file that came in one piece, to be looked at.

    Raises:
        Refused: See `upload_create`.
    """
    size = int(file.size or 0)
    upload = upload_create(owner=owner, role=role, name=file.name or "", size=size, expected=expected, most=settings.PLAIN_UPLOAD_LIMIT)
    part = Part(upload.id)
    try:
        _written(part, file, size)
    except OSError:
        upload_remove(upload=upload, by=owner)
        raise
    upload_counted(upload=upload.pk, offset=size)
    upload.offset = size
    upload_arrived(upload=upload)
    return upload


def _written(part: Part, file: "UploadedFile[bytes]", size: int) -> None:
    beside = Path(str(getattr(file.file, "name", "")))
    if beside.parent == part.place.parent and beside.suffix == ENDING:  # it lies there already: another name does
        part.place.hardlink_to(beside)
        return
    part.begin()
    file.seek(0)
    with part.held() as descriptor:
        part.pour(descriptor, file.read, 0, size, lambda _here: None, None)
