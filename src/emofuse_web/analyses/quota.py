"""What a user may keep and run at a time, and how much of that is used."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.problems import Refused
from emofuse_web.jobs.models import TERMINAL
from emofuse_web.uploads.models import State, Upload


@dataclass(frozen=True, slots=True)
class Quota:
    """Used and allowed: bytes of uploads and results, files that were brought, analyses that are not over."""

    bytes: int
    bytes_most: int
    files: int
    files_most: int
    running: int
    running_most: int


def quota_of(user: User) -> Quota:
    """How a user stands. A file that is still arriving counts with all that was announced."""
    brought = Upload.objects.filter(owner=user).exclude(state=State.REFUSED)
    sums = brought.aggregate(bytes=Sum("size"))["bytes"] or 0
    made = Artifact.objects.filter(analysis__owner=user).aggregate(bytes=Sum("size"))["bytes"] or 0
    return Quota(
        bytes=sums + made,
        bytes_most=settings.QUOTA_BYTES if user.quota_bytes is None else user.quota_bytes,
        files=brought.count(),
        files_most=settings.QUOTA_FILES,
        running=Analysis.objects.filter(owner=user).exclude(job__status__in=TERMINAL).count(),
        running_most=settings.QUOTA_RUNNING,
    )


def quota_checked(user: User) -> None:
    """Look whether one more analysis may begin.

    Raises:
        Refused: The space is full, there are too many files, or too many analyses that are not over.
    """
    used = quota_of(user)
    if used.bytes > used.bytes_most:
        raise Refused(
            "QUOTA_BYTES",
            _("Your space is full"),
            _("Your files and results take %(used)d MB. Expected at most %(most)d MB.")
            % {"used": used.bytes // 2**20, "most": used.bytes_most // 2**20},
            _("Remove analyses that you no longer need."),
            413,
        )
    if used.files > used.files_most:
        raise Refused(
            "QUOTA_FILES",
            _("You have too many files"),
            _("There are %(used)d. Expected at most %(most)d.") % {"used": used.files, "most": used.files_most},
            _("Remove analyses that you no longer need."),
            413,
        )
    if used.running >= used.running_most:
        raise Refused(
            "QUOTA_RUNNING",
            _("Too many analyses at a time"),
            _("%(used)d of yours are waiting or running. Expected at most %(most)d.") % {"used": used.running, "most": used.running_most},
            _("Wait until one is over, or cancel one."),
            429,
        )
