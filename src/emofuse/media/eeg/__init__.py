"""EEG from files: what is in one, its samples in microvolts under 10-20 names, whole or stretch by stretch.

EDF, BDF, BrainVision and FIF by mne, EEGLAB and MATLAB in a child process, tables (Muse), npy and npz.
What a file does not say must be told; what is concluded is noted. Nothing here knows features.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Chunk, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.media.eeg import arrays, marks, matlabs, numpys
from emofuse.media.eeg.chosen import Chosen, blocks, check, choose, opened
from emofuse.media.eeg.held import Variable
from emofuse.media.eeg.marks import Second

QUALITY = LabelSet(("good", "poor"))


@dataclass(frozen=True, slots=True)
class Preview:
    """What is in a file, for those who must choose.

    Args:
        path: The file.
        kind: Its format.
        variables: Arrays that might be EEG, where it holds several.
        variable: The one that would be read; None where that must be told.
        axes: What its axes are; empty where that must be told, or goes without saying.
        shape: Samples and columns; None where that cannot be told yet.
        columns: What the file calls them.
        channels: What would be read, by 10-20 names where there are any.
        rate: Samples a second; None where that must be told.
        unit: As the file says; None where it does not.
        duration: In ms; None where that cannot be told yet.
        needs: What must be told before it can be read: variable, axes, rate.
        notes: What was concluded rather than read.
        problem: Why it cannot be read as it is; None where nothing but `needs` is in the way.
    """

    path: Path
    kind: str
    variables: tuple[Variable, ...] = ()
    variable: str | None = None
    axes: tuple[str, ...] = ()
    shape: tuple[int, int] | None = None
    columns: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    rate: float | None = None
    unit: str | None = None
    duration: int | None = None
    needs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str | None = None

    def __str__(self) -> str:
        lines = [f"{self.path.name}: {self.kind}"]
        lines += [f"arrays: {', '.join(map(str, self.variables[:12]))}"] if self.variables else []
        lines += [f"channels: {', '.join(self.channels)}"] if self.channels else []
        lines += [f"{self.rate:g} samples a second"] if self.rate else []
        lines += [f"unit: {self.unit or 'not said'}"] if self.shape else []
        lines += [f"{self.duration / 1_000:.1f} s"] if self.duration else []
        lines += [f"to be told: {', '.join(self.needs)}"] if self.needs else []
        return "\n".join([*lines, *self.notes, *([self.problem] if self.problem else [])])


def read_eeg(
    path: Path,
    *,
    variable: str | None = None,
    axes: Sequence[str] | str | None = None,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    unit: str | None = None,
) -> Signal:
    """A whole recording.

    Samples are absent where fewer than half of the channels carry anything: nothing recorded, flat, or too wild for a brain.

    Shape:
        values (time, channels) float32 in microvolts, 0 where there is nothing

    Args:
        path: The file.
        variable: Which array, where a file holds several.
        axes: What its axes are: "time,channel"; a number instead picks one of that axis, from 1.
        channels: Which are read, by the file's names or 10-20; where the file names none, what its columns are called.
        rate: Samples a second, where the file does not say.
        unit: "V", "mV", "µV" or "nV", where the file does not say, or is wrong.

    Raises:
        MediaError: It cannot be read, or something that it does not say was not told.
    """
    chosen = choose(Path(path), variable, axes, channels, rate, unit)
    parts = list(_marked(chosen))
    values = np.concatenate([part for part, _, _ in parts])
    present = np.concatenate([np.full(len(part), second.present) & there for part, there, second in parts])
    return Signal(values, chosen.rate, present=None if present.all() else present, channels=chosen.names)


def eeg_source(
    path: Path,
    *,
    variable: str | None = None,
    axes: Sequence[str] | str | None = None,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    unit: str | None = None,
    within: Segment | None = None,
) -> Source:
    """A recording to be read whole or stretch by stretch; arguments as for `read_eeg`, and for `stream`.

    Raises:
        MediaError: It is missing, or something that it does not say was not told; looked at here, before anything is judged.
    """
    how = {
        "variable": variable,
        "axes": axes if axes is None or isinstance(axes, str) else ",".join(axes),
        "channels": None if channels is None else tuple(channels),
        "rate": rate,
        "unit": unit,
    }
    choose(Path(path), **how)  # type: ignore[arg-type]  # the same names
    return Source(Path(path), partial(read_eeg, **how), partial(stream, within=within, **how))  # type: ignore[arg-type]  # told by name, checked where it is used


def stream(
    path: Path,
    wanted: frozenset[Modality],
    length: int,
    *,
    variable: str | None = None,
    axes: Sequence[str] | str | None = None,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    unit: str | None = None,
    within: Segment | None = None,
) -> Iterator[Chunk]:
    """The same recording in stretches of `length` ms: memory does not grow with it.

    The first stretch says what was concluded of the file, the last which channels were often not good. Where only the part `within`
    counts, the first stretch that ends with it or after it tells that of this part: whoever reads no further has been told.

    Raises:
        MediaError: As for `read_eeg`.
    """
    chosen = choose(Path(path), variable, axes, channels, rate, unit)
    seconds: list[Second] = []
    kept: list[tuple[np.ndarray, np.ndarray]] = []
    done, notes, to_tell = 0, chosen.notes, True
    for part, there, second in _marked(chosen):
        seconds.append(second)
        kept.append((part, there & second.present))
        while done + length <= second.end:
            if within is not None and to_tell and done + length >= within.end:
                notes, to_tell = (*notes, *_often(chosen, seconds, within)), False
            yield Chunk({Modality.EEG: _stretch(chosen, kept, done, done + length)}, done + length, _of(path, notes))
            done, notes = done + length, ()
    end = seconds[-1].end if seconds else 0
    also = (*notes, *_often(chosen, seconds, within)) if to_tell else notes
    yield Chunk({Modality.EEG: _stretch(chosen, kept, done, end)} if end > done else {}, end, _of(path, also))


def _often(chosen: Chosen, seconds: Sequence[Second], within: Segment | None) -> tuple[str, ...]:
    """Which channels were often not good, in the part that counts."""
    counting = [one for one in seconds if within is None or (one.end > within.start and one.start < within.end)]
    return marks.told(chosen.names, counting)


def _of(path: Path, notes: Sequence[str]) -> tuple[str, ...]:
    """Notes of this file among those of others."""
    return tuple(f"{path.name}: {note}" for note in notes)


def preview(
    path: Path,
    *,
    variable: str | None = None,
    axes: Sequence[str] | str | None = None,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    unit: str | None = None,
) -> Preview:
    """What is in a file, and what must be told to read it; arguments are what was told already.

    Raises:
        MediaError: There is no such file, or it is no EEG at all.
    """
    path = Path(path)
    check(path)
    ending = path.suffix.lower()
    found = numpys.found(path) if ending in (".npy", ".npz") else matlabs.arrays_of(path) if ending == ".mat" else {}
    known = arrays.variables(found)
    try:
        held = opened(path, variable, axes, rate)
    except MediaError as error:
        if not known:
            raise
        needs = ("variable",) if variable is None and "which of its arrays" in str(error) else ("axes",)
        return Preview(path, ending[1:], known, variable, needs=needs, problem=str(error))
    rate = rate or held.rate
    made = Preview(
        path, held.kind, known if len(known) > 1 else (), held.variable, held.axes or (), (held.count, held.width), held.names or (),
        rate=rate, unit=unit or held.unit, duration=round(held.count * 1_000 / rate) if rate else None,
        needs=() if rate else ("rate",), notes=held.notes,
    )  # fmt: skip
    try:
        chosen = choose(path, variable, axes, channels, rate or 256.0, unit)
    except MediaError as error:
        return replace(made, problem=str(error))
    return replace(made, channels=chosen.names, notes=chosen.notes)


def quality(
    path: Path,
    *,
    variable: str | None = None,
    axes: Sequence[str] | str | None = None,
    channels: Sequence[str] | None = None,
    rate: float | None = None,
    unit: str | None = None,
) -> Timeline:
    """How good a recording is, second by second, as a lane: the share of its channels that carry something, and why others do not.

    Shape:
        scores (seconds, 2): good, poor

    Raises:
        MediaError: As for `read_eeg`.
    """
    chosen = choose(Path(path), variable, axes, channels, rate, unit)
    seconds = [second for _, _, second in _marked(chosen)]
    good = np.array([second.good for second in seconds], dtype=np.float32)
    why = [{name: reason for name, reason in zip(chosen.names, second.reasons, strict=True) if reason is not None} for second in seconds]
    return Timeline(
        "eeg quality", QUALITY, tuple(Segment(second.start, second.end) for second in seconds), np.stack([good, 1 - good], axis=1),
        seconds[-1].end, notes=(*chosen.notes, *marks.told(chosen.names, seconds)), facts={"reasons": why},
    )  # fmt: skip


def _stretch(chosen: Chosen, kept: list[tuple[np.ndarray, np.ndarray]], start: int, end: int) -> Signal:
    """What was kept from `start` to `end` ms, and drop it. Shape: values (time, channels)."""
    count = round(end * chosen.rate / 1_000) - round(start * chosen.rate / 1_000)
    values, present = np.concatenate([part for part, _ in kept]), np.concatenate([there for _, there in kept])
    kept[:] = [(values[count:], present[count:])] if len(values) > count else []
    return Signal(values[:count], chosen.rate, start, None if present[:count].all() else present[:count], channels=chosen.names)


def _marked(chosen: Chosen) -> Iterator[tuple[np.ndarray, np.ndarray, Second]]:
    """Second by second: samples in microvolts without gaps, which of them are there, and how good the channels are.

    Shape:
        (time, channels) float32, (time,) bool
    """
    done = 0
    last = np.zeros(len(chosen.columns))
    for block in blocks(chosen.held.pieces(chosen.columns), chosen.rate):
        values = block * chosen.scale
        start, end = (round(samples * 1_000 / chosen.rate) for samples in (done, done + len(values)))
        second = Second(start, max(end, start + 1), marks.reasons(values))
        there = np.isfinite(values)
        if not there.all():
            values = np.where(there, values, 0.0) if not there.any() else _bridged(values, last)
        last = values[-1]
        done += len(values)
        yield values.astype(np.float32), there.mean(axis=1) >= marks.ENOUGH, second


def _bridged(values: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Gaps within a channel filled in a straight line, from the last sample before them. Shape: (time, channels)."""
    whole = np.concatenate([last[None], values])
    for channel in whole.T:
        there = np.isfinite(channel)
        channel[~there] = np.interp(np.flatnonzero(~there), np.flatnonzero(there), channel[there])
    return whole[1:]
