"""One recording of one person, and the signals in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import floor
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse.core.errors import MissingModality
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """Samples with a rate; time is axis 0, always.

    Shape:
        values (time, ...); sound (time,) float32 in -1..1; faces (time, height, width) uint8; EEG (time, channels) float32 in microvolts
        words (time,) str, or (time, turns) str: each utterance, and those before it, the latest first
        present (time,) bool: which samples carry anything at all; None means all of them

    Args:
        values: The samples.
        rate: Samples per second; on average, where `when` says more.
        start: When the first sample is, in ms of the recording.
        present: False where a sample only keeps the time: no face in the frame, no packet in the stream.
        when: The segment of each sample, in ms of the recording, where they do not follow each other evenly: utterances.
        channels: Names of EEG's columns, in 10-20 terms where they have any; None where nobody knows.
    """

    values: np.ndarray
    rate: float
    start: int = 0
    present: np.ndarray | None = None
    when: tuple[Segment, ...] | None = None
    channels: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError(f"A signal has a rate of {self.rate} samples per second; it must be above 0.")
        if self.present is not None and self.present.shape != self.values.shape[:1]:
            raise ValueError(f"A signal of {len(self.values)} samples says for {self.present.shape} of them whether they are present.")
        if self.when is not None and len(self.when) != len(self.values):
            raise ValueError(f"A signal of {len(self.values)} samples says of {len(self.when)} when they are.")
        if self.channels is not None and len(self.channels) != (self.values.shape[1] if self.values.ndim > 1 else 1):
            raise ValueError(f"A signal of shape {self.values.shape} names {len(self.channels)} channels: {', '.join(self.channels)}.")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """When each sample is, in ms of the recording.

        Example:
            >>> Signal(np.zeros(2), rate=4, start=1_000).segments
            (Segment(start=1000, end=1250), Segment(start=1250, end=1500))
        """
        if self.when is not None:
            return self.when
        edges = self.start + np.round(np.arange(len(self.values) + 1) * 1_000 / self.rate).astype(int)
        return tuple(Segment(int(a), int(b)) for a, b in pairwise(edges))

    @property
    def duration(self) -> int:
        """Length in whole milliseconds."""
        return round(len(self.values) * 1_000 / self.rate)

    @property
    def end(self) -> int:
        """When it ends, in ms of the recording."""
        return self.start + self.duration if self.when is None else max((one.end for one in self.when), default=self.start)

    def crop(self, segment: Segment) -> "Signal":
        """Samples within `segment` (ms of the recording); fewer where the signal does not reach.

        An edge between two samples goes to the nearer one, the later at a tie: windows of one length have as many samples each.
        Samples that say themselves when they are belong where they begin.

        Example:
            >>> Signal(np.arange(8.0), rate=4, start=1_000).crop(Segment(1_500, 2_000)).values
            array([2., 3.])
        """
        if self.when is not None:
            kept = [i for i, one in enumerate(self.when) if segment.start <= one.start < segment.end]
            return replace(
                self,
                values=self.values[kept],
                present=None if self.present is None else self.present[kept],
                start=self.when[kept[0]].start if kept else max(segment.start, self.start),
                when=tuple(self.when[i] for i in kept),
            )
        # Counted from the recording's start, not from this signal's: that is rounded to milliseconds, and a tie would fall either way.
        before = round(self.start * self.rate / 1_000)
        first, last = (max(floor(edge * self.rate / 1_000 + 0.5) - before, 0) for edge in (segment.start, segment.end))
        return replace(
            self,
            values=self.values[first:last],
            present=None if self.present is None else self.present[first:last],
            start=self.start + round(first * 1_000 / self.rate),
        )

    def then(self, after: "Signal") -> "Signal":
        """This stretch and the next one of the same signal, as one."""
        present = None
        if self.present is not None or after.present is not None:
            flags = [np.ones(len(part.values), dtype=bool) if part.present is None else part.present for part in (self, after)]
            present = np.concatenate(flags)
        when = None if self.when is None or after.when is None else (*self.when, *after.when)
        return replace(self, values=np.concatenate([self.values, after.values]), present=present, when=when)

    def later(self, ms: int) -> "Signal":
        """The same, so many ms later; earlier where they are less than 0, and then without what would come before 0.

        Example:
            >>> Signal(np.arange(4.0), rate=4).later(-500).values
            array([2., 3.])
        """
        if self.when is not None:
            kept = [i for i, one in enumerate(self.when) if one.end + ms > 0]
            when = tuple(Segment(max(self.when[i].start + ms, 0), self.when[i].end + ms) for i in kept)
            present = None if self.present is None else self.present[kept]
            return replace(self, values=self.values[kept], present=present, when=when, start=max(self.start + ms, 0))
        start = self.start + ms
        skip = 0 if start >= 0 else min(floor(-start * self.rate / 1_000 + 0.5), len(self.values))
        present = None if self.present is None else self.present[skip:]
        return replace(self, values=self.values[skip:], present=present, start=max(start, 0))


@dataclass(frozen=True, slots=True)
class Chunk:
    """What happened in one stretch of time.

    Args:
        signals: By modality; one that has not begun, or has ended, is not in it.
        until: How far the recording has been read, in ms.
        notes: What a reader must be told ("the file breaks off after 00:12.3", "2 other faces").
    """

    signals: Mapping[Modality, Signal]
    until: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a signal is, and the functions that read it.

    Args:
        path: The file.
        read: Reads it whole: a module-level function or a partial of one.
        stream: Reads it in consecutive chunks of `length` ms, and every modality asked for in one pass over the file.
    """

    path: Path
    read: Callable[[Path], Signal]
    stream: Callable[[Path, frozenset[Modality], int], Iterator[Chunk]] | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording of one person.

    Args:
        id: Unique in its corpus, stable between machines.
        subject: Who; None where the corpus does not tell.
        label: A word; None for an upload.
        sources: Where each modality is.
        facts: What only this corpus says: intensity, dialogue, session.
    """

    id: str
    subject: str | None
    label: str | None
    sources: Mapping[Modality, Source]
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def signal(self, modality: Modality) -> Signal:
        """The whole signal of one modality.

        Raises:
            MissingModality: The clip does not have it.
        """
        if modality not in self.sources:
            has = ", ".join(sorted(self.sources)) or "nothing"
            raise MissingModality(
                f"Clip {self.id} has no {modality}; it has {has}. Give it a source of {modality}, or ask for what it has."
            )
        source = self.sources[modality]
        return source.read(source.path)

    def chunks(self, wanted: frozenset[Modality], length: int) -> Iterator[Chunk]:
        """Consecutive stretches of `length` ms of the wanted modalities, each file read in one pass.

        A source that cannot stream is read whole and cut.
        """
        together: dict[tuple[Path, object], set[Modality]] = {}
        for m in sorted(wanted & set(self.sources)):
            source = self.sources[m]
            together.setdefault((source.path, source.stream or m), set()).add(m)
        streams = [self._stream(frozenset(modalities), length) for modalities in together.values()]
        while streams:
            parts = [(stream, next(stream, None)) for stream in streams]
            streams = [stream for stream, part in parts if part is not None]
            if streams:
                read = [part for _, part in parts if part is not None]
                signals = {m: signal for part in read for m, signal in part.signals.items()}
                yield Chunk(signals, max(part.until for part in read), tuple(note for part in read for note in part.notes))

    def _stream(self, modalities: frozenset[Modality], length: int) -> Iterator[Chunk]:
        source = self.sources[min(modalities)]
        if source.stream is not None:
            yield from source.stream(source.path, modalities, length)
            return
        (m,) = modalities
        whole = source.read(source.path)
        for start in range(0, max(whole.end, 1), length):
            yield Chunk({m: whole.crop(Segment(start, start + length))}, min(start + length, whole.end))

    def without(self, *gone: Modality) -> "Clip":
        """The same clip as if these modalities had not been recorded."""
        return replace(self, sources={m: source for m, source in self.sources.items() if m not in gone})
