"""What is kept no longer than it was promised: looked at by workers every few minutes, and by ``python -m emofuse_web forget``."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import TypeVar

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from emofuse_web.accounts.erasing import bytes_remove
from emofuse_web.accounts.exports import key_of
from emofuse_web.accounts.kept import LOG_DAYS
from emofuse_web.accounts.models import Erasure, Event, Export, Invitation
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.services import analysis_remove
from emofuse_web.operations.messages import messages_soon
from emofuse_web.sharing.services import shares_expire
from emofuse_web.storage import storage
from emofuse_web.uploads.housekeeping import uploads_expire

log = logging.getLogger(__name__)
Item = TypeVar("Item")
SPENT = timedelta(days=30)  # how long an invitation that nobody used is still listed
AGAIN = timedelta(minutes=10)  # after an erasure: by then whoever worked for the account was stopped
ORPHAN = timedelta(hours=2).total_seconds()  # s that bytes may lie without a row: between being written and being told of


def run() -> None:
    """A worker's round: what is due goes, who waits for a message is told."""
    try:
        forget()
    finally:
        journal_emptied()
        messages_soon()


def forget() -> dict[str, int]:
    """Remove all that is due; how many of each. Safe at any time, and by several at a time.

    Raises:
        Exception: What kept the first of them from being removed; everything else was.
    """
    done: dict[str, int] = {}
    _each(DUE, lambda name: done.update({name: DUE[name]()}))
    return done


def _each(items: Iterable[Item], remove: Callable[[Item], object]) -> int:
    """Remove them; how many. What cannot be removed keeps no other, and is told afterwards."""
    wrong: list[Exception] = []
    count = 0
    for item in items:
        try:
            remove(item)
            count += 1
        except Exception as error:
            log.error("something that is due could not be removed (%s)", type(error).__name__)
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return count


def journal_emptied() -> bool:
    """SQLite's journal still holds the pages as they were before something was erased; whether it could be emptied just now."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy: int = cursor.fetchone()[0]
    return not busy


def analyses_expire() -> int:
    """Analyses past their day, with their bytes; the sample stays."""
    due = Analysis.objects.filter(expires__lt=timezone.now(), sample=False)
    return _each(due, lambda analysis: analysis_remove(analysis=analysis, by=None))


def exports_expire() -> int:
    """Exports after a day, with their bytes."""

    def remove(export: Export) -> None:
        storage().delete(key_of(export))
        export.job.delete()  # and its row with it

    return _each(list(Export.objects.filter(expires__lt=timezone.now()).select_related("job")), remove)


def erasures_repeat() -> int:
    """The bytes of erased accounts once more, since one may have been on its way when the rows went."""

    def repeat(erasure: Erasure) -> None:
        bytes_remove(erasure.keys)
        erasure.delete()

    return _each(list(Erasure.objects.filter(created__lt=timezone.now() - AGAIN)), repeat)


def orphans_remove() -> int:
    """Results and exports without a row: their job was removed while it wrote them. What users brought is looked after with uploads."""
    before = timezone.now().timestamp() - ORPHAN
    gone: list[str] = []
    for prefix, model in (("artifacts/", Artifact), ("exports/", Export)):
        old = {key for key, since in storage().keys(prefix) if since < before}
        known = {f"{prefix}{code}" for code in model._base_manager.values_list("pk", flat=True)} if old else set()
        gone += old - known
    return _each(gone, storage().delete)


def sessions_expire() -> int:
    """Sessions that are over."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def events_expire() -> int:
    """The audit log beyond its days."""
    return Event.objects.filter(when__lt=timezone.now() - timedelta(days=LOG_DAYS)).delete()[0]


def invitations_expire() -> int:
    """Invitations that nobody used."""
    return Invitation.objects.filter(used=None, expires__lt=timezone.now() - SPENT).delete()[0]


DUE: dict[str, Callable[[], int]] = {
    "analyses": analyses_expire,
    "uploads": uploads_expire,
    "exports": exports_expire,
    "sessions": sessions_expire,
    "events": events_expire,
    "invitations": invitations_expire,
    "shares": shares_expire,
    "erasures": erasures_repeat,
    "orphans": orphans_remove,
}
"""What is removed when it is due."""
