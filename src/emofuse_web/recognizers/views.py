"""What recognizers there are, how good they are and on whom, and what they must not be used for. Everybody may read this."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from emofuse_web.analyses.drafts import PICTURES
from emofuse_web.recognition import facts
from emofuse_web.recognizers.confusion import confusion

ROLES = ("video", "audio", "eeg", "text")
WAYS = {  # `recognition.judging.chosen`, which pages do not load: sides of the picture, looks at the face a second
    facts.BEST: {"wide": 1_280, "high": 720, "looks": 5},
    facts.LIGHT: {"wide": 854, "high": 480, "looks": 2},
}
LEFT_OUT = ("Facts", "Figures", "Each label", "Groups", "Audit", "What it must not be used for")  # shown as tables of their own


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """What one can choose, and what files may be."""
    cards = facts.recognizers()
    rows = [(choice, gettext(choice.title), cards.get(name)) for name, choice in facts.choices().items()]
    said = {
        "rows": rows,
        "limits": facts.file_limits(),
        "pictures": PICTURES,  # counted; what headers may claim is more
        "minutes": facts.file_limits().duration // 60_000,
        "size": settings.UPLOAD_LIMIT,
        "endings": [(role, facts.endings(role)) for role in ROLES],
        "sentence": facts.limits_sentence(),
        "not_for": next((card.not_for for card in cards.values() if card.not_for), ""),
        "version": facts.emofuse_version(),
    }
    return render(request, "recognizers/list.html", said)


@require_safe
def card(request: HttpRequest, name: str) -> HttpResponse:
    """One of them: its card; of a fusion, who answers in it."""
    found = facts.recognizers().get(name)
    if found is None:
        return _fusion(request, name)
    said = {
        "card": found,
        "title": gettext(facts.choices()[name].title),
        "confusion": confusion(found),
        "sections": [section for section in found.sections[1:] if section.title not in LEFT_OUT],
        "sentence": facts.limits_sentence(),
    }
    return render(request, "recognizers/card.html", said)


def _fusion(request: HttpRequest, name: str) -> HttpResponse:
    choice = facts.choices().get(name)
    if choice is None:
        raise Http404
    members = [(facts.choices()[member], gettext(facts.choices()[member].title)) for member in choice.members]
    others = [(facts.choices()[other], gettext(facts.choices()[other].title)) for other in WAYS if other != name]
    said = {"choice": choice, "title": gettext(choice.title), "members": members, "others": others, "way": WAYS[name]}
    return render(request, "recognizers/fusion.html", said | {"unmeasured": facts.UNMEASURED, "sentence": facts.limits_sentence()})
