"""A file in one piece, how a file stands, what it is told, and its end."""

import hashlib
import json
from collections.abc import Mapping
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.problems import shown
from emofuse_web.uploads.gate import gated, upload_of
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.plain import limited, too_large, upload_bring
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.receive import upload_offset
from emofuse_web.uploads.services import upload_remove, upload_tell
from emofuse_web.uploads.told import told_checked

TOLD_MOST = 64 * 2**10  # bytes of a mapping


@limited
@gated
def plain(request: HttpRequest, user: User) -> HttpResponse:
    """A file in one piece, as a form sends it: fields ``role``, ``file`` and perhaps ``sha256``. Browsers go back to their form."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.PLAIN_UPLOAD_LIMIT:
            raise too_large()
        raise refused("INPUT_MISSING", _("Expected a form (multipart/form-data) with a field 'file' that holds one file."))
    role = request.POST.get("role", "")
    upload = upload_bring(owner=user, role=role, file=file, expected=request.POST.get("sha256", "").lower())
    if "text/html" not in request.headers.get("Accept", ""):
        return _said(request, upload, status=201)
    others = {key: request.POST[key] for key in ("mode", "video", "audio", "eeg", "text") if request.POST.get(key)}
    query = {**others, upload.role: str(upload.id)}
    return HttpResponseRedirect(reverse("analyses:new", query=query))


@gated
def state(request: HttpRequest, user: User, upload: UUID) -> HttpResponse:
    """How a file stands, for those who ask again and again."""
    if request.method not in ("GET", "HEAD"):
        raise refused("METHOD", "GET")
    found = upload_of(user, upload)
    if found.state == State.RECEIVING and found.offset == found.size:
        upload_offset(upload=found)  # its last byte came, and a crash kept it from going on
    return _said(request, found)


@gated
def told(request: HttpRequest, user: User, upload: UUID) -> HttpResponse:
    """What a file of EEG does not say of itself (POST, a form or JSON); it is looked at again."""
    if request.method != "POST":
        raise refused("METHOD", "POST")
    found = upload_of(user, upload)
    upload_tell(upload=found, told=told_checked(_fields(request)))
    return _said(request, found, status=202)


@gated
def remove(request: HttpRequest, user: User, upload: UUID) -> HttpResponse:
    """Remove a file that no analysis needs (POST)."""
    if request.method != "POST":
        raise refused("METHOD", "POST")
    upload_remove(upload=upload_of(user, upload), by=user)
    if "text/html" in request.headers.get("Accept", ""):
        return HttpResponseRedirect(reverse("analyses:new"))
    return HttpResponse(status=204)


def standing(upload: Upload) -> dict[str, object]:
    """How a file stands, as JSON knows it."""
    return {
        "id": str(upload.id),
        "role": upload.role,
        "name": upload.name,
        "size": upload.size,
        "offset": upload.offset,
        "state": upload.state,
        "state_text": str(State(upload.state).label),
        "digest": upload.digest,
        "told": upload.told,
        "report": upload.report,
        "problem": shown(upload.problem) if upload.problem else None,
        "look": {"status": upload.look.status, "progress": upload.look.progress} if upload.look else None,
        "expires": upload.expires.isoformat(),
    }


def _said(request: HttpRequest, upload: Upload, *, status: int = 200) -> HttpResponse:
    body = json.dumps(standing(upload), ensure_ascii=False).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if status == 200 and etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(body, content_type="application/json", status=status)
    response["ETag"], response["Cache-Control"] = etag, "private, no-store"
    if status == 201:
        response["Location"] = reverse("uploads:state", args=[upload.id])
    return response


def _fields(request: HttpRequest) -> Mapping[str, object]:
    if request.content_type != "application/json":
        return {key: request.POST[key] for key in request.POST if key != "csrfmiddlewaretoken"}
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal() or int(length) > min(TOLD_MOST, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        raise refused("REQUEST_INVALID", _("Expected a short JSON object."))
    try:
        fields = json.loads(request.body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise refused("REQUEST_INVALID", _("Expected a JSON object."))
    return fields
