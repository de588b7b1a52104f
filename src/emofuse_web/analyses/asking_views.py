"""The page of a new analysis, and the files that are brought for it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from emofuse_web.analyses import advanced
from emofuse_web.analyses.doors import Signed, personal
from emofuse_web.analyses.drafts import draft, files_of, places
from emofuse_web.analyses.forms import Asking
from emofuse_web.analyses.models import Analysis, Mode
from emofuse_web.analyses.problems import Refused
from emofuse_web.analyses.selectors import own_analysis_of
from emofuse_web.analyses.services import analysis_request
from emofuse_web.recognition import facts
from emofuse_web.uploads.models import Role, Upload
from emofuse_web.uploads.plain import upload_bring
from emofuse_web.uploads.services import upload_tell
from emofuse_web.uploads.told import KNOWN, told_checked

WORDS = {  # of analyses/new.js
    "kept": gettext_noop("The file could not be removed. Reload the page and try again."),
    "moving": gettext_noop("A file is still on its way or being looked at. Wait until it is ready, and start then."),
    "pasted": gettext_noop("pasted"),
    "sent": gettext_noop("Starting…"),
}
PASTED = 1_000_000  # characters that can be pasted; more comes as a file


@require_http_methods(["GET", "POST"])
@login_required
@personal
def new(request: Signed) -> HttpResponse:
    """Everything on one page; what is missing or refused is said on top and beside its field."""
    again = own_analysis_of(request.user, request.GET["again"]) if "again" in request.GET else None
    begun = (_before(again) if again else {}) | _begun(request)
    form = Asking(request.POST if request.method == "POST" else None, owner=request.user, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("analyses:detail", id=analysis_request(owner=request.user, **form.asked()).id)
        except Refused as refused:
            form.refused(refused)
    return _page(request, form, again=again)


def _page(request: Signed, form: Asking, **more: object) -> HttpResponse:
    fill = "" if form.is_bound else form["mode"].value()  # what was sent is shown as it was sent
    chosen = [str(form[role].value() or "") for role in Role.values]
    said = {"form": form, "modes": Mode.choices, "places": places(request.user, chosen, fill), "choices": list(facts.choices().values())}
    said["words_for_scripts"] = {name: gettext(words) for name, words in WORDS.items()}
    return render(request, "analyses/new.html", said | more)


def _begun(request: Signed) -> dict[str, str]:
    """What the address says was chosen before."""
    mode = request.GET.get("mode", "")
    said = {"language": language} if (language := request.GET.get("language")) in ("", *facts.languages()) else {}
    said |= advanced.begun(request.GET.dict())
    if mode not in Mode.values:
        return said | {role: request.GET[role] for role in Role.values if request.GET.get(role)}
    return said | {"mode": mode, **{role: request.GET.get(role, "") for role in Role.values}}


def _before(analysis: Analysis) -> dict[str, Any]:
    """What was asked of an analysis, as the form begins with it; what the people in it were told and agreed to is confirmed anew."""
    offsets = analysis.options.get("offsets", {})
    return {
        **{
            name: getattr(analysis, name) for name in ("mode", "model", "label", "purpose", "setting", "reason", "notice", "retention_days")
        },
        **{role: str(getattr(analysis, f"{role}_id") or "") for role in Role.values},
        **{f"offset_{role}": offsets.get(role) for role in ("audio", "eeg", "text")},
        **{name: analysis.options[name] for name in ("explain", "annotate_video", "language") if name in analysis.options},
        **advanced.before(analysis.options),
    }


@require_http_methods(["GET", "POST"])
@login_required
@personal
def file(request: Signed, id: UUID) -> HttpResponse:
    """One file as it stands, for a page that looks again; or (POST) how its EEG is to be read, upon which it is looked at again."""
    upload = files_of(request.user).filter(id=id).first()
    if upload is None:
        raise Http404
    error = _tell(request, upload) if request.method == "POST" else ""
    if request.method == "POST" and not request.htmx and not error:
        return redirect(f"{reverse('analyses:new')}?{urlencode({'mode': 'av_eeg', upload.role: str(upload.id)})}")
    shown = draft(upload, chosen=request.GET.get("chosen") == "yes" or request.method == "POST", error=error)
    mark = f'"{upload.state}-{upload.offset}-{upload.touched.timestamp()}"'
    if request.method == "GET" and request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    return render(request, "analyses/_file.html", {"draft": shown, "mark": mark})


def _tell(request: Signed, upload: Upload) -> str:
    said: Mapping[str, object] = {name: request.POST.get(name, "") for name in KNOWN}
    try:
        upload_tell(upload=upload, told=told_checked(said))
    except Refused as refused:
        return f"{refused.title}. {refused.detail} {refused.fix}"
    return ""


@require_POST
@login_required
@personal
def paste(request: Signed) -> HttpResponse:
    """Words that were pasted become a file like any other."""
    words, mode = request.POST.get("words", "").strip(), request.POST.get("mode", Mode.TEXT)
    error = _("There are no words in it. Paste some, or choose a file.") if not words else ""
    if len(words) > PASTED:
        error = _("This is too much to paste. Save it as a .txt file and choose that.")
    if not error:
        try:
            brought = SimpleUploadedFile(_("pasted") + ".txt", words.encode(), "text/plain")
            upload = upload_bring(owner=request.user, role=Role.TEXT, file=brought)
            return redirect(f"{reverse('analyses:new')}?{urlencode({'mode': mode, 'text': str(upload.id)})}")
        except Refused as refused:
            error = f"{refused.title}. {refused.detail} {refused.fix}"
    return _page(request, Asking(owner=request.user, initial={"mode": Mode.TEXT}), paste_error=error, words=words)
