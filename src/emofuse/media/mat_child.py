"""The process that reads a MATLAB file for `emofuse.media.mat`, and may crash; run as a script, it imports nothing of emofuse.

It takes an order as JSON from its standard input (path, folder, names, limit, memory, seconds) and leaves two files in the folder:
``arrays``, numbers one after the other, columns first, and ``answer.json``, which says what is where, or what the problem is.
"""

import json
import math
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

if TYPE_CHECKING:
    import h5py

_DEPTH = 16  # structures within structures; DREAMER has 5
_AGAIN = 16  # times that a cell or structure may be met in a second place; MATLAB writes copies
_AXES = 32  # of an array, as numpy has it
_MOST = 200_000  # arrays; a crafted file must not keep us busy
_ALIGNED = 64  # bytes
_PATIENCE = 300.0  # s
_ROOM = 3 << 30  # bytes of address space for Python, numpy, scipy and what they reserve
_SMALL = 64 << 20  # bytes that any array may unpack to
_PACKED = 1_000  # times that it may be larger than it is stored; zlib packs to 1,030 at most, which only nothing but nothing reaches
_FILTERS = frozenset({1, 2, 3})  # HDF5's own: zlib, shuffled bytes, a checksum. MATLAB uses the first; others are code to be loaded
_SIZES = {  # bytes of one number, by MATLAB's class; of cells and structures, of what stands for one; others are left out
    "double": 8, "single": 4, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
    "char": 4, "logical": 8, "cell": 8, "struct": 8, "object": 8,
}  # fmt: skip
_ASK = "Ask its owner for a complete copy, or save it again."


class _Problem(Exception):
    """What a user is told, without the file's name: what happened, what was expected, how to put it right."""


class _Writer:
    """Puts arrays into one file and remembers where."""

    def __init__(self, file: Path, limit: int) -> None:
        self.file = file.open("wb")
        self.limit = limit
        self.left = limit
        self.entries: list[dict[str, Any]] = []
        self.file.write(bytes(_ALIGNED))  # so that the file is never empty, which could not be mapped

    def take(self, size: int) -> None:
        """Count `size` bytes that are about to be read."""
        self.left -= size
        if self.left < 0:
            _too_large(self.limit)

    def write(self, name: str, values: np.ndarray) -> None:
        values = np.asarray(values)
        if values.dtype.kind not in "biufcU":
            return
        if len(self.entries) >= _MOST:
            raise _Problem(f"holds more than {_MOST:,} arrays. Expected fewer. Save only what is needed, or read fewer names.")
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
        offset = -(-self.file.tell() // _ALIGNED) * _ALIGNED
        self.file.seek(offset)
        np.asfortranarray(values).T.tofile(self.file)
        self.entries.append({"name": name, "dtype": values.dtype.str, "shape": values.shape, "offset": offset})

    def close(self) -> None:
        self.file.seek(0, 2)
        self.file.write(bytes(_ALIGNED))  # so that an array without elements at the end lies within the file
        self.file.close()


class _Choice:
    """Which names are wanted, and which of them were met."""

    def __init__(self, names: Sequence[str] | None) -> None:
        self.names = names
        self.met: set[str] = set()
        self.seen: list[str] = []
        self.entered: set[int] = set()
        self.again = 0

    def variable(self, name: str) -> bool:
        """Whether something in this variable may be wanted."""
        self.seen.append(name)
        return self.names is None or any(fnmatchcase(name, wanted) or fnmatchcase(name, _first(wanted)) for wanted in self.names)

    def whole(self, name: str) -> bool:
        """Whether this is wanted, with all that is in it."""
        met = [wanted for wanted in self.names or () if fnmatchcase(name, wanted)]
        self.met.update(met)
        return self.names is None or bool(met)

    def enter(self, place: int) -> None:
        """Note what holds others, by its place in the file: a few that hold each other again and again take for ever."""
        self.again += place in self.entered
        self.entered.add(place)
        if self.again > _AGAIN:
            raise _Problem(f"holds arrays that stand in others again and again. Expected each in one place. {_ASK}")

    def check(self) -> None:
        missing = [wanted for wanted in self.names or () if wanted not in self.met]
        if missing:
            held = ", ".join(sorted(self.seen)[:30]) or "nothing"
            raise _Problem(f"holds no {', '.join(missing[:5])}. It holds {held}. {_ASK}")


def _first(name: str) -> str:
    """The variable in which a name lies: what stands before the first of ``. { (``."""
    return min((name.split(mark, 1)[0] for mark in ".{("), key=len)


def _read_five(path: Path, choice: _Choice, writer: _Writer) -> None:
    """Versions 5 to 7, by scipy."""
    from scipy.io import loadmat, matlab, whosmat

    names = []
    for name, shape, kind in whosmat(str(path), appendmat=False):
        if choice.variable(name):
            names.append(name)
            _claim(name, shape, _SIZES.get(kind, 0), writer.limit)
    for name in names:  # one at a time, so that no more than one is held
        held = loadmat(str(path), appendmat=False, variable_names=[name], mat_dtype=True).get(name)
        opaque = (matlab.MatlabOpaque, matlab.MatlabFunction)
        for leaf, values in _leaves_five(name, held, opaque, choice, choice.whole(name), _DEPTH):
            writer.take(values.nbytes)
            writer.write(leaf, values)


def _claim(name: str, shape: Sequence[int], size: int, limit: int) -> None:
    """Refuse an array that says it is larger than all that may be read, before memory is asked for."""
    if any(length < 0 for length in shape) or len(shape) > _AXES:
        raise _Problem(f"says that {name} has the shape {tuple(shape[:_AXES])}. Expected lengths of axes. {_ASK}")
    if math.prod(shape) * size > limit:
        _too_large(limit)


def _leaves_five(
    name: str, held: object, opaque: tuple[type, ...], choice: _Choice, whole: bool, depth: int
) -> Iterator[tuple[str, np.ndarray]]:
    if not isinstance(held, np.ndarray) or isinstance(held, opaque):
        return
    _check_depth(depth)
    if held.dtype.names is not None:
        for i, one in enumerate(held.ravel(order="F"), start=1):
            for field in held.dtype.names:
                inner = f"{name}.{field}" if held.size == 1 else f"{name}({i}).{field}"
                yield from _leaves_five(inner, one[field], opaque, choice, choice.whole(inner) or whole, depth - 1)
    elif held.dtype.hasobject:
        for i, one in enumerate(held.ravel(order="F"), start=1):
            inner = f"{name}{{{i}}}"
            yield from _leaves_five(inner, one, opaque, choice, choice.whole(inner) or whole, depth - 1)
    elif whole:
        yield name, held


def _read_hdf(path: Path, choice: _Choice, writer: _Writer) -> None:
    """Version 7.3, by h5py; the axes are turned back, as HDF5 counts rows first."""
    import h5py

    with h5py.File(path, "r") as file:
        names = [name for name in sorted(file) if not name.startswith("#") and choice.variable(name)]
        for name in names:
            for leaf, data in _leaves_hdf(name, _own(file, name), file, choice, choice.whole(name), _DEPTH):
                writer.take(data.size * data.dtype.itemsize)
                writer.write(leaf, _values(data))


def _leaves_hdf(
    name: str, held: object, file: "h5py.File", choice: _Choice, whole: bool, depth: int
) -> Iterator[tuple[str, "h5py.Dataset"]]:
    import h5py

    _check_depth(depth)
    if isinstance(held, h5py.Group) or (isinstance(held, h5py.Dataset) and _refers(held)):
        choice.enter(h5py.h5o.get_info(held.id).addr)
    if isinstance(held, h5py.Group):
        if "MATLAB_sparse" in held.attrs:
            return
        for field in _fields(held):
            member = _own(held, field)
            if isinstance(member, h5py.Dataset) and _refers(member) and "MATLAB_class" not in member.attrs:  # an array of structures
                for i, one in enumerate(_references(member), start=1):
                    inner = f"{name}({i}).{field}"
                    yield from _leaves_hdf(inner, file[one], file, choice, choice.whole(inner) or whole, depth - 1)
            else:
                inner = f"{name}.{field}"
                yield from _leaves_hdf(inner, member, file, choice, choice.whole(inner) or whole, depth - 1)
    elif isinstance(held, h5py.Dataset) and _refers(held):
        for i, one in enumerate(_references(held), start=1):
            inner = f"{name}{{{i}}}"
            yield from _leaves_hdf(inner, file[one], file, choice, choice.whole(inner) or whole, depth - 1)
    elif isinstance(held, h5py.Dataset) and whole and "MATLAB_object_decode" not in held.attrs:
        yield name, held


def _fields(group: "h5py.Group") -> list[str]:
    """Field names in MATLAB's order where it is kept."""
    kept = ["".join(letter.decode() for letter in letters) for letters in group.attrs.get("MATLAB_fields", ())]
    return kept if sorted(kept) == sorted(group) else sorted(group)


def _own(group: "h5py.Group", name: str) -> object:
    """A member of a group, unless it stands elsewhere: links may point at any file of this machine."""
    import h5py

    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise _Problem(f"has a link in place of {name}. Expected the numbers themselves. {_ASK}")
    return group[name]


def _refers(data: "h5py.Dataset") -> bool:
    import h5py

    return h5py.check_ref_dtype(data.dtype) is h5py.Reference


def _references(data: "h5py.Dataset") -> "list[h5py.Reference]":
    if data.size > _MOST:
        raise _Problem(f"holds more than {_MOST:,} arrays. Expected fewer. Save only what is needed, or read fewer names.")
    if "MATLAB_empty" in data.attrs:
        return []
    return [one for one in np.asarray(_inside(data)[()]).T.ravel(order="F") if one]


def _inside(data: "h5py.Dataset") -> "h5py.Dataset":
    """The same, if its numbers are in this file."""
    if data.external or data.is_virtual:
        raise _Problem(f"keeps the numbers of {data.name} in another file. Expected them in this one. {_ASK}")
    kept = data.id.get_create_plist()
    others = {kept.get_filter(i)[0] for i in range(kept.get_nfilters())} - _FILTERS
    if others:
        raise _Problem(f"packs {data.name} in a way that needs code of others (filter {min(others)}). Expected zlib or none. {_ASK}")
    claimed, stored = data.size * data.dtype.itemsize, data.id.get_storage_size()
    if claimed > max(_SMALL, _PACKED * stored):
        raise _Problem(
            f"says that {data.name} has {claimed:,} bytes, and stores {stored:,}. Expected at most {_PACKED:,} times as many. {_ASK}"
        )
    return data


def _values(data: "h5py.Dataset") -> np.ndarray:
    kind = data.attrs.get("MATLAB_class", b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if "MATLAB_empty" in data.attrs:  # its numbers are the sizes of its axes
        sizes = tuple(int(size) for size in np.ravel(_inside(data)[()])[:32])
        return np.zeros(sizes if 0 in sizes else (0, 0))
    values: np.ndarray = np.asarray(_inside(data)[()]).T
    if values.dtype.names == ("real", "imag"):
        values = values["real"] + 1j * values["imag"]
    if kind == "logical":
        values = values.astype(bool)
    if kind == "char":
        values = np.array(["".join(map(chr, row)) for row in values.reshape(len(values), -1)])
    return values.reshape(1, -1) if values.ndim < 2 and kind != "char" else values


def _check_depth(depth: int) -> None:
    if depth < 0:
        raise _Problem(f"has more than {_DEPTH} structures within each other. Expected fewer. Save the arrays on their own.")


def _too_large(limit: int) -> NoReturn:
    raise _Problem(
        f"unpacks to more than the {limit / 2**30:.3g} GiB that are read at most. Expected less. "
        f"Save only what is needed, read fewer names, or raise the limit (emofuse.media.mat.LIMIT)."
    )


def _hold_to(limit: int, memory: int | None, seconds: float) -> None:
    """Let the system refuse memory and time beyond what the numbers need, and leave no image of it when it crashes."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    memory = memory or 2 * limit + _ROOM  # packed and unpacked at once
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 2 * limit + _SMALL),
        (resource.RLIMIT_CPU, math.ceil(seconds)),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    path, limit = Path(order["path"]), int(order["limit"])
    with path.open("rb") as file:
        five = file.read(128)[124:] in (b"\x00\x01IM", b"\x01\x00MI")
    choice, writer = _Choice(order["names"]), _Writer(Path(order["folder"]) / "arrays", limit)
    try:
        _hold_to(limit, order.get("memory"), float(order.get("seconds", _PATIENCE)))
        (_read_five if five else _read_hdf)(path, choice, writer)
        choice.check()
        writer.close()
    except _Problem as problem:
        return {"problem": str(problem)}
    except MemoryError:
        try:
            _too_large(limit)
        except _Problem as problem:
            return {"problem": str(problem)}
    except ImportError as error:
        return {
            "problem": f"cannot be read without {error.name}, which is not installed. Expected scipy and h5py. "
            f"Install them with: pip install 'emofuse[eeg]'."
        }
    except Exception as error:  # whatever a damaged file makes its readers raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return {"problem": f"cannot be read ({reason}). Expected a whole MATLAB file of version 5 to 7.3. {_ASK}"}
    return {"arrays": writer.entries}


def main() -> None:
    """Do one order."""
    order = json.load(sys.stdin)
    answer = _answer(order)
    (Path(order["folder"]) / "answer.json").write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
