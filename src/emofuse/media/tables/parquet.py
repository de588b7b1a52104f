"""Columns of a parquet file, a batch of rows at a time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.errors import CorpusError
from emofuse.media.tables.cells import PIECE, Words, room, word

if TYPE_CHECKING:
    from pyarrow import parquet


def names(path: Path) -> tuple[str, ...]:
    """The columns.

    Raises:
        CorpusError: It is no parquet file, or pyarrow is not installed.
    """
    with _parquet(path) as file:
        return tuple(file.schema_arrow.names)


def _parquet(path: Path) -> "parquet.ParquetFile":
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        raise CorpusError(
            f"Reading {path} needs pyarrow, which is not installed. Install emofuse[train], or save the table as csv."
        ) from error
    try:
        return parquet.ParquetFile(path, memory_map=True)
    except (ArrowInvalid, OSError) as error:
        raise CorpusError(f"{path} cannot be read as parquet ({error}). Expected a whole parquet file; write it again.") from error


def read(path: Path, words: Sequence[str], numbers: Sequence[str], limit: int) -> tuple[dict[str, Words], np.ndarray]:
    """Columns as text, and columns as a matrix (N, D) float32.

    Raises:
        CorpusError: A column wanted as numbers holds something else, the matrix is beyond the limit, or the file breaks off.
    """
    import pyarrow

    with _parquet(path) as file:
        matrix = room(path, file.metadata.num_rows, len(numbers), limit)
        wanted = list(dict.fromkeys((*words, *numbers)))
        for name in numbers:
            kind = file.schema_arrow.field(name).type
            if not (pyarrow.types.is_integer(kind) or pyarrow.types.is_floating(kind) or pyarrow.types.is_boolean(kind)):
                raise CorpusError(
                    f"The column {name} of {path} holds {kind}. Expected one number a row; spread it over columns, or do not name it."
                )
        largest = max((_weight(file, group, wanted) for group in range(file.num_row_groups)), default=0)
        if largest > limit:
            raise CorpusError(
                f"{path} has {largest / 2**30:.3g} GiB in one group of rows, read at once. Expected at most {limit / 2**30:.3g} GiB; "
                f"write it again in smaller groups (row_group_size=10_000), or name fewer columns."
            )
        said: dict[str, Words] = {name: [] for name in words}
        done = 0
        try:
            for batch in file.iter_batches(batch_size=max(PIECE // (8 * max(len(wanted), 1)), 1), columns=wanted):
                for name in words:
                    said[name] += map(word, batch.column(name).to_pylist())
                for place, name in enumerate(numbers):
                    matrix[done : done + len(batch), place] = batch.column(name).to_numpy(zero_copy_only=False)
                done += len(batch)
        except (pyarrow.ArrowInvalid, OSError) as error:
            raise CorpusError(f"{path} breaks off after row {done} ({error}). Expected a whole parquet file; write it again.") from error
    return said, matrix


def _weight(file: "parquet.ParquetFile", group: int, wanted: Sequence[str]) -> int:
    """Bytes of some columns in one group of rows, unpacked."""
    facts = file.metadata.row_group(group)
    parts = [facts.column(place) for place in range(facts.num_columns)]
    return sum(part.total_uncompressed_size for part in parts if part.path_in_schema.partition(".")[0] in wanted)
