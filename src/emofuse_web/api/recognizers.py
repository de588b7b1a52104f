"""The recognizers one can choose from."""

from dataclasses import asdict, fields

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from rest_framework.request import Request

from emofuse_web.api.asked import query
from emofuse_web.api.base import ApiView, said_anew
from emofuse_web.api.described import described
from emofuse_web.recognition import facts
from emofuse_web.recognition.cards import Card


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
    return {
        "id": choice.name,
        "title": gettext(choice.title),
        "about": gettext(choice.about),
        "modalities": sorted(choice.modalities),
        "labels": list(choice.labels),
        "members": list(choice.members),
        "card": _card(choice) if card else None,
        "page": reverse("recognizers:card", args=[choice.name]),
        "href": reverse("api:model", args=[choice.name]),
    }


def _card(choice: facts.Choice) -> dict[str, object]:
    known = facts.recognizers().get(choice.name)
    if known is None:
        return _fused(choice)
    return {**asdict(known), "modalities": sorted(known.modalities), "version": known.version}


def _fused(choice: facts.Choice) -> dict[str, object]:
    """A fusion's card has what those of its members have; what only a measurement or weights of its own would fill is empty."""
    cards = [facts.recognizers()[name] for name in choice.members]
    return {field.name: None for field in fields(Card)} | {
        "name": choice.name,
        "about": gettext(choice.about),
        "modalities": sorted(choice.modalities),
        "labels": list(choice.labels),
        "corpus": ", ".join(dict.fromkeys(card.corpus for card in cards)),
        "licence": "; ".join(dict.fromkeys(card.licence for card in cards)),
        "parameters": sum(card.parameters for card in cards),
        "sentence": gettext(facts.UNMEASURED),
        "judged": 0,
        **{name: [] for name in ("figures", "classes", "groups", "confusion", "findings", "sections")},
        "verdict": "",
        "not_for": " ".join(dict.fromkeys(card.not_for for card in cards)),
        "version": ", ".join(card.version for card in cards),
    }
