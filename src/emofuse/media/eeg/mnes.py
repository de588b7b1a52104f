"""EEG files that mne reads: EDF, BDF, BrainVision and FIF, stretch by stretch."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.eeg.held import MICROVOLTS, Held

if TYPE_CHECKING:
    from mne.io import BaseRaw

KINDS = {".edf": "EDF", ".bdf": "BDF", ".vhdr": "BrainVision", ".fif": "FIF"}
PIECE = 10.0  # seconds read together
SHORT = 0.01  # share of the promised length that may be missing without a word


def held(path: Path) -> Held:
    """The channels of a recording, in the unit that the file names, where it names one for all of them; else in volts.

    Raises:
        MediaError: mne is not installed, or cannot read it.
    """
    kind = KINDS[path.suffix.lower()]
    if kind == "BrainVision":
        _stays_here(path)
    raw = _opened(path, kind)
    names, rate = tuple(raw.ch_names), float(raw.info["sfreq"])
    types = raw.get_channel_types()
    bad = {names.index(name) for name in raw.info["bads"] if name in names}
    spans = _marked(raw)
    notes = [f"marked as bad in the file: {', '.join(names[i] for i in sorted(bad))}"] if bad else []
    if spans:
        notes.append(f"{sum(stop - start for start, stop in spans) / rate:.1f} s are marked as bad in the file")
    notes += _promised(path, raw) if kind in ("EDF", "BDF") else []
    unit = _unit(raw, kind)
    scale = MICROVOLTS["V"] / MICROVOLTS[unit or "V"]

    def pieces(columns: Sequence[int]) -> Iterator[np.ndarray]:
        step, wanted = max(round(PIECE * rate), 1), list(columns)
        gone = [i for i, column in enumerate(wanted) if column in bad]
        for start in range(0, raw.n_times, step):
            stop = min(start + step, raw.n_times)
            try:
                values = scale * np.array(raw[wanted, start:stop][0].T)
            except Exception as error:  # a file that ends early, or lies about where its samples are
                raise _unreadable(path, kind, error) from error
            values[:, gone] = np.nan
            for first, last in spans:
                values[max(first - start, 0) : max(last - start, 0)] = np.nan
            yield values

    return Held(
        kind, pieces, len(names), int(raw.n_times), names, rate, unit,
        notes=tuple(notes), others=frozenset(i for i, what in enumerate(types) if what != "eeg"),
    )  # fmt: skip


def _opened(path: Path, kind: str) -> "BaseRaw":
    try:
        import mne
    except ImportError as error:
        raise MediaError(
            f"{path} is read by mne, which is not installed. Expected it for {kind}; install it with: pip install 'emofuse[eeg]'."
        ) from error
    read = {
        "EDF": mne.io.read_raw_edf,
        "BDF": mne.io.read_raw_bdf,
        "BrainVision": mne.io.read_raw_brainvision,
        "FIF": mne.io.read_raw_fif,
    }[kind]
    more = {"allow_maxshield": True} if kind == "FIF" else {}
    try:
        raw = read(path, preload=False, verbose="ERROR", **more)
    except Exception as error:  # whatever a damaged file makes it raise
        raise _unreadable(path, kind, error) from error
    if not raw.n_times or not raw.ch_names:
        raise MediaError(f"{path} holds no samples. Expected a recording; export it again from the program that recorded it.")
    return raw


def _unreadable(path: Path, kind: str, error: Exception) -> MediaError:
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:160]
    return MediaError(
        f"{path} cannot be read as {kind} ({reason}). Expected a whole file of that format; copy it again, or export it anew."
    )


def _stays_here(path: Path) -> None:
    """Refuse a header that points to other folders.

    Raises:
        MediaError: It does, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(1 << 20).decode("utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(path, "BrainVision", error) from error
    for what, name in re.findall(r"(?im)^(DataFile|MarkerFile)=(.*?)\s*$", text):
        if name and (Path(name.replace("\\", "/")).name != name or name in (".", "..")):
            raise MediaError(f"{path} says that its {what} is {name[:80]}. Expected the name of a file beside it; mend that line.")
        if name and not path.with_name(name.replace("$b", path.stem)).is_file():
            raise MediaError(f"{path} says that its {what} is {name}, which is not beside it. Expected all three files; copy it there.")


def _marked(raw: "BaseRaw") -> list[tuple[int, int]]:
    """Samples that somebody marked as bad, from and to."""
    rate, first = float(raw.info["sfreq"]), raw.first_time
    found = []
    for one in raw.annotations:
        if str(one["description"]).lower().startswith("bad"):
            start = float(one["onset"]) - (first if raw.annotations.orig_time is not None else 0.0)
            found.append((max(round(start * rate), 0), max(round((start + float(one["duration"])) * rate), 0)))
    return found


def _promised(path: Path, raw: "BaseRaw") -> list[str]:
    """Where an EDF's header says other than what is there."""
    with path.open("rb") as file:
        head = file.read(256)
    notes = []
    if head[192:197] in (b"EDF+D", b"BDF+D"):
        notes.append("recorded with breaks, which are left out: times after the first are too early")
    try:
        records, length = int(head[236:244]), float(head[244:252])
    except ValueError:
        return notes
    there = raw.n_times / float(raw.info["sfreq"])
    if records > 0 and abs(records * length - there) > SHORT * records * length + length:
        notes.append(f"the header promises {records * length:.0f} s, and {there:.0f} s are there")
    return notes


def _unit(raw: "BaseRaw", kind: str) -> str | None:
    """What the file's own numbers are in, where all channels have one unit: so it can be overruled where the file is wrong.

    Volts, to which mne converts, where they have several; where the file names none, nobody knows.
    """
    if kind == "FIF":
        return "V"
    said = {
        str(unit).replace("u", "µ").replace("\u03bc", "µ") for name, unit in getattr(raw, "_orig_units", {}).items() if name in raw.ch_names
    }
    known = said & set(MICROVOLTS)
    return known.pop() if len(known) == 1 else "V" if known or not said else None
