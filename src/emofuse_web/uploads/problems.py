"""What goes wrong with a file on its way in, as an answer: application/problem+json."""

import json
import time

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from emofuse_web.analyses.problems import Refused
from emofuse_web.problems import CODES, anchor


def refused(code: str, detail: str, *, status: int | None = None, fix: str = "") -> Refused:
    """A problem of the catalogue, with what happened this time."""
    known = CODES[code]
    return Refused(code, gettext(known.title), detail, fix or gettext(known.fix), known.status if status is None else status)


def answer(request: HttpRequest, problem: Refused) -> HttpResponse:
    """The problem, as programs and scripts read it."""
    said = {
        "type": anchor(problem.code),
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "fix": problem.fix,
        "request_id": getattr(request, "number", ""),
    }
    reason = "Checksum Mismatch" if problem.status == 460 else None  # tus' own number
    response = HttpResponse(json.dumps(said), content_type="application/problem+json", status=problem.status, reason=reason)
    response["Cache-Control"] = "private, no-store"
    if problem.status == 429:
        response["Retry-After"] = str(60 - int(time.time() % 60))  # the minute of the clock within which is counted
    if problem.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="emofuse"'
    return response
