"""Where bytes are kept: a folder of this machine, or S3. Rows hold ids; keys are made of ids, never of names.

Keys: ``uploads/<id>`` and ``artifacts/<id>``. A key is there whole or not at all.
"""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings


class Storage(Protocol):
    """What every place can do."""

    def put(self, key: str, file: Path) -> None:
        """Take a finished file over: copied beside, synced, renamed."""

    def fetch(self, key: str, into: Path) -> None:
        """A copy (or link) for a child to read."""

    def local(self, key: str) -> Path:
        """A file on this machine with these bytes, for reading only."""

    def size(self, key: str) -> int:
        """Bytes; FileNotFoundError where there is none."""

    def delete(self, key: str) -> None:
        """Gone, whether it was there or not."""


class Folder:
    """A folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def local(self, key: str) -> Path:
        """Where it lies."""
        return self.root / key

    def put(self, key: str, file: Path) -> None:
        """Beside, synced, renamed."""
        place = self.local(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(place.name + ".part")
        shutil.copyfile(file, beside)
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(place)

    def fetch(self, key: str, into: Path) -> None:
        """A copy."""
        shutil.copyfile(self.local(key), into)

    def size(self, key: str) -> int:
        """Bytes."""
        return self.local(key).stat().st_size

    def delete(self, key: str) -> None:
        """Gone."""
        self.local(key).unlink(missing_ok=True)


@cache
def storage() -> Storage:
    """The place that the settings name."""
    return Folder(Path(settings.STORAGE))
