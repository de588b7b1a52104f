"""A number for each request: in its answer, its problem and the log."""

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse


class Numbered:
    """Puts ``request.number`` on the way in and ``X-Request-Id`` on the way out; the log's lines in between carry it."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        number = uuid.uuid4().hex
        request.number = number  # type: ignore[attr-defined]  # ours
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.answer(request)
        response["X-Request-Id"] = number
        return response
