"""The folder of one attempt: HOME/work/<job>-<attempt>, with what goes in, what comes out, and room for what is passing."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from emofuse_web.jobs.models import Job, Status
from emofuse_web.jobs.who import kill_all

MOST = 20_000  # files and folders that a child may have in its own; empty ones take no bytes, but the disk has an end to them, too
DEEPEST = 32  # folders in each other


class Strange(ValueError):
    """The child left something that is not a plain file: nobody reads it."""


def place() -> Path:
    """Where all of them lie."""
    return Path(settings.HOME) / "work"


def made(job: Job, attempt: int) -> Path:
    """A new one."""
    folder = place() / f"{job.pk}-{attempt}"
    removed(folder)
    for inner in ("in", "out", "tmp"):
        (folder / inner).mkdir(parents=True)
    folder.chmod(0o700)
    return folder


def removed(folder: Path) -> None:
    """Gone, whatever lies in it: also what is shut, or nested deeper than a path can say or a function can call itself."""
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        while inner := _opened(folder):
            for place in inner:
                _lifted(place, folder)
        folder.rmdir()


def _opened(folder: Path) -> list[Path]:
    """What lies in a folder, which is opened for that."""
    folder.chmod(0o700)
    return list(folder.iterdir())


def _lifted(place: Path, top: Path) -> None:
    """Remove a file; or a folder, once what lies in it is moved to the top under a name that nothing there has."""
    if place.is_symlink() or not place.is_dir():
        place.unlink()
        return
    for inner in _opened(place):
        if inner.is_dir() and not inner.is_symlink():
            inner.chmod(0o700)
        inner.rename(top / uuid4().hex)
    place.rmdir()


def swept() -> int:
    """Remove those whose attempt is over, and whatever still works there: their worker died before it could."""
    there = _attempts()  # before the rows are read: a folder is made only after its row runs
    kept = {f"{job}-{attempt}" for job, attempt in Job.objects.filter(status=Status.RUNNING).values_list("pk", "attempt")}
    left = [folder for folder in there if folder.name not in kept]
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
    for told in (out.lstat(), *_inside(out)):
        plain = stat.S_ISREG(told.st_mode) and told.st_nlink == 1
        if not plain and not stat.S_ISDIR(told.st_mode):
            raise Strange("The child left something that is neither a file nor a folder. Expected results; they are not read.")


def taken(folder: Path) -> int:
    """Bytes in it, as far as they can be counted while somebody writes there.

    Raises:
        Strange: They cannot be counted: there is too much, too deep, or shut.
    """
    return sum(told.st_blocks * 512 for told in _inside(folder))


def _inside(folder: Path) -> Iterator[os.stat_result]:
    """All that lies in it, at any depth; links are not followed."""
    waiting, count = [(str(folder), 0)], 0
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    count += 1
                    if count > MOST or depth > DEEPEST:
                        raise Strange(f"The child made more than {MOST:,} files, or folders deeper than {DEEPEST}. Expected a few results.")
                    with suppress(FileNotFoundError):  # just gone
                        yield entry.stat(follow_symlinks=False)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append((entry.path, depth + 1))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise Strange("The child made a folder that cannot be looked into. Expected results that can be read.") from error
