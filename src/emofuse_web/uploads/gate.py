"""Who asks: somebody who is signed in and whose page it is, or a program with a token. For views that read bodies themselves."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from emofuse_web.accounts.models import Token, User
from emofuse_web.accounts.tokens import scope_of
from emofuse_web.analyses.problems import Refused
from emofuse_web.api.authentication import BearerToken
from emofuse_web.api.throttles import Minute
from emofuse_web.storage.full import full
from emofuse_web.uploads import room
from emofuse_web.uploads.line import swallowed
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.problems import answer, refused

P = ParamSpec("P")


def asker(request: HttpRequest) -> User:
    """Whose request it is.

    Raises:
        Refused: Nobody's; a token that does not allow it; or a change that does not come from one of our pages.
    """
    user, token = _token(request)
    if token is not None and user is not None:
        if scope_of(str(request.method)) not in token.scopes:
            raise refused(
                "FORBIDDEN", _("The token has not the scope that this needs: %(scope)s.") % {"scope": scope_of(str(request.method))}
            )
        if request.method != "PATCH" and not Minute().allow_request(Request(request, authenticators=[_Known(user, token)]), APIView()):
            raise refused("RATE", _("This token was used too often within this minute. Pieces of files do not count."))
        return user
    if not isinstance(request.user, User):
        raise refused("UNAUTHENTICATED", _("Expected a session, or a token in the header Authorization."))
    csrf_checked(request)
    return request.user


def csrf_checked(request: HttpRequest) -> None:
    """Look whether a change comes from one of our own pages.

    Raises:
        Refused: It does not say so.
    """
    check = CSRFCheck(lambda _request: HttpResponse())
    check.process_request(request)
    if reason := check.process_view(request, HttpResponse, (), {}):  # the view itself is exempt: this stands in its place
        raise refused("FORBIDDEN", _("The request does not carry the page's own sign (CSRF): %(reason)s") % {"reason": reason})


def _token(request: HttpRequest) -> tuple[User | None, Token | None]:
    try:
        return BearerToken().authenticate(Request(request)) or (None, None)
    except AuthenticationFailed as error:
        raise refused("UNAUTHENTICATED", str(error.detail)) from error


class _Known(BaseAuthentication):
    """Somebody who was looked up already."""

    def __init__(self, user: User, token: Token) -> None:
        self.found = (user, token)

    def authenticate(self, request: Request) -> tuple[User, Token]:
        """The same."""
        return self.found


def gated(view: Callable[Concatenate[HttpRequest, User, P], HttpResponse]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view that is told who asks, and whose refusals become answers. It looks at CSRF itself, as tokens need none."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, asker(request), *args, **kwargs)
        except Refused as problem:
            swallowed(request)
            return answer(request, problem)
        except OperationalError as error:  # the database lies on the same disk
            swallowed(request)
            if not full(error):
                raise
            return answer(request, room.full())

    return guarded


def upload_of(user: User, upload: UUID) -> Upload:
    """A file of this user.

    Raises:
        Refused: There is none, whoever else's it may be.
    """
    found = Upload.objects.filter(owner=user, id=upload).first()
    if found is None:
        raise refused("NOT_FOUND", _("There is no file of yours under this address."))
    return found
