"""What a request says, held against the description that everybody reads: one schema for both, so that neither can be wrong alone."""

import math
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from rest_framework.request import Request

from emofuse_web.analyses.problems import refused

Schema = Mapping[str, Any]


def body(request: Request, schema: Schema) -> dict[str, Any]:
    """The body, as the schema has it.

    Raises:
        Refused: It is something else; the first fault is named.
    """
    data = {} if isinstance(request.data, QueryDict) else request.data
    _checked(data, schema, _("the body"))
    return dict(data)


def query(request: HttpRequest, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """What stands after the question mark, with defaults; each once, none that is unknown.

    Raises:
        Refused: It is not what the description says.
    """
    found: dict[str, Any] = {}
    for name, values in request.GET.lists():
        if name not in schemas:
            said = {"name": name[:40], "known": ", ".join(schemas) or _("nothing")}
            raise refused("REQUEST_INVALID", _("Nothing is known of '%(name)s' in the address. Expected some of: %(known)s.") % said)
        if len(values) > 1:
            raise refused("REQUEST_INVALID", _("'%(name)s' stands in the address more than once.") % {"name": name})
        value = _typed(values[0], schemas[name])
        _checked(value, schemas[name], name)
        found[name] = value
    return {name: found.get(name, schema.get("default")) for name, schema in schemas.items()}


def _typed(text: str, schema: Schema) -> object:
    """A number where one is expected and can be read; else the words, which then are refused."""
    kind: type[int] | type[float] | None = {"integer": int, "number": float}.get(str(schema.get("type")))
    plain = text.isascii() and not text[:1].isspace() and not text[-1:].isspace() and "_" not in text
    try:
        value = kind(text) if kind and plain and len(text) < 40 else text
    except ValueError:
        return text
    return value if isinstance(value, str) or math.isfinite(value) else text


def _checked(value: object, schema: Schema, where: str) -> None:
    if any(not printable(text) for text in _texts(value)):
        raise refused("REQUEST_INVALID", _("In %(where)s stand characters that cannot be read.") % {"where": where})
    fault = next(iter(sorted(Draft202012Validator(schema).iter_errors(value), key=lambda fault: list(map(str, fault.path)))), None)
    if fault is not None:
        path = ".".join(map(str, fault.absolute_path)) or where
        raise refused("REQUEST_INVALID", f"{path}: {fault.message[:200]}")


def _texts(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def printable(text: str) -> bool:
    """Whether a database and a page can hold it: no halves of characters, no zero."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
