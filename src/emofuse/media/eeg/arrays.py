"""EEG as a bare array: which of a file's variables it is, and what its axes are, as told or as there is no doubt about it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg.held import Held, Variable
from emofuse.media.eeg.montage import electrode

MOST = 512  # channels; nets have 256 and some references
LONGER = 4  # times that time must be longer than channels are many, for axes to be told apart by their lengths
RATES = frozenset({"srate", "fs", "sfreq", "rate", "samplingrate", "samplerate", "frequency", "freq"})
PIECE = 1 << 20  # values that are looked at together


def variables(found: Mapping[str, np.ndarray]) -> tuple[Variable, ...]:
    """The arrays that might be EEG, the largest first."""
    numbers = {name: values for name, values in found.items() if values.dtype.kind in "iuf" and values.size > 1 and values.ndim > 0}
    ordered = sorted(numbers, key=lambda name: (-numbers[name].size, name))
    return tuple(Variable(name, tuple(map(int, numbers[name].shape)), str(numbers[name].dtype)) for name in ordered)


def held(
    path: Path, kind: str, found: Mapping[str, np.ndarray], variable: str | None = None, axes: Sequence[str] | str | None = None
) -> Held:
    """One of these arrays as EEG.

    Shape:
        (time, channel), (channel, time), or more axes where `axes` says which of each to take

    Args:
        path: For messages.
        kind: The format, for a reader.
        found: Arrays by name.
        variable: Which of them; not needed where only one can be meant.
        axes: What each axis is: "time", "channel", or a number from 1, which picks that one of this axis; not needed for
            two axes of which one is much longer.

    Raises:
        MediaError: It is not said, and in doubt, which array or axis is meant; or what is said is not there.
    """
    known = variables(found)
    name, told = _variable(path, known, variable)
    values = found[name]
    names, also = _axes(path, name, values.shape, axes)
    view = values.reshape(-1, 1) if values.ndim == 1 else _laid(path, name, values, names)
    rate, more = _rate(found)
    labels = _labels(found, view.shape[1])

    def pieces(columns: Sequence[int]) -> Iterator[np.ndarray]:
        step = max(PIECE // max(len(columns), 1), 1)
        for start in range(0, len(view), step):
            yield np.asarray(view[start : start + step, list(columns)], dtype=np.float64)

    return Held(
        kind, pieces, view.shape[1], len(view), labels, rate, None, name, names, notes=(*told, *also, *more),
    )  # fmt: skip


def _variable(path: Path, known: Sequence[Variable], wanted: str | None) -> tuple[str, tuple[str, ...]]:
    listed = ", ".join(map(str, known[:12])) or "no arrays of numbers"
    if wanted is not None:
        if wanted not in {one.name for one in known}:
            raise MediaError(f"{path} holds no array {wanted}. It holds {listed}. Name one of these as the variable.")
        return wanted, ()
    large = [one for one in known if len(one.shape) > 1 and np.prod(one.shape) >= np.prod(known[0].shape) / 10] or list(known[:1])
    if len(large) == 1:
        return large[0].name, ((f"{large[0]} is taken for the EEG",) if len(known) > 1 else ())
    raise MediaError(
        f"{path} does not say which of its arrays is the EEG. It holds {listed}. Expected one of them; name it (--eeg-variable, variable=)."
    )


def _axes(path: Path, name: str, shape: tuple[int, ...], wanted: Sequence[str] | str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each axis is, and what a reader is told of it."""
    advice = (
        'Say what each axis is, such as "time,channel", "channel,time" or "time,channel,17" for the 17th of the third (axes=, --eeg-axes).'
    )
    if wanted is not None:
        names = tuple(part.strip() for part in (wanted.split(",") if isinstance(wanted, str) else wanted))
        good = len(names) == len(shape) and names.count("time") == 1 and names.count("channel") <= 1
        good &= all(
            part in ("time", "channel") or (part.isdigit() and 1 <= int(part) <= size) for part, size in zip(names, shape, strict=False)
        )
        if not good:
            raise MediaError(f"The axes {', '.join(names)} do not fit {name} in {path}, whose shape is {shape}. Expected as many. {advice}")
        return names, ()
    if len(shape) == 1:
        return ("time",), ()
    if len(shape) == 2:
        few, many = sorted(shape)
        if few <= MOST and many >= LONGER * few:
            names = ("time", "channel") if shape[0] == many else ("channel", "time")
            return names, (f"{name} ({' x '.join(map(str, shape))}) is read as {' x '.join(names)}",)
    raise MediaError(f"{path} does not say what the axes of {name} are, whose shape is {shape}. Expected time and channel. {advice}")


def _laid(path: Path, name: str, values: np.ndarray, axes: Sequence[str]) -> np.ndarray:
    """A view of it. Shape: (...) -> (time, channel)."""
    view = values[tuple(int(part) - 1 if part.isdigit() else slice(None) for part in axes)]
    left = [part for part in axes if not part.isdigit()]
    if left == ["time"]:
        return view.reshape(-1, 1)
    view = view if left == ["time", "channel"] else view.T
    if view.shape[1] > MOST:
        raise MediaError(
            f"{name} in {path} would have {view.shape[1]:,} channels. Expected {MOST} at most; check which axis is time and which "
            f"is channel (axes=, --eeg-axes)."
        )
    return view


def _rate(found: Mapping[str, np.ndarray]) -> tuple[float | None, tuple[str, ...]]:
    """A rate that the file names, if it names one."""
    for name, values in found.items():
        bare = name.rsplit(".", 1)[-1].lower().replace("_", "")
        if bare in RATES and values.dtype.kind in "iuf" and values.size == 1 and 1 <= float(values.ravel()[0]) <= 100_000:
            rate = float(values.ravel()[0])
            return rate, (f"{name} is taken for the rate: {rate:g} samples a second",)
    return None, ()


def _labels(found: Mapping[str, np.ndarray], width: int) -> tuple[str, ...] | None:
    """Names of the channels, where as many texts are held together, and most of them are electrodes."""
    families: dict[str, list[str]] = {}
    for name, values in found.items():
        if values.dtype.kind == "U":
            family = "".join(letter for letter in name if not letter.isdigit())
            families.setdefault(family, []).extend(str(text).strip() for text in values.ravel())
    for texts in families.values():
        if len(texts) == width > 1 and len(set(texts)) == width and sum(electrode(text) is not None for text in texts) > width / 2:
            return tuple(texts)
    return None
