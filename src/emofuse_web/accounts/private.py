"""What is made for somebody who is signed in is kept by no cache, not even the browser's own, unless its page says otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class Private:
    """Middleware for pages that others wrote, such as allauth's, which show codes and secrets."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        response = self.answer(request)
        silent = "Cache-Control" not in response and "ETag" not in response
        if silent and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response
