"""Whether there is room: what one file may be, what one user may keep, what the disk holds."""

import errno
import shutil

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from emofuse_web.accounts.models import User
from emofuse_web.analyses.problems import Refused
from emofuse_web.analyses.quota import quota_of
from emofuse_web.uploads.problems import refused
from emofuse_web.uploads.spool import folder

FULL = (errno.ENOSPC, errno.EDQUOT)
TWICE = 2  # a file lies here, and once more in the folder of the child that reads it


def size_checked(size: int, *, most: int | None = None) -> None:
    """Look whether a file may be so large.

    Raises:
        Refused: It is empty, or too large.
    """
    most = settings.UPLOAD_LIMIT if most is None else most
    if size == 0:
        raise refused("MEDIA_EMPTY", _("The file has no bytes at all."))
    if size > most:
        sizes = {"size": filesizeformat(size), "most": filesizeformat(most)}
        raise refused("UPLOAD_SIZE", _("The file has %(size)s. Expected at most %(most)s.") % sizes)


def quota_checked(owner: User, size: int) -> None:
    """Look whether a user may keep one more file of this size; within a transaction that holds the user's row.

    Raises:
        Refused: There are too many files, or too many bytes.
    """
    used = quota_of(owner)
    if used.files >= used.files_most:
        counts = {"files": used.files, "most": used.files_most}
        raise refused("QUOTA_FILES", _("You keep %(files)d files. Expected at most %(most)d.") % counts)
    if used.bytes + size > used.bytes_most:
        sizes = {"used": filesizeformat(used.bytes), "size": filesizeformat(size), "most": filesizeformat(used.bytes_most)}
        raise refused("QUOTA_BYTES", _("You keep %(used)s, and this file has %(size)s. Expected at most %(most)s together.") % sizes)


def disk_checked(size: int) -> None:
    """Look whether the disk holds a file of this size, and another like it, and has some left.

    Raises:
        Refused: It does not.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    disk = shutil.disk_usage(place)
    if disk.free < settings.FREE_SHARE * disk.total or disk.free < TWICE * size:
        raise full()


def full() -> Refused:
    """The disk is."""
    return refused("STORAGE_FULL", _("The disk on which files are kept is nearly full. What has arrived of yours is kept."))
