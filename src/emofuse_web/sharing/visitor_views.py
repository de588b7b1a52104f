"""The visitor's page, and what it fetches: looked at, never taken away."""

from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from emofuse_web.analyses.delivery import deliver
from emofuse_web.analyses.result_context import context, template
from emofuse_web.analyses.result_views import curves_answered, timeline_answered
from emofuse_web.analyses.selectors import artifact_of_kind
from emofuse_web.recognition.made import ending
from emofuse_web.sharing.addresses import SharedAddresses
from emofuse_web.sharing.doors import shared, slowed
from emofuse_web.sharing.models import Share
from emofuse_web.sharing.services import share_opened

FILES = ("proxy", "thumbnail", "peaks")  # kinds that the page plays or draws from; all others are nobody's but the owner's


@shared
@require_safe
def result(request: HttpRequest, share: Share, secret: str) -> HttpResponseBase:
    """The result, read only."""
    said = _said(request, share, secret)
    if late := slowed(request, "opened"):
        return late
    if request.method == "GET":
        share_opened(share=share)
    return render(request, "sharing/shared.html", said)


def _said(request: HttpRequest, share: Share, secret: str) -> dict[str, Any]:
    """What the result's own templates say, with nothing in it that only its owner may know or do."""
    said = context(share.analysis, at=request.GET.get("t", ""), addresses=SharedAddresses(share.pk, secret))
    if "script" not in said:
        raise Http404
    said["script"]["words"]["trouble"] = _("The answer could not be fetched. Load the page again; the tables below are complete.")
    return said | {"share": share, "heading": share.title or _("A shared result"), "page": template(share.analysis)}


@shared
@require_safe
def timeline(request: HttpRequest, share: Share, secret: str) -> HttpResponseBase:
    """Spans of every lane, and their curves over the whole recording."""
    if late := slowed(request, "fetched"):
        return late
    return timeline_answered(request, share.analysis)


@shared
@require_safe
def curves(request: HttpRequest, share: Share, secret: str) -> HttpResponseBase:
    """One lane's curves between two times."""
    if late := slowed(request, "fetched"):
        return late
    return curves_answered(request, share.analysis)


@shared
@require_safe
def file(request: HttpRequest, share: Share, secret: str, kind: str) -> HttpResponseBase:
    """What is played, under a name that tells nothing."""
    row = artifact_of_kind(share.analysis, kind) if kind in FILES else None
    if row is None:
        raise Http404
    name = f"recording{ending(kind, row.media_type)}"
    return deliver(request, f"artifacts/{row.id}", media_type=row.media_type, name=name, inline=True, digest=row.digest)
