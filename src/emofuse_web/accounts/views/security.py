"""How an account is guarded: one page with everything, and what allauth leaves to us."""

from typing import cast

from allauth.account import views as allauth_views
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emofuse_web.accounts import audit
from emofuse_web.accounts.adapter import speak
from emofuse_web.accounts.again import password_again
from emofuse_web.accounts.forms import AddressForm, PreferencesForm
from emofuse_web.accounts.models import User
from emofuse_web.accounts.services import AddressTaken, address_change


@never_cache
@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Password, address, second factors, sessions, tokens, language and theme."""
    user = cast(User, request.user)
    factors = Authenticator.objects.filter(user=user)
    codes = factors.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    sessions = sorted(UserSession.objects.purge_and_list(user), key=lambda session: session.last_seen_at, reverse=True)
    shown = {
        "passkeys": factors.filter(type=Authenticator.Type.WEBAUTHN).order_by("created_at"),
        "totp": factors.filter(type=Authenticator.Type.TOTP).first(),
        "codes": codes,
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": sessions,
        "form": PreferencesForm(instance=user, initial={"language": user.language or translation.get_language()}),
    }
    return render(request, "accounts/security.html", shown)


@login_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme, for this account in every browser."""
    form = PreferencesForm(request.POST, instance=cast(User, request.user))
    answer = redirect("accounts:security")
    if form.is_valid():
        form.save()
        speak(answer, form.cleaned_data["language"])
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Saved."))
    return answer


@login_required
@require_POST
def session_end(request: HttpRequest, code: int) -> HttpResponse:
    """Sign one browser out."""
    session = get_object_or_404(UserSession, pk=code, user=request.user)
    session.end()
    audit.event(cast(User, request.user), "session.ended", request.user)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:security")


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign every other browser out."""
    others = [session for session in UserSession.objects.filter(user=request.user) if not session.is_current()]
    for session in others:
        session.end()
    audit.event(cast(User, request.user), "session.ended", request.user, count=len(others))
    messages.success(request, _("All other browsers are signed out."))
    return redirect("accounts:security")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Another address: verified by a message where the site sends any."""
    return cast(HttpResponse, allauth_views.email(request)) if settings.SENDS_MAIL else _email_at_once(request)


@password_again
def _email_at_once(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address_change(user=cast(User, request.user), email=form.cleaned_data["email"])
        except AddressTaken:
            form.add_error("email", _("There cannot be an account with this address here. Use another."))
        else:
            messages.success(request, _("From now on you sign in with this address."))
            return redirect("accounts:security")
    return render(request, "accounts/email.html", {"form": form})


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """A message with a link, where the site sends any; else the truth."""
    if settings.SENDS_MAIL:
        return cast(HttpResponse, allauth_views.password_reset(request))
    return render(request, "accounts/no_mail.html")
