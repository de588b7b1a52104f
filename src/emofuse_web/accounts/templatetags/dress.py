"""Forms of others, and ours, in the clothes of the site."""

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

from emofuse_web.accounts.passkeys import host_named

register = template.Library()


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
