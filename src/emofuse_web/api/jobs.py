"""Jobs: asked for, listed, looked at, cancelled, tried again, removed."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.problems import refused
from emofuse_web.analyses.selectors import analyses_of, analysis_of, own_analysis_of
from emofuse_web.analyses.services import analysis_cancel, analysis_remove, analysis_request, analysis_retry
from emofuse_web.api.asked import body, query
from emofuse_web.api.base import ApiView, said, said_anew
from emofuse_web.api.cursor import page
from emofuse_web.api.described import described
from emofuse_web.api.rows import job_row
from emofuse_web.api.shapes import JOB_REQUEST, QUERIES
from emofuse_web.api.webhooks import secret_of

AGAIN = {"queued": "5", "running": "2"}  # s after which looking again is worth it
GATE = (
    ("purpose", "PURPOSE_MISSING"),
    ("setting", "PURPOSE_MISSING"),
    ("subject_notice", "NOTICE_MISSING"),
    ("consent", "CONSENT_MISSING"),
)


def user_of(request: Request) -> User:
    """Who asks; views are only reached by somebody."""
    assert isinstance(request.user, User)
    return request.user


class Jobs(ApiView):
    """All of one's own."""

    @described("List analyses", tag="jobs", query="jobs", answer="Jobs")
    def get(self, request: Request) -> HttpResponse:
        """The newest first, a page at a time."""
        asked = query(request, QUERIES["jobs"])
        rows = analyses_of(user_of(request)).prefetch_related("artifacts")
        for name, field in (("status", "job__status"), ("mode", "mode"), ("q", "label__icontains")):
            rows = rows.filter(**{field: asked[name]}) if asked[name] else rows
        found, following = page(rows, asked["cursor"], asked["limit"])
        return said({"items": [job_row(analysis) for analysis in found], "next": following})

    @described("Ask for an analysis", tag="jobs", body="JobRequest", answer="Job", status=202, key=True, errors=(409, 413, 422, 429))
    def post(self, request: Request) -> HttpResponse:
        """It waits in a queue; look at it again after Retry-After, or listen to its events.

        The same request under the same Idempotency-Key gives the same job, however often it is sent; another request under it is refused.
        Uploads must be ready (state "ready") and your own.
        """
        key = _key(request)
        analysis = analysis_request(owner=user_of(request), key=key, **_wanted(request))
        secret = secret_of(analysis) if analysis.webhook else None
        said_to = {"Location": reverse("api:job", args=[analysis.id]), "Retry-After": AGAIN["queued"]}
        return said(job_row(analysis, secret=secret), 202, **said_to)


class Job(ApiView):
    """One of one's own, or the sample."""

    @described("Look at an analysis", tag="jobs", answer="Job", fresh=True, errors=(404,))
    def get(self, request: Request, id: UUID) -> HttpResponse:
        """How far it is, and its results once it is over.

        succeeded: everything that was asked for. partial: a part could not be judged, for example no face was found, and the rest was;
        warnings say which. failed: error says why and how to put it right. cancelled, expired: nothing is left to look at.
        """
        analysis = analysis_of(user_of(request), id)
        again = AGAIN.get(analysis.job.status)
        return said_anew(request, job_row(analysis), **({"Retry-After": again} if again else {}))

    @described("Remove an analysis", tag="jobs", status=204, errors=(404,))
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        """With all its results, and the uploads that no other analysis needs; a worker that is at it stops."""
        analysis_remove(analysis=own_analysis_of(user_of(request), id), by=user_of(request))
        return HttpResponse(status=204)


class Cancel(ApiView):
    """Stop one."""

    @described("Cancel an analysis", tag="jobs", answer="Job", errors=(404, 409))
    def post(self, request: Request, id: UUID) -> HttpResponse:
        """At once where it waits; soon where it runs. What is over cannot be cancelled."""
        return said(job_row(analysis_cancel(analysis=own_analysis_of(user_of(request), id), by=user_of(request))))


class Retry(ApiView):
    """Do one again."""

    @described("Try an analysis again", tag="jobs", answer="Job", status=202, errors=(404, 409, 410, 413, 429))
    def post(self, request: Request, id: UUID) -> HttpResponse:
        """One that failed or was cancelled, with the same files and options."""
        analysis: Analysis = analysis_retry(analysis=own_analysis_of(user_of(request), id), by=user_of(request))
        return said(job_row(analysis), 202, **{"Retry-After": AGAIN["queued"]})


def _key(request: Request) -> UUID:
    try:
        text = request.headers.get("Idempotency-Key", "").strip()
        if len(text) != 36:
            raise ValueError(text)
        return UUID(text)
    except ValueError:
        raise refused("KEY_INVALID", _("Expected one in the form 8-4-4-4-12.")) from None


def _wanted(request: Request) -> dict[str, Any]:
    """The body's fields as the service calls them; what the law asks for is missed by its own name."""
    data = request.data
    if isinstance(data, dict):
        for name, code in GATE:
            if data.get(name) in (None, "", False):
                raise refused(code, _("'%(name)s' is missing.") % {"name": name})
    fields = body(request, JOB_REQUEST)
    fields["notice"] = fields.pop("subject_notice")
    fields["webhook"] = fields.get("webhook") or ""
    if "retention_days" in fields:
        fields["retention_days"] = int(fields["retention_days"])
    return fields
