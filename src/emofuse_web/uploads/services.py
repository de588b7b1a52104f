"""Whatever changes a file on its way in: announced, received, told about, removed. Pages and the REST interface both go through here."""

import re
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emofuse_web.accounts import audit
from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis
from emofuse_web.jobs.models import Job, Kind, Status
from emofuse_web.jobs.queue import job_add, job_cancel, job_held
from emofuse_web.storage import storage
from emofuse_web.uploads import room
from emofuse_web.uploads.models import Role, State, Upload
from emofuse_web.uploads.names import shown_name
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.spool import Part

LANE = "quick"  # a look at a file never waits behind an analysis


def kept() -> timedelta:
    """For how long a file is kept that nobody analysed, counted from its last byte."""
    return timedelta(hours=settings.UPLOAD_KEPT)


def upload_create(*, owner: User, role: str, name: str, size: int, expected: str = "", most: int | None = None) -> Upload:
    """Announce a file. Its room counts from now on.

    Args:
        owner: Who brings it.
        role: What it is for; one of `Role`.
        name: What it is called: shown, never a path.
        size: Its bytes.
        expected: Its SHA-256 in hex, if known.
        most: Bytes it may have; None for what every file may have.

    Raises:
        Refused: No such role, no such sum, or no room.
    """
    if role not in Role.values:
        raise refused(
            "INPUT_ROLE", _("'%(role)s' is none. Expected one of: %(known)s.") % {"role": role[:20], "known": ", ".join(Role.values)}
        )
    if expected and not re.fullmatch(r"[0-9a-f]{64}", expected):
        raise refused("REQUEST_INVALID", _("The SHA-256 that was announced is none. Expected 64 digits and letters a to f."))
    room.size_checked(size, most=most)
    room.disk_checked(size)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # two files announced at once are counted one after the other
        room.quota_checked(owner, size)
        upload = Upload.objects.create(
            owner=owner, role=role, name=shown_name(name), size=size, expected=expected, expires=timezone.now() + kept()
        )
        audit.event(owner, "upload.announced", upload, role=role)
    return upload


def upload_counted(*, upload: UUID, offset: int) -> bool:
    """Write down how much is here, once it was flushed; False where the file was removed meanwhile."""
    now = timezone.now()
    return bool(Upload.objects.filter(pk=upload, state=State.RECEIVING).update(offset=offset, touched=now, expires=now + kept()))


def upload_arrived(*, upload: Upload) -> None:
    """The last byte is here: have it looked at. Does nothing the second time, so that it may be said again after a crash."""
    if storage().near:
        with suppress(FileNotFoundError):  # somebody else said it at the same moment
            storage().take(f"uploads/{upload.id}", Part(upload.id).place)
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk, state=State.RECEIVING, offset=upload.size).first()
        if held is not None:
            _look(held)
    upload.refresh_from_db()


def upload_tell(*, upload: Upload, told: dict[str, object]) -> None:
    """What a file of EEG does not say of itself; it is looked at again.

    Raises:
        Refused: It is not EEG, is not here yet or being looked at, or an analysis already read it as it was told before.
    """
    if upload.role != Role.EEG:
        raise refused("INPUT_ROLE", _("Only files of EEG are told anything."), status=409)
    with transaction.atomic():
        held = Upload.objects.select_for_update().filter(pk=upload.pk, state=State.READY).first()
        if held is None and upload.state == State.REFUSED:
            raise refused("INPUT_GONE", _("The file was refused, and its bytes are not kept."), fix=_("Send the file again."))
        if held is None:
            raise refused("INPUT_NOT_READY", _("The file has not arrived, or is being looked at."))
        if _read(held):
            raise refused("JOB_NOT_OVER", _("An analysis was made of this file as it was told before."), fix=_("Send the file once more."))
        held.told = told
        _look(held)
    upload.refresh_from_db()


def upload_remove(*, upload: Upload, by: User | None) -> None:
    """Remove it, row and bytes; whoever receives it or looks at it finds the row gone.

    Raises:
        Refused: An analysis needs it.
    """
    with transaction.atomic():
        job = job_held(job=upload.look_id) if upload.look_id else None
        Upload.objects.select_for_update().filter(pk=upload.pk).first()  # an analysis that is asked for now holds it, and is waited for
        if upload_needed(upload):
            raise refused("JOB_NOT_OVER", _("An analysis was made of this file."), fix=_("Remove the analysis; its files go with it."))
        if job is not None:
            job_cancel(job=job)
            Job.objects.filter(pk=job.pk).delete()
        Upload.objects.filter(pk=upload.pk).delete()
        audit.event(by, "upload.removed", upload)
    upload_bytes_gone(upload.id)


def upload_bytes_gone(upload: UUID) -> None:
    """Every byte of a file, wherever it lay."""
    Part(upload).gone()
    storage().delete(f"uploads/{upload}")


def upload_needed(upload: Upload) -> bool:
    """Whether an analysis needs this file."""
    return any(Analysis.objects.filter(**{role: upload}).exists() for role in Role.values)


def _read(upload: Upload) -> bool:
    """Whether an analysis reads this file or gave an answer about it; one that came to nothing may be asked again, told otherwise."""
    nothing = (Status.FAILED, Status.CANCELLED, Status.EXPIRED)
    return any(Analysis.objects.filter(**{role: upload}).exclude(job__status__in=nothing).exists() for role in Role.values)


def _look(upload: Upload) -> None:
    """Have it looked at, within a transaction that holds the row; what was found before is forgotten."""
    before = upload.look_id
    upload.state, upload.report, upload.problem = State.CHECKING, None, None
    upload.look = job_add(owner=upload.owner, kind=Kind.PREFLIGHT, lane=LANE)
    upload.save(update_fields=["state", "report", "problem", "told", "look", "touched"])
    if before:
        Job.objects.filter(pk=before).delete()
