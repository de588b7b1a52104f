"""Pages by which accounts are made: the first administrator's link, invitations."""

from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from emofuse_web.accounts.again import slowed
from emofuse_web.accounts.forms import InvitationForm, JoinForm
from emofuse_web.accounts.models import Invitation, User
from emofuse_web.accounts.services import (
    AddressTaken,
    LinkSpent,
    account_join,
    invitation_find,
    invitation_make,
    invitation_revoke,
)


def first(request: HttpRequest, secret: str) -> HttpResponse:
    """The first administrator's page."""
    return _join(request, secret, first=True)


def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page behind an invitation."""
    return _join(request, secret, first=False)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@slowed
def _join(request: HttpRequest, secret: str, *, first: bool) -> HttpResponse:
    try:
        invitation = invitation_find(secret, first=first)
        form = JoinForm(request.POST or None, named=invitation.email)
        if request.method == "POST" and form.is_valid():
            user = account_join(invitation=invitation, email=form.cleaned_data["email"], password=form.cleaned_data["password"])
            return _entered(request, user)
    except LinkSpent:
        return render(request, "accounts/spent.html", {"first": first}, status=410)
    except AddressTaken:
        form.add_error(None, _("There cannot be an account with this address here. Use another, or sign in if it is yours."))
    return render(request, "accounts/join.html", {"form": form, "first": first, "invitation": invitation})


def _entered(request: HttpRequest, user: User) -> HttpResponse:
    """Signed in at once; the password was typed a moment ago, so that nobody asks for it again."""
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method="password", reauthenticated=True)
    entered: HttpResponse = perform_login(request, Login(user=user, signup=True))
    return entered


def _staff(request: HttpRequest) -> User:
    user = request.user
    if not (isinstance(user, User) and user.is_staff):
        raise Http404
    return user


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """What was sent out, and a form for one more."""
    user = _staff(request)
    form = InvitationForm(request.POST or None, by=user)
    link = ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        link = request.build_absolute_uri(invitation_make(by=user, email=said["email"], staff=said.get("staff", False))[1])
        form = InvitationForm(by=user)
    rows = Invitation.objects.exclude(made_by=None).select_related("made_by", "used_by").order_by("-created")[:200]
    return render(request, "accounts/invitations.html", {"form": form, "made": link, "invitations": rows})


@login_required
@require_POST
def invitation_gone(request: HttpRequest, code: UUID) -> HttpResponse:
    """Take an invitation back."""
    user = _staff(request)
    invitation_revoke(invitation=get_object_or_404(Invitation, pk=code, used=None, made_by__isnull=False), by=user)
    messages.success(request, _("The invitation is revoked; its link opens nothing."))
    return redirect("accounts:invitations")
