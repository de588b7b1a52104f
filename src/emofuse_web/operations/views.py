"""The page of whoever runs it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from emofuse_web.operations import standing


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Queue, workers, failures, disk, people, log; nothing of what anybody analyses."""
    if not request.user.is_authenticated or not request.user.is_staff:
        raise Http404
    seen = standing.workers()
    said = {
        "depth": sorted(standing.depth().items()),
        "oldest": standing.oldest(),
        "workers": seen,
        "alive": sum(worker.alive for worker in seen),
        "failures": standing.failures(),
        "disk": standing.disk(),
        "people": standing.people(),
        "events": standing.events(),
        "retention": standing.last("retention.ran"),
        "backup": standing.last("backup.made"),
    }
    response = render(request, "operations/page.html", said)
    response["Cache-Control"] = "private, no-store"
    return response
