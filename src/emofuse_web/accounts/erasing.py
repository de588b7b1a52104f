"""An account goes, with every row and every byte. Bytes first: should the machine stop in between, the rows still say what is left."""

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from emofuse_web.accounts import audit
from emofuse_web.accounts.exports import key_of
from emofuse_web.accounts.models import Erasure, Event, Export, User
from emofuse_web.accounts.rows import tables_of
from emofuse_web.analyses.models import Artifact
from emofuse_web.jobs import queue
from emofuse_web.jobs.models import TERMINAL, Job
from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.spool import Part


def account_erase(*, user: User, by: User | None = None) -> None:
    """Everything of somebody, for good. Whoever works for them is told to stop, and finds the rows gone.

    Args:
        user: Who goes.
        by: A member of staff who does it for them; None: they themselves.
    """
    code = user.pk
    User.objects.filter(pk=code).update(is_active=False)  # nobody signs in, and no token opens anything, from here on
    _sessions_end(str(code))
    for job in Job.objects.filter(owner=user).exclude(status__in=TERMINAL):
        queue.job_cancel(job=job)
    keys = _keys(user)
    Erasure.objects.create(keys=keys)  # once more by housekeeping: a file may be on its way while we look
    bytes_remove(keys)
    with transaction.atomic():
        User.objects.select_for_update().filter(pk=code).first()
        late = sorted(set(_keys(user)) - set(keys))
        _rows_remove(user)
        if late:
            Erasure.objects.create(keys=late)
    bytes_remove(late)
    audit.event(by, "account.erased", code)


def bytes_remove(keys: list[str]) -> None:
    """Gone, wherever they lie: whole, or still arriving."""
    for key in keys:
        storage().delete(key)
        if key.startswith("uploads/"):
            Part(UUID(key.removeprefix("uploads/"))).gone()


def _keys(user: User) -> list[str]:
    uploads = [f"uploads/{code}" for code in Upload.objects.filter(owner=user).values_list("pk", flat=True)]
    artifacts = [f"artifacts/{code}" for code in Artifact.objects.filter(analysis__owner=user).values_list("pk", flat=True)]
    return uploads + artifacts + [key_of(export) for export in Export.objects.filter(owner=user)]


def _rows_remove(user: User) -> None:
    """All that points at the account goes with it; the log loses what it did, since its lines would point at nobody."""
    code = user.pk
    for model, keys in tables_of(user).items():
        if model is not User:
            model._base_manager.filter(pk__in=keys).delete()
    Event.objects.filter(subject=str(code)).delete()
    User.objects.filter(pk=code).delete()


def _sessions_end(code: str) -> None:
    """Every browser is signed out, also those that no list names."""
    for session in Session.objects.iterator():
        if session.get_decoded().get("_auth_user_id") == code:
            session.delete()
