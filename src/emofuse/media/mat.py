"""Arrays out of MATLAB files, read by a child process that may die in our place.

What reads these files (scipy for versions 5 to 7, HDF5 for 7.3) ends the whole process on some damaged or crafted ones.
The child (`emofuse.media.mat_child`) writes plain numbers into one file, which is mapped into memory here: nothing is unpickled.
"""

import json
import mmap
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from emofuse.core.errors import MediaError

PATIENCE = 300_000  # ms; half a gigabyte of nested cells takes under a minute on one core
LIMIT = 4 << 30  # bytes of numbers; DREAMER, the largest single file of the corpora here, holds 2 GiB

_HDF = b"\x89HDF\r\n\x1a\n"  # version 7.3; MATLAB puts it behind 512 bytes of text, others at the front
_FIVE = (b"\x00\x01IM", b"\x01\x00MI")  # version 5 to 7, at byte 124: the version, and the byte order
_KINDS = "biufcU"  # numpy's letters for truth values, numbers and text
_CHILD = Path(__file__).with_name("mat_child.py")
_WANTED = "Expected a MATLAB file of version 5 to 7.3"


@dataclass(slots=True)
class Bounds:
    """What reading any MATLAB file may take in this process; who serves strangers draws them closer, once, at the start.

    Args:
        patience: In ms.
        limit: Bytes of numbers.
        memory: Bytes of address space of the process that reads; None for as much as the numbers need twice, and room for its libraries.
    """

    patience: int = PATIENCE
    limit: int = LIMIT
    memory: int | None = None


BOUNDS = Bounds()


def read_mat(path: Path, names: Sequence[str] | None = None, *, patience: int = PATIENCE, limit: int = LIMIT) -> dict[str, np.ndarray]:
    """Arrays of a MATLAB file by their names there: ``label``, ``DREAMER.Data{1}.EEG.stimuli{18}``, ``trials(2).time``.

    Cells and structures are taken apart down to the arrays in them; counted from 1, columns first, as MATLAB does.
    Tables, function handles, objects and sparse matrices are left out.

    Shape:
        as MATLAB shows it, so nothing has fewer than two axes; read-only

    Args:
        path: The file.
        names: What to read: an array, or something that holds arrays; ``*`` stands for anything (``*_eeg1``). None reads all.
        patience: How long reading may take, in ms.
        limit: Bytes of numbers that are read at most.

    Raises:
        MediaError: It is not a MATLAB file, is damaged, has no such name, is too large, or reading it crashed or took too long.
    """
    path, patience, limit = Path(path), min(patience, BOUNDS.patience), min(limit, BOUNDS.limit)
    _check_head(path)
    with tempfile.TemporaryDirectory(prefix="emofuse-mat-") as folder:
        order: dict[str, object] = {"path": str(path.absolute()), "folder": folder, "names": None if names is None else list(names)}
        order |= {"limit": limit, "memory": BOUNDS.memory, "seconds": patience / 1_000}
        _call_child(path, order, patience)
        answer = json.loads((Path(folder) / "answer.json").read_text(encoding="utf-8"))
        if "problem" in answer:
            raise MediaError(f"{path} {answer['problem']}")
        return _mapped(Path(folder) / "arrays", answer["arrays"])


def _call_child(path: Path, order: dict[str, Any], patience: int) -> None:
    again = "Save it again, with save -v7 or -v7.3, or copy it again."
    quiet = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # its memory is limited, and threads reserve some
    environment = {**os.environ, **quiet, "HDF5_PLUGIN_PRELOAD": "::"}  # "::" lets HDF5 load no code that a file asks for
    try:
        child = subprocess.run(
            [sys.executable, "-P", str(_CHILD)],
            input=json.dumps(order).encode(),
            capture_output=True,
            env=environment,
            timeout=patience / 1_000,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaError(
            f"Reading {path} took longer than {patience / 1_000:g} seconds and was stopped. {_WANTED} that is read in that time. {again}"
        ) from error
    if child.returncode < 0:
        raise MediaError(
            f"Reading {path} crashed ({_signal(-child.returncode)}); it is damaged, or made to do that. {_WANTED} that is whole. {again}"
        )
    if child.returncode > 0:
        last = (child.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise MediaError(f"{path} cannot be read ({last}). {_WANTED} that is whole. {again}")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _mapped(file: Path, entries: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Arrays over the child's file, which lives on without a name until the last of them is gone."""
    if os.name == "nt":  # a mapped file cannot be removed there
        buffer: Any = file.read_bytes()
    else:
        with file.open("rb") as opened:
            buffer = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    arrays = {}
    for entry in entries:
        kind = np.dtype(entry["dtype"])
        assert kind.kind in _KINDS
        arrays[entry["name"]] = np.ndarray(tuple(entry["shape"]), kind, buffer, entry["offset"], order="F")
    return arrays


def is_mat(head: bytes) -> bool:
    """Whether a file that begins so, with 520 bytes or more, is one."""
    return head[124:128] in _FIVE or head[:8] == _HDF or head[512:520] == _HDF


def _check_head(path: Path) -> None:
    """Look at the first bytes before a process is started for the rest.

    Raises:
        MediaError: Missing, not ours to read, or something else than a MATLAB file.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe may wait for ever
            raise MediaError(f"{path} is not a file. {_WANTED}. Name one in it, or save it first.")
        with path.open("rb") as file:
            head = file.read(512 + len(_HDF))
    except FileNotFoundError as error:
        raise MediaError(f"There is no file {path}. {_WANTED} there. Check the spelling and the folder.") from error
    except OSError as error:
        raise MediaError(f"{path} cannot be read ({error.strerror}). {_WANTED}. Check its permissions, or copy it elsewhere.") from error
    if not is_mat(head):
        what = "empty" if not head else "not a MATLAB file of these versions"
        raise MediaError(f"{path} is {what}. {_WANTED}. Save it from MATLAB or Octave with save -v7, or get it again.")
