"""Pages for what went wrong, each with the number of the request, by which the log finds it. Programs get JSON from their own views.

These pages ask the database nothing: it may be what is missing.
"""

import logging
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from emofuse_web.storage.full import full

PAGES = (400, 403, 404, 405, 413, 429, 500, 503, 507)
log = logging.getLogger(__name__)
AWAIT = 120  # s after which a browser may look again while nothing is answered


def page(request: HttpRequest, status: int, template: str = "", **said: object) -> HttpResponse:
    """The page of a status."""
    number = getattr(request, "number", "")
    theme = request.COOKIES.get("theme", "auto")
    context = {
        "number": number,
        "status": status,
        "site_name": settings.SITE_NAME,
        "chosen_theme": theme if theme in ("light", "dark") else "auto",
        **said,
    }
    try:
        response = HttpResponse(render_to_string(template or f"{status}.html", context), status=status)
    except Exception:  # files of pages may be what is missing, too
        log.exception("the page of status %d cannot be shown", status)
        response = HttpResponse(f"{status}: {number}\n", content_type="text/plain; charset=utf-8", status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what came cannot be understood."""
    return page(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not for this visitor."""
    return page(request, 403)


def no_sign(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 where a form did not carry the page's own sign; most often the page was left open over a new sign-in."""
    return page(request, 403, "403_csrf.html")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or nothing for this visitor."""
    return page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; 507 where the disk is full; 503 where the database does not answer, which is over soon."""
    error = sys.exc_info()[1]
    if full(error):
        return page(request, 507)
    if isinstance(error, OperationalError | InterfaceError):
        response = page(request, 503)
        response["Retry-After"] = "10"
        return response
    return page(request, 500)


class Pages:
    """Puts a page where a view answered with a bare error and a browser waits for one; and closes the house while it is being mended.

    It is closed while the file that settings.MAINTENANCE names is there: made and removed by hand, or by a script that upgrades.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if settings.MAINTENANCE.exists() and not request.path.startswith(("/healthz", "/readyz", "/metrics", "/static/")):
            closed = page(request, 503, "maintenance.html")
            closed["Retry-After"] = str(AWAIT)
            return closed
        response = self.answer(request)
        if (
            response.status_code not in PAGES
            or response.streaming
            or response.content
            or "text/html" not in request.headers.get("Accept", "")
        ):
            return response
        shown = page(request, response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response:
                shown[name] = response[name]
        return shown
