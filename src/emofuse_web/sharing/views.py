"""The owner's pages: links to a result are made, listed and revoked."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emofuse_web.accounts.again import password_again_to_change
from emofuse_web.accounts.models import User
from emofuse_web.sharing.addresses import SharedAddresses
from emofuse_web.sharing.doors import offered
from emofuse_web.sharing.forms import ShareForm
from emofuse_web.sharing.selectors import share_of, shareable_of
from emofuse_web.sharing.services import MOST, NothingToShare, TooMany, share_make, share_revoke


@offered
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@password_again_to_change
def links(request: HttpRequest, id: UUID) -> HttpResponse:
    """The links of one analysis; a form for one more, whose address is shown this once."""
    user = cast(User, request.user)
    analysis = shareable_of(user, id)
    form, link = ShareForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            share, secret = share_make(analysis=analysis, by=user, **form.cleaned_data)
        except TooMany:
            form.add_error(None, _("This result has %(most)d links that work. Revoke one that nobody needs any more.") % {"most": MOST})
        except NothingToShare as gone:
            raise Http404 from gone
        else:
            link = request.build_absolute_uri(SharedAddresses(share.pk, secret).page())
            form = ShareForm()
    shares = analysis.shares.order_by("-created")
    return render(request, "sharing/links.html", {"analysis": analysis, "form": form, "link": link, "shares": shares})


@offered
@login_required
@require_POST
def revoke(request: HttpRequest, id: UUID) -> HttpResponse:
    """Revoke one of one's own."""
    user = cast(User, request.user)
    share = share_of(user, id)
    share_revoke(share=share, by=user)
    messages.success(request, _("The link is revoked; it opens nothing any more."))
    return redirect("sharing:links", id=share.analysis_id)
