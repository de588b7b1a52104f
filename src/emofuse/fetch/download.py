"""One file over https: resumed where it was cut off, checked against its checksum, never half there under its own name.

Nothing here knows corpora. What has come so far lies beside the file as ``.part``; a second call goes on from there.
"""

import contextlib
import errno
import hashlib
import http.client
import json
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path

from emofuse.core.errors import CorpusError
from emofuse.core.progress import Progress, quiet_progress
from emofuse.fetch.https import opened

TRIES = 5  # in a row that bring nothing new
PAUSE = 2.0  # seconds before the second try; each further one waits twice as long
SPARE = 64 << 20  # bytes of the disk that are left to others
_BLOCK = 1 << 18  # bytes
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_AGAIN = {408, 425, 429, 500, 502, 503, 504}  # answers that another try may change


class _Cut(Exception):
    """The connection ended before the file did."""


def download(
    url: str,
    file: Path,
    *,
    size: int | None = None,
    digest: str | None = None,
    progress: Progress = quiet_progress,
    tries: int = TRIES,
    pause: float = PAUSE,
) -> str:
    """Get a file, and say what its SHA-256 is.

    Args:
        url: Where it is; https, or http on this very machine.
        file: Where it goes.
        size: Its bytes, as published; None where nobody says.
        digest: ``sha256:...`` or ``md5:...``, as published.
        progress: Told of bytes here, and in all (0 where nobody knows).
        tries: In a row, before giving up.
        pause: Seconds before the second try.

    Raises:
        CorpusError: It is not there, comes from elsewhere than https, does not fit on the disk,
            is cut off again and again, or is not what was published.
    """
    part = file.with_name(f"{file.name}.part")
    failed, before = 0, -1
    while True:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            _more(url, part, size, progress)
            break
        except (_Cut, urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
            here = part.stat().st_size if part.exists() else 0
            failed, before = (failed + 1, before) if here <= before else (1, here)
            if failed >= tries or _final(error):
                raise CorpusError(_unreached(url, error, here)) from error
            time.sleep(pause * 2 ** (failed - 1))
        except OSError as error:
            raise CorpusError(_unwritten(part, error)) from error
    return _whole(url, part, file, size, digest)


def _more(url: str, part: Path, size: int | None, progress: Progress) -> None:
    """Append to what is there what one connection brings.

    Raises:
        _Cut: It brought less than all.
    """
    note = part.with_name(f"{part.name}.json")
    known = _read(note)
    have = part.stat().st_size if part.exists() and known.get("url") == url else 0
    if size is not None and have == size:
        return
    request = urllib.request.Request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
        if known.get("validator"):
            request.add_header("If-Range", known["validator"])
    try:
        answer = opened(request)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        if error.headers.get("Content-Range", "").rpartition("/")[2] != str(have):
            part.unlink(missing_ok=True)
            raise _Cut("the file has become shorter") from error
        return  # everything was there already
    with answer:
        headers: Message = answer.headers  # type: ignore[attr-defined]  # an http answer has them
        first, total = _range(headers, status=answer.status)  # type: ignore[attr-defined]  # urllib types its answers loosely
        have = have if first == have else 0
        if first not in (0, have):
            part.unlink(missing_ok=True)
            raise _Cut("another part of the file came than the one asked for")
        if size is not None and total is not None and total != size:
            raise CorpusError(
                f"{url} has {total:,} bytes. Expected {size:,}, as published; the publisher may have changed it: look at its page."
            )
        _fits(part, (total or have) - have)
        note.write_text(json.dumps({"url": url, "validator": _validator(headers)}), encoding="utf-8")
        with part.open("ab" if have else "wb") as kept:
            progress(have, total or 0)
            while block := answer.read(_BLOCK):
                kept.write(block)
                have += len(block)
                progress(have, total or 0)
    if total is not None and have < total:
        raise _Cut(f"it was cut off after {have:,} of {total:,} bytes")


def _range(headers: Message, status: int) -> tuple[int, int | None]:
    """First byte that an answer brings, and how many the whole file has."""
    if status == 206:
        said = headers.get("Content-Range", "").removeprefix("bytes ")
        first, _, total = said.partition("-")[0], None, said.rpartition("/")[2]
        return (int(first) if first.isdigit() else -1), (int(total) if total.isdigit() else None)
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _validator(headers: Message) -> str:
    """By what a server knows whether the file is still the same: a strong tag, else its date."""
    tag = headers.get("ETag", "")
    return headers.get("Last-Modified", "") if not tag or tag.startswith("W/") else tag


def _read(note: Path) -> dict[str, str]:
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _fits(part: Path, more: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if more + SPARE > free:
        raise CorpusError(
            f"{part.parent} has {free / 2**20:,.0f} MiB of free space. Expected {(more + SPARE) / 2**20:,.0f} MiB for {part.stem}; "
            f"free some, or name another folder (--data)."
        )


def _final(error: Exception) -> bool:
    """Whether another try would end the same way."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code not in _AGAIN
    return isinstance(getattr(error, "reason", None), socket.gaierror | ssl.SSLCertVerificationError)


def _unreached(url: str, error: Exception, here: int) -> str:
    if isinstance(error, urllib.error.HTTPError) and _final(error):
        return f"{url} answers {error.code} ({error.reason}). Expected a file there; look at the publisher's page: it may have moved."
    reason = getattr(error, "reason", None) or error
    kept = f" What came so far ({here:,} bytes) is kept." if here else ""
    return f"{url} could not be fetched ({reason}).{kept} Expected a connection that lasts; run the same command again, and it goes on."


def _unwritten(part: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return (
            f"{part} could not be written on: the disk is full. What came so far is kept; free some space, and run the same command again."
        )
    reason = (error.strerror or str(error)).lower()
    return f"{part} could not be written ({reason}). Expected a folder that can be written to; allow it, or name another (--data)."


def _whole(url: str, part: Path, file: Path, size: int | None, digest: str | None) -> str:
    """Check a file that has come, and give it its name.

    Raises:
        CorpusError: It is not what was published; it is then removed.
    """
    kind, _, wanted = (digest or "").partition(":")
    made = {"sha256": hashlib.sha256()} | ({kind: hashlib.new(kind, usedforsecurity=False)} if kind else {})
    with part.open("rb") as read:
        while block := read.read(_BLOCK):
            for each in made.values():
                each.update(block)
    here = part.stat().st_size
    if (size is not None and here != size) or (kind and made[kind].hexdigest() != wanted.lower()):
        what = f"{here:,} bytes" if size is not None and here != size else f"the {kind} {made[kind].hexdigest()}"
        _forget(part)
        raise CorpusError(
            f"{url} brought {what}. Expected {f'{size:,} bytes' if size is not None and here != size else wanted}, as published; "
            f"it was removed. Try again: if it happens twice, the publisher has changed the file, or somebody else has."
        )
    part.replace(file)
    _forget(part)
    return made["sha256"].hexdigest()


def _forget(part: Path) -> None:
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)
        part.with_name(f"{part.name}.json").unlink(missing_ok=True)
