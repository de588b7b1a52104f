"""Two answers side by side: of two analyses, or of two lanes of one."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from emofuse_web.analyses import result_words as words
from emofuse_web.analyses.agreement import CELL, compared
from emofuse_web.analyses.doors import personal
from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.result_context import script_words
from emofuse_web.analyses.result_document import beside, spans
from emofuse_web.analyses.result_order import order
from emofuse_web.analyses.selectors import analyses_of, analysis_of, artifact_of_kind, document, sample_answered
from emofuse_web.analyses.templatetags.about import ROLES
from emofuse_web.jobs.models import Status

CHOICES = 200  # analyses that can be chosen from, the newest
ROWS = 200  # stretches that the page lists
SAME = 1_000  # ms by which recordings may differ in length and still be taken for one and the same


@require_safe
@personal
def compare(request: HttpRequest) -> HttpResponse:
    """Two lanes, how far they agree, and where they do not; a choice of two where the address names none."""
    try:
        first, second = (_side(request, name) for name in ("a", "b"))
    except Http404:
        if request.user.is_authenticated:
            raise
        return redirect_to_login(request.get_full_path())
    if first is None and second is None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    sides = {"first": first, "second": second, "choices": _choices(request)}
    return render(request, "analyses/compare.html", sides | _compared(first, second))


def _side(request: HttpRequest, name: str) -> dict[str, Any] | None:
    """What the address says of one side: an analysis and one of its lanes, the first without a word; None where it says nothing."""
    if not (said := request.GET.get(name, "")):
        return None
    analysis = analysis_of(request.user, said)
    answer = document(analysis)
    if not answer:
        raise Http404
    wanted = request.GET.get(f"{name}_lane", "")
    lane = next((lane for lane in answer["lanes"] if lane["name"] == wanted), answer["lanes"][0])
    named = analysis.label or answer["source"]["name"]
    each = order(answer, beside(analysis, "transcript") if analysis.mode == "text" else None)
    return {"analysis": analysis, "name": named, "lane": lane, "lanes": answer["lanes"], "duration": answer["duration"], "order": each}


def _choices(request: HttpRequest) -> list[Analysis]:
    over = (Status.SUCCEEDED, Status.PARTIAL)
    sample = sample_answered()
    own = (
        analyses_of(request.user).filter(job__status__in=over).select_related("job", *ROLES)[:CHOICES]
        if request.user.is_authenticated
        else []
    )
    return [*own, *([sample] if sample else [])]


def _compared(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any]:
    if first is None or second is None:
        return {}
    found = compared(first["lane"], second["lane"])
    each = first["order"] if first["order"] == second["order"] else 0  # of two without times; sentences beside times are seconds of nobody
    unlike = _file(first["analysis"]) != _file(second["analysis"]) and abs(first["duration"] - second["duration"]) > SAME
    return {
        "found": found,
        "seconds": found.cells / 10,
        "order": each,
        "sentences": round(found.cells * CELL / each) if each else 0,
        "mixed": bool(first["order"]) != bool(second["order"]),
        "rows": found.stretches[:ROWS],
        "more": max(len(found.stretches) - ROWS, 0),
        "unlike": unlike,
        "media": artifact_of_kind(first["analysis"], "proxy") or artifact_of_kind(second["analysis"], "proxy"),
        "sides": (("a", "A", first), ("b", "B", second)),
        "stretches": [[stretch.start, stretch.end] for stretch in found.stretches],
        "script": _script(first, second, each),
    }


def _file(analysis: Analysis) -> object:
    """What was analysed: the same bytes are the same recording."""
    upload = analysis.video or analysis.audio or analysis.text
    return upload.digest if upload is not None and upload.digest else analysis.id


def _script(first: Mapping[str, Any], second: Mapping[str, Any], each: int) -> dict[str, Any]:
    lanes = [spans(first["lane"]) | {"name": "a"}, spans(second["lane"]) | {"name": "b"}]
    labels = {label for lane in lanes for label in lane["labels"]}
    reasons = {reason for lane in lanes for reason in lane["reasons"]}
    return {
        "duration": max(first["duration"], second["duration"]),
        "timelines": lanes,
        "slots": {label: words.slot(label) for label in labels},
        "labels": {label: words.emotion(label) for label in labels},
        "reasons": {reason: words.reason(reason) for reason in reasons},
        "lanes": {},
        "order": each,
        "words": script_words(each),
    }
