"""Addresses under /api/ that nothing answers."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from emofuse_web.api.problems import answer


@csrf_exempt
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Not found, in the form of all errors here."""
    return answer(request, "NOT_FOUND")
