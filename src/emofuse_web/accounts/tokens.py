"""What programs sign in with: 256 bit, shown once, kept as a hash; each with scopes and, if wished, an end."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from emofuse_web.accounts import audit, secrets
from emofuse_web.accounts.models import Token, User

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
PREFIX = "emo_"
SHOWN = 12  # characters of a token that are kept, so that one can tell tokens apart; 208 bit stay unknown
FRESH = timedelta(minutes=1)  # how exactly we remember when a token was last used


def token_make(*, owner: User, name: str, scopes: Sequence[str], days: int | None = None) -> tuple[Token, str]:
    """A new token and its secret, which nobody can show again."""
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"A token was asked for with the scopes {sorted(scopes)}. Expected one or both of {', '.join(SCOPES)}.")
    secret, digest = secrets.made(PREFIX)
    token = Token.objects.create(
        owner=owner,
        name=name,
        prefix=secret[:SHOWN],
        digest=digest,
        scopes=[scope for scope in SCOPES if scope in scopes],
        expires=timezone.now() + timedelta(days=days) if days else None,
    )
    audit.event(owner, "token.made", token, scopes=" ".join(token.scopes))
    return token, secret


def token_revoke(*, token: Token, by: User) -> None:
    """It opens nothing from now on: every request looks at the row."""
    if Token.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        audit.event(by, "token.revoked", token)


def token_find(secret: str) -> Token | None:
    """The token with this secret, if it still opens something."""
    if not secret.startswith(PREFIX):
        return None
    token = Token.objects.select_related("owner").filter(digest=secrets.digest(secret), owner__is_active=True).first()
    return token if token is not None and token.works else None


def token_used(*, token: Token) -> None:
    """Remember when, at most once a minute."""
    now = timezone.now()
    if token.last_used is None or token.last_used < now - FRESH:
        stale = Q(last_used=None) | Q(last_used__lt=now - FRESH)
        Token.objects.filter(stale, pk=token.pk).update(last_used=now)


def scope_of(method: str) -> str:
    """What a request needs: to look, or to change."""
    return READ if method in SAFE_METHODS else WRITE


def allows(request: Request, scope: str | None = None) -> bool:
    """Whether whoever asks may: somebody who signed in by hand may all, a program what its token says."""
    token = request.auth
    return not isinstance(token, Token) or (scope or scope_of(str(request.method))) in token.scopes
