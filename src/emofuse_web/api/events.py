"""A job as it goes, pushed instead of asked for: server-sent events, where the server is an ASGI one."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from emofuse_web.accounts.models import Token, User
from emofuse_web.analyses.selectors import analysis_of
from emofuse_web.api.base import ApiView
from emofuse_web.api.described import described
from emofuse_web.api.jobs import user_of
from emofuse_web.api.problems import answer
from emofuse_web.api.rows import job_row

LOOK = 1.0  # s between looks at the row
STILL = 15.0  # s after which a line without meaning keeps the connection open
LONGEST = 600.0  # s; whoever listens comes back by itself, as browsers do


class Events(ApiView):
    """A stream."""

    @described("Listen to an analysis", tag="jobs", answer="events", errors=(404, 501))
    def get(self, request: Request, id: UUID) -> HttpResponseBase:
        """An event "job" with what GET /jobs/{id} says, whenever that changes; it ends when the job is over, or after 10 minutes.

        Only where the site runs under an ASGI server (docs/deploy.md); elsewhere the answer is 501: ask with If-None-Match instead.
        """
        analysis_of(user_of(request), id)
        if not isinstance(request._request, ASGIRequest):
            detail = _("This server answers one request with one answer. Expected an ASGI server.")
            fix = _("Ask for the job itself every few seconds, with If-None-Match.")
            return answer(request._request, "METHOD", detail, fix=fix, status=501)
        token = request.auth if isinstance(request.auth, Token) else None
        stream = StreamingHttpResponse(told(user_of(request), id, token), content_type="text/event-stream")
        stream["X-Accel-Buffering"], stream["Cache-Control"] = "no", "private, no-store"
        return stream


async def told(user: User, id: UUID, token: Token | None = None, *, look: float = LOOK, longest: float = LONGEST) -> AsyncIterator[str]:
    """The events of a job, until it is over, gone, or the token is revoked."""
    last, spoke, began = "", time.monotonic(), time.monotonic()
    while time.monotonic() - began < longest:
        text, over = await sync_to_async(_seen)(user, id, token)
        if text is None:
            yield "event: gone\ndata: {}\n\n"
            return
        if text != last:
            last, spoke = text, time.monotonic()
            yield f"event: job\ndata: {text}\n\n"
        elif time.monotonic() - spoke > STILL:
            spoke = time.monotonic()
            yield ": still here\n\n"
        if over:
            return
        await asyncio.sleep(look)


def _seen(user: User, id: UUID, token: Token | None) -> tuple[str | None, bool]:
    if token is not None and not Token.objects.filter(pk=token.pk, revoked=None).exists():
        return None, True
    try:
        analysis = analysis_of(user, id)
    except Http404:
        return None, True
    return json.dumps(job_row(analysis), cls=DjangoJSONEncoder, ensure_ascii=False), analysis.job.terminal
