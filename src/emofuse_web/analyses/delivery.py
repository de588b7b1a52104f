"""Files on their way out: whole or one range, in small pieces, to nobody's disk but the reader's own wish.

``private, no-store`` holds for all of it: nothing of a recording stays in the cache of a shared machine. A player that seeks asks for the
range that it needs, and carries the ETag in If-Range itself; it needs no cache for that.
"""

from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.utils.http import parse_etags

from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.ranges import Unsatisfiable, asked
from emofuse_web.recognition.made import KINDS, ending
from emofuse_web.storage import storage
from emofuse_web.uploads.names import disposition

SHUT = "sandbox; default-src 'none'"  # should a browser open it after all, it is nobody's page and runs nothing

SHOWN = ("proxy", "thumbnail", "peaks", "curves")  # kinds that pages play or read; all others are saved
ENDINGS = {kind: ending(kind) for kind in KINDS}  # of what is saved; media types alone would not tell them apart


def deliver_artifact(request: HttpRequest, artifact: Artifact) -> HttpResponseBase:
    """A file that came out of an analysis, for somebody who may have it; ``?save`` saves what a page else plays."""
    return deliver(
        request,
        f"artifacts/{artifact.id}",
        media_type=artifact.media_type,
        name=artifact_name(artifact),
        inline=artifact.kind in SHOWN and "save" not in request.GET,
        digest=artifact.digest,
    )


PLAIN = str.maketrans("/\\", "--")  # of a name with such a sign, only what comes after it would be kept


def stem(analysis: Analysis) -> str:
    """What the first file that was brought is called, without its ending; nothing where it is gone."""
    brought = next((file.name for file in (analysis.video, analysis.eeg, analysis.text, analysis.audio) if file is not None), "")
    return str(brought.rpartition(".")[0] or brought)


def artifact_name(artifact: Artifact) -> str:
    """What it is called when it is saved: as the analysis is, else as the file that was brought."""
    return saved_as(artifact.analysis, ending(artifact.kind, artifact.media_type) if artifact.kind in KINDS else "")


def saved_as(analysis: Analysis, ends: str) -> str:
    """A name for something of an analysis that is saved, with its ending."""
    return f"{str(analysis.label or stem(analysis) or analysis.id).translate(PLAIN)}{ends}"


def deliver(request: HttpRequest, key: str, *, media_type: str, name: str, inline: bool, digest: str) -> HttpResponseBase:
    """The bytes under a key, for somebody who was found to be allowed to have them.

    Args:
        request: GET or HEAD.
        key: In storage.
        media_type: What it is; never guessed.
        name: What it is called when it is saved.
        inline: Whether a page shows or plays it; else it is saved.
        digest: SHA-256, which names its content; empty where it is not known.

    Raises:
        Http404: It is not there any longer.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    etag = f'"{digest}"' if digest else ""
    try:
        size = storage().size(key)
        response = _unchanged(request, etag) or _elsewhere(key, media_type, name, inline=inline) or _bytes(request, key, size, etag)
    except FileNotFoundError as error:
        raise Http404 from error
    if response.status_code in (200, 206):
        response["Content-Type"] = media_type
        response["Content-Disposition"] = disposition(name, inline=inline)
        response["Accept-Ranges"] = "bytes"
    if etag:
        response["ETag"] = etag
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    if not inline:
        response["Content-Security-Policy"] = SHUT
    return response


def _unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Nothing to send, for those who have it, or who wanted another."""
    if (wanted := request.headers.get("If-Match", "").strip()) and wanted != "*" and etag not in parse_etags(wanted):
        return HttpResponse(status=412)
    known = request.headers.get("If-None-Match", "").strip()
    if known == "*" or (etag and etag in [one.removeprefix("W/") for one in parse_etags(known)]):
        return HttpResponse(status=304)
    return None


def _elsewhere(key: str, media_type: str, name: str, *, inline: bool) -> HttpResponseBase | None:
    """Left to who does it better: the server in front, or S3. What a page plays from S3 comes through us, since pages load from us only."""
    if settings.ACCEL and storage().near:
        return HttpResponse(headers={"X-Accel-Redirect": f"{settings.ACCEL.rstrip('/')}/{quote(key)}"})
    if not inline and (link := storage().link(key, media_type=media_type, disposition=disposition(name))):
        return HttpResponseRedirect(link)
    return None


def _bytes(request: HttpRequest, key: str, size: int, etag: str) -> HttpResponseBase:
    try:
        part = asked(request.headers.get("Range", ""), size) if request.method == "GET" and _same(request, etag) else None
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = part or (0, size)
    pieces = storage().read(key, start, end)
    if request.method == "HEAD":
        pieces.close() if hasattr(pieces, "close") else None
        response: HttpResponseBase = HttpResponse()
    else:
        response = StreamingHttpResponse(_awaited(pieces) if isinstance(request, ASGIRequest) else pieces, status=206 if part else 200)
        response._resource_closers.append(getattr(pieces, "close", lambda: None))  # type: ignore[attr-defined]  # what nobody reads, too
    response["Content-Length"] = str(end - start)
    if part:
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _same(request: HttpRequest, etag: str) -> bool:
    """Whether a range may be cut: If-Range names this very content, or is not there. Dates name nothing here."""
    wanted = request.headers.get("If-Range", "").strip()
    return not wanted or (bool(etag) and wanted == etag)


async def _awaited(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Under ASGI Django would else gather the whole file first."""
    following = sync_to_async(lambda: next(pieces, b""))
    while piece := await following():
        yield piece
