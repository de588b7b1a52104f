"""The recognizers one can choose from."""

from dataclasses import asdict

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from rest_framework.request import Request

from emofuse_web.api.asked import query
from emofuse_web.api.base import ApiView, said_anew
from emofuse_web.api.described import described
from emofuse_web.recognition import facts


class Models(ApiView):
    """All of them."""

    @described("List recognizers", tag="models", answer="Models", fresh=True)
    def get(self, request: Request) -> HttpResponse:
        """What "model" may be in a request."""
        query(request, {})
        return said_anew(request, {"items": [_row(choice, card=False) for choice in facts.choices().values()]})


class Model(ApiView):
    """One of them."""

    @described("A recognizer and its card", tag="models", answer="Model", fresh=True, errors=(404,))
    def get(self, request: Request, name: str) -> HttpResponse:
        """What it has learnt from, how well it does and on whom, its licence, its hash, and what it must not be used for."""
        choice = facts.choices().get(name)
        if choice is None:
            raise Http404
        return said_anew(request, _row(choice, card=True))


def _row(choice: facts.Choice, *, card: bool) -> dict[str, object]:
    known = facts.recognizers().get(choice.name)
    return {
        "id": choice.name,
        "title": gettext(choice.title),
        "about": gettext(choice.about),
        "modalities": sorted(choice.modalities),
        "labels": list(choice.labels),
        "members": list(choice.members),
        "card": {**asdict(known), "modalities": sorted(known.modalities), "version": known.version} if card and known else None,
        "href": reverse("api:model", args=[choice.name]),
    }
