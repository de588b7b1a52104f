"""What came out of a job: stretches, curves, files."""

from uuid import UUID

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from emofuse_web.analyses.delivery import deliver_artifact
from emofuse_web.analyses.lane_files import FORMS, deliver_lane
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.problems import refused
from emofuse_web.analyses.selectors import analysis_of, artifact_of, artifact_of_kind, curves, segments
from emofuse_web.api.asked import query
from emofuse_web.api.base import ApiView, said_anew
from emofuse_web.api.described import described
from emofuse_web.api.jobs import user_of
from emofuse_web.api.kinds import EXPORTS
from emofuse_web.api.shapes import QUERIES


class Segments(ApiView):
    """Stretches with one answer each."""

    @described("Stretches with one answer", tag="results", query="segments", answer="Segments", fresh=True, errors=(404,))
    def get(self, request: Request, id: UUID) -> HttpResponseBase:
        """Of one lane, in order, without gaps and overlaps; those below min_conf are left out."""
        asked = query(request, QUERIES["segments"])
        found = segments(analysis_of(user_of(request), id), asked["lane"], asked["min_conf"])
        return said_anew(request, {"lane": found[0]["lane"] if found else asked["lane"], "segments": found})


class Curves(ApiView):
    """Probabilities over time."""

    @described("Probabilities over time", tag="results", query="curves", answer="Curves", fresh=True, errors=(404,))
    def get(self, request: Request, id: UUID) -> HttpResponseBase:
        """Of one lane between two times, in columns, thinned to what is least and most so that no peak is lost."""
        return said_anew(request, curves(analysis_of(user_of(request), id), **query(request, QUERIES["curves"])))


class Export(ApiView):
    """A result by what it is."""

    @described("A result as a file", tag="results", query="export", answer="file", errors=(404, 409, 416, 422))
    def get(self, request: Request, id: UUID, name: str) -> HttpResponseBase:
        """The same answer in the form that is named; byte ranges work where no lane is named."""
        analysis = analysis_of(user_of(request), id)
        if name not in EXPORTS:
            raise Http404
        if lane := query(request, QUERIES["export"]).get("lane"):
            return _one_lane(request, analysis, name, lane)
        artifact = artifact_of_kind(analysis, EXPORTS[name])
        if artifact is None and not analysis.job.terminal:
            raise refused("JOB_NOT_OVER", _("There are no results yet."))
        if artifact is None:
            raise Http404
        return deliver_artifact(request._request, artifact)


def _one_lane(request: Request, analysis: Analysis, name: str, lane: str) -> HttpResponseBase:
    if EXPORTS[name] not in FORMS:
        said = ", ".join(known for known, kind in EXPORTS.items() if kind in FORMS)
        fix = _("Ask for it without a lane, or for one of: %(known)s.") % {"known": said}
        raise refused("OPTION_INVALID", _("A lane alone cannot be had as '%(name)s'.") % {"name": name}, fix)
    if not analysis.job.terminal:
        raise refused("JOB_NOT_OVER", _("There are no results yet."))
    return deliver_lane(request._request, analysis, EXPORTS[name], lane)


class Artifact(ApiView):
    """A file by its id."""

    @described("A file of a job", tag="results", answer="file", errors=(404, 416))
    def get(self, request: Request, id: UUID) -> HttpResponseBase:
        """As GET /jobs/{id} lists them; byte ranges work."""
        return deliver_artifact(request._request, artifact_of(user_of(request), id))
