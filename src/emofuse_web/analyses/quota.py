"""What a user may keep and run at a time, and how much of that is used."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.problems import refused
from emofuse_web.jobs.models import TERMINAL, Status
from emofuse_web.uploads.models import State, Upload


@dataclass(frozen=True, slots=True)
class Quota:
    """Used and allowed: bytes of uploads and results, files that were brought, analyses that run, and that are not over."""

    bytes: int
    bytes_most: int
    files: int
    files_most: int
    running: int
    running_most: int
    waiting: int  # with those that run
    waiting_most: int


def quota_of(user: User) -> Quota:
    """How a user stands. A file that is still arriving counts with all that was announced."""
    brought = Upload.objects.filter(owner=user).exclude(state=State.REFUSED)
    sums = brought.aggregate(bytes=Sum("size"))["bytes"] or 0
    made = Artifact.objects.filter(analysis__owner=user).aggregate(bytes=Sum("size"))["bytes"] or 0
    under_way = Analysis.objects.filter(owner=user).exclude(job__status__in=TERMINAL)
    return Quota(
        bytes=sums + made,
        bytes_most=settings.QUOTA_BYTES if user.quota_bytes is None else user.quota_bytes,
        files=brought.count(),
        files_most=settings.QUOTA_FILES,
        running=under_way.filter(job__status=Status.RUNNING).count(),
        running_most=settings.QUOTA_RUNNING,
        waiting=under_way.count(),
        waiting_most=settings.QUOTA_WAITING,
    )


def quota_checked(user: User) -> None:
    """Look whether one more analysis may be asked for. How many run at a time is the queue's to hold: the rest wait.

    Raises:
        Refused: The space is full, there are too many files, or too many analyses wait.
    """
    used = quota_of(user)
    if used.bytes > used.bytes_most:
        said = {"used": used.bytes // 2**20, "most": used.bytes_most // 2**20}
        raise refused("QUOTA_BYTES", _("Your files and results take %(used)d MB. Expected at most %(most)d MB.") % said)
    if used.files > used.files_most:
        said = {"used": used.files, "most": used.files_most}
        raise refused("QUOTA_FILES", _("There are %(used)d. Expected at most %(most)d.") % said)
    if used.waiting >= used.waiting_most:
        said = {"used": used.waiting, "most": used.waiting_most}
        raise refused("QUOTA_RUNNING", _("%(used)d of yours are waiting or running. Expected at most %(most)d.") % said)
