"""What is kept; everything taken away; everything erased."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emofuse_web.accounts import audit
from emofuse_web.accounts.again import password_again
from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.exports import export_ready, export_request, exports_of, key_of
from emofuse_web.accounts.forms import EraseForm
from emofuse_web.accounts.kept import consents, kept
from emofuse_web.accounts.models import User
from emofuse_web.storage import storage


@never_cache
@login_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept and until when, what was agreed to, and the ways out."""
    user = cast(User, request.user)
    things = kept(user)
    shown = {
        "kept": things,
        "bytes": sum(thing.size or 0 for thing in things),
        "consents": consents(user),
        "exports": exports_of(user),
        "days": settings.RETENTION_DAYS,
        "most": settings.RETENTION_MOST,
    }
    return render(request, "accounts/privacy.html", shown)


@never_cache
@login_required
@require_POST
@password_again
def export(request: HttpRequest) -> HttpResponse:
    """Ask for a file of everything."""
    export_request(owner=cast(User, request.user))
    messages.success(request, _("The file is being made. It will be on this page, for 24 hours."))
    return redirect("accounts:privacy")


@never_cache
@login_required
@require_safe
@password_again
def export_file(request: HttpRequest, code: UUID) -> HttpResponseBase:
    """The file itself, streamed."""
    user = cast(User, request.user)
    made = export_ready(user, code)
    if made is None:
        raise Http404
    audit.event(user, "export.taken", made)
    named = f"{settings.SITE_NAME}-{made.created:%Y-%m-%d}.zip"
    return FileResponse(storage().local(key_of(made)).open("rb"), as_attachment=True, filename=named, content_type="application/zip")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@password_again
def erase(request: HttpRequest) -> HttpResponse:
    """Everything gone, after the address was typed."""
    user = cast(User, request.user)
    form = EraseForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        gone = User.objects.get(pk=user.pk)
        logout(request)  # first: the log must not name somebody who is no more
        account_erase(user=gone)
        return redirect("accounts:erased")
    last = user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists()
    return render(request, "accounts/erase.html", {"form": form, "kept": kept(user), "last": last})


@never_cache
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return render(request, "accounts/erased.html")
