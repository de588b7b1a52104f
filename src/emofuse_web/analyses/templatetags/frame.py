"""Tags of the page frame: the theme, a sign, the version."""

from functools import cache
from importlib.metadata import version as installed

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

THEMES = ("auto", "light", "dark")
register = template.Library()


def theme_of(request: HttpRequest | None) -> str:
    """What the account says, else the cookie; else as the system does."""
    user = getattr(request, "user", None)
    said = user.theme if user is not None and user.is_authenticated else getattr(request, "COOKIES", {}).get("theme", "")
    return said if said in THEMES else "auto"


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """auto, light or dark."""
    return theme_of(context.get("request"))


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign beside words; it is hidden from those who listen, since the words say it."""
    return format_html(
        '<svg class="icon" width="16" height="16" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/bootstrap-icons-1.13.2/icons.svg"),
        name,
    )


@cache
def _version() -> str:
    return installed("emofuse")


@register.simple_tag
def version() -> str:
    """Which emofuse this is."""
    return _version()


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    """What a mapping holds under a key that is a variable."""
    return mapping.get(key, "")
