"""What all views of the interface share: who may ask, how often, and in what form they are answered."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from emofuse_web.accounts.tokens import allows
from emofuse_web.api.throttles import Minute


class Scoped(BasePermission):
    """A token does what its scopes say."""

    message = "The token has not the scope that this needs. Expected 'read' to look, 'write' to change; make a token that has it."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether it may; where there is nothing to do under this method, that is said instead."""
        if getattr(view, str(request.method).lower(), None) is None:
            raise MethodNotAllowed(str(request.method))
        return allows(request)


class OneForm(BaseContentNegotiation):
    """There is one form for everything, so that nobody is turned away for what they accept."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The one for JSON, where the body says that it is."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next(iter(parsers)) if kind == "application/json" else None

    def select_renderer(self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None) -> tuple[Any, str]:
        """The one there is."""
        first = next(iter(renderers))
        return first, first.media_type or ""


class Json(JSONParser):
    """JSON; what is nested too deep to be read is no JSON of anybody who means well."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The body.

        Raises:
            ParseError: It is none.
        """
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("The body is nested too deep. Expected what the pages of the API show.") from error


class ApiView(APIView):
    """A view of the interface."""

    permission_classes = (IsAuthenticated, Scoped)
    throttle_classes = (Minute,)
    parser_classes = (Json,)
    content_negotiation_class = OneForm
    metadata_class = None  # OPTIONS is answered nowhere: other sites have no business here

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody in between keeps what is personal."""
        done = super().finalize_response(request, response, *args, **kwargs)
        if "Cache-Control" not in done:
            done["Cache-Control"] = "private, no-store"
        patch_vary_headers(done, ("Authorization", "Cookie"))
        return done


def said(data: object, status: int = 200, **headers: str) -> HttpResponse:
    """An answer in JSON."""
    body = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    return HttpResponse(body, content_type="application/json", status=status, headers=headers)


def said_anew(request: HttpRequest, data: object, **headers: str) -> HttpResponse:
    """An answer with an ETag; 304 for whoever has it already."""
    response = said(data, 200, **headers)
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if any(one.removeprefix("W/") == etag for one in known) or known == ["*"]:
        response = HttpResponse(status=304, headers=headers)
        del response["Content-Type"]
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response
