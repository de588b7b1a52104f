"""Where bytes are kept: a folder of this machine, or S3. Rows hold ids; keys are made of ids, never of names.

Keys: ``uploads/<id>`` and ``artifacts/<id>``. A key is there whole or not at all.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from emofuse_web.storage.folder import Folder


class Storage(Protocol):
    """What every place can do."""

    near: bool
    """Whether `take` is done at once however large the file is, so that a request may wait for it."""

    def put(self, key: str, file: Path) -> None:
        """Keep a finished file: copied beside, synced, renamed."""

    def take(self, key: str, file: Path) -> None:
        """The same with a file that nobody needs any more; it is gone afterwards."""

    def fetch(self, key: str, into: Path) -> None:
        """A copy for a child to read."""

    def local(self, key: str) -> Path:
        """A file on this machine with these bytes, for reading only."""

    def size(self, key: str) -> int:
        """Bytes; FileNotFoundError where there is none."""

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from start up to end (not included), in small pieces; FileNotFoundError, at once, where there is none."""

    def link(self, key: str, *, media_type: str, disposition: str) -> str | None:
        """Where a browser may fetch it without us for a short while; None where it cannot."""

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Every key under a prefix such as "uploads/", and since when it is there (s since 1970)."""

    def delete(self, key: str) -> None:
        """Gone, whether it was there or not."""

    def tidy(self) -> None:
        """Copies on this machine that nobody read for an hour go, where bytes are kept elsewhere."""


@cache
def storage() -> Storage:
    """The place that the settings name."""
    if settings.STORAGE.startswith("s3://"):
        from emofuse_web.storage.s3 import Bucket  # boto3 comes with the extra web-prod

        return Bucket.named(settings.STORAGE, kept=settings.HOME / "fetched")
    return Folder(Path(settings.STORAGE))
