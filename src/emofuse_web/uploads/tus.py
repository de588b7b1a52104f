"""Resumable uploads: tus 1.0.0, with creation, creation-with-upload, expiration, checksum and termination.

https://tus.io/protocols/resumable-upload. The same views stand under /uploads/ for pages and under /api/v1/uploads for programs.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from emofuse_web.accounts.models import User
from emofuse_web.uploads.gate import gated, upload_of
from emofuse_web.uploads.line import reader, swallowed
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.receive import SUMS, Sum, upload_append, upload_offset
from emofuse_web.uploads.services import upload_create, upload_remove
from emofuse_web.uploads.spool import Part

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
STREAM = "application/offset+octet-stream"
SILENT = 30  # s without a byte after which a line counts as cut: whoever holds a dead one keeps the next request waiting
LARGEST = 10**15  # bytes; more digits than that are no number that anybody means

P = ParamSpec("P")


def spoken(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """What every answer carries; what is asked without signing in; and versions that are not spoken."""

    @csrf_exempt
    @wraps(view)
    def told(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        meant = request.headers.get("X-HTTP-Method-Override", "").upper()
        if request.method == "POST" and meant in ("PATCH", "DELETE"):
            request.method = meant  # for those behind a proxy that lets only GET and POST through; guarded as what it is
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        elif request.headers.get("Tus-Resumable") != VERSION:
            response = HttpResponse(status=412)
        else:
            response = view(request, *args, **kwargs)
        if response.status_code >= 400:
            swallowed(request)
        response["Tus-Resumable"] = response["Tus-Version"] = VERSION
        response["Cache-Control"] = "private, no-store"
        if request.method == "OPTIONS":
            response["Tus-Extension"], response["Tus-Max-Size"] = EXTENSIONS, str(settings.UPLOAD_LIMIT)
            response["Tus-Checksum-Algorithm"] = ",".join(SUMS)
        return response

    return told


@spoken
@gated
def create(request: HttpRequest, user: User) -> HttpResponse:
    """Announce a file (POST); its first bytes may come along."""
    if request.method != "POST":
        return _method("POST, OPTIONS")
    told = _metadata(request.headers.get("Upload-Metadata", ""))
    size = _number(request, "Upload-Length")
    upload = upload_create(
        owner=user, role=told.get("role", ""), name=told.get("filename", ""), size=size, expected=told.get("sha256", "").lower()
    )
    Part(upload.id).begin()
    if request.content_type == STREAM and _number(request, "Content-Length"):
        _appended(request, upload, 0)
    response = HttpResponse(status=201)
    response["Location"] = f"{request.path.rstrip('/')}/{upload.id}{'/' if request.path.endswith('/') else ''}"
    return _standing(response, upload, upload.offset)


@spoken
@gated
def piece(request: HttpRequest, user: User, upload: UUID) -> HttpResponse:
    """How much is here (HEAD), a piece more (PATCH), or nothing any longer (DELETE)."""
    found = upload_of(user, upload)
    if request.method == "HEAD":
        response = _standing(HttpResponse(), found, upload_offset(upload=found))
        response["Upload-Length"] = str(found.size)
        return response
    if request.method == "PATCH":
        if request.content_type != STREAM:
            raise refused("MEDIA_TYPE", _("Expected a piece as %(stream)s.") % {"stream": STREAM})
        here = _appended(request, found, _number(request, "Upload-Offset"))
        return _standing(HttpResponse(status=204), found, here)
    if request.method == "DELETE":
        upload_remove(upload=found, by=user)
        return HttpResponse(status=204)
    return _method("HEAD, PATCH, DELETE, OPTIONS")


def _appended(request: HttpRequest, upload: Upload, offset: int) -> int:
    sum_ = Sum.told(request.headers.get("Upload-Checksum", ""))
    line = request.META.get("gunicorn.socket")
    before = line.gettimeout() if line is not None else None
    if line is not None:
        line.settimeout(SILENT)
    try:
        return upload_append(upload=upload, offset=offset, length=_number(request, "Content-Length"), read=reader(request), sum_=sum_)
    finally:
        if line is not None:
            line.settimeout(before)


def _number(request: HttpRequest, header: str) -> int:
    said = request.headers.get(header, "")
    if not (said.isascii() and said.isdecimal() and len(said) <= len(str(LARGEST))):
        detail = _("The header %(header)s is missing or no number. Expected a number of bytes.") % {"header": header}
        raise refused("REQUEST_INVALID", detail, status=411 if header == "Content-Length" else None)
    return int(said)


def _metadata(header: str) -> dict[str, str]:
    """``key base64,key base64``: what cannot be read is refused rather than guessed."""
    told = {}
    for pair in filter(None, (pair.strip() for pair in header.split(","))):
        key, _space, coded = pair.partition(" ")
        try:
            told[key] = base64.b64decode(coded, validate=True).decode("utf-8", errors="replace")
        except (binascii.Error, ValueError) as error:
            raise refused("REQUEST_INVALID", _("Upload-Metadata cannot be read. Expected words, each with its value in base64.")) from error
    return told


def _standing(response: HttpResponse, upload: Upload, here: int) -> HttpResponse:
    response["Upload-Offset"] = str(here)
    response["Upload-Expires"] = http_date(upload.expires.timestamp())
    return response


def _method(known: str) -> HttpResponse:
    return HttpResponse(status=405, headers={"Allow": known})
