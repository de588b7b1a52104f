"""A tree of dicts, lists, words and numpy arrays out of a pickle of any size, of which nothing is called.

A pickle may name any function, and loading one calls it. Here the five names that arrays need are answered by stand-ins,
which keep what they are given; every other name is refused, and the arrays are made afterwards.
Nothing here knows what the tree means.
"""

import os
import pickle
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.core.errors import CorpusError

_SHARE = 0.8  # of the machine's memory that a pickle may fill; it is loaded whole
_KINDS = "biufSU"  # numpy's letters for truth values, numbers and text
_OBJECTS = "O"  # arrays of words and numbers of any kind; their elements are in the pickle one by one


def read_pickle_tree(path: Path) -> Any:  # whoever knows the file looks into it
    """What a pickle holds, where that is arrays, dicts, lists, words and numbers alone.

    Shape:
        arrays as they were saved; read-only, but for those of objects

    Raises:
        CorpusError: It is larger than memory, asks for anything else, or is no pickle.
    """
    try:
        size, memory = path.stat().st_size, _memory()
    except OSError as error:
        raise CorpusError(
            f"{path} cannot be read ({error.strerror}). Expected a pickle of arrays; put it back, or get it again."
        ) from error
    if memory is not None and size > _SHARE * memory:
        raise CorpusError(
            f"{path} has {size / 2**30:.1f} GiB, and this machine {memory / 2**30:.1f} GiB of memory. Expected a file that fits, "
            f"because a pickle is loaded whole; use a smaller file, or a larger machine."
        )
    try:
        with path.open("rb") as file:
            held = _StandIns(file, encoding="latin1").load()  # latin1: how Python 2 wrote bytes
        return _made(held, {})
    except Exception as error:  # a damaged pickle makes the interpreter raise nearly anything
        raise CorpusError(
            f"{path} is not a pickle that can be trusted ({error or type(error).__name__}). "
            f"Expected arrays, lists and words, nothing else; get it again."
        ) from error


class _Type:
    """Stands in for ``numpy.dtype``."""

    def __init__(self, code: str, *flags: object) -> None:
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def made(self) -> np.dtype[Any]:
        if not isinstance(self.code, str) or not isinstance(self.order, str) or self.code[:1] not in (*_KINDS, _OBJECTS):
            raise ValueError(f"arrays of {self.code!r}")
        return np.dtype(self.code).newbyteorder("=" if self.order == "|" else self.order)  # type: ignore[arg-type]  # checked by numpy


class _Array:
    """Stands in for an array on its way out of a pickle, and for what makes one."""

    def __init__(self, *unused: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, *self.state = state  # type: ignore[assignment]  # the first is a version

    def made(self, known: dict[int, object]) -> np.ndarray:
        shape, kind, by_columns, raw = self.state
        kind = kind.made()
        if kind.kind == _OBJECTS:
            flat = np.empty(len(raw), dtype=object)
            for place, element in enumerate(raw):
                flat[place] = _made(element, known)
        else:
            flat = np.frombuffer(raw.encode("latin1") if isinstance(raw, str) else raw, dtype=kind)
        if not all(isinstance(side, int) and side >= 0 for side in shape) or prod(shape) != len(flat):
            raise ValueError(f"{len(flat)} numbers for an array of shape {shape}")
        return flat.reshape(shape, order="F" if by_columns else "C")


def _from_buffer(raw: object, kind: _Type, shape: object, order: str) -> _Array:
    array = _Array()
    array.__setstate__((1, shape, kind, order == "F", raw))
    return array


class _Scalar:
    """Stands in for a single number of numpy's."""

    def __init__(self, kind: _Type, raw: Any) -> None:  # noqa: ANN401
        self.kind, self.raw = kind, raw

    def made(self) -> object:
        raw = self.raw.encode("latin1") if isinstance(self.raw, str) else self.raw
        (number,) = np.frombuffer(raw, dtype=self.kind.made())
        return number


class _Class:
    """Stands in for ``numpy.ndarray``, which is named and never called."""


def _latin1(text: str, encoding: str = "latin1") -> bytes:
    """What old pickles ask of ``_codecs.encode``, and no more."""
    return text.encode("latin1")


_KNOWN: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): _Class,
    ("numpy", "dtype"): _Type,
    ("_codecs", "encode"): _latin1,
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy.core.multiarray", "scalar"): _Scalar,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
}


class _StandIns(pickle.Unpickler):
    """Loads with stand-ins; whatever else a pickle asks for is not even looked up."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        asked = (module.replace("numpy._core.", "numpy.core."), name)  # as numpy 2 and numpy 1 call it
        if asked not in _KNOWN:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no array needs")
        return _KNOWN[asked]


def _made(held: object, known: dict[int, object]) -> object:
    """The same tree with arrays for their stand-ins; what stands there twice is made once, so that little cannot become much."""
    if id(held) in known:
        return known[id(held)]
    made: object
    match held:
        case _Array():
            made = held.made(known)
        case _Scalar():
            made = held.made()
        case dict():
            made = {_made(key, known): _made(value, known) for key, value in held.items()}
        case list():
            made = [_made(value, known) for value in held]
        case tuple():
            made = tuple(_made(value, known) for value in held)
        case None | bool() | int() | float() | str() | bytes():
            return held
        case _:
            raise ValueError(f"it holds {type(held).__name__.strip('_')}, which is no value")
    known[id(held)] = made
    return made


def _memory() -> int | None:
    """Bytes of memory of this machine; None where it does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
