"""Numpy arrays out of a pickle that somebody else wrote, without running anything that stands in it.

A pickle is a program that may call anything. Here the few names that a dictionary of arrays needs are answered by dumb
stand-ins of our own, every other name is refused, and the arrays are made from what the stand-ins were given.
"""

import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from emofuse.core.errors import MediaError

LIMIT = 1 << 30  # bytes of a file; a person of DEAP takes 0.1 GiB
_KINDS = "biuf"  # numpy's letters for truth values and numbers
_EXPECTED = "Expected a pickled dictionary of numpy arrays of numbers, and nothing else"
_AGAIN = "Get it again from its publisher, and do not unpickle it otherwise"


def read_pickled(path: Path, most: int | None = None) -> dict[str, np.ndarray]:
    """The arrays of a pickled dictionary, by its keys.

    Args:
        path: The file; of any Python, 2 included.
        most: Arrays of more bytes are left out, and hardly read: a file's labels cost little beside its signals. None leaves out none.

    Shape:
        as they were saved; read-only

    Raises:
        MediaError: The file is missing, damaged or too large, or holds or asks for anything but arrays of numbers.
    """
    try:
        size = path.stat().st_size
        if size > LIMIT:
            raise MediaError(f"{path} has {size / 2**30:.1f} GiB. Expected at most {LIMIT / 2**30:.0f}. Cut it into parts.")
        with path.open("rb") as file:
            held = _Reader(_Sparing(file, size, most), encoding="bytes").load()
            arrays = {_text(key): _made(value, most) for key, value in held.items()}
    except FileNotFoundError as error:
        raise MediaError(f"There is no file {path}. {_EXPECTED}. Check the spelling and the folder.") from error
    except _Unasked as error:
        raise MediaError(f"{path} {error}. {_EXPECTED}. {_AGAIN}.") from error
    except MediaError:
        raise
    except Exception as error:  # whatever a damaged pickle makes its reader raise
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise MediaError(f"{path} cannot be read ({reason}). {_EXPECTED}. {_AGAIN}.") from error
    return {name: array for name, array in arrays.items() if array is not None}


class _Unasked(Exception):
    """What a pickle holds or asks for beyond arrays."""


class _Kind:
    """Stands for numpy.dtype."""

    def __init__(self, name: object, *_: object) -> None:
        self.name = _text(name)
        self.order = "="
        self.plain = True

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = _text(state[1])
        self.plain = all(part is None for part in state[2:5])  # neither fields nor axes of its own


class _Array:
    """Stands for numpy.ndarray, and for what makes one."""

    def __init__(self, *_: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = tuple(state[1:])  # before it stands a version


def _from_buffer(raw: bytes, kind: _Kind, shape: tuple[int, ...], order: str = "C", *_: object) -> _Array:
    """Stands for what makes arrays in pickles of protocol 5."""
    array = _Array()
    array.state = (shape, kind, _text(order) == "F", raw)
    return array


def _encoded(text: str, encoding: str) -> bytes:
    """Stands for _codecs.encode, by which Python 3 puts bytes into pickles for Python 2."""
    return text.encode("latin1")


class _Reader(pickle.Unpickler):
    """An unpickler that knows the stand-ins and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for here."""
        stands = {
            ("numpy", "ndarray"): _Array,
            ("numpy", "dtype"): _Kind,
            ("multiarray", "_reconstruct"): _Array,
            ("numeric", "_frombuffer"): _from_buffer,
            ("_codecs", "encode"): _encoded,
        }.get((module if module in ("numpy", "_codecs") else module.removeprefix("numpy.core.").removeprefix("numpy._core."), name))
        if stands is None:
            raise _Unasked(f"asks for {module}.{name}")
        return stands


class _Sparing:
    """A file that passes over what is too long to be wanted; zeros stand for it."""

    def __init__(self, file: BinaryIO, size: int, most: int | None) -> None:
        self.file = file
        self.size = size
        self.most = size if most is None else most

    def read(self, count: int) -> bytes:
        if count <= self.most:
            return self.file.read(count)
        here = self.file.seek(count, 1)
        return bytes(count) if here <= self.size else b""

    def readline(self) -> bytes:
        return self.file.readline()


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, str):
        return value
    raise _Unasked(f"holds a name that is {type(value).__name__}")


def _made(held: object, most: int | None) -> np.ndarray | None:
    """The array that a stand-in describes; None where it is longer than wanted."""
    if not isinstance(held, _Array) or len(held.state) != 4:
        raise _Unasked(f"holds {type(held).__name__}")
    shape, kind, columns_first, raw = held.state
    if not isinstance(kind, _Kind) or not kind.plain or not isinstance(raw, bytes | bytearray):
        raise _Unasked("holds arrays of objects or of several fields")
    if most is not None and len(raw) > most:
        return None
    dtype = np.dtype(kind.name)
    if dtype.kind not in _KINDS:
        raise _Unasked(f"holds arrays of {dtype}")
    dtype = dtype.newbyteorder(">" if kind.order == ">" else "<")
    return np.frombuffer(bytes(raw), dtype).reshape(tuple(shape), order="F" if columns_first else "C")
