"""Who comes in: nobody where the site shares nothing; else whoever holds a link that works. Nothing of it is kept, found or passed on."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from allauth.core.internal.ratelimit import consume, respond_429
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from emofuse_web.config.errors import not_found
from emofuse_web.sharing.selectors import share_find

SHARED = "/shared/"
View = Callable[..., HttpResponseBase]
RATES = {"opened": "120/m/ip", "fetched": "300/m/ip", "missed": "20/m/ip"}  # pages, curves, and links that open nothing, from one address
PATIENCE = 60  # s


class Unseen:
    """Whatever is answered below `SHARED`, also what is no view's: neither kept nor found, and its address, which is a secret, not told."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        response = self.get_response(request)
        if request.path_info.startswith(SHARED):
            response.setdefault("Cache-Control", "private, no-store")
            response["Referrer-Policy"] = "no-referrer"
            response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response


def offered(view: View) -> View:
    """Nothing is here unless the settings say so."""

    @wraps(view)
    def inner(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        if not settings.SHARING:
            raise Http404
        return view(request, *args, **named)

    return inner


def shared(view: View) -> View:
    """Gives a view the link that opens it; whoever has none that works is told the same, whatever is wrong with it."""

    @wraps(view)
    def inner(request: HttpRequest, id: UUID, secret: str, **named: object) -> HttpResponseBase:
        try:
            share = share_find(id, secret) if settings.SHARING else None
            if share is None:
                raise Http404
            response = view(request, share, secret, **named)
        except Http404 as nothing:
            response = slowed(request, "missed") or not_found(request, nothing)
        response["Cache-Control"] = "private, no-store"
        return response

    return inner


def slowed(request: HttpRequest, action: str) -> HttpResponseBase | None:
    """Nothing, or the answer to somebody who asks too often."""
    if consume(request, app="emofuse_web.sharing", action=action, config=RATES, limit_get=True):
        return None
    response: HttpResponseBase = respond_429(request)
    response["Retry-After"] = str(PATIENCE)
    return response
