"""Dicts, lists, words, numbers and numpy arrays out of a pickle that somebody else wrote, without running anything that stands in it.

A pickle is a program that may call anything. Here the few names that arrays need are answered by dumb stand-ins of our own,
which keep what they are given; every other name is refused, and the arrays are made afterwards.
Nothing here knows what it is that was pickled.
"""

import os
import pickle
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from emofuse.core.errors import MediaError

_SHARE = 0.8  # of the machine's memory that a pickle may fill; it is loaded whole
_FRAME = 1 << 17  # bytes; pickles since protocol 4 come in pieces of at most so many, of which none can be passed over
_KINDS = "biufSU"  # numpy's letters for truth values, numbers and text
_OBJECTS = "O"  # arrays of words and numbers of any kind; their elements are in the pickle one by one
_EXPECTED = "Expected a pickle of numpy arrays, dicts, lists, words and numbers, and nothing else"
_AGAIN = "Get it again from its publisher, and do not unpickle it otherwise"


def read_pickled(path: Path, most: int | None = None) -> Any:  # noqa: ANN401  # whoever knows the file looks into it
    """What a pickle of any Python, 2 included, holds; the bytes of Python 2 come as text, a sign a byte (latin 1).

    Args:
        path: The file.
        most: Arrays of more bytes are hardly read, and None stands for them: a file's labels cost little beside its signals.
            Words so long are lost, too. None: everything is read.

    Shape:
        arrays as they were saved; read-only, but for those of objects

    Raises:
        MediaError: The file is missing, damaged or larger than memory, or asks for or holds anything else.
    """
    try:
        size, memory = path.stat().st_size, _memory()
    except OSError as error:
        raise MediaError(f"{path} cannot be read ({error.strerror}). {_EXPECTED}. Check the spelling and the folder.") from error
    if memory is not None and size > _SHARE * memory:
        raise MediaError(
            f"{path} has {size / 2**30:.1f} GiB, and this machine {memory / 2**30:.1f} GiB of memory. Expected a file that fits, "
            f"because a pickle is loaded whole. Use a smaller file, or a larger machine."
        )
    try:
        with path.open("rb") as file:
            held = _Reader(file if most is None else _Sparing(file, size, max(most, _FRAME)), encoding="latin1").load()
        return _made(held, {}, size if most is None else most)
    except _Unasked as error:
        raise MediaError(f"{path} {error}. {_EXPECTED}. {_AGAIN}.") from error
    except Exception as error:  # a damaged pickle makes its reader raise nearly anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise MediaError(f"{path} cannot be read ({reason}). {_EXPECTED}. {_AGAIN}.") from error


class _Unasked(Exception):
    """What a pickle holds or asks for beyond what is expected."""


class _Kind:
    """Stands for ``numpy.dtype``."""

    def __init__(self, code: str, *_: object) -> None:
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def made(self) -> np.dtype[Any]:
        if not isinstance(self.code, str) or self.code[:1] not in (*_KINDS, _OBJECTS):
            raise _Unasked(f"holds arrays of {self.code!r}")
        kind = np.dtype(self.code)
        if kind.kind not in (*_KINDS, _OBJECTS):  # a code may go on, and name several fields
            raise _Unasked(f"holds arrays of {self.code!r}")
        return kind.newbyteorder("=" if self.order == "|" else self.order)  # type: ignore[arg-type]  # checked by numpy


class _Array:
    """Stands for an array on its way out of a pickle, and for what makes one."""

    def __init__(self, *_: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = tuple(state[1:])  # before it stands a version

    def made(self, known: dict[int, object], most: int) -> np.ndarray | None:
        shape, kind, columns_first, raw = self.state
        dtype = kind.made()
        if dtype.kind == _OBJECTS:
            flat = np.empty(len(raw), dtype=object)
            for place, element in enumerate(raw):
                flat[place] = _made(element, known, most)
        elif len(raw) > most:
            return None
        else:
            flat = np.frombuffer(_bytes(raw), dtype)
            flat.flags.writeable = False
        if not all(isinstance(side, int) and side >= 0 for side in shape) or prod(shape) != len(flat):
            raise ValueError(f"{len(flat)} values for an array of shape {shape}")
        return flat.reshape(shape, order="F" if columns_first else "C")


class _Scalar:
    """Stands for a single number of numpy's."""

    def __init__(self, kind: _Kind, raw: str | bytes) -> None:
        self.kind = kind
        self.raw = raw

    def made(self) -> object:
        (number,) = np.frombuffer(_bytes(self.raw), self.kind.made())
        return number


class _Class:
    """Stands for ``numpy.ndarray``, which is named and never called."""


def _from_buffer(raw: object, kind: _Kind, shape: object, order: str, *_: object) -> _Array:
    """Stands for what makes arrays in pickles of protocol 5."""
    array = _Array()
    array.state = (shape, kind, order == "F", raw)
    return array


def _encoded(text: str, encoding: str = "latin1") -> bytes:
    """Stands for ``_codecs.encode``, by which Python 3 puts bytes into pickles for Python 2."""
    return text.encode("latin1")


def _no_bytes() -> bytes:
    """Stands for ``bytes``, by which Python 3 puts none into pickles for Python 2."""
    return b""


_KNOWN: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): _Class,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encoded,
    ("__builtin__", "bytes"): _no_bytes,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.multiarray", "scalar"): _Scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows the stand-ins and nothing else; whatever else is asked for is not even looked up."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        """What a name stands for here."""
        asked = (module.replace("numpy._core.", "numpy.core."), name)  # as numpy 2 and numpy 1 call it
        if asked not in _KNOWN:
            raise _Unasked(f"asks for {module}.{name}")
        return _KNOWN[asked]


class _Sparing:
    """A file that passes over what is too long to be wanted; zeros stand for it."""

    def __init__(self, file: BinaryIO, size: int, most: int) -> None:
        self.file = file
        self.size = size
        self.most = most

    def read(self, count: int) -> bytes:
        if count <= self.most:
            return self.file.read(count)
        return bytes(count) if self.file.seek(count, os.SEEK_CUR) <= self.size else b""

    def readline(self) -> bytes:
        return self.file.readline()


def _made(held: object, known: dict[int, object], most: int) -> object:
    """The same with arrays for their stand-ins; what stands there twice is made once, so that little cannot become much."""
    if id(held) in known:
        return known[id(held)]
    made: object
    match held:
        case _Array():
            made = held.made(known, most)
        case _Scalar():
            made = held.made()
        case dict():
            made = {_made(key, known, most): _made(value, known, most) for key, value in held.items()}
        case list():
            made = [_made(value, known, most) for value in held]
        case tuple():
            made = tuple(_made(value, known, most) for value in held)
        case None | bool() | int() | float() | str() | bytes():
            return held
        case _:
            raise _Unasked(f"holds {type(held).__name__.strip('_')}, which is no value")
    known[id(held)] = made
    return made


def _bytes(raw: object) -> bytes:
    """What Python 2 wrote as text, and later ones as bytes."""
    if isinstance(raw, str):
        return raw.encode("latin1")
    if isinstance(raw, bytes | bytearray):
        return bytes(raw)
    raise ValueError(f"numbers of an array are {type(raw).__name__}")


def _memory() -> int | None:
    """Bytes of memory of this machine; None where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
