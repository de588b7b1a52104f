"""When a session was last used: written at most every five minutes, since a row at every request would keep the database busy."""

from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

EVERY = timedelta(minutes=5)
KEY = "seen"


class Seen:
    """Middleware that keeps the list of sessions true."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        if request.session.session_key and request.user.is_authenticated:
            now = timezone.now()
            if request.session.get(KEY, 0) < (now - EVERY).timestamp():
                UserSession.objects.create_from_request(request)
                request.session[KEY] = now.timestamp()
        return self.answer(request)
