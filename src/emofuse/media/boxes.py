"""What the boxes of an MP4 or QuickTime file say that FFmpeg tells too late, or not at all.

PyAV tells only of decoded frames how they are turned; here it is read from the track header, so that nothing has to be decoded.
"""

import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_BOXES = 10_000  # more than any real file has beside each other; a damaged one must not keep us busy
_PIECE = 1 << 24  # bytes searched at a time
_MEDIA = b"mdat"  # the box that holds the samples, and nearly all of the file; FFmpeg looks for no boxes in it
_SQUEEZED = re.compile(rb"cmov.{4,12}dcomzlib.{4}cmvd", re.DOTALL)


def rotation(path: Path, track: int) -> int:
    """Degrees clockwise by which frames of this track are turned for display: 0, 90, 180 or 270; 0 where it is not said.

    Source: ISO 14496-12, 8.3.2 (track header box).
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        for moov in _named(file, b"moov", 0, file.tell()):
            for trak in _named(file, b"trak", *moov):
                for start, _ in _named(file, b"tkhd", *trak):
                    file.seek(start)
                    header = file.read(96)
                    long = 12 if header[:1] == b"\x01" else 0  # version 1 has 64-bit times
                    if len(header) < 64 + long or struct.unpack_from(">I", header, 12 + long * 2 // 3)[0] != track:
                        continue
                    a, b = struct.unpack_from(">ii", header, 40 + long)
                    return round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360
    return 0


def squeezed(path: Path) -> bool:
    """Whether the index is compressed: FFmpeg would unpack it to any size that it names, a gigabyte out of a megabyte.

    Source: Apple, QuickTime File Format, "Compressed Movie Resources".
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        for name, start, end in _boxes(file, 0, file.tell()):
            if name == _MEDIA:
                continue
            start = max(start - 16, 0)  # the name itself is searched, too
            file.seek(start)
            tail = b""
            while start < end:
                piece = file.read(min(_PIECE, end - start))
                if not piece:
                    break
                if _SQUEEZED.search(tail + piece):
                    return True
                start += len(piece)
                tail = piece[-40:]
    return False


def _named(file: BinaryIO, kind: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the content of each box of a kind begins and ends, among the boxes side by side in ``[start, end)``."""
    return ((first, last) for name, first, last in _boxes(file, start, end) if name == kind)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Boxes side by side in ``[start, end)``: name, and where the content begins and ends."""
    for _ in range(_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return
        size, name, content = struct.unpack(">I", head[:4])[0], head[4:8], 8
        if size == 1 and len(head) == 16:
            size, content = struct.unpack(">Q", head[8:])[0], 16
        elif size == 0:
            size = end - start
        if size < content:
            return
        yield name, start + content, min(start + size, end)
        start += size
