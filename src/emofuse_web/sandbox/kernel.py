"""Calls of Linux that Python has no names for."""

import ctypes
import os
import platform
import sys

LINUX = sys.platform == "linux"
_library = ctypes.CDLL(None, use_errno=True) if LINUX else None

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 22, 28, 38, 47
CLONE_NEWUSER, CLONE_NEWNET = 0x1000_0000, 0x4000_0000


def machine() -> str:
    """What numbers system calls have here."""
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())


def prctl(option: int, *values: int) -> None:
    """Change how this process is treated.

    Raises:
        OSError: The kernel does not.
    """
    _done(_known().prctl(option, *(ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4])))


def unshare(flags: int) -> None:
    """Leave namespaces for new ones.

    Raises:
        OSError: The kernel does not let this process.
    """
    _done(_known().unshare(ctypes.c_int(flags)))


def syscall(number: int, *values: object) -> int:
    """A call by its number.

    Raises:
        OSError: It failed, or is not known here.
    """
    return _done(_known().syscall(ctypes.c_long(number), *values))


def _known() -> ctypes.CDLL:
    if _library is None:
        raise OSError("This system is not Linux. Expected Linux; only limits of resources hold here.")
    return _library


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
