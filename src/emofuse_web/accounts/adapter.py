"""What allauth asks of us: who may sign up, who asks, and what becomes of a failure."""

from typing import Any, Literal, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import respond_429
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse

from emofuse_web.accounts import audit
from emofuse_web.accounts.models import User

PATIENCE = 300  # s, the window of ACCOUNT_RATE_LIMITS["login_failed"]
UNKNOWN = "0.0.0.0"  # noqa: S104  # a socket file has no address


class Adapter(DefaultAccountAdapter):
    """Closed unless the settings open it; too many failures are a 429; failures are written down."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account; who was invited has a page of their own."""
        return bool(settings.SIGN_UP_OPEN)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Who asks, as the outermost of our own proxies saw it; without proxies of ours nobody's word is believed."""
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):  # a header that is none of our proxies'
            return str(request.META.get("REMOTE_ADDR") or UNKNOWN)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """One line in the audit log: about whom, if that is an account, and never with what."""
        known = User.objects.filter(email=str(credentials.get("email", "")).lower()).values_list("pk", flat=True).first()
        audit.event(None, "sign_in.failed", known or "")

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """The usual words; too many attempts end here, whichever page they were made on."""
        if code == "too_many_login_attempts":
            audit.event(None, "sign_in.limited")
            refused: HttpResponse = respond_429(self.request)
            refused["Retry-After"] = str(PATIENCE)
            raise ImmediateHttpResponse(refused)
        return cast(ValidationError, super().validation_error(code, *args))

    def post_login(self, request: HttpRequest, user: User, **said: Any) -> HttpResponse:
        """On to where they were going, in the language of the account where this browser was told none."""
        response: HttpResponse = super().post_login(request, user, **said)
        if user.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            speak(response, user.language)
        return response


def speak(response: HttpResponse, language: str) -> None:
    """This browser is spoken to in this language from now on."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE or 365 * 24 * 3600,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=cast(Literal["Lax", "Strict"], settings.LANGUAGE_COOKIE_SAMESITE),
    )
