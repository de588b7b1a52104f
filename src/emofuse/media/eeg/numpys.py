"""EEG as numpy keeps it: npy, mapped into memory, and npz. Nothing is ever unpickled."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg import arrays
from emofuse.media.eeg.held import Held

LIMIT = 4 << 30  # bytes that an npz may unpack to


def found(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by name; ``array`` is that of an npy.

    Raises:
        MediaError: It is none, is damaged, or unpacks to too much.
    """
    try:
        if path.suffix.lower() == ".npy":
            return {"array": np.load(path, mmap_mode="r", allow_pickle=False)}
        with zipfile.ZipFile(path) as packed:
            size = sum(one.file_size for one in packed.infolist())
        if size > LIMIT:
            raise MediaError(
                f"{path} unpacks to {size / 2**30:.3g} GiB. Expected {LIMIT / 2**30:.3g} GiB at most; save the EEG alone, as npy."
            )
        with np.load(path, allow_pickle=False) as opened:
            return {name: opened[name] for name in opened.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = " ".join(str(error).split())[:160]
        raise MediaError(
            f"{path} cannot be read as numpy's ({reason}). Expected arrays of numbers; save them again with np.save."
        ) from error


def held(path: Path, variable: str | None, axes: Sequence[str] | str | None) -> Held:
    """The EEG in it."""
    return arrays.held(path, path.suffix[1:].lower(), found(path), variable, axes)
