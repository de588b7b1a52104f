"""Every error under /api/ as application/problem+json (RFC 9457), whoever noticed it: a view, the framework, or what stands before both."""

import json
import logging
from collections.abc import Callable, Mapping

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from rest_framework import exceptions

from emofuse_web.analyses.problems import Refused
from emofuse_web.problems import CODES, anchor

TYPE = "application/problem+json"
BY_STATUS = {
    400: "REQUEST_INVALID",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD",
    413: "UPLOAD_SIZE",
    415: "MEDIA_TYPE",
    416: "RANGE",
    429: "RATE",
    507: "STORAGE_FULL",
}
KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range", "Accept-Ranges", "Tus-Resumable", "Tus-Version")
log = logging.getLogger(__name__)


def answer(request: HttpRequest, code: str, detail: str = "", *, title: str = "", fix: str = "", status: int | None = None) -> HttpResponse:
    """A problem of the catalogue, with what was found this time."""
    kind = CODES[code]
    said = {
        "type": anchor(code),
        "title": title or gettext(kind.title),
        "status": status or kind.status,
        "code": code,
        "detail": detail,
        "fix": fix or gettext(kind.fix),
        "request_id": getattr(request, "number", ""),
    }
    response = HttpResponse(json.dumps(said, ensure_ascii=False).encode(), content_type=TYPE, status=said["status"])
    response["Cache-Control"] = "private, no-store"
    return response


def handler(error: Exception, context: Mapping[str, object]) -> HttpResponse | None:
    """What a view raised; None for a fault of ours, which becomes an answer in `Problems`, once it was written down."""
    request: HttpRequest = context["request"]._request  # type: ignore[attr-defined]  # REST framework's, which wraps Django's
    if isinstance(error, Refused):
        return answer(request, error.code, error.detail, title=error.title, fix=error.fix, status=error.status)
    if isinstance(error, Http404):
        return answer(request, "NOT_FOUND")
    if isinstance(error, PermissionDenied):
        return answer(request, "FORBIDDEN")
    if not isinstance(error, exceptions.APIException):
        return None
    status = error.status_code
    response = answer(request, BY_STATUS.get(status, "REQUEST_INVALID"), _words(error.detail), status=status)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait))
    return response


def _words(detail: object) -> str:
    return str(detail) if isinstance(detail, str) else ""


class Problems:
    """Middleware: errors under /api/ that others answered in a form of their own become problems, too."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        response = self.answer(request)
        if not request.path_info.startswith("/api/") or response.status_code < 400 or response.get("Content-Type", "") == TYPE:
            return response
        code = BY_STATUS.get(response.status_code, "REQUEST_INVALID" if response.status_code < 500 else "OURS")
        problem = answer(request, code, status=response.status_code)
        for name in KEPT:
            if name in response:
                problem[name] = response[name]
        problem.cookies = response.cookies
        return problem
