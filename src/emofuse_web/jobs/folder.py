"""The folder of one attempt: HOME/work/<job>-<attempt>, with what goes in, what comes out, and room for what is passing."""

import os
import shutil
import stat
from pathlib import Path
from uuid import UUID

from django.conf import settings

from emofuse_web.jobs.models import Job, Status
from emofuse_web.jobs.who import kill_all


class Strange(ValueError):
    """The child left something that is not a plain file: nobody reads it."""


def place() -> Path:
    """Where all of them lie."""
    return Path(settings.HOME) / "work"


def made(job: Job, attempt: int) -> Path:
    """A new one."""
    folder = place() / f"{job.pk}-{attempt}"
    shutil.rmtree(folder, ignore_errors=True)
    for inner in ("in", "out", "tmp"):
        (folder / inner).mkdir(parents=True)
    folder.chmod(0o700)
    return folder


def removed(folder: Path) -> None:
    """Gone, whatever lies in it."""
    shutil.rmtree(folder, ignore_errors=True)


def swept() -> int:
    """Remove those whose attempt is over, and whatever still works there: their worker died before it could."""
    kept = {f"{job}-{attempt}" for job, attempt in Job.objects.filter(status=Status.RUNNING).values_list("pk", "attempt")}
    left = [folder for folder in _attempts() if folder.name not in kept]
    for folder in left:
        kill_all(within=folder.resolve())
        removed(folder)
    return len(left)


def _attempts() -> list[Path]:
    if not place().is_dir():
        return []
    return [folder for folder in place().iterdir() if _is_attempt(folder.name)]


def _is_attempt(name: str) -> bool:
    job, _, attempt = name.rpartition("-")
    try:
        UUID(job)
    except ValueError:
        return False
    return attempt.isdigit()


def checked(out: Path) -> None:
    """Refuse what only pretends to be a file: whoever follows a link that a child made reads what the child could not.

    Raises:
        Strange: Something is neither a file of its own nor a folder.
    """
    for top, folders, files in os.walk(out):
        for name in folders + files:
            told = (Path(top) / name).lstat()
            plain = stat.S_ISREG(told.st_mode) and told.st_nlink == 1
            if not plain and not stat.S_ISDIR(told.st_mode):
                raise Strange("The child left something that is neither a file nor a folder. Expected results; they are not read.")


def taken(folder: Path) -> int:
    """Bytes in it, as far as they can be counted while somebody writes there."""
    total = 0
    for top, _, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(top) / name).lstat().st_blocks * 512
            except OSError:  # just gone
                continue
    return total
