"""How far a picture must be turned to stand upright, as MP4 and QuickTime files say it.

PyAV tells it only of decoded frames; here it is read from the track header, so that nothing has to be decoded.
"""

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_BOXES = 10_000  # more than any real file has beside each other; a damaged one must not keep us busy


def rotation(path: Path, track: int) -> int:
    """Degrees clockwise by which frames of this track are turned for display: 0, 90, 180 or 270; 0 where it is not said.

    Source: ISO 14496-12, 8.3.2 (track header box).
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        for moov in _boxes(file, b"moov", 0, file.tell()):
            for trak in _boxes(file, b"trak", *moov):
                for start, _ in _boxes(file, b"tkhd", *trak):
                    file.seek(start)
                    header = file.read(96)
                    long = 12 if header[:1] == b"\x01" else 0  # version 1 has 64-bit times
                    if len(header) < 64 + long or struct.unpack_from(">I", header, 12 + long * 2 // 3)[0] != track:
                        continue
                    a, b = struct.unpack_from(">ii", header, 40 + long)
                    return round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360
    return 0


def _boxes(file: BinaryIO, kind: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where the content of each box of a kind begins and ends, among the boxes side by side in ``[start, end)``."""
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
        if name == kind:
            yield start + content, min(start + size, end)
        start += size
