"""One lane alone as a file to take away: told again from the answer that was written, while its reader waits."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed

from emofuse_web.analyses.delivery import SHUT, saved_as
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.selectors import document
from emofuse_web.recognition.made import KINDS, ending
from emofuse_web.recognition.one_lane import FORMS, lane_text
from emofuse_web.uploads.names import disposition

__all__ = ["FORMS", "deliver_lane"]


def deliver_lane(request: HttpRequest, analysis: Analysis, kind: str, lane: str) -> HttpResponse:
    """A lane in one of `FORMS`, for somebody who was found to be allowed to have it.

    Raises:
        Http404: There is no answer, no such lane in it, or this form holds every lane.
    """
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    said = document(analysis)
    if not said or kind not in FORMS or lane not in {one["name"] for one in said["lanes"]}:
        raise Http404
    text = lane_text(said, lane, kind)
    answer = HttpResponse(text, content_type=f"{KINDS[kind][0][1]}; charset=utf-8")
    answer["Content-Disposition"] = disposition(saved_as(analysis, f".{lane}{ending(kind)}"))
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SHUT
    return answer
