"""What a stranger's file may be: told from its first bytes, held to lists and limits, before anything decodes it.

emofuse itself decides what a recording is by content and forces that one demuxer; here its limits are drawn closer, and the files
are looked at that it would choose a reader for by their names.
"""

import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from emofuse.core.errors import EmofuseError
from emofuse.media import signature
from emofuse.media.mat import is_mat
from emofuse.media.probe import Limits
from emofuse_web.recognition.facts import ENDINGS

SIZE = 2 << 30  # bytes of any file
PICTURES = 120.0  # a second; counted, as headers of what browsers record say 1,000
# fmt: off
LIMITS = Limits(
    pixels=4_096 * 2_160, duration=3_600_000, streams=8, frame_rate=1_000.0, sound_rate=192_000, channels=8,
    codecs=frozenset({
        "h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "mpeg1video", "mjpeg", "prores", "h263", "theora",
        "aac", "mp3", "mp2", "opus", "vorbis", "flac", "alac", "ac3", "eac3", "amr_nb", "amr_wb",
        "pcm_u8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le",
        "pcm_alaw", "pcm_mulaw",
    }),
)
"""What cameras, telephones and recorders of this century write; what only laboratories write is refused, as few look for holes in it."""
# fmt: on
MAT_MEMORY, MAT_PATIENCE = 512 << 20, 20_000  # bytes, ms: what the process that reads MATLAB files may take
UNPACKED = 512 << 20  # bytes of numbers that a MATLAB file or an archive of arrays may unpack to
PACKED = 1_000  # times that it may be larger than its file
CHANNELS = 1_024  # in the header of an EDF
_SCRIPTS = ("HLS", "ffconcat", "SDP", "DASH", "SVG", "a playlist", "a web page")  # never words that somebody said
_POINTING = (*_SCRIPTS, "to concatenate", "an address", "a pattern", "a filter graph")


class Suspicious(EmofuseError, ValueError):
    """A file that is refused before it is read.

    Args:
        code: A key of `emofuse_web.problems.CODES`.
        detail: What was found, and what was expected.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def check(path: Path, role: str) -> None:
    """Look at a file's size and first bytes.

    Raises:
        Suspicious: It cannot be what it is said to be, or should not be read.
    """
    size = path.stat().st_size
    if not size:
        raise Suspicious("MEDIA_EMPTY", "The file has no bytes.")
    if size > SIZE:
        raise Suspicious("MEDIA_LIMIT", f"The file has {size:,} bytes. Expected at most {SIZE:,}.")
    with path.open("rb") as file:
        head = file.read(signature.HEAD)
    {"video": _recording, "audio": _recording, "eeg": _eeg, "text": _text}[role](path, head)


def _recording(path: Path, head: bytes) -> None:
    del path
    if signature.container(head) is None:
        what = signature.description(head)
        pointing = any(mark in what for mark in _POINTING)
        raise Suspicious("MEDIA_POINTS_ELSEWHERE" if pointing else "MEDIA_REFUSED_FORMAT", f"The file is {what}, not a recording.")


def _text(path: Path, head: bytes) -> None:
    del path
    if signature.container(head) is not None:
        raise Suspicious("TEXT_UNREADABLE", "The file is a recording, not a transcript.")
    what = signature.description(head)
    if any(mark in what for mark in _SCRIPTS):
        raise Suspicious("MEDIA_POINTS_ELSEWHERE", f"The file is {what}, not a transcript.")
    if what != "text" and head[:2] in (b"PK", b"\x1f\x8b"):  # the beginnings of archives; others are found out by their letters
        raise Suspicious("TEXT_UNREADABLE", f"The file is {what}, not a transcript.")


def _eeg(path: Path, head: bytes) -> None:
    """Hold the content to the ending, by which the reader is chosen."""
    ending = path.suffix.lower()
    if ending not in ENDINGS["eeg"]:
        known = ", ".join(one[1:] for one in ENDINGS["eeg"])
        raise Suspicious("EEG_FORMAT", f"The file's name does not end like EEG that is read here. Expected one of {known}.")
    good: Callable[[bytes], bool] = {
        ".mat": is_mat, ".set": is_mat, ".edf": lambda head: head[:8] == b"0       ", ".bdf": lambda head: head[:8] == b"\xffBIOSEMI",
        ".npy": lambda head: head[:6] == b"\x93NUMPY", ".npz": lambda head: head[:4] == b"PK\x03\x04",
    }.get(ending, _table)  # fmt: skip
    if not good(head):
        what = signature.description(head) if signature.container(head) is None else "a recording of sound or pictures"
        pointing = any(mark in what for mark in _SCRIPTS)
        raise Suspicious("MEDIA_POINTS_ELSEWHERE" if pointing else "EEG_FORMAT", f"The file is called {ending[1:]}, and is {what}.")
    if ending in (".edf", ".bdf"):
        _header(path, head)
    if ending == ".npy":
        _array(path)
    if ending == ".npz":
        _archive(path)


def _table(head: bytes) -> bool:
    """Whether it is text; tables of numbers begin with their columns' names."""
    plain = signature.container(head) is None and b"\0" not in head
    return plain and not any(mark in signature.description(head) for mark in _POINTING) and not head.startswith((b"PK", b"\x1f\x8b"))


def _header(path: Path, head: bytes) -> None:
    """Hold what an EDF's header promises against its size; 8.2 MB a second of 1,024 channels is more than any amplifier writes.

    Source: Kemp et al. 1992, "A simple format for exchange of digitized polygraphic recordings".
    """
    try:
        count, records, length = int(head[252:256]), int(head[236:244]), float(head[244:252])
        size = int(head[184:192])
    except ValueError as error:
        raise Suspicious("EEG_UNREADABLE", "The file's header holds words where it should hold numbers.") from error
    if not 1 <= count <= CHANNELS:
        raise Suspicious("EEG_UNREADABLE", f"The file's header names {count} channels. Expected 1 to {CHANNELS:,}.")
    if size != 256 * (count + 1) or path.stat().st_size < size or length < 0 or not math.isfinite(length):
        raise Suspicious("EEG_UNREADABLE", "The file's header does not fit its size: it is damaged, or cut off.")
    with path.open("rb") as file:
        file.seek(256 + 216 * count)
        try:
            samples = [int(file.read(8)) for _ in range(count)]
        except ValueError as error:
            raise Suspicious("EEG_UNREADABLE", "The file's header does not say how many samples there are.") from error
    wide = 3 if path.suffix.lower() == ".bdf" else 2
    if min(samples) < 0 or sum(samples) * wide > max(path.stat().st_size - size, 0) or not sum(samples):
        raise Suspicious("EEG_UNREADABLE", "The file does not hold even one of the records that its header describes.")
    if records < -1:
        raise Suspicious("EEG_UNREADABLE", f"The file's header promises {records} records.")


def _array(path: Path) -> None:
    """Hold what an array says of itself against its size, before anything is made of that size."""
    with path.open("rb") as file:
        shape, kind = _described(file, path.stat().st_size)
        there = path.stat().st_size - file.tell()
    if math.prod(shape) * kind.itemsize > there:
        raise Suspicious("EEG_UNREADABLE", f"The file says that it holds {' x '.join(map(str, shape))} numbers, and ends before.")


def _archive(path: Path) -> None:
    """The same for every array of an archive, and what it unpacks to."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            size, stored = sum(one.file_size for one in parts), path.stat().st_size
            if size > UNPACKED or size > PACKED * stored or len(parts) > CHANNELS:
                raise Suspicious("EEG_LIMIT", f"The file unpacks from {stored:,} to {size:,} bytes. Expected at most {UNPACKED:,}.")
            for one in parts:
                if one.filename.endswith(".npy"):
                    with packed.open(one) as file:
                        shape, kind = _described(file, one.file_size)
                    if math.prod(shape) * kind.itemsize > one.file_size:
                        raise Suspicious("EEG_UNREADABLE", f"{one.filename[:60]} says that it is larger than it is.")
    except Suspicious:
        raise
    except Exception as error:  # whatever a damaged archive makes its reader raise
        raise Suspicious("EEG_UNREADABLE", "The file is a damaged archive of arrays.") from error


def _described(file: IO[bytes], size: int) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and kind of an array, from its header."""
    from numpy.lib import format as form

    try:
        old = form.read_magic(file) == (1, 0)
        shape, _, kind = (form.read_array_header_1_0 if old else form.read_array_header_2_0)(file)
    except Exception as error:  # whatever a crafted header makes it raise
        raise Suspicious("EEG_UNREADABLE", "The header of an array cannot be read.") from error
    if kind.hasobject:
        raise Suspicious("EEG_UNREADABLE", "The file holds objects, which would have to be unpickled. Expected numbers.")
    if any(length < 0 for length in shape) or len(shape) > 8 or math.prod(shape) * kind.itemsize > max(size, 1):
        raise Suspicious("EEG_UNREADABLE", f"The file says that it holds {' x '.join(map(str, shape[:8]))} numbers, and is smaller.")
    return shape, kind
