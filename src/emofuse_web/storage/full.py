"""Whether a database failed because its disk is full."""

import re
import shutil

from django.conf import settings
from django.db import DatabaseError

SAID = re.compile(r"disk is full|No space left|DiskFull")  # as SQLite and PostgreSQL say it
VAGUE = "disk I/O error"  # as SQLite says it, too, where it cannot make the files beside its own
SCANT = 2**20  # bytes, with fewer of which that is what it means


def full(error: BaseException | None) -> bool:
    """Whether this error says so, or is vague while the disk has no room."""
    if not isinstance(error, DatabaseError):
        return False
    said = str(error)
    return bool(SAID.search(said)) or (VAGUE in said and shutil.disk_usage(settings.HOME).free < SCANT)
