"""A recording made ready by mne: band-pass, notch, another rate, bad channels out, another reference, artefacts marked.

For whole recordings, before windows are cut: filters that reach over seconds need what comes before and after a window.
A source that streams stays one (`prepared`): each stretch is filtered with its neighbours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.clip import Chunk, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment

if TYPE_CHECKING:
    from mne.io import RawArray

ODD = 5.0  # robust spreads from the other channels' spread, beyond which a channel is bad
FLATTEST = 0.1  # microvolts of spread, below which a channel is not connected
HEADS = ("colin27_1005", "standard_1005")  # where electrodes are; the name has changed between versions of mne
MARGIN = 4_000  # ms of neighbours that a stretch is filtered with: a high-pass of 1 Hz reaches over 1.7 s either way
PIECE = 1_000  # ms in which artefacts are looked for


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is done to a recording, in this order.

    Shape:
        (time, channels) microvolts -> (time', channels) microvolts; absent samples stay absent, artefacts become so

    Args:
        low: Hz; slower waves are taken away; None for none.
        high: Hz; faster ones; None for none.
        mains: Hz of the power line, taken out with its multiples; None for not.
        rate: Samples a second that come out; None for those that come in.
        reference: "average", a channel's name, or None to leave it as recorded.
        artefact: Microvolts from peak to peak in a second of half the channels, from which on it is absent; None for never.
        repair: Whether channels that are flat, or spread unlike the others, are made from their neighbours on the head (by
            spherical splines; Perrin et al. 1989), where the names of enough of them are 10-20.

    Raises:
        MediaError: In a call: it is no EEG, mne is not installed, or the reference is not there.
    """

    low: float | None = 1.0
    high: float | None = 45.0
    mains: float | None = 50.0
    rate: float | None = None
    reference: str | None = "average"
    artefact: float | None = 300.0
    repair: bool = True

    def __call__(self, signal: Signal) -> Signal:
        """Shape: (time, channels) -> (time', channels)."""
        return self.told(signal)[0]

    def told(self, signal: Signal) -> tuple[Signal, tuple[str, ...]]:
        """The same, and what a reader must be told: which channels were bad, and how much of the time is."""
        mne = _mne()
        if signal.values.ndim != 2 or len(signal.values) < 2:
            raise MediaError(
                f"A signal of shape {signal.values.shape} was given; this takes EEG, (time, channel). Give it such a recording."
            )
        names = list(signal.channels or (f"channel {i}" for i in range(1, signal.values.shape[1] + 1)))
        raw = mne.io.RawArray(signal.values.T.astype(np.float64) * 1e-6, mne.create_info(names, signal.rate, "eeg"), verbose="ERROR")
        self._filter(raw, signal)
        if self.rate is not None and self.rate != signal.rate:
            raw.resample(self.rate, verbose="ERROR")
        bad = self._bad(raw)
        notes = (f"channels that were bad: {', '.join(bad)}",) if bad else ()
        if bad and self.repair:
            notes = (*notes, *_repaired(raw, bad))
        if self.reference is not None:
            self._refer(raw, bad)
        values = (raw.get_data() * 1e6).T.astype(np.float32)
        rate = float(raw.info["sfreq"])
        present = self._present(signal, values, rate)
        absent = 0.0 if present is None else 1 - float(present.mean())
        before = 0.0 if signal.present is None else 1 - float(signal.present.mean())
        if absent > before + 0.01:
            notes = (*notes, f"artefacts for {absent - before:.0%} of the time".replace("%", " %"))
        return Signal(values, rate, signal.start, present, channels=signal.channels), notes

    def _filter(self, raw: "RawArray", signal: Signal) -> None:
        half = signal.rate / 2
        high = self.high if self.high is not None and self.high < 0.95 * half else None
        if self.low is not None or high is not None:
            method = "fir" if signal.duration > 2 * MARGIN or self.low is None else "iir"  # a long kernel does not fit a short stretch
            raw.filter(self.low, high, method=method, verbose="ERROR")
        if self.mains is not None:
            lines = np.arange(self.mains, min(half * 0.95, (high or half) + 5), self.mains)
            if len(lines):
                raw.notch_filter(lines, method="iir", verbose="ERROR")

    def _bad(self, raw: "RawArray") -> list[str]:
        spread = raw.get_data().std(axis=1) * 1e6
        flat = spread < FLATTEST
        if (~flat).sum() < 4:  # of three, none is odd
            return [name for name, dead in zip(raw.ch_names, flat, strict=True) if dead]
        log = np.log(np.maximum(spread, FLATTEST))
        middle = np.median(log[~flat])
        wide = max(1.4826 * float(np.median(np.abs(log[~flat] - middle))), 0.1)
        return [name for name, odd in zip(raw.ch_names, flat | (np.abs(log - middle) > ODD * wide), strict=True) if odd]

    def _refer(self, raw: "RawArray", bad: list[str]) -> None:
        if self.reference != "average" and self.reference not in raw.ch_names:
            raise MediaError(
                f"The EEG has no channel {self.reference} to refer to. It has {', '.join(raw.ch_names[:8])}; name one, or 'average'."
            )
        if len(raw.ch_names) > 1:
            kept = [name for name in raw.ch_names if self.repair or name not in bad] if self.reference == "average" else [self.reference]
            raw.set_eeg_reference(kept or raw.ch_names, verbose="ERROR")

    def _present(self, signal: Signal, values: np.ndarray, rate: float) -> np.ndarray | None:
        place = np.minimum((np.arange(len(values)) * signal.rate / rate).astype(int), len(signal.values) - 1)
        present = np.ones(len(values), dtype=bool) if signal.present is None else signal.present[place]
        if self.artefact is not None:
            size = max(round(PIECE * rate / 1_000), 1)
            for start in range(0, len(values), size):
                swing = np.ptp(values[start : start + size], axis=0)
                if (swing > self.artefact).mean() >= 0.5:
                    present[start : start + size] = False
        return None if present.all() else present


def prepared(source: Source, preparation: Preparation) -> Source:
    """The same source, made ready as it is read: whole, or stretch by stretch with up to `MARGIN` of its neighbours on either side.

    Stretch by stretch, channels are found bad by what is seen of them there.
    """
    made = partial(_whole, source=source, preparation=preparation)
    if source.stream is None:
        return Source(source.path, made)
    return Source(source.path, made, partial(_stretches, source=source, preparation=preparation))


def _whole(path: Path, source: Source, preparation: Preparation) -> Signal:
    return preparation(source.read(path))


def _stretches(path: Path, wanted: frozenset[Modality], length: int, source: Source, preparation: Preparation) -> Iterator[Chunk]:
    assert source.stream is not None
    before: Signal | None = None
    held: Chunk | None = None
    for chunk in source.stream(path, wanted, length):
        if held is not None:
            yield _made(held, before, chunk.signals.get(Modality.EEG), preparation)
            before = held.signals.get(Modality.EEG, before)
        held = chunk
    if held is not None:
        yield _made(held, before, None, preparation)


def _made(chunk: Chunk, before: Signal | None, after: Signal | None, preparation: Preparation) -> Chunk:
    """A stretch, filtered with what surrounds it."""
    here = chunk.signals.get(Modality.EEG)
    if here is None:
        return chunk
    parts = [one for one in (before and _end(before), here, after and after.crop(Segment(after.start, after.start + MARGIN))) if one]
    flags = [np.ones(len(one.values), dtype=bool) if one.present is None else one.present for one in parts]
    around = replace(parts[0], values=np.concatenate([one.values for one in parts]), present=np.concatenate(flags))
    ready, notes = preparation.told(around)
    cut = ready.crop(Segment(here.start, max(here.end, here.start + 1)))
    return Chunk({**chunk.signals, Modality.EEG: cut}, chunk.until, (*chunk.notes, *notes))


def _end(signal: Signal) -> Signal:
    return signal.crop(Segment(max(signal.end - MARGIN, signal.start), max(signal.end, signal.start + 1)))


def _repaired(raw: "RawArray", bad: list[str]) -> tuple[str, ...]:
    """Bad channels made from the others, in place; what is said where that cannot be."""
    mne = _mne()
    head = next(name for name in HEADS if name in mne.channels.get_builtin_montages())
    known = set(mne.channels.make_standard_montage(head).ch_names)
    if not set(raw.ch_names) <= known or len(raw.ch_names) - len(bad) < 4:
        return ("they stay as they are, as too few others are where it is known",)
    raw.set_montage(head, verbose="ERROR")
    raw.info["bads"] = bad
    raw.interpolate_bads(reset_bads=True, verbose="ERROR")
    return ()


def _mne() -> ModuleType:
    try:
        return import_module("mne")
    except ImportError as error:
        raise MediaError("EEG is prepared by mne, which is not installed. Expected it; run: pip install 'emofuse[eeg]'.") from error
