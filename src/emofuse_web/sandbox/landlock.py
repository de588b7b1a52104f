"""Landlock: a process gives up, for itself and all it starts, every file and folder but those it names (Linux 5.13 and later).

https://docs.kernel.org/userspace-api/landlock.html. Later versions add TCP (4), devices (5), signals and abstract sockets (6).
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from emofuse_web.sandbox import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every kind of machine
_VERSION = 1  # flag of _CREATE that asks which version this is

_EXECUTE, _WRITE, _READ, _LIST, _REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE = (1 << bit for bit in (0, 1, 2, 3, 4, 5, 7, 8))
_TRUNCATE = 1 << 14
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE  # what can be granted for a file alone
READ = _EXECUTE | _READ | _LIST
WRITE = READ | _WRITE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _TRUNCATE  # no links, sockets, pipes or devices
DEVICE = _READ | _WRITE


def _handled(version: int) -> int:
    """All that is refused unless it is granted: rights that this version knows."""
    last = 12 if version < 2 else 13 if version < 3 else 14 if version < 5 else 15
    return (1 << (last + 1)) - 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Which version the kernel has; 0 for none."""
    try:
        return kernel.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    except OSError:
        return 0


def ruleset(grants: Iterable[tuple[Path, int]]) -> int:
    """A set of rules that `restrict` makes hold, as a file's number.

    Raises:
        OSError: There is no Landlock.
    """
    known = version()
    rules = _Ruleset(_handled(known), 0b11 if known >= 4 else 0, 0b11 if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    made = kernel.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    for place, rights in grants:
        _grant(made, place, rights & _handled(known))
    return made


def _grant(made: int, place: Path, rights: int) -> None:
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what is not there needs no right
        return
    try:
        if not place.is_dir():
            rights &= _OF_FILES
        beneath = _Beneath(rights, opened)
        kernel.syscall(_ADD, ctypes.c_int(made), ctypes.c_int(1), ctypes.byref(beneath), ctypes.c_uint32(0))
    finally:
        os.close(opened)


def restrict(made: int) -> None:
    """From here on only what was granted.

    Raises:
        OSError: The kernel does not.
    """
    kernel.syscall(_RESTRICT, ctypes.c_int(made), ctypes.c_uint32(0))
    os.close(made)
