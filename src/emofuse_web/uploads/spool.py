"""Where a file lies while it arrives: ``<id>.part``, of which every byte that is counted was flushed to the disk.

Whoever writes holds a lock on the file itself, which the kernel takes back when its process dies. So web processes of several machines
need one folder that locks (NFS 4 does), or a balancer that keeps an upload on one machine.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings

PIECE = 64 * 2**10  # bytes that are in memory at a time
SYNCED = 8 * 2**20  # bytes after which they are flushed and counted: what a power cut may cost
PATIENCE = 1.0  # s to wait for somebody who is about to let go, such as a request whose line was cut


class Busy(Exception):
    """Somebody else writes to it."""


class Digest(Protocol):
    """What adds up bytes to a sum, as hashlib's do."""

    def update(self, piece: bytes, /) -> None:
        """Add some."""

    def digest(self) -> bytes:
        """The sum."""


def folder() -> Path:
    """Beside the files it becomes, so that the last step is a new name; elsewhere where the settings say so."""
    if settings.SPOOL:
        return Path(settings.SPOOL)
    return Path(settings.HOME) / "spool" if settings.STORAGE.startswith("s3://") else Path(settings.STORAGE) / "uploads"


class Part:
    """The bytes of an upload that are here."""

    def __init__(self, upload: UUID) -> None:
        self.place = folder() / f"{upload}.part"
        self.doubt = folder() / f"{upload}.doubt"  # how many bytes were there before a piece whose sum is not checked yet

    def begin(self) -> None:
        """An empty file."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        self.place.touch(mode=0o600)

    def gone(self) -> None:
        """No file."""
        self.place.unlink(missing_ok=True)
        self.doubt.unlink(missing_ok=True)

    @contextmanager
    def held(self, patience: float | None = None) -> Iterator[int]:
        """The file, open for this process alone.

        Raises:
            Busy: Somebody else has it.
            FileNotFoundError: It is not there.
        """
        descriptor = os.open(self.place, os.O_RDWR)
        try:
            until = time.monotonic() + (PATIENCE if patience is None else patience)
            while not _locked(descriptor):
                if time.monotonic() >= until:
                    raise Busy
                time.sleep(0.02)
            yield descriptor
        finally:
            os.close(descriptor)

    def offset(self, descriptor: int, counted: int) -> int:
        """How many bytes are here for good: a process that was killed may have left more than was counted, or a piece in doubt."""
        if self.doubt.exists():
            os.ftruncate(descriptor, min(int(self.doubt.read_text() or counted), os.fstat(descriptor).st_size))
            self.doubt.unlink(missing_ok=True)
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size

    def pour(
        self, descriptor: int, read: Callable[[int], bytes], offset: int, length: int, told: Callable[[int], None], digest: Digest | None
    ) -> int:
        """Append up to ``length`` bytes, a small piece at a time; how many are here then.

        Args:
            descriptor: Of `held`.
            read: Gives up to so many bytes; none at the end, or where the line was cut.
            offset: Where they go.
            length: How many are to come.
            told: Called with how many are here, each time after they were flushed; not before `digest` was judged.
            digest: Adds them up.

        Raises:
            OSError: The disk is full, or broken: what was not flushed is taken back.
        """
        if digest is not None:
            self.doubt.write_text(str(offset))
        synced = here = offset
        os.lseek(descriptor, offset, os.SEEK_SET)
        try:
            while (left := offset + length - here) > 0 and (piece := read(min(PIECE, left))):
                if digest is not None:
                    digest.update(piece)
                _written(descriptor, piece)
                here += len(piece)
                if here - synced >= SYNCED:
                    os.fsync(descriptor)
                    synced = here
                    if digest is None:
                        told(here)
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, synced if digest is None else offset)
            raise
        return here

    def judged(self, descriptor: int, offset: int, *, good: bool) -> None:
        """A piece was what its sum said; or it is taken back."""
        if not good:
            os.ftruncate(descriptor, offset)
            os.fsync(descriptor)
        self.doubt.unlink(missing_ok=True)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _written(descriptor: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]
