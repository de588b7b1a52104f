"""The description of the interface: OpenAPI 3.1, served by ourselves."""

import copy
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from emofuse_web.api.base import said_anew
from emofuse_web.api.examples import example
from emofuse_web.api.shapes import COMPONENTS
from emofuse_web.api.tus_paths import upload_paths

PREFIX = "/api/v1/"
ABOUT = """Recordings in, answers out. Sign in with `Authorization: Bearer emo_...` (a token from your account's page), or as a browser
does, with a session and the CSRF header. Times are milliseconds on the clock of the recording's proxy. Errors are application/problem+json,
with a code of the catalogue, and how to put it right. An answer shows expression as recognizers read it, never what somebody feels."""
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token of yours, with the scopes read, write or both."},
    "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "A browser's session; changes need X-CSRFToken."},
}


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """All of it, as JSON."""
    return said_anew(request, description())


def description() -> dict[str, Any]:
    """All of it; yours to change."""
    return copy.deepcopy(_description())


@cache
def _description() -> dict[str, Any]:
    found = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # it has no types
    own = {path: item for path, item in found["paths"].items() if path.startswith(PREFIX)}
    paths = {path: _with_examples(item) for path, item in (*upload_paths().items(), *own.items())}
    return {
        **found,
        "info": {"title": "emofuse", "version": "1", "description": ABOUT},
        "paths": paths,
        "components": {"schemas": COMPONENTS, "securitySchemes": SCHEMES},
    }


def _with_examples(item: dict[str, Any]) -> dict[str, Any]:
    """Each body and each answer gets the example of its component."""
    for operation in item.values():
        if not isinstance(operation, dict):
            continue
        for answer in operation["responses"].values():
            for media in answer.get("content", {}).values():
                if media.get("schema", {}).get("format") == "binary":
                    media["schema"] = {}  # bytes, as OpenAPI 3.1 has them
        for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in holder.get("content", {}).values():
                name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
                if name and "example" not in media:
                    media["example"] = example(name)
    return item
