"""A folder of this machine."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PIECE = 64 * 2**10  # bytes that are in memory at a time
FICLONE = 0x40049409  # Linux: the same blocks under another name until one of the two is changed; where the file system can


class Folder:
    """Files under a root, each named by its key."""

    near = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def local(self, key: str) -> Path:
        """Where it lies."""
        return self.root / key

    def put(self, key: str, file: Path) -> None:
        """Beside, synced, renamed."""
        place = self._place(key)
        beside = place.with_name(place.name + ".new")
        try:
            _copy(file, beside)
            _sync(beside)
            beside.replace(place)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        _sync(place.parent)

    def take(self, key: str, file: Path) -> None:
        """Renamed; copied only from another disk."""
        place = self._place(key)
        _sync(file)
        try:
            file.replace(place)
        except FileNotFoundError:
            raise
        except OSError:
            self.put(key, file)
            file.unlink(missing_ok=True)
        else:
            _sync(place.parent)

    def fetch(self, key: str, into: Path) -> None:
        """A copy: what a child does to it leaves ours as it is."""
        _copy(self.local(key), into)

    def size(self, key: str) -> int:
        """Bytes."""
        return self.local(key).stat().st_size

    def read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Opened at once, so that what is missing is known before an answer begins."""
        descriptor = os.open(self.local(key), os.O_RDONLY)
        return _pieces(descriptor, start, end)

    def link(self, key: str, *, media_type: str, disposition: str) -> str | None:
        """Nobody else serves this folder."""
        return None

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Whole files only: what is not whole has an ending."""
        folder = self.root / prefix
        if not folder.is_dir():
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file() and "." not in entry.name:
                    yield f"{prefix}{entry.name}", entry.stat().st_mtime

    def delete(self, key: str) -> None:
        """Gone."""
        self.local(key).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Nothing: bytes are here and nowhere else."""

    def _place(self, key: str) -> Path:
        place = self.local(key)
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read, target.open("wb") as written:
        try:
            fcntl.ioctl(written.fileno(), FICLONE, read.fileno())
        except OSError:
            shutil.copyfileobj(read, written, 2**20)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _pieces:  # noqa: N801  # stands where a generator would, and closes its file even when it is never begun
    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self.file = os.fdopen(descriptor, "rb", buffering=0)
        self.file.seek(start)
        self.left = end - start

    def __iter__(self) -> "Iterator[bytes]":
        return self

    def __next__(self) -> bytes:
        piece = self.file.read(min(PIECE, self.left)) if self.left > 0 else b""
        if not piece:
            self.close()
            raise StopIteration
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        """Django closes what it streams."""
        self.left = 0
        self.file.close()
