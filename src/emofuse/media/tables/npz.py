"""Arrays of an npz file as columns: one, or several side by side where an array has two axes."""

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from emofuse.core.errors import CorpusError
from emofuse.media.tables.cells import Words, room, word


def names(path: Path) -> tuple[str, ...]:
    """The arrays.

    Raises:
        CorpusError: It is no npz file.
    """
    with _archive(path) as archive:
        return tuple(name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy"))


def _archive(path: Path) -> ZipFile:
    try:
        return ZipFile(path)
    except (BadZipFile, OSError) as error:
        raise CorpusError(f"{path} cannot be read as npz ({error}). Expected a file of numpy.savez; save it again.") from error


def _array(path: Path, name: str, limit: int) -> np.ndarray:
    with _archive(path) as archive:
        size = archive.getinfo(f"{name}.npy").file_size
    if size > 2 * limit:  # saved as float64, it takes twice as much
        raise CorpusError(
            f"The array {name} of {path} takes {size / 2**30:.1f} GiB. Expected at most {2 * limit / 2**30:.3g} GiB; cut it into parts."
        )
    try:
        with np.load(path, allow_pickle=False) as arrays:
            array: np.ndarray = arrays[name]
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise CorpusError(
            f"The array {name} of {path} cannot be read ({error}). Expected plain numbers or text, no objects: "
            f"save it with numpy.savez as an array of one kind."
        ) from error
    return array


def read(path: Path, words: Sequence[str], numbers: Sequence[str], limit: int) -> tuple[dict[str, Words], np.ndarray]:
    """Arrays of one axis as text, and arrays of one or two as a matrix (N, D) float32.

    Raises:
        CorpusError: They hold objects, have other axes or different lengths, or go beyond the limit.
    """
    arrays = {name: _array(path, name, limit) for name in dict.fromkeys((*words, *numbers))}
    lengths = {name: len(array) if array.ndim else 0 for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise CorpusError(
            f"The arrays of {path} have different lengths ({', '.join(f'{name} {length}' for name, length in lengths.items())}). "
            f"Expected a row each; save them again, together."
        )
    for name in numbers:
        if arrays[name].ndim not in (1, 2) or arrays[name].dtype.kind not in "buif":
            raise CorpusError(
                f"The array {name} of {path} has the shape {arrays[name].shape} and holds {arrays[name].dtype}. "
                f"Expected numbers with the axes (row, column); reshape it to two axes."
            )
    for name in words:
        if arrays[name].ndim != 1:
            raise CorpusError(
                f"The array {name} of {path} has the shape {arrays[name].shape}. Expected one value a row; save it with one axis."
            )
    blocks = [arrays[name].reshape(len(arrays[name]), -1) for name in numbers]
    matrix = room(path, next(iter(lengths.values()), 0), sum(block.shape[1] for block in blocks), limit)
    edges = np.cumsum([0, *(block.shape[1] for block in blocks)])
    for block, first, last in zip(blocks, edges[:-1], edges[1:], strict=True):
        matrix[:, first:last] = block
    return {name: [word(value) for value in arrays[name].tolist()] for name in words}, matrix
