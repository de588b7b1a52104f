"""Everything of an account in one file, asked for and found again."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from emofuse_web.accounts import audit
from emofuse_web.accounts.models import Export, User
from emofuse_web.jobs.models import TERMINAL, Kind
from emofuse_web.jobs.queue import job_add

KEPT = timedelta(hours=24)


def export_request(*, owner: User) -> Export:
    """A file of everything, made soon; the one that is being made where there is one."""
    with transaction.atomic():
        waiting = Export.objects.filter(owner=owner).exclude(job__status__in=TERMINAL).first()
        if waiting is not None:
            return waiting
        job = job_add(owner=owner, kind=Kind.EXPORT, lane="quick")
        export = Export.objects.create(owner=owner, job=job, expires=timezone.now() + KEPT)
        audit.event(owner, "export.asked", export)
    return export


def exports_of(user: User) -> list[Export]:
    """What somebody asked for, newest first."""
    return list(Export.objects.filter(owner=user).select_related("job").order_by("-created"))


def export_ready(user: User, code: uuid.UUID) -> Export | None:
    """A file that is whole and still here."""
    return Export.objects.filter(owner=user, pk=code, size__gt=0, expires__gt=timezone.now()).first()


def key_of(export: Export) -> str:
    """Where its bytes lie."""
    return f"exports/{export.pk}"
