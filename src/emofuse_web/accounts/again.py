"""What changes how an account is guarded, or takes everything away, asks for the password once more. Words of ours around allauth's."""

from collections.abc import Callable
from typing import TypeVar, cast

from allauth.account.decorators import reauthentication_required
from allauth.core.internal.ratelimit import decorator
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def password_again(view: View) -> View:
    """Asked for on the way to a page, unless it was typed in the last five minutes."""
    return cast(View, reauthentication_required(view))


def password_again_to_change(view: View) -> View:
    """The same, but for looking at the page."""
    return cast(View, reauthentication_required(allow_get=True)(view))


def slowed(view: View) -> View:
    """As often as accounts may be made from one address."""
    return cast(View, decorator(app="allauth.account", action="signup")(view))
