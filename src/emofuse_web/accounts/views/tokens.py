"""The page of API tokens."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emofuse_web.accounts.again import password_again_to_change
from emofuse_web.accounts.forms import TokenForm
from emofuse_web.accounts.models import Token, User
from emofuse_web.accounts.tokens import token_make, token_revoke


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@password_again_to_change
def tokens(request: HttpRequest) -> HttpResponse:
    """The tokens there are; a form for one more, whose secret is shown this once."""
    user = cast(User, request.user)
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        secret = token_make(owner=user, name=said["name"], scopes=said["scopes"], days=said["days"])[1]
        form = TokenForm()
    return render(request, "accounts/tokens.html", {"form": form, "secret": secret, "tokens": user.tokens.order_by("-created")})


@login_required
@require_POST
def token_gone(request: HttpRequest, code: UUID) -> HttpResponse:
    """Revoke one of one's own."""
    user = cast(User, request.user)
    token_revoke(token=get_object_or_404(Token, pk=code, owner=user), by=user)
    messages.success(request, _("The token is revoked; it opens nothing any more."))
    return redirect("accounts:tokens")
