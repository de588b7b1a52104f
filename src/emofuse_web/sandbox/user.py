"""A worker that runs as root does not give its child that: another user for each, and of root's powers only to read.

What it may read, Landlock says; without Landlock this is not done, since reading everything would be worse than a user's own rights.
"""

import ctypes
import os
from pathlib import Path

from emofuse_web.sandbox import kernel

_FIRST, _COUNT = 61_184, 4_336  # the range that systemd gives away for as long as something runs; nobody's files belong to it
_READ_ANY = 2  # CAP_DAC_READ_SEARCH: the Python installation may lie in a folder of root's
_SECBIT_NO_SETUID_FIXUP = 1 << 2  # of securebits
_CAPSET = {"x86_64": 126, "aarch64": 91}
_VERSION = 0x2008_0522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def changed(folder: Path) -> None:
    """Become a user of one's own, who owns `folder` and its places to write.

    Raises:
        OSError: This root may not (a container that was taken its powers).
    """
    number = _FIRST + os.getpid() % _COUNT
    for place in (folder, folder / "out", folder / "tmp"):
        if place.exists():
            os.chown(place, number, number)
    kernel.prctl(kernel.PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP)  # else access() forgets what open() may, and libraries ask it first
    os.setgroups([])
    os.setresgid(number, number, number)
    os.setresuid(number, number, number)
    kept = 1 << _READ_ANY
    header, sets = _Header(_VERSION, 0), (ctypes.c_uint32 * 6)(kept, kept, kept, 0, 0, 0)  # effective, permitted, inheritable
    kernel.syscall(_CAPSET[kernel.machine()], ctypes.byref(header), ctypes.byref(sets))
    kernel.prctl(kernel.PR_CAP_AMBIENT, 2, _READ_ANY)
