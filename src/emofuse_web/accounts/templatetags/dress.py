"""Forms of others, and ours, in the clothes of the site."""

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

from emofuse_web.accounts.passkeys import host_named

register = template.Library()
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
"""What a browser calls itself and what people call it; the first that fits, since most claim to be several."""


@register.filter
def dressed(field: BoundField) -> SafeString:
    """A field's control with the site's class, and without a placeholder that says the label once more."""
    widget = field.field.widget
    widget.attrs.pop("placeholder", None)
    look = "form-select" if isinstance(widget, forms.Select) else "form-control"
    return field.as_widget(attrs={"class": "form-check-input" if isinstance(widget, forms.CheckboxInput) else look})


@register.filter
def ticked(field: BoundField) -> bool:
    """Whether it is one box to tick, whose words stand behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def many(field: BoundField) -> bool:
    """Whether it is a group of boxes, which needs a legend."""
    return isinstance(field.field.widget, forms.CheckboxSelectMultiple | forms.RadioSelect)


@register.simple_tag
def sign_up_open() -> bool:
    """Whether strangers may make accounts."""
    return bool(settings.SIGN_UP_OPEN)


@register.simple_tag(takes_context=True)
def passkeys_work(context: template.Context) -> bool:
    """Whether a browser would make a passkey for this address."""
    return host_named(context["request"].get_host())


@register.filter
def browser(said: str) -> str:
    """A browser and its system, in words.

    Example:
        >>> browser("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Safari/537.36")
        'Chrome, Linux'
        >>> browser("curl/8.5")
        'curl/8.5'
    """
    found = [next((name for sign, name in names if sign in said), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name) or said
