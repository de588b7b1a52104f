"""What was made of files before, kept on disk: by what a file holds and by what was made of it, never by its name or date.

Nothing here knows what a row means. A cache is a folder:

    contents.json            what each file held when it was last read, by path, size and time of change
    <kind>/what.txt          what was made: the feature, its parameters, the code and the libraries that made it
    <kind>/<name>.npy        rows side by side, as bytes, to be mapped into memory
    <kind>/<name>.json       where each row begins, its shape and checksum; written last, so that it never promises what is not there

Many rows share a file, so that 35,887 pictures out of one table are not as many files. Two processes may use a cache at once:
each adds files of its own, whole or not at all. Where it grows beyond its limit, what was not used for longest goes.
"""

import ast
import dataclasses
import hashlib
import json
import logging
import math
import os
import shutil
import sys
import time
import types
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from fractions import Fraction
from functools import cache as once
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from uuid import uuid4
from zlib import crc32

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.beside import beside
from emofuse.media.faces import home

log = logging.getLogger(__name__)

LIMIT = 20_000_000_000  # bytes; RAVDESS' voices with seven variants take 1 GB
SPARE = 1_000_000_000  # bytes that are left free on the disk
SETTLED = 2_000_000_000  # ns since a file was changed after which its size and time tell whether it is changed again
ORPHAN = 86_400  # s after which what a killed process left behind is removed
LIBRARIES = ("numpy", "torch", "av", "soundfile", "soxr", "opencv-python-headless", "pyarrow", "scipy")
"""Whose versions may change what comes out of reading a file."""

Row = tuple[np.ndarray, Mapping[str, object]]
"""An array, and what else there is to say of it in JSON."""


def usual() -> Path:
    """Where features are kept unless somebody says otherwise: in EMOFUSE_HOME, or the user's own cache."""
    return home() / "cache"


class Cache:
    """Rows by kind and key, in a folder.

    Args:
        folder: Made when something is first kept.
        limit: Bytes; beyond them, what was not used for longest is removed.
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder, self.limit = Path(folder), limit
        self._contents: dict[str, list[object]] | None = None
        self._changed = False
        self._indexes: dict[Path, dict[str, list[object]]] = {}

    def load(self, kind: str, keys: Sequence[str | None]) -> list[Row | None]:
        """What is kept of these, None where nothing is; arrays are mapped from disk and must not be written to.

        Rows that are damaged are none; a warning says so, and they are removed to be made again.
        """
        wanted = {key for key in keys if key is not None}
        found: dict[str, Row] = {}
        for index in sorted((self.folder / kind).glob("[!.]*.json")):  # a dot begins the name of what is not yet whole
            entries = self._index(index)
            here = [key for key in entries.keys() & wanted if key not in found]
            if not here:
                continue
            try:
                found |= _mapped(index, entries, here)
                os.utime(index)  # used now
            except (OSError, ValueError, TypeError, KeyError) as error:
                if not index.exists():
                    self._indexes.pop(index, None)
                    continue  # another process has made room
                log.warning("cache: %s was damaged (%s); its %d rows are made again", index.with_suffix(".npy"), error, len(entries))
                self._remove(index)
        return [found.get(key) if key is not None else None for key in keys]

    def keep(self, kind: str, says: str, rows: Mapping[str, Row]) -> None:
        """Keep rows; where there is no room for them, a warning says so.

        Args:
            kind: As `kind` makes it.
            says: What it is, for people.
            rows: By key; arrays of numbers or of words.
        """
        kept = {key: row for key, row in rows.items() if not row[0].dtype.hasobject}
        size = sum(_padded(array.nbytes) for array, _ in kept.values())
        if not kept:
            return
        if size > self.limit / 2 or shutil.disk_usage(_existing(self.folder)).free < size + SPARE:
            log.warning("cache: no room for %.1f GB in %s; they are made again next time", size / 1e9, self.folder)
            return
        folder = self.folder / kind
        name = uuid4().hex[:16]
        try:
            if not (folder / "what.txt").exists():
                with beside(folder / "what.txt") as unfinished:
                    unfinished.write_text(says + "\n", encoding="utf-8")
            with beside(folder / f"{name}.npy") as unfinished:
                entries = _written(unfinished, kept, size)
            with beside(folder / f"{name}.json") as unfinished:
                unfinished.write_text(json.dumps(entries, separators=(",", ":")), encoding="utf-8")
        except MediaError as error:
            log.warning("cache: %s", error)
            return
        self._make_room(folder / f"{name}.json")

    def keys(self, sources: Sequence[tuple[Path, Callable[[Path], object]]]) -> list[str | None]:
        """What stands for what functions read in files; None where a file is not there or a function has no lasting name."""
        held: dict[Path, str | None] = {}
        found: list[str | None] = []
        for path, read in sources:
            if path not in held:  # many clips may lie in one file: it is looked at once
                held[path] = self._content(Path(path))
            reader, content = identity(read), held[path]
            known = reader is not None and content is not None
            found.append(hashlib.blake2b(f"{content} {reader}".encode(), digest_size=16).hexdigest() if known else None)
        return found

    def close(self) -> None:
        """Write down what files held, beside what other processes have."""
        if not self._changed or self._contents is None:
            return
        path = self.folder / "contents.json"
        with suppress(MediaError), beside(path) as unfinished:
            unfinished.write_text(json.dumps(_contents(path) | self._contents, separators=(",", ":")), encoding="utf-8")
        self._changed = False

    def _content(self, path: Path) -> str | None:
        """A digest of what a file holds, remembered as long as its size and time of change stay; None where there is no such file."""
        try:
            path = path.resolve()
            stat = path.stat()
            if not path.is_file():
                return None
            if self._contents is None:
                self._contents = _contents(self.folder / "contents.json")
            known = self._contents.get(str(path))
            if known is not None and known[:2] == [stat.st_size, stat.st_mtime_ns]:
                return str(known[2])
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError:
            return None
        if time.time_ns() - stat.st_mtime_ns > SETTLED:
            self._contents[str(path)] = [stat.st_size, stat.st_mtime_ns, digest]
            self._changed = True
        return digest

    def _index(self, path: Path) -> dict[str, list[object]]:
        if path not in self._indexes:
            try:
                read = json.loads(path.read_text(encoding="utf-8"))
                if not isinstance(read, dict):
                    raise ValueError("it is no list of rows")
                self._indexes[path] = read
            except FileNotFoundError:
                return {}  # another process has just removed it
            except (OSError, ValueError) as error:
                log.warning("cache: %s was damaged (%s); its rows are made again", path, error)
                self._remove(path)
                return {}
        return self._indexes[path]

    def _remove(self, index: Path) -> None:
        self._indexes.pop(index, None)
        for path in (index, index.with_suffix(".npy")):
            with suppress(OSError):
                path.unlink()

    def _make_room(self, newest: Path) -> None:
        """Remove what was not used for longest until all of it fits, and what killed processes left."""
        used: list[tuple[float, Path, int]] = []
        now = time.time()
        for path in self.folder.glob("*/*"):
            with suppress(OSError):
                stat = path.stat()
                if path.suffix == ".npy" and path.with_suffix(".json").exists():
                    used.append((path.with_suffix(".json").stat().st_mtime, path.with_suffix(".json"), stat.st_size))
                elif path.suffix != ".json" and path.name != "what.txt" and now - stat.st_mtime > ORPHAN:
                    path.unlink()
        total = sum(size for _, _, size in used)
        for _, index, size in sorted(used):
            if total <= self.limit:
                break
            if index != newest:
                self._remove(index)
                total -= size


def kind(*what: object) -> tuple[str, str] | None:
    """The name of a kind of rows, and what it says for people; None where something of it has no lasting name.

    The code behind it and the versions of the libraries that it calls are part of it.
    """
    named = [identity(thing) for thing in what]
    if any(name is None for name in named):
        return None
    says = "\n".join([*map(str, named), _versions()])
    return hashlib.blake2b(says.encode(), digest_size=12).hexdigest(), says


def identity(thing: object) -> str | None:
    """A name for a value or a function that is the same in every process and changes when it does; None where there is none.

    A function is its path and a digest of the file it stands in and of the readers and features that this file imports;
    a partial, its function and its arguments; a frozen dataclass, its class and its fields. Lambdas and functions within
    functions have no name: what they do cannot be told from outside.

    Example:
        >>> identity(lambda signal: signal) is None
        True
        >>> identity((1, "a", Fraction(17, 20)))
        "(1, 'a', Fraction(17, 20))"
    """
    if thing is None or isinstance(thing, bool | int | float | str | bytes | Fraction) and not isinstance(thing, Enum):
        return repr(thing)
    if isinstance(thing, Enum):
        return f"{type(thing).__qualname__}.{thing.name}"
    if isinstance(thing, PurePath):
        return str(thing)
    if isinstance(thing, np.ndarray):
        return None if thing.dtype.hasobject else f"{thing.dtype.str}{thing.shape}{hashlib.blake2b(thing.tobytes()).hexdigest()[:32]}"
    if isinstance(thing, tuple | list):
        return _joined("(", thing, ")")
    if isinstance(thing, Mapping):
        return _joined("{", [part for pair in sorted(thing.items(), key=lambda pair: str(pair[0])) for part in pair], "}")
    if isinstance(thing, partial):
        return _joined("partial(", [thing.func, thing.args, thing.keywords], ")")
    if isinstance(thing, types.FunctionType | type):
        return _named(thing)
    if dataclasses.is_dataclass(thing):
        own = _named(thing.__class__)
        fields = _joined("(", [getattr(thing, field.name) for field in dataclasses.fields(thing)], ")")
        return None if own is None or fields is None else own + fields
    return None


def _joined(opened: str, things: Sequence[object], closed: str) -> str | None:
    names = [identity(thing) for thing in things]
    return None if any(name is None for name in names) else opened + ", ".join(map(str, names)) + closed


@once
def _named(thing: Hashable) -> str | None:
    """The path of a function or class and a digest of its code; None where importing that path would not give it."""
    assert isinstance(thing, types.FunctionType | type)
    found: object = sys.modules.get(thing.__module__)
    for part in thing.__qualname__.split("."):
        found = getattr(found, part, None)
    code = _code(thing.__module__) if found is thing else None
    return None if code is None else f"{thing.__module__}.{thing.__qualname__}@{code}"


@once
def _code(module: str) -> str | None:
    """A digest of a module's file and of those it imports that may change what comes out of reading; None where it has no file.

    These are this package's readers and features, and all of a package of somebody's own.
    """
    sources: dict[str, bytes] = {}
    todo = [module]
    while todo:
        name = todo.pop()
        source = None if name in sources else _source(name)
        if source is not None:
            sources[name] = source
            todo += [imported for imported in _imports(name, source) if _matters(imported, module)]
    if module not in sources:
        return None
    return hashlib.blake2b(b"".join(sources[name] for name in sorted(sources)), digest_size=8).hexdigest()


def _matters(name: str, root: str) -> bool:
    top = root.partition(".")[0]
    own = top != "emofuse" and name.partition(".")[0] == top
    return own or name.startswith(("emofuse.media.", "emofuse.features.")) or name in ("emofuse.core.clip", "emofuse.core.segment")


def _source(name: str) -> bytes | None:
    """What a module's file holds; None for what is no module, or has no file. Nothing is imported to find it."""
    top, *rest = name.split(".")
    known = getattr(sys.modules.get(name), "__file__", None)
    above = getattr(sys.modules.get(top), "__file__", None)
    if known is not None:
        files = [Path(known)]
    elif above is not None and rest:
        inside = Path(above).parent.joinpath(*rest)
        files = [inside.with_name(f"{inside.name}.py"), inside / "__init__.py"]
    else:
        return None
    found = next((file for file in files if file.suffix == ".py" and file.is_file()), None)
    return None if found is None else found.read_bytes()


def _imports(name: str, source: bytes) -> Iterator[str]:
    """Modules that a module's source names, wherever it does; what is imported out of one may be a module itself."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = name.rsplit(".", node.level)[0] if node.level else ""
            module = ".".join(part for part in (package, node.module or "") if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@once
def _versions() -> str:
    said = []
    for library in LIBRARIES:
        with suppress(PackageNotFoundError):
            said.append(f"{library} {version(library)}")
    return ", ".join(said)


def _contents(path: Path) -> dict[str, list[object]]:
    """What files held, as another run wrote it down; nothing where that cannot be read, for it is only a memory."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(p): row for p, row in read.items() if isinstance(row, list) and len(row) == 3} if isinstance(read, dict) else {}


def _padded(size: int) -> int:
    """A multiple of 64 bytes, where processors like arrays to begin."""
    return -(-size // 64) * 64


def _written(path: Path, rows: Mapping[str, Row], size: int) -> dict[str, list[object]]:
    """Write rows one after the other as one array of bytes; where each begins, its type, shape, checksum, and what else is said of it."""
    entries: dict[str, list[object]] = {}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (size,)})
        at = 0
        for key, (array, also) in rows.items():
            data = np.ascontiguousarray(array).tobytes()
            file.write(data)
            file.write(bytes(_padded(len(data)) - len(data)))
            entries[key] = [at, array.dtype.str, list(array.shape), crc32(data), dict(also)]
            at += _padded(len(data))
    return entries


def _mapped(index: Path, entries: Mapping[str, Sequence[object]], keys: Sequence[str]) -> dict[str, Row]:
    """Rows out of the array beside an index.

    Raises:
        OSError: It is not there.
        ValueError: It is not what was written.
    """
    values = np.load(index.with_suffix(".npy"), mmap_mode="r")
    found: dict[str, Row] = {}
    for key in keys:
        at, name, shape, checksum, also = entries[key]
        if not isinstance(at, int) or not isinstance(shape, list) or not isinstance(also, dict):
            raise ValueError("its index is not one")
        dtype = np.dtype(str(name))
        size = math.prod(shape) * dtype.itemsize
        data = values[at : at + size]
        if len(data) != size or crc32(data) != checksum:
            raise ValueError("its checksum differs")
        found[key] = (np.asarray(data.view(dtype)).reshape(shape), also)
    return found


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
