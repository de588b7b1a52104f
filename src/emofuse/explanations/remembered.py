"""A clip that is read once and can be read again at once: what came out of it lies in a temporary file meanwhile.

Decoding a video and following its face takes nearly all of the time of an analysis; faces of 48x48 and sound of 16 kHz take
0.3 GB an hour. They are gone when the explanation is made.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from emofuse.core.clip import Chunk, Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality


@contextmanager
def remembered(clip: Clip) -> Iterator[tuple[Clip, Clip]]:
    """The same clip twice: to be read once to its end, and then from what was remembered of that.

    Raises:
        MediaError: There is no room for temporary files.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(tempfile.TemporaryFile())
        except OSError as error:
            raise MediaError(_message(error)) from error
        memory = _Memory(clip, file)
        yield memory.clip_of(memory.record), memory.clip_of(memory.again)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where one signal of one chunk lies in the file, and what else it says: its values are one zero, as often as there were some."""

    offset: int
    flagged: bool
    like: Signal


class _Memory:
    """What came out of a clip, in order."""

    def __init__(self, clip: Clip, file: BinaryIO) -> None:
        self.clip, self.file = clip, file
        self.kept: list[tuple[dict[Modality, _Piece], int, tuple[str, ...]]] = []

    def clip_of(self, stream: Callable[[Path, frozenset[Modality], int], Iterator[Chunk]]) -> Clip:
        """The clip, given chunk by chunk so; all of it under one path, so that it is gone through once, from however many files it came."""
        path = self.clip.sources[min(self.clip.sources)].path if self.clip.sources else Path()
        return replace(self.clip, sources={m: Source(path, partial(self._whole, m), stream) for m in self.clip.sources})

    def record(self, path: Path, wanted: frozenset[Modality], length: int) -> Iterator[Chunk]:
        """The clip's own chunks, each written down."""
        self.kept.clear()
        for chunk in self.clip.chunks(wanted, length):
            try:
                pieces = {m: self._written(signal) for m, signal in chunk.signals.items()}
            except OSError as error:
                raise MediaError(_message(error)) from error
            self.kept.append((pieces, chunk.until, chunk.notes))
            yield chunk

    def again(self, path: Path, wanted: frozenset[Modality], length: int) -> Iterator[Chunk]:
        """The same chunks, as long as they were."""
        for pieces, until, notes in self.kept:
            yield Chunk({m: self._read(piece) for m, piece in pieces.items() if m in wanted}, until, notes)

    def _whole(self, m: Modality, path: Path) -> Signal:
        return self.clip.signal(m)

    def _written(self, signal: Signal) -> _Piece:
        values = np.ascontiguousarray(signal.values)
        offset = self.file.seek(0, 2)
        self.file.write(values.tobytes())
        if signal.present is not None:
            self.file.write(signal.present.tobytes())
        zero = np.broadcast_to(np.zeros((), values.dtype), values.shape)  # no memory, whatever its shape
        return _Piece(offset, signal.present is not None, replace(signal, values=zero, present=None))

    def _read(self, piece: _Piece) -> Signal:
        self.file.seek(piece.offset)
        was = piece.like.values
        values = np.frombuffer(self.file.read(was.size * was.itemsize), was.dtype).reshape(was.shape)
        present = np.frombuffer(self.file.read(len(was)), dtype=bool) if piece.flagged else None
        return replace(piece.like, values=values, present=present)


def _message(error: OSError) -> str:
    return (
        f"What was read of a recording could not be kept for explaining it ({(error.strerror or str(error)).lower()}). "
        f"Expected room for temporary files, 0.3 GB an hour; free some, or set TMPDIR to another folder."
    )
