"""EEG in MATLAB files: bare arrays, and what EEGLAB makes of them. The files are read by a child process with limits."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg import arrays
from emofuse.media.eeg.held import Held
from emofuse.media.kept import kept
from emofuse.media.mat import LIMIT, read_mat

PACKED = 100  # times that samples may be larger than their file: recordings pack to a third, and nothing but nothing packs to this
SMALL = 256 << 20  # bytes of numbers that any file may hold


@kept(1)
def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """All arrays of a file by name, mapped into memory; kept, as a process is needed to read it.

    Raises:
        MediaError: It cannot be read.
    """
    return read_mat(path, limit=min(LIMIT, max(SMALL, PACKED * path.stat().st_size)))


def held(path: Path, variable: str | None, axes: Sequence[str] | str | None) -> Held:
    """The EEG in a ``.mat``; one that EEGLAB saved is recognized by what is in it.

    Raises:
        MediaError: It cannot be read, or does not say where the EEG is.
    """
    found = arrays_of(path)
    if variable is None and _inside(found) is not None:
        return _eeglab(path, found)
    return arrays.held(path, "MATLAB", found, variable, axes)


def held_by_eeglab(path: Path) -> Held:
    """The EEG in a ``.set``, and in the ``.fdt`` beside it where there is one.

    Raises:
        MediaError: It cannot be read, is none of EEGLAB's, or its samples are not where it says.
    """
    found = arrays_of(path)
    if _inside(found) is None:
        raise MediaError(
            f"{path} holds no data, srate and nbchan: EEGLAB did not make it. Expected a data set that EEGLAB saved; save it again."
        )
    return _eeglab(path, found)


def _inside(found: Mapping[str, np.ndarray]) -> str | None:
    """What stands before EEGLAB's names; None where they are not there."""
    return next((start for start in ("", "EEG.") if all(f"{start}{name}" in found for name in ("data", "srate", "nbchan"))), None)


def _eeglab(path: Path, found: Mapping[str, np.ndarray]) -> Held:
    start = _inside(found)
    rate, width = (float(found[f"{start}{name}"].ravel()[0]) for name in ("srate", "nbchan"))
    data, notes = found[f"{start}data"], []
    samples = _beside(path, str(data.ravel()[0]), int(width)) if data.dtype.kind == "U" else _flat(data, int(width))
    if samples is None or not rate > 0:
        raise MediaError(
            f"{path} says {width:g} channels at {rate:g} samples a second, and its data have the shape {data.shape}. "
            f"Expected (channels, time), or epochs of that; save it again from EEGLAB."
        )
    trials = float(found.get(f"{start}trials", np.ones(1)).ravel()[0])
    if trials > 1:
        notes.append(f"{trials:g} epochs are laid end to end: times are not those of the recording")
    names = [found[key] for key in (f"{start}chanlocs({i}).labels" for i in range(1, int(width) + 1)) if key in found]
    labels = tuple(str(one.ravel()[0]).strip() if one.size else "" for one in names) if len(names) == width else None
    if labels is not None and len(set(labels)) != len(labels):
        labels, notes = None, [*notes, "channels share names, which are left out"]

    def pieces(columns: Sequence[int]) -> Iterator[np.ndarray]:
        step = max(arrays.PIECE // max(len(columns), 1), 1)
        for first in range(0, len(samples), step):
            yield np.asarray(samples[first : first + step, list(columns)], dtype=np.float64)

    return Held("EEGLAB", pieces, int(width), len(samples), labels, rate, "µV", notes=tuple(notes))


def _flat(data: np.ndarray, width: int) -> np.ndarray | None:
    """Shape: (channel, time) or (channel, time, epoch) -> (time, channel)."""
    if data.ndim not in (2, 3) or data.shape[0] != width or not data.size:
        return None
    return data.reshape(width, -1, order="F").T


def _beside(path: Path, name: str, width: int) -> np.ndarray | None:
    """Samples in a file of their own. Shape: (time, channel) float32."""
    inside = Path(name.replace("\\", "/")).name  # a path of the machine that saved it; another folder is none of ours
    for file in (path.with_name(inside), path.with_suffix(".fdt")):
        if file.suffix.lower() in (".fdt", ".dat") and file.is_file():
            count = file.stat().st_size // 4 // max(width, 1)
            return np.memmap(file, np.dtype("<f4"), "r", shape=(count, width)) if count else None
    raise MediaError(f"{path} keeps its samples in {inside}, which is not beside it. Expected it there; copy it, or save as one file.")
