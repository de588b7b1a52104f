"""Programs sign in with ``Authorization: Bearer emo_...``."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from emofuse_web.accounts import tokens
from emofuse_web.accounts.models import Token, User

MISSED = (
    "The token was not recognized. Expected 'Authorization: Bearer emo_...' with a token that was neither revoked nor ran out; make a "
    "new one on your page of API tokens."
)


class BearerToken(BaseAuthentication):
    """Finds the owner of a token by its hash; the token itself becomes ``request.auth``."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """Whose token it is; None where none is given, so that a signed-in browser is looked at next."""
        kind, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != self.keyword.lower():
            return None
        token = tokens.token_find(secret.strip())
        if token is None:
            raise AuthenticationFailed(MISSED)
        tokens.token_used(token=token)
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """What ``WWW-Authenticate`` says to those who came without."""
        return f'{self.keyword} realm="emofuse"'
