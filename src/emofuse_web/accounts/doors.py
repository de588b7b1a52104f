"""The pages of allauth that somebody can come to, and no others: names are allauth's, since it looks its pages up by them."""

from collections.abc import Callable
from functools import wraps

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from emofuse_web.accounts.views import security

Page = Callable[..., HttpResponseBase]


def by_mail(page: Page) -> Page:
    """Nothing is here where the site sends no mail: these pages speak of messages."""

    @wraps(page)
    def asked(request: HttpRequest, *args: str, **said: str) -> HttpResponseBase:
        if not settings.SENDS_MAIL:
            raise Http404
        return page(request, *args, **said)

    return asked


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("email/", security.email, name="account_email"),
    path("confirm-email/", by_mail(account.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", by_mail(account.confirm_email), name="account_confirm_email"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", security.password_reset, name="account_reset_password"),
    path("password/reset/done/", by_mail(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        by_mail(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", by_mail(account.password_reset_from_key_done), name="account_reset_password_from_key_done"),
    path("2fa/", RedirectView.as_view(pattern_name="accounts:security"), name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/", include("allauth.mfa.totp.urls")),
    path("2fa/recovery-codes/", include("allauth.mfa.recovery_codes.urls")),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="accounts:security"), name="mfa_list_webauthn"),
    path("2fa/webauthn/", include("allauth.mfa.webauthn.urls")),
    path("sessions/", RedirectView.as_view(pattern_name="accounts:security"), name="usersessions_list"),
]
