"""A number for each request: in its answer, its problem and the log."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Numbered:
    """Puts ``request.number`` on the way in and ``X-Request-Id`` on the way out."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        request.number = uuid.uuid4().hex  # type: ignore[attr-defined]  # ours
        response = self.answer(request)
        response["X-Request-Id"] = request.number  # type: ignore[attr-defined]  # ours
        return response
