"""Who may sign up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):
    """Whoever was invited, or everybody where sign-up is open."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether this request may make an account."""
        return bool(settings.SIGN_UP_OPEN)
