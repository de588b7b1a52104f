"""Answers over https, or from this very machine, and from nowhere else: where a redirect leads counts too."""

import urllib.parse
import urllib.request
from email.message import Message
from typing import IO

from emofuse.core.errors import CorpusError

PATIENCE = 30.0  # seconds without a byte
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def opened(request: urllib.request.Request | str) -> "IO[bytes]":
    """An answer; redirects are followed, but only over https.

    Raises:
        CorpusError: The address, or one it leads to, is neither https nor on this machine.
        urllib.error.URLError: There is no answer, or it is an error.
    """
    request = urllib.request.Request(request) if isinstance(request, str) else request
    _trusted(request.full_url)
    request.add_header("User-Agent", "emofuse")
    request.add_header("Accept-Encoding", "identity")
    answer: IO[bytes] = urllib.request.build_opener(_Careful).open(request, timeout=PATIENCE)
    return answer


class _Careful(urllib.request.HTTPRedirectHandler):
    """Redirects to where we would have gone by ourselves."""

    def redirect_request(
        self, req: urllib.request.Request, fp: "IO[bytes]", code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        _trusted(newurl, here=not req.full_url.startswith("https:"))
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]  # typeshed wants http.client's own class


def _trusted(url: str, *, here: bool = True) -> None:
    """Raise unless it is https, or http on this machine where that is allowed: somebody elsewhere must not lead back to us."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (here and parts.scheme == "http" and parts.hostname in _HERE):
        raise CorpusError(f"{url} is not fetched. Expected an address that begins with https; get the file by hand, if you trust it.")
