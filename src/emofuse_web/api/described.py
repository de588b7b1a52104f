"""How an endpoint is described: one decorator, so that every one says the same things in the same order."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from emofuse_web.api.problems import TYPE
from emofuse_web.api.shapes import ID, QUERIES, ref

View = TypeVar("View", bound=Callable[..., Any])
ALWAYS = (400, 401, 403, 429)  # what every endpoint may answer
WORDS = {
    400: "The request cannot be understood.",
    401: "Nobody is signed in, or the token opens nothing.",
    403: "The token has not the scope, or the session not the sign (CSRF).",
    404: "There is no such thing of yours.",
    406: "Not for this server: it is no ASGI server.",
    409: "Not as things stand.",
    410: "It is gone.",
    413: "It does not fit.",
    415: "The body has another type.",
    416: "There are no such bytes.",
    422: "It is understood, and refused: code says why, fix how to put it right.",
    429: "Too many requests (Retry-After), or too many analyses.",
    501: "This server cannot do it.",
}
SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]


def described(
    summary: str,
    *,
    tag: str,
    query: str = "",
    body: str = "",
    answer: str = "",
    status: int = 200,
    key: bool = False,
    fresh: bool = False,
    errors: Sequence[int] = (),
) -> Callable[[View], View]:
    """Describe a view's method; what it does in more words is its docstring.

    Args:
        summary: In a few words.
        tag: The group it stands in.
        query: Which of `QUERIES` it takes.
        body: Which component it reads.
        answer: Which component it gives; "file" for bytes; "events" for a stream of them; nothing for an answer without a body.
        status: When all is well.
        key: Whether it needs an Idempotency-Key.
        fresh: Whether it knows If-None-Match.
        errors: What else it may answer.
    """
    parameters = [OpenApiParameter(name, schema, "query", description=schema.get("description", "")) for name, schema in _query(query)]
    if key:
        parameters.append(OpenApiParameter("Idempotency-Key", ID, "header", required=True, description="A UUID; new for each new request."))
    if fresh:
        parameters.append(OpenApiParameter("If-None-Match", {"type": "string"}, "header", description="The ETag you have."))
    if answer == "file":
        parameters.append(OpenApiParameter("Range", {"type": "string"}, "header", description="bytes=FIRST-LAST"))
    responses: dict[Any, Any] = {}
    if answer == "file":
        for code in (200, 206):
            responses[(code, "*/*")] = OpenApiResponse({"type": "string", "format": "binary"}, "The bytes.")
    elif answer == "events":
        responses[(200, "text/event-stream")] = OpenApiResponse({"type": "string"}, "A stream of events.")
    else:
        responses[(status, "application/json") if answer else status] = OpenApiResponse(ref(answer) if answer else None, summary)
    if fresh:
        responses[304] = OpenApiResponse(None, "You have it already.")
    more = (*errors, *((415,) if body else ()))
    for code in sorted({*ALWAYS, *more}):
        responses[(code, TYPE)] = OpenApiResponse(ref("Problem"), WORDS[code])
    request = {"application/json": ref(body)} if body else None
    name = re.sub(r"\W+", "_", summary.lower())
    return extend_schema(name, summary=summary, tags=[tag], parameters=parameters, request=request, responses=responses, auth=SECURITY)  # type: ignore[arg-type]  # goes into the description as it is


def _query(name: str) -> list[tuple[str, dict[str, Any]]]:
    return list(QUERIES[name].items()) if name else []
