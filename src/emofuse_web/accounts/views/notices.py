"""Notices for people who are recorded: made, printed, read by anybody who has the address."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emofuse_web.accounts.forms import NoticeForm
from emofuse_web.accounts.models import Notice, User
from emofuse_web.accounts.notices import NOTICE, notice_code, notice_make, notice_text


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def notice(request: HttpRequest) -> HttpResponse:
    """The form, and the notices there are."""
    user = cast(User, request.user)
    form = NoticeForm(request.POST or None, initial={"contact": user.email, "language": request.LANGUAGE_CODE})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        made = notice_make(owner=user, language=said.pop("language"), said=said)
        return redirect("accounts:notice_read", made.pk)
    return render(request, "accounts/notice.html", {"form": form, "notices": user.notices.order_by("-created"), "version": NOTICE})


@never_cache
@require_safe
def notice_read(request: HttpRequest, code: UUID) -> HttpResponse:
    """One notice, for anybody: whoever is recorded has no account here."""
    made = get_object_or_404(Notice, pk=code)
    address = request.build_absolute_uri(reverse("accounts:notice_read", args=[made.pk]))
    shown = {"notice": made, "text": notice_text(made), "code": notice_code(made, address), "address": address}
    return render(request, "accounts/notice_read.html", {**shown, "own": made.owner_id == request.user.pk})


@login_required
@require_POST
def notice_gone(request: HttpRequest, code: UUID) -> HttpResponse:
    """Remove one of one's own; its address shows nothing any more."""
    get_object_or_404(Notice, pk=code, owner=request.user).delete()
    messages.success(request, _("The notice is removed; its address shows nothing any more."))
    return redirect("accounts:notice")
