"""The audit log: who did what to what, never what was in it."""

from django.db import models

from emofuse_web.accounts.models import Event, User

LONGEST = 120  # characters of a detail; more than that is content


def event(actor: User | None, verb: str, subject: models.Model | object = "", **detail: str | int | float | bool | None) -> Event:
    """Write one line: ``event(user, "token.revoked", token)``.

    Raises:
        ValueError: A detail holds an address, or is so long or of such a kind that it must be content.
    """
    for name, value in detail.items():
        plain = value is None or isinstance(value, bool | int | float | str)
        if not plain or (isinstance(value, str) and ("@" in value or len(value) > LONGEST)):
            raise ValueError(
                f"The audit log was given '{name}' with an address or content in it. Expected a number, a flag or a short word; "
                f"name the row by its id instead."
            )
    known = actor if actor is not None and actor.pk else None
    named = str(subject.pk) if isinstance(subject, models.Model) else str(subject)
    return Event.objects.create(actor=known, verb=verb, subject=named[:80], detail=detail)
