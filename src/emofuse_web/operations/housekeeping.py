"""What is kept no longer than it was promised: looked at by workers every few minutes, and by ``python -m emofuse_web forget``."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from emofuse_web.accounts.erasing import bytes_remove
from emofuse_web.accounts.exports import key_of
from emofuse_web.accounts.kept import LOG_DAYS
from emofuse_web.accounts.models import Erasure, Event, Export, Invitation
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.services import analysis_remove
from emofuse_web.api.webhooks import deliver_soon
from emofuse_web.storage import storage
from emofuse_web.uploads.housekeeping import uploads_expire

SPENT = timedelta(days=30)  # how long an invitation that nobody used is still listed
AGAIN = timedelta(minutes=10)  # after an erasure: by then whoever worked for the account was stopped
ORPHAN = timedelta(hours=2).total_seconds()  # s that bytes may lie without a row: between being written and being told of


def run() -> None:
    """A worker's round: what is due goes, who waits for a message is told."""
    forget()
    journal_emptied()
    deliver_soon()


def forget() -> dict[str, int]:
    """Remove all that is due; how many of each. Safe at any time, and by several at a time."""
    return {
        "analyses": analyses_expire(),
        "uploads": uploads_expire(),
        "exports": exports_expire(),
        "sessions": Session.objects.filter(expire_date__lt=timezone.now()).delete()[0],
        "events": Event.objects.filter(when__lt=timezone.now() - timedelta(days=LOG_DAYS)).delete()[0],
        "invitations": Invitation.objects.filter(used=None, expires__lt=timezone.now() - SPENT).delete()[0],
        "erasures": erasures_repeat(),
        "orphans": orphans_remove(),
    }


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
    for analysis in due:
        analysis_remove(analysis=analysis, by=None)
    return len(due)


def exports_expire() -> int:
    """Exports after a day, with their bytes."""
    due = list(Export.objects.filter(expires__lt=timezone.now()).select_related("job"))
    for export in due:
        storage().delete(key_of(export))
        export.job.delete()  # and its row with it
    return len(due)


def erasures_repeat() -> int:
    """The bytes of erased accounts once more, since one may have been on its way when the rows went."""
    due = list(Erasure.objects.filter(created__lt=timezone.now() - AGAIN))
    for erasure in due:
        bytes_remove(erasure.keys)
        erasure.delete()
    return len(due)


def orphans_remove() -> int:
    """Results and exports without a row: their job was removed while it wrote them. What users brought is looked after with uploads."""
    gone = 0
    before = timezone.now().timestamp() - ORPHAN
    for prefix, model in (("artifacts/", Artifact), ("exports/", Export)):
        old = {key for key, since in storage().keys(prefix) if since < before}
        known = {f"{prefix}{code}" for code in model._base_manager.values_list("pk", flat=True)} if old else set()
        for key in old - known:
            storage().delete(key)
            gone += 1
    return gone
