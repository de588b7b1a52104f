"""What allauth does with an account, in the audit log. It tells us by signals alone."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out

from emofuse_web.accounts import audit

VERBS = (
    (user_logged_in, "sign_in"),
    (user_logged_out, "sign_out"),
    (account.password_changed, "password.changed"),
    (account.password_reset, "password.reset"),
    (account.email_changed, "email.changed"),
    (account.user_signed_up, "account.made"),
    (mfa.authenticator_added, "factor.added"),
    (mfa.authenticator_removed, "factor.removed"),
    (mfa.authenticator_reset, "factor.renewed"),
    (mfa.authenticator_used, "factor.used"),
    (mfa.authentication_failed, "factor.failed"),
)


def begin() -> None:
    """Listen from now on."""
    for signal, verb in VERBS:
        signal.connect(_listener(verb), weak=False, dispatch_uid=f"audit {verb}")


def _listener(verb: str) -> Any:
    def heard(sender: object, user: Any = None, authenticator: Any = None, **said: object) -> None:
        if user is not None and user.pk:
            detail = {"factor": str(authenticator.type)} if authenticator is not None else {}
            audit.event(user, verb, user, **detail)

    return heard
