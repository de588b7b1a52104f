"""Passkeys, asked for in our words; allauth is told of this form by MFA_FORMS."""

import ipaddress
from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.translation import gettext_lazy as _


class AddPasskeyForm(AddWebAuthnForm):
    """A name, and whether it opens the account alone."""

    def __init__(self, *args: Any, **said: Any) -> None:
        super().__init__(*args, **said)
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("It opens the account alone"), True
        alone.help_text = _("The device asks for a finger, a face or a PIN then. Without this, it is asked for after the password.")


def host_named(host: str) -> bool:
    """Whether an address has a name: browsers make passkeys for names alone, not for numbers.

    Example:
        >>> host_named("localhost:8000"), host_named("127.0.0.1:8000"), host_named("[::1]:8000")
        (True, False, False)
    """
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return True
    return False
