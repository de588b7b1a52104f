"""What was judged, as hashes: the same rows and the same files give the same, on every machine."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from emofuse.core.clip import Clip

EDGE = 65_536  # bytes read at the beginning and at the end of each file: a corpus of films is hashed in seconds


def fingerprint(clips: Sequence[Clip]) -> str:
    """SHA-256 over the ids, labels and people of rows, whatever their order: what was judged, not how it is stored.

    Example:
        >>> two = [Clip("1", "ann", "calm", {}), Clip("2", "bob", "fear", {})]
        >>> fingerprint(two) == fingerprint(two[::-1]) != fingerprint(two[:1])
        True
    """
    lines = sorted(f"{clip.id}\t{clip.label}\t{'' if clip.subject is None else clip.subject}\n" for clip in clips)
    return _digest(lines)


def stored(clips: Sequence[Clip]) -> str:
    """SHA-256 over the files that clips are read from: whose they are, their size, their first and last 64 KiB.

    Where a file lies and what it is called does not matter. A source without a file, such as a made-up signal, counts as empty.
    """
    seen: dict[Path, str] = {}
    lines = []
    for clip in clips:
        for m, source in sorted(clip.sources.items()):
            if source.path not in seen:
                seen[source.path] = _edges(source.path)
            lines.append(f"{clip.id}\t{m}\t{seen[source.path]}\n")
    return _digest(sorted(lines))


def _edges(path: Path) -> str:
    if not path.is_file():
        return "none"
    with path.open("rb") as file:
        size = path.stat().st_size
        digest = hashlib.sha256(file.read(EDGE))
        file.seek(max(size - EDGE, 0))
        digest.update(file.read(EDGE))
    return f"{size} {digest.hexdigest()}"


def _digest(lines: Sequence[str]) -> str:
    return hashlib.sha256("".join(lines).encode()).hexdigest()
