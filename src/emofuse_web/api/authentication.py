"""Programs sign in with ``Authorization: Bearer emo_...``."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request


class BearerToken(BaseAuthentication):
    """Finds the owner of a token by its hash."""

    def authenticate(self, request: Request) -> None:
        """Nobody yet."""
        return
