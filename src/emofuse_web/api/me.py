"""Oneself: who one is, what one uses, tokens, sessions, an export of everything, the end of the account."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request

from emofuse_web.accounts import audit
from emofuse_web.accounts.erasing import account_erase
from emofuse_web.accounts.exports import export_ready, export_request, exports_of
from emofuse_web.accounts.models import Export, Token
from emofuse_web.accounts.tokens import SCOPES, token_revoke
from emofuse_web.analyses.problems import refused
from emofuse_web.analyses.quota import quota_of
from emofuse_web.api.asked import query
from emofuse_web.api.base import ApiView, said
from emofuse_web.api.described import described
from emofuse_web.api.jobs import user_of

SESSIONS = UUID("6f2ad7a6-3c0c-4d4e-9a3f-0d6d0b9b2c11")  # sessions are named by their keys' hash under this; the keys are secrets


class Me(ApiView):
    """Who asks."""

    @described("Who you are", tag="me", answer="Me")
    def get(self, request: Request) -> HttpResponse:
        """And what your token may do."""
        query(request, {})
        user = user_of(request)
        scopes = request.auth.scopes if isinstance(request.auth, Token) else list(SCOPES)
        return said({"id": user.id, "email": user.email, "language": user.language, "created": user.date_joined, "scopes": scopes})

    @described("Erase your account", tag="me", status=204)
    def delete(self, request: Request) -> HttpResponse:
        """With everything in it, for good. Only in a browser in which you gave your password (or second factor) a moment ago."""
        _by_hand(request)
        user = user_of(request)
        logout(request._request)
        account_erase(user=user)
        return HttpResponse(status=204)


class Quota(ApiView):
    """What one uses."""

    @described("What you use, and may use", tag="me", answer="Quota")
    def get(self, request: Request) -> HttpResponse:
        """Bytes, files, analyses that run, and analyses that wait or run."""
        query(request, {})
        quota = quota_of(user_of(request))
        return said(
            {
                "bytes": {"used": quota.bytes, "most": quota.bytes_most},
                "files": {"used": quota.files, "most": quota.files_most},
                "running": {"used": quota.running, "most": quota.running_most},
                "waiting": {"used": quota.waiting, "most": quota.waiting_most},
            }
        )


class Tokens(ApiView):
    """One's tokens, never their secrets."""

    @described("List your tokens", tag="me", answer="Tokens")
    def get(self, request: Request) -> HttpResponse:
        """What each may do, and when it was last used. New ones are made on your page of tokens, by hand."""
        query(request, {})
        rows = Token.objects.filter(owner=user_of(request)).order_by("-created", "id")
        names = ("id", "name", "prefix", "scopes", "created", "expires", "last_used", "revoked")
        return said({"items": [{name: getattr(row, name) for name in names} for row in rows]})


class OneToken(ApiView):
    """One of them."""

    @described("Revoke a token", tag="me", status=204, errors=(404,))
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        """It opens nothing from now on; also the one you ask with."""
        token = Token.objects.filter(owner=user_of(request), id=id).first()
        if token is None:
            raise Http404
        token_revoke(token=token, by=user_of(request))
        return HttpResponse(status=204)


class Sessions(ApiView):
    """Browsers that are signed in."""

    @described("List browsers that are signed in", tag="me", answer="Sessions")
    def get(self, request: Request) -> HttpResponse:
        """Where and since when."""
        query(request, {})
        here = request.session.session_key
        return said({"items": [_session(row, here) for row in UserSession.objects.purge_and_list(user_of(request))]})


class OneSession(ApiView):
    """One of them."""

    @described("Sign a browser out", tag="me", status=204, errors=(404,))
    def delete(self, request: Request, id: UUID) -> HttpResponse:
        """At once."""
        user = user_of(request)
        for row in UserSession.objects.filter(user=user):
            if _name(row) == id:
                row.end()
                audit.event(user, "session.ended")
                return HttpResponse(status=204)
        raise Http404


class Exports(ApiView):
    """Everything of one's own in one file."""

    @described("List exports of your account", tag="me", answer="Exports")
    def get(self, request: Request) -> HttpResponse:
        """Those that are made, and those that are being made; each is kept for a day."""
        query(request, {})
        return said({"items": [_export(row) for row in exports_of(user_of(request))]})

    @described("Export your account", tag="me", answer="Export", status=202)
    def post(self, request: Request) -> HttpResponse:
        """Every row and every file of yours in one archive. Download it in a browser: that asks for your password once more."""
        return said(_export(export_request(owner=user_of(request))), 202, **{"Retry-After": "5"})


def _by_hand(request: Request) -> None:
    if isinstance(request.auth, Token) or not did_recently_reauthenticate(request._request):
        raise refused(
            "FORBIDDEN",
            _("This is only done in a browser in which you gave your password or second factor a moment ago."),
            _("Open your page of privacy, and do it there."),
        )


def _name(row: UserSession) -> UUID:
    return uuid5(SESSIONS, row.session_key)


def _session(row: UserSession, here: str | None) -> dict[str, Any]:
    seen: datetime = row.last_seen_at
    return {
        "id": _name(row),
        "agent": row.user_agent,
        "ip": row.ip,
        "began": row.created_at,
        "last_seen": seen,
        "this": bool(here) and row.session_key == here,
    }


def _export(row: Export) -> dict[str, Any]:
    ready = export_ready(row.owner, row.id) is not None
    href = reverse("accounts:export_file", args=[row.id]) if ready else None
    return {"id": row.id, "status": row.job.status, "size": row.size, "created": row.created, "expires": row.expires, "href": href}
