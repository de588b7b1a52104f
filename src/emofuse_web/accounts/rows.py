"""Every row that belongs to an account, found by what the tables say of each other, so that a new table is never forgotten."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q, QuerySet

from emofuse_web.accounts.models import Invitation, User

HELD_BACK = "[held back: a secret]"
SECRETS = {  # the row is given out, these of its fields are not
    "accounts.user": {"password"},
    "accounts.token": {"digest"},
    "accounts.invitation": {"digest"},
    "sharing.share": {"digest"},
    "mfa.authenticator": {"data"},
    "usersessions.usersession": {"session_key"},
}


def tables_of(user: User) -> dict[type[Model], set[Any]]:
    """Keys of the rows, by table: the account, all that points at it, all that points at those."""
    found: dict[type[Model], set[Any]] = {User: {user.pk}}
    waiting: list[tuple[type[Model], set[Any]]] = [(User, {user.pk})]
    for rows in _told_by_address(user):
        found[rows.model] = set(rows.values_list("pk", flat=True))
    while waiting:
        model, keys = waiting.pop()
        for relation in model._meta.get_fields(include_hidden=True):
            if not (relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)):
                continue
            child: type[Model] = relation.related_model  # type: ignore[assignment]  # a class by now
            rows = child._base_manager.filter(**{f"{relation.field.name}__in": keys})  # type: ignore[union-attr]
            new = set(rows.values_list("pk", flat=True)) - found.get(child, set())
            if new:
                found.setdefault(child, set()).update(new)
                waiting.append((child, new))
    return {model: keys for model, keys in found.items() if keys}


def _told_by_address(user: User) -> tuple[QuerySet[Any], ...]:
    """Rows that name somebody without pointing at them."""
    return (
        Invitation.objects.filter(email=user.email),
        LogEntry.objects.filter(Q(object_id=str(user.pk)) | Q(object_repr=user.email)),
    )


def rows_of(user: User) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Each table's name and rows, secrets held back."""
    for model, keys in sorted(tables_of(user).items(), key=lambda found: found[0]._meta.label_lower):
        name = model._meta.label_lower
        hidden = SECRETS.get(name, set())
        yield name, [_plain(row, hidden) for row in model._base_manager.filter(pk__in=keys).order_by("pk")]


def _plain(row: Model, hidden: set[str]) -> dict[str, object]:
    return {field.attname: HELD_BACK if field.attname in hidden else field.value_from_object(row) for field in row._meta.concrete_fields}
