"""The result of an analysis as a page, and what its script fetches."""

import gzip
import json
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from emofuse_web.analyses import result_document
from emofuse_web.analyses.delivery import deliver_artifact
from emofuse_web.analyses.doors import personal
from emofuse_web.analyses.lane_files import deliver_lane
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.result_context import TAKEN, context, template
from emofuse_web.analyses.selectors import POINTS, analysis_of, artifact_of, artifact_of_kind, curves, document, sample_answered

PACKED = 5  # gzip's level; more costs time and gains little


@require_safe
@personal
def result(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """The page of an analysis that is over and has an answer."""
    return render(request, template(analysis), context(analysis, at=request.GET.get("t", "")))


@require_safe
@personal
def sample(request: HttpRequest) -> HttpResponse:
    """The analysis that everybody may see."""
    found = sample_answered()
    if found is None:
        return render(request, "analyses/sample_missing.html", status=404)
    answer: HttpResponse = result(request, found)
    return answer


@require_safe
@personal
def timeline(request: HttpRequest, id: UUID) -> HttpResponse:
    """Spans of every lane, and their curves over the whole recording."""
    return timeline_answered(request, analysis_of(request.user, id))


@require_safe
@personal
def data(request: HttpRequest, id: UUID) -> HttpResponse:
    """One lane's curves between two times."""
    return curves_answered(request, analysis_of(request.user, id))


@require_safe
def export(request: HttpRequest, id: UUID, kind: str) -> HttpResponseBase:
    """A file to take away, by its kind; ``?lane`` for one lane alone, where the kind can be had so."""
    analysis = analysis_of(request.user, id)
    if lane := request.GET.get("lane"):
        return deliver_lane(request, analysis, kind, lane)
    row = artifact_of_kind(analysis, kind) if kind in TAKEN else None
    if row is None:
        raise Http404
    return deliver_artifact(request, row)


@require_safe
def artifact(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """A file that the page plays or shows."""
    return deliver_artifact(request, artifact_of(request.user, id))


def timeline_answered(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """What the page's script draws from, for somebody who was found to be allowed to read it."""
    said = document(analysis)
    if not said:
        raise Http404
    return _json(request, result_document.page(analysis, said))


def curves_answered(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """The stretch of curves that the query names, for somebody who was found to be allowed to read it."""
    start, points = _whole(request, "from", 0), _whole(request, "points", POINTS)
    end = _whole(request, "to", -1)
    found = curves(analysis, request.GET.get("lane"), max(start, 0), None if end < 0 else end, min(max(points, 2), POINTS))
    return _json(request, found)


def _whole(request: HttpRequest, name: str, otherwise: int) -> int:
    """A whole number of the query; what is none counts as not said."""
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 12 else otherwise


def _json(request: HttpRequest, said: Any) -> HttpResponse:
    """JSON, packed where the browser takes it. Nothing that a stranger sent is in it, so its size tells nothing."""
    body = json.dumps(said, separators=(",", ":"), allow_nan=False).encode()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    answer = HttpResponse(gzip.compress(body, PACKED, mtime=0) if packed else body, content_type="application/json")
    if packed:
        answer["Content-Encoding"] = "gzip"
    answer["Vary"] = "Accept-Encoding, Cookie"
    return answer
