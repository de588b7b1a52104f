"""Who may come in, and what browsers may keep: doors in front of the views of an analysis."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django_htmx.middleware import HtmxDetails

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.selectors import analysis_of


class Signed(HttpRequest):
    """A request of somebody who is signed in, as views behind `login_required` know it."""

    user: User
    htmx: HtmxDetails


personal = cache_control(private=True, no_store=True)


def readable(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives a view the analysis that its address names, where the visitor may read it.

    Whoever is not signed in is asked to, whether there is such an analysis or not; for others it is not there at all.
    """

    @wraps(view)
    def inner(request: HttpRequest, id: UUID, *args: object, **more: object) -> HttpResponse:
        try:
            analysis: Analysis = analysis_of(request.user, id)
        except Http404:
            if request.user.is_authenticated:
                raise
            return redirect_to_login(request.get_full_path())
        return view(request, analysis, *args, **more)

    return personal(inner)
