"""Pages around an analysis: the first page, the history, how far one is, and what can be done to it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from emofuse_web.analyses.bundle import BUNDLED, bundle
from emofuse_web.analyses.doors import Signed, personal, readable
from emofuse_web.analyses.history import ORDERS, STATES, Wanted, history_page, page_links, page_mark, sample_exists
from emofuse_web.analyses.mailing import analysis_mail
from emofuse_web.analyses.models import Analysis, Letter, Mode
from emofuse_web.analyses.problems import Refused
from emofuse_web.analyses.progress import progress_of
from emofuse_web.analyses.quota import quota_of
from emofuse_web.analyses.selectors import analyses_of, own_analysis_of
from emofuse_web.analyses.services import analysis_cancel, analysis_remove, analysis_retry
from emofuse_web.analyses.templatetags.frame import THEMES
from emofuse_web.jobs.models import Status
from emofuse_web.problems import CODES, shown

YEAR = 365 * 24 * 3_600  # s


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The history of who is signed in; what this is, for everybody else."""
    if request.user.is_authenticated:
        return redirect("analyses:list")
    return render(request, "analyses/home.html", {"sample": sample_exists()})


@require_GET
def problems(request: HttpRequest) -> HttpResponse:
    """Every problem there is, with how to put it right: where codes link to."""
    said = [
        (code, shown({"title": known.title, "fix": known.fix, "status": known.status, "ours": known.ours})) for code, known in CODES.items()
    ]
    return render(request, "analyses/problems.html", {"problems": said})


@require_GET
@login_required
@personal
def history(request: Signed) -> HttpResponse:
    """The history, or only its rows where a script asks for them."""
    wanted = Wanted.of(request.GET)
    page = history_page(request.user, wanted)
    busy = any(not analysis.job.terminal for analysis in page)
    said = {"page": page, "wanted": wanted, "busy": busy, "mark": page_mark(page), "here": wanted.query(page.number)}
    if request.htmx and request.headers.get("If-None-Match") == said["mark"]:
        return HttpResponseNotModified(headers={"ETag": page_mark(page)})
    if request.htmx:
        return render(request, "analyses/_rows.html", said)
    said["pages"] = page_links(page, wanted)
    said["sample"] = not page.paginator.count and sample_exists()
    choices = {"states": [(name, words) for name, (words, _s) in STATES.items()], "orders": [(n, w) for n, (w, _o) in ORDERS.items()]}
    return render(request, "analyses/list.html", {**said, **choices, "modes": Mode.choices, "quota": quota_of(request.user)})


@require_POST
@login_required
@personal
def several(request: Signed) -> HttpResponseBase:
    """Do something to all that are chosen in the history: compare two, take them away, or remove them once that is confirmed."""
    chosen = _chosen(request)
    act = request.POST.get("act", "")
    if not chosen or act not in ("compare", "remove", *BUNDLED) or (act == "compare" and len(chosen) != 2):
        messages.warning(request, _("Choose two to compare them.") if act == "compare" else _("Choose at least one first."))
        return redirect("analyses:list")
    if act == "compare":
        return redirect(f"{reverse('analyses:compare')}?a={chosen[0].id}&b={chosen[1].id}")
    if act in BUNDLED:
        return FileResponse(bundle(chosen, act), as_attachment=True, filename=f"analyses-{act}.zip", content_type="application/zip")
    if request.POST.get("sure") != "yes":
        return render(request, "analyses/remove.html", {"chosen": chosen})
    for analysis in chosen:
        analysis_remove(analysis=analysis, by=request.user)
    messages.success(request, ngettext("%(n)d analysis was deleted.", "%(n)d analyses were deleted.", len(chosen)) % {"n": len(chosen)})
    return redirect("analyses:list")


def _chosen(request: Signed) -> list[Analysis]:
    ids = []
    for said in request.POST.getlist("id"):
        try:
            ids.append(UUID(said))
        except ValueError:
            continue
    return list(analyses_of(request.user).filter(id__in=ids))


@require_GET
@readable
def detail(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """How far it is; the result once there is one."""
    if analysis.job.status in (Status.SUCCEEDED, Status.PARTIAL):
        from emofuse_web.analyses.result_views import result

        return result(request, analysis)
    said = {"analysis": analysis, "progress": progress_of(analysis), "sends_mail": settings.SENDS_MAIL}
    said["letter"] = Letter.objects.filter(analysis=analysis).exists()
    return render(request, "analyses/status.html", said)


@require_GET
@readable
def status(request: HttpRequest, analysis: Analysis) -> HttpResponse:
    """How far it is, for a page that looks again and again; nothing where nothing changed; the result's address at the end."""
    progress = progress_of(analysis)
    if request.headers.get("If-None-Match") == progress.mark:
        return HttpResponseNotModified(headers={"ETag": progress.mark})
    if progress.status in (Status.SUCCEEDED, Status.PARTIAL):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("analyses:detail", args=[analysis.id])})
    response = render(request, "analyses/_status.html", {"analysis": analysis, "progress": progress})
    response["ETag"] = progress.mark
    return response


@require_POST
@login_required
def mail(request: Signed, id: UUID) -> HttpResponse:
    """Write to its owner when it is over, or do not after all."""
    analysis = own_analysis_of(request.user, id)
    if settings.SENDS_MAIL:
        analysis_mail(analysis=analysis, wanted=request.POST.get("wanted") == "yes")
    else:
        messages.warning(request, _("This site sends no messages."))
    return redirect("analyses:detail", id=analysis.id)


@require_POST
@login_required
def cancel(request: Signed, id: UUID) -> HttpResponse:
    """Stop it."""
    analysis = own_analysis_of(request.user, id)
    try:
        analysis_cancel(analysis=analysis, by=request.user)
    except Refused as refused:
        messages.warning(request, f"{refused.title}. {refused.detail}")
    return redirect("analyses:detail", id=analysis.id)


@require_POST
@login_required
def retry(request: Signed, id: UUID) -> HttpResponse:
    """Try it again."""
    analysis = own_analysis_of(request.user, id)
    try:
        analysis_retry(analysis=analysis, by=request.user)
    except Refused as refused:
        messages.error(request, f"{refused.title}. {refused.detail} {refused.fix}")
    return redirect("analyses:detail", id=analysis.id)


@require_POST
@login_required
def remove(request: Signed, id: UUID) -> HttpResponse:
    """Remove it, and all that came out of it."""
    analysis_remove(analysis=own_analysis_of(request.user, id), by=request.user)
    messages.success(request, _("The analysis and its files were deleted."))
    return redirect("analyses:list")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system: kept in the account, and in a cookie for pages before sign-in."""
    said = request.POST
    chosen = said.get("theme", "auto") if said.get("theme") in THEMES else "auto"
    if request.user.is_authenticated:
        request.user.theme = chosen
        request.user.save(update_fields=["theme"])
    back = said.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    return response
