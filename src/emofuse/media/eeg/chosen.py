"""What is made of an EEG file: which columns under which names, how fast, in which unit; as told, or as the file says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg import marks, matlabs, mnes, numpys, sheets
from emofuse.media.eeg.held import MICROVOLTS, Held
from emofuse.media.eeg.montage import electrode, electrodes
from emofuse.media.probe import LIMITS

ENDINGS = frozenset({".edf", ".bdf", ".vhdr", ".set", ".fif", ".mat", ".csv", ".tsv", ".txt", ".npy", ".npz"})
BESIDE = {".eeg": ".vhdr", ".vmrk": ".vhdr", ".fdt": ".set"}  # files that belong to another, which is the one to name
SLOWEST, FASTEST = 16.0, 50_000.0  # samples a second; below, there is no alpha; above, no amplifier
SMALLEST, LARGEST = 0.05, 5_000.0  # microvolts that EEG may spread by in a second, artefacts included: beyond, the unit is wrong
LOOKED = 60  # seconds at the beginning that the unit is checked by


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What is to be made of a file.

    Args:
        held: Its samples.
        columns: Which of them.
        names: Of these.
        rate: Samples a second.
        scale: Microvolts of one unit.
        notes: What a reader must be told.
    """

    held: Held
    columns: tuple[int, ...]
    names: tuple[str, ...]
    rate: float
    scale: float
    notes: tuple[str, ...]


def choose(
    path: Path,
    variable: str | None,
    axes: Sequence[str] | str | None,
    channels: Sequence[str] | None,
    rate: float | None,
    unit: str | None,
) -> Chosen:
    """What is to be read of a file; arguments as for `emofuse.media.eeg.read_eeg`.

    Raises:
        MediaError: It cannot be read, or something that it does not say was not told.
    """
    check(path)
    held = opened(path, variable, axes, rate)
    columns, names, notes = _columns(path, held, channels)
    rate = _rate(path, held, rate)
    scale, more = _scale(path, held, columns, rate, unit)
    return Chosen(held, columns, names, rate, scale, (*held.notes, *notes, *more))


def check(path: Path) -> None:
    """Look whether there is a file that could be EEG.

    Raises:
        MediaError: There is none.
    """
    ending = path.suffix.lower()
    known = ", ".join(sorted(one[1:] for one in ENDINGS))
    if ending in BESIDE:
        raise MediaError(f"{path} is one part of a recording. Expected the {BESIDE[ending]} beside it; name {path.stem}{BESIDE[ending]}.")
    if ending not in ENDINGS:
        raise MediaError(f"{path} is no EEG file that can be read. Expected one of {known}; export it as one of these, EDF best.")
    if not path.is_file():
        raise MediaError(f"There is no file {path}. Expected an EEG recording there; check the spelling and the folder.")
    if not path.stat().st_size:
        raise MediaError(f"{path} is empty. Expected an EEG recording; copy it again, or export it anew.")


def opened(path: Path, variable: str | None, axes: Sequence[str] | str | None, rate: float | None) -> Held:
    """What the file holds, by its format.

    Raises:
        MediaError: It cannot be read, or is in doubt.
    """
    ending = path.suffix.lower()
    if ending in mnes.KINDS:
        return mnes.held(path)
    if ending == ".set":
        return matlabs.held_by_eeglab(path)
    if ending == ".mat":
        return matlabs.held(path, variable, axes)
    return numpys.held(path, variable, axes) if ending in (".npy", ".npz") else sheets.held(path, rate)


def _columns(path: Path, held: Held, wanted: Sequence[str] | None) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """Which columns are read, under which names, and what a reader is told of it."""
    every = held.names or tuple(f"channel {i}" for i in range(1, held.width + 1))
    if wanted is not None and held.names is None:
        if len(wanted) != held.width or len(set(wanted)) != len(wanted):
            raise MediaError(
                f"{path} holds {held.width} channels without names, and {len(wanted)} names are told: {', '.join(wanted[:8])}. "
                f"Expected a name for each, in their order (--eeg-channels, channels=)."
            )
        return tuple(range(held.width)), tuple(electrode(name) or name for name in wanted), ()
    known = electrodes(every)
    if wanted is not None:
        places = {**{name.strip().lower(): i for i, name in reversed(list(enumerate(every)))}, **{k.lower(): i for k, i in known.items()}}
        asked = [(name, places.get(name.strip().lower(), known.get(electrode(name) or ""))) for name in wanted]
        missing = [name for name, place in asked if place is None]
        if missing:
            raise MediaError(f"{path} has no channel {', '.join(missing[:8])}. It has {_listed(every)}. Name some of these.")
        return tuple(place for _, place in asked if place is not None), tuple(electrode(name) or name for name in wanted), ()
    if known:
        left = [name for i, name in enumerate(every) if i not in known.values()]
        return tuple(known.values()), tuple(known), ((f"no electrodes of the 10-20 system, left out: {_listed(left)}",) if left else ())
    others = [i for i in range(held.width) if i not in held.others] or list(range(held.width))
    said = (
        "its channels have no names" if held.names is None else f"its channels have no 10-20 names: {_listed([every[i] for i in others])}"
    )
    return tuple(others), tuple(every[i] for i in others), (f"{said}; a recognizer that looks for electrodes finds none",)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:16]) + (f" and {len(names) - 16} more" if len(names) > 16 else "")


def _rate(path: Path, held: Held, told: float | None) -> float:
    if told is not None and held.rate is not None and abs(told / held.rate - 1) > sheets.NEAR:
        raise MediaError(
            f"{path} says {held.rate:g} samples a second, and {told:g} are told. Expected the same; leave it out (--eeg-rate), "
            f"or, where the file is wrong, save its samples as npy and tell their rate."
        )
    rate = held.rate or told
    if rate is None:
        raise MediaError(f"{path} does not say how many samples a second it holds. Expected a number; tell it (--eeg-rate, rate=).")
    if not SLOWEST <= rate <= FASTEST:
        raise MediaError(f"{path} has {rate:g} samples a second. Expected {SLOWEST:g} to {FASTEST:,.0f}; look at its header.")
    if held.count * 1_000 / rate > LIMITS.duration:
        hours = held.count / rate / 3_600
        raise MediaError(
            f"{path} lasts {hours:.1f} hours. Expected {LIMITS.duration / 3_600_000:.0f} at most; cut it, or look whether its rate "
            f"({rate:g}) and its axes are right."
        )
    return float(rate)


def _scale(path: Path, held: Held, columns: Sequence[int], rate: float, told: str | None) -> tuple[float, tuple[str, ...]]:
    """Microvolts of one unit, checked by how much the beginning spreads."""
    spelled = None if told is None else {"uv": "µV", "μv": "µV", "v": "V", "mv": "mV", "nv": "nV", "µv": "µV"}.get(told.strip().lower())
    if told is not None and spelled is None:
        raise MediaError(f"'{told}' is no unit of EEG. Known: {', '.join(MICROVOLTS)}; tell one of these (--eeg-unit, unit=).")
    unit = spelled or held.unit or "µV"
    spread = _spread(held, columns, rate) * MICROVOLTS[unit]
    notes = () if spelled or held.unit else (f"the file names no unit: taken as microvolts, as they spread by {spread:.3g} in a second",)
    if spread and not SMALLEST <= spread <= LARGEST:
        fits = [name for name, size in MICROVOLTS.items() if 1 <= spread / MICROVOLTS[unit] * size <= 500]
        advice = f"they would fit {' or '.join(fits)}: tell it (--eeg-unit, unit=)" if fits else "look at how it was exported"
        said = f"told to be {unit}" if spelled else f"said to be {unit}" if held.unit else "taken as microvolts, as no unit is named"
        raise MediaError(
            f"{path} holds samples that are {said}, and spread by {spread:.3g} microvolts a second. Expected {SMALLEST:g} "
            f"to {LARGEST:,.0f}, as EEG does; {advice}."
        )
    return MICROVOLTS[unit], notes


def _spread(held: Held, columns: Sequence[int], rate: float) -> float:
    """The usual spread of a channel in a second of the beginning, in the file's unit; 0 where nothing moves."""
    size, found = max(round(rate), 1), []
    for i, block in enumerate(blocks(held.pieces(columns), rate)):
        if i >= LOOKED:
            break
        share, wide = marks.spreads(block)
        found.append(wide[share >= marks.LOST] if len(block) >= size * marks.LEAST else np.empty(0))
    every = np.concatenate(found) if found else np.empty(0)
    moving = every[every > 1e-9 * every.max()] if len(every) and every.max() > 0 else np.empty(0)
    return float(np.median(moving)) if len(moving) else 0.0


def blocks(pieces: Iterator[np.ndarray], rate: float) -> Iterator[np.ndarray]:
    """The same samples second by second; a short end goes with what came before. Shape: (time, channels) each."""
    held: list[np.ndarray] = []
    count = number = 0
    edge = round(rate)
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        if count < edge * (1 + marks.LEAST) + 1:
            continue
        rest = np.concatenate(held)
        while len(rest) >= edge * (1 + marks.LEAST) + 1:
            yield rest[:edge]
            rest, number = rest[edge:], number + 1
            edge = round((number + 1) * rate) - round(number * rate)
        held, count = [rest], len(rest)
    if count:
        rest = np.concatenate(held)
        while len(rest) > edge * (1 + marks.LEAST):
            yield rest[:edge]
            rest = rest[edge:]
        yield rest
