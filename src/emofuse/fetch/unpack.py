"""Archives taken apart without letting them write anywhere but where they should: all of it, or nothing."""

import errno
import re
import shutil
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile

from emofuse.core.errors import CorpusError

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
SPARE = 64 << 20  # bytes of the disk that are left to others
_BLOCK = 1 << 20  # bytes
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_JUNK = re.compile(r"(^|/)(\._[^/]*|\.DS_Store|__MACOSX(/.*)?)$")  # what macOS adds; it is left out
_DAMAGED = (BadZipFile, tarfile.TarError, zlib.error, LZMAError, EOFError, OSError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class _Member:
    """A file in an archive: its name as written there, its bytes, whether it is a plain file that is not locked."""

    name: str
    size: int
    plain: bool
    locked: bool = False


def unpack(archive: Path, folder: Path) -> dict[str, int]:
    """Unpack into a folder, over what is there.

    Returns:
        What was unpacked: path below the folder, with slashes, to bytes.

    Raises:
        CorpusError: It cannot be read, is locked, holds links or names that lead out of the folder, or does not fit on the disk.
            Nothing is unpacked then.
    """
    with _opened(archive) as (members, read):
        places = [(_place(archive, member), member) for member in members]
        kept = {place: member for place, member in places if not _JUNK.search(place)}
        needed, free = sum(member.size for member in kept.values()), shutil.disk_usage(folder).free
        if needed + SPARE > free:
            raise CorpusError(
                f"{archive.name} unpacks to {needed / 2**20:,.0f} MiB, and {folder} has {free / 2**20:,.0f} MiB of free space. "
                f"Expected room for it; free some, and run the same command again."
            )
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unpacking-") as unfinished:
            for place, member in kept.items():
                _write(archive, read(member), Path(unfinished) / place, member.size)
            for place in kept:
                _move(archive, Path(unfinished) / place, folder / place)
    return {place: member.size for place, member in kept.items()}


def _place(archive: Path, member: _Member) -> str:
    """Where a member goes.

    Raises:
        CorpusError: Out of the folder, or it is no plain file.
    """
    name = member.name.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in parts or "\0" in name or not parts or not member.plain:
        what = "which is a link or a device" if not member.plain else "which would lie outside its folder"
        raise CorpusError(
            f"{archive.name} holds {member.name!r}, {what}. Expected plain files below one folder; nothing was unpacked. "
            f"Do not trust this archive: remove it, and look at the publisher's page."
        )
    if member.locked:
        raise CorpusError(
            f"{archive.name} is locked with a password. Expected an open archive; unpack it by hand with the one you were given."
        )
    return "/".join(parts)


def _write(archive: Path, read: "IO[bytes]", file: Path, size: int) -> None:
    """Write one member; it must be as long as the archive says.

    Raises:
        CorpusError: It is not, or cannot be read or written.
    """
    left = size
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with read, file.open("xb") as kept:
            while left >= 0 and (block := read.read(_BLOCK)):
                kept.write(block)
                left -= len(block)
    except (*_DAMAGED, RuntimeError) as error:
        raise CorpusError(_damaged(archive, error)) from error
    if left:
        raise CorpusError(_damaged(archive, f"{file.name} is not as long as it says"))


def _move(archive: Path, new: Path, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        new.replace(place)
    except OSError as error:
        raise CorpusError(
            f"{place} of {archive.name} cannot be written ({(error.strerror or str(error)).lower()}). Expected nothing in its way; "
            f"move what is there, and run the same command again."
        ) from error


def _damaged(archive: Path, error: object) -> str:
    if isinstance(error, OSError) and error.errno in _FULL:
        return f"{archive.name} could not be unpacked: the disk is full. Expected room for it; free some, and run the same command again."
    return f"{archive.name} cannot be unpacked ({error}). Expected a whole archive; remove {archive}, and fetch it again."


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[list[_Member], Callable[[_Member], IO[bytes]]]]:
    """An archive's files, and a function that opens one of them."""
    try:
        if archive.suffix.lower() == ".zip":
            with ZipFile(archive) as packed:
                infos = {info.filename: info for info in packed.infolist() if not info.is_dir()}
                members = [
                    _Member(name, info.file_size, not stat.S_ISLNK(info.external_attr >> 16), bool(info.flag_bits & 1))
                    for name, info in infos.items()
                ]
                yield members, lambda member: packed.open(infos[member.name])
        else:
            with tarfile.open(archive) as taped:
                tars = {info.name: info for info in taped if not info.isdir()}
                yield (
                    [_Member(name, info.size, info.isfile()) for name, info in tars.items()],
                    lambda member: _extracted(taped, tars[member.name]),
                )
    except _DAMAGED as error:
        raise CorpusError(_damaged(archive, error)) from error


def _extracted(taped: tarfile.TarFile, info: tarfile.TarInfo) -> "IO[bytes]":
    read = taped.extractfile(info)
    assert read is not None  # only plain files are asked for
    return read
