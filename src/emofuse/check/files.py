"""What lies in a corpus' folder beside its clips: files that nobody needs, the same file twice, archives still packed."""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path, PurePosixPath

ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
OURS = "fetched.json"  # what `emofuse fetch` remembers
_JUNK = re.compile(r"(^|/)(\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX(/.*)?)$")  # what macOS and Windows leave behind
_BLOCK = 1 << 20  # bytes hashed at a time


def listed(root: Path) -> tuple[str, ...]:
    """Every file under a folder, as its path from there, in order."""
    found = []
    for folder, _, files in os.walk(root):
        above = os.path.relpath(folder, root).replace(os.sep, "/")
        found += [name if above == "." else f"{above}/{name}" for name in files]
    return tuple(sorted(name for name in found if name != OURS))


def strays(files: Iterable[str], used: frozenset[str], beside: Sequence[str]) -> tuple[str, ...]:
    """Files that are no clip's and that no pattern names, archives left out; what systems leave behind is always one.

    Example:
        >>> strays(["a.wav", "b.wav", "._a.wav", "doc/readme.txt", "a.zip"], frozenset({"a.wav"}), ("**/*.txt",))
        ('b.wav', '._a.wav')
    """
    allowed = [pattern(text) for text in beside]
    return tuple(
        name
        for name in files
        if name not in used and (junk(name) or not (name.lower().endswith(ARCHIVES) or any(rule.fullmatch(name) for rule in allowed)))
    )


def junk(name: str) -> bool:
    """Whether it is something that macOS or Windows leaves behind.

    Example:
        >>> junk("a/._b.wav"), junk("__MACOSX/b.wav"), junk("a/b.wav")
        (True, True, False)
    """
    return _JUNK.search(name) is not None


@lru_cache(maxsize=128)
def pattern(glob: str) -> re.Pattern[str]:
    """A glob pattern over paths with slashes: ``*`` stays in a folder, ``**/`` is any number of folders, also none.

    Example:
        >>> [bool(pattern("**/*.txt").fullmatch(name)) for name in ("a.txt", "b/c/a.txt", "a.csv")]
        [True, True, False]
    """
    parts = (re.escape(part).replace(r"\*", "[^/]*").replace(r"\?", "[^/]") for part in glob.split("**/"))
    return re.compile("(?:.*/)?".join(parts))


def twice(root: Path, files: Sequence[str], workers: int | None = None) -> tuple[tuple[str, ...], ...]:
    """Files with the same content (SHA-256), group by group; only those of one size are read. Empty ones do not count."""
    sizes: dict[int, list[str]] = defaultdict(list)
    for name in files:
        path = root / name
        if path.is_file():
            sizes[path.stat().st_size].append(name)
    suspects = [name for size, names in sizes.items() if size and len(names) > 1 for name in names]
    same: dict[str, list[str]] = defaultdict(list)
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:  # threads: hashing and reading let go of Python's lock
        for name, digest in zip(suspects, pool.map(lambda name: _digest(root / name), suspects), strict=True):
            if digest is not None:
                same[digest].append(name)
    return tuple(sorted(tuple(sorted(names)) for names in same.values() if len(names) > 1))


def _digest(path: Path) -> str | None:
    """None where it cannot be read: what reads the clips says why."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def summary(files: Sequence[str]) -> str:
    """What is there, by ending.

    Example:
        >>> summary(["a/x.wav", "b/y.WAV", "readme"])
        '2 .wav, 1 without an ending, in 3 folders'
    """
    endings: dict[str, int] = defaultdict(int)
    for name in files:
        endings[PurePosixPath(name).suffix.lower() or "without an ending"] += 1
    folders = len({name.rpartition("/")[0] for name in files})
    most = sorted(endings.items(), key=lambda pair: (-pair[1], pair[0]))[:6]
    return ", ".join(f"{count:,} {ending}" for ending, count in most) + f", in {folders:,} folder{'s' if folders > 1 else ''}"
