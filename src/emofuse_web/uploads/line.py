"""The line over which bytes come: read until it is cut, or read empty before it is answered."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.request import UnreadablePostError

SWALLOWED = 16 * 2**20  # bytes of a refused body that are read away: a server that closes on unread bytes takes its answer along


def reader(request: HttpRequest) -> Callable[[int], bytes]:
    """Reads up to so many bytes of the body; none at its end, or where the line was cut."""

    def read(most: int) -> bytes:
        try:
            return request.read(most)
        except UnreadablePostError:
            return b""

    return read


def swallowed(request: HttpRequest) -> None:
    """Read away what is left of a body that nobody wants, unless it is long."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) <= SWALLOWED:
        read = reader(request)
        while read(2**16):
            pass
