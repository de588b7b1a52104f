"""EEG trials out of MATLAB files that hold a variable for each, channels first, as the SEED family does."""

from pathlib import Path

import numpy as np

from emofuse.core.clip import Signal
from emofuse.core.errors import MediaError
from emofuse.media.kept import kept
from emofuse.media.mat import read_mat


def read_trial(path: Path, name: str, channels: int, rate: float) -> Signal:
    """The samples of one trial.

    Shape:
        (channels, time) in the file -> values (time, channels) float32

    Args:
        path: The file.
        name: Of the variable; ``*`` stands for anything.
        channels: How many there must be.
        rate: Samples a second.

    Raises:
        MediaError: The file cannot be read, or holds no such variable of this shape.
    """
    found = read_mat(path, [name])
    if len(found) != 1:
        raise MediaError(
            f"{path} holds {len(found)} variables that are named {name}: {', '.join(sorted(found))}. Expected one; get the file again."
        )
    ((name, values),) = found.items()
    if values.ndim != 2 or values.shape[0] != channels or not values.size:
        raise MediaError(_misshapen(path, name, values, f"({channels}, time)"))
    return Signal(_finite(path, name, values.T), rate)


def read_bands(path: Path, name: str, trial: int, channels: int, bands: int, rate: float) -> Signal:
    """Features of one trial: a value for each channel and band, window by window.

    Shape:
        (channels, windows, bands) in the file -> values (windows, channels * bands) float32, all bands of the first channel first

    Args:
        path: The file.
        name: What stands before the trial's number in the variable's name.
        trial: Its number.
        channels: How many there must be.
        bands: How many there must be.
        rate: Windows a second.

    Raises:
        MediaError: The file cannot be read, or holds no such variable of this shape.
    """
    trials = _bands(path, name)
    if f"{name}{trial}" not in trials:
        raise MediaError(f"{path} holds no {name}{trial}. It holds {', '.join(sorted(trials))}. Get the file again.")
    values = trials[f"{name}{trial}"]
    if values.ndim != 3 or values.shape[0] != channels or values.shape[2] != bands or not values.size:
        raise MediaError(_misshapen(path, f"{name}{trial}", values, f"({channels}, windows, {bands})"))
    return Signal(_finite(path, f"{name}{trial}", values.transpose(1, 0, 2).reshape(values.shape[1], -1)), rate)


@kept(4)
def _bands(path: Path, name: str) -> dict[str, np.ndarray]:
    """All trials at once: they are small, and a process for each would take longer than reading them."""
    return read_mat(path, [f"{name}*"])


def _finite(path: Path, name: str, values: np.ndarray) -> np.ndarray:
    values = np.ascontiguousarray(values, dtype=np.float32)
    strange = int(np.count_nonzero(~np.isfinite(values)))
    if strange:
        raise MediaError(
            f"{name} in {path} holds {strange:,} values that are not numbers. Expected a number for each sample; get the file again, "
            f"or leave this trial out."
        )
    return values


def _misshapen(path: Path, name: str, values: np.ndarray, expected: str) -> str:
    return f"{name} in {path} has the shape {values.shape}. Expected {expected}; get the file again, or check what was saved there."
