"""Get a corpus that may be fetched without asking anybody: its files downloaded, checked, and unpacked where readers look."""

import fnmatch
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from emofuse.core.corpus import Corpus, Download
from emofuse.core.errors import CorpusError
from emofuse.core.progress import Progress, quiet_progress
from emofuse.fetch import zenodo
from emofuse.fetch.download import SPARE, download
from emofuse.fetch.unpack import unpack

MEMORY = "fetched.json"  # in the corpus' folder: what has been fetched, so that archives need not be kept


@dataclass(frozen=True, slots=True)
class Fetched:
    """One file that is here now.

    Args:
        name: Where it went.
        size: Its bytes.
        sha256: Of its content.
        verified: By which published checksum: "md5", "sha256"; None where none is published.
        unpacked: How many files came out of it; None where it is no archive.
        before: Whether it was here already.
    """

    name: str
    size: int
    sha256: str
    verified: str | None
    unpacked: int | None = None
    before: bool = False


def downloads(corpus: Corpus, only: str = "*") -> tuple[Download, ...]:
    """Files that may be fetched, records taken apart into theirs.

    Args:
        corpus: Which.
        only: A pattern that names must fit, such as ``Audio_*``.

    Raises:
        CorpusError: It must be got by hand, no name fits, or a record cannot be read.
    """
    if not corpus.downloads:
        raise CorpusError(
            f"{corpus.name} cannot be fetched from here. Expected it to be got by hand. {corpus.getting} (Licence: {corpus.license}.)"
        )
    every: list[Download] = []
    for entry in corpus.downloads:
        every += [entry] if isinstance(entry, Download) else zenodo.files(entry.removeprefix("zenodo:"))
    chosen = tuple(entry for entry in every if fnmatch.fnmatchcase(entry.name, only))
    if not chosen:
        raise CorpusError(
            f"No file of {corpus.name} is called like {only!r}. Expected one of {', '.join(entry.name for entry in every)}; name these."
        )
    return chosen


def fetch(wanted: Sequence[Download], root: Path, progress: Progress = quiet_progress) -> Iterator[Fetched]:
    """Get files into a corpus' folder, one after the other; those that are here already are not fetched again.

    Args:
        wanted: What `downloads` says.
        root: The corpus' folder; it is made where there is none.
        progress: Told of bytes here, and in all.

    Raises:
        CorpusError: A name leads out of the folder, the disk is too small, or a file cannot be had or unpacked.
    """
    for entry in wanted:
        parts = PurePosixPath(entry.name.replace("\\", "/")).parts
        if not parts or ".." in parts or entry.name.startswith(("/", "\\")) or ":" in parts[0]:
            raise CorpusError(f"A file is to go to {entry.name!r}. Expected a place below {root}; the record is not to be trusted.")
    root.mkdir(parents=True, exist_ok=True)
    known = _remembered(root)
    missing = [entry for entry in wanted if not _here(entry, root, known.get(entry.name))]
    needed = sum((entry.size or 0) * (2 if entry.unpack else 1) for entry in missing)
    free = shutil.disk_usage(root).free
    if missing and needed + SPARE > free:
        raise CorpusError(
            f"{root} has {free / 2**20:,.0f} MiB of free space. Expected {(needed + SPARE) / 2**20:,.0f} MiB for {len(missing)} files "
            f"(archives counted twice, as they are unpacked); free some, or name another folder (--data)."
        )
    done, total = 0, sum(entry.size or 0 for entry in missing)
    for entry in wanted:
        if entry not in missing:
            yield _fetched(entry, known[entry.name], before=True)
            continue
        known[entry.name] = _get(entry, root, partial(_further, progress, done, total))
        (root / MEMORY).write_text(json.dumps(known, indent=1), encoding="utf-8")
        done += int(str(known[entry.name]["size"]))
        yield _fetched(entry, known[entry.name], before=False)


def _further(progress: Progress, before: int, total: int, done: int, size: int) -> None:
    """Tell how far one file is as how far all are."""
    progress(before + done, total or size)


def _get(entry: Download, root: Path, progress: Progress) -> dict[str, object]:
    """Download one file, and unpack it where it is an archive; what is to be remembered of it."""
    file = root / entry.name
    sha256 = download(entry.url, file, size=entry.size, digest=entry.digest, progress=progress)
    said: dict[str, object] = {"url": entry.url, "size": file.stat().st_size, "sha256": sha256, "digest": entry.digest}
    if entry.unpack:
        said["unpacked"] = unpack(file, file.parent)
        file.unlink()
    return said


def _here(entry: Download, root: Path, said: Mapping[str, object] | None) -> bool:
    """Whether a file has been fetched from this address, and is still there, or what came out of it."""
    if said is None or said.get("url") != entry.url or said.get("digest") != entry.digest:
        return False
    files = said.get("unpacked")
    expected = {entry.name: said.get("size")} if not isinstance(files, dict) else {_beside(entry.name, name): files[name] for name in files}
    return all((root / name).is_file() and (root / name).stat().st_size == size for name, size in expected.items())


def _beside(archive: str, name: str) -> str:
    return str(PurePosixPath(archive).parent / name)


def _fetched(entry: Download, said: Mapping[str, object], *, before: bool) -> Fetched:
    files = said.get("unpacked")
    kind = entry.digest.partition(":")[0] if entry.digest else None
    return Fetched(entry.name, int(str(said["size"])), str(said["sha256"]), kind, len(files) if isinstance(files, dict) else None, before)


def _remembered(root: Path) -> dict[str, dict[str, object]]:
    try:
        said = json.loads((root / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
