"""Where somebody is told that an analysis is over: https only, public addresses only."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from emofuse_web.analyses.problems import refused

LONGEST = 500


def webhook_checked(address: str) -> str:
    """An address that may be told; where it leads is looked at again when it is.

    Raises:
        Refused: Not https, no host, a name and password in it, or a port that is not the usual one.
    """
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None
        good = good and parts.port in (None, 443) and len(address) <= LONGEST and address.isascii() and address.isprintable()
        good = good and not any(c in address for c in " \\") and not parts.fragment
    except ValueError:
        good = False
    if not good:
        raise refused(
            "WEBHOOK_REFUSED", _("Expected an https address of at most %(most)d characters, without a password.") % {"most": LONGEST}
        )
    return address
