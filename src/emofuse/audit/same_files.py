"""The same file twice, byte for byte, under other names, of other people, in other parts.

Sizes first, then SHA-256 of those of one size: most files are never opened. A file that several clips are cut from is nobody's own,
and is not compared; nor are empty ones, which are damage rather than copies.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emofuse.audit.base import Evidence, Finding, NotLooked
from emofuse.audit.copies import Thing, copies, joined
from emofuse.core.clip import Clip
from emofuse.core.errors import MediaError
from emofuse.core.progress import Progress, quiet_progress

ASKS = "Is the same file there twice?"
TRAPS = ("T3",)
THING = Thing("the same file", "files", "byte for byte the file of")


def look(evidence: Evidence, progress: Progress = quiet_progress) -> Sequence[Finding]:
    """Clips that have a file of the same bytes.

    Args:
        evidence: The files of its clips are read.
        progress: Told files read, and files of a size that others have.

    Raises:
        NotLooked: Fewer than two clips have a file of their own.
        MediaError: A file cannot be read.
    """
    owner = _owner(evidence.clips)
    if len(set(owner.values())) < 2:
        raise NotLooked("two clips or more with a file of their own: these are cut from one, or made up")
    pairs = ((owner[a], owner[b]) for a, b in _equal(owner, progress))
    return copies(evidence, evidence.clips, joined((a, b) for a, b in pairs if a != b), THING)


def _owner(clips: Sequence[Clip]) -> dict[Path, int]:
    """Files that one clip alone is read from, and its place."""
    owners: dict[Path, set[int]] = {}
    for i, clip in enumerate(clips):
        for source in clip.sources.values():
            owners.setdefault(source.path, set()).add(i)
    return {path: those.pop() for path, those in owners.items() if len(those) == 1 and path.is_file()}


def _equal(paths: Iterable[Path], progress: Progress) -> list[tuple[Path, Path]]:
    """Pairs of files of the same bytes: each with the first of its kind.

    Raises:
        MediaError: One cannot be read.
    """
    sizes = {path: path.stat().st_size for path in sorted(paths)}
    common = Counter(sizes.values())
    several = [path for path, size in sizes.items() if size and common[size] > 1]
    first: dict[str, Path] = {}
    found = []
    with ThreadPoolExecutor() as pool:  # hashing works without Python's lock
        for done, (path, digest) in enumerate(zip(several, pool.map(_digest, several), strict=True), 1):
            if first.setdefault(digest, path) != path:
                found.append((first[digest], path))
            progress(done, len(several))
    return found


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error}. Expected a file that can; mend its permissions, or restore it.") from error
