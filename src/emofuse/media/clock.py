"""One clock for files that were recorded apart: by how much one of them is later, and its signals on the other's clock.

How loud it is, over time, is the same in two recordings of one room, whatever the microphones: where the changes of one lie
best on those of the other is the offset (cross-correlation; Knapp & Carter 1976 for its use in finding delays).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from emofuse.core.clip import Chunk, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media.stream import stream

STEP = 10  # ms of one loudness
LEAST = 3_000  # ms that must lie over each other, or anything fits anything
CLEAR = 0.3  # correlation from which two sounds are taken to be of one room
AHEAD = 1.25  # by which the best place must be better than any other, as syllables are alike everywhere
APART = 500  # ms from which two places are different ones
PIECE = 20_000  # ms of sound that are looked for in the other file at once: in longer ones, clocks that drift blur everything
PIECES = 24  # of a long file, spread evenly
PAST = 1_000  # ms by which a file may outlast the recording before it is said

Stream = Callable[[Path, frozenset[Modality], int], Iterator[Chunk]]


@dataclass(frozen=True, slots=True)
class Offset:
    """How two sounds of one moment lie in time.

    Args:
        ms: By how much the second file must be put later to be on the first one's clock.
        likeness: Correlation of their loudness there, up to 1.
        drift: ms by which the second must be put still later at its end; None where it is too short to tell.
    """

    ms: int
    likeness: float
    drift: int | None = None

    def __str__(self) -> str:
        """For a reader."""
        drift = f"; its clock drifts by {self.drift:+} ms up to its end" if self.drift and abs(self.drift) > 2 * STEP else ""
        return f"put {self.ms / 1_000:+.2f} s later by its sound (likeness {self.likeness:.2f}){drift}"


def offset(first: Path, second: Path) -> Offset:
    """By how much one file is later than another, found by what is heard in both.

    Raises:
        MediaError: One has no sound, they share too little, or nothing fits clearly: then say it yourself.
    """
    a, b = loudness(first), loudness(second)
    places, likeness, other = _pieces(a, b)
    if likeness < CLEAR or likeness < AHEAD * other:
        raise MediaError(
            f"How {first.name} and {second.name} lie in time cannot be heard: at the best place their loudness correlates by "
            f"{likeness:.2f}, elsewhere by {other:.2f}. Expected at least {CLEAR}, and clearly more than elsewhere; "
            f"say by how much the second is later (--offset)."
        )
    if len(places) < 3:
        return Offset(places[0][1] * STEP, likeness)
    starts, later = (np.array(column, dtype=np.float64) for column in zip(*places, strict=True))
    i, j = np.triu_indices(len(places), 1)
    slope = float(np.median((later[j] - later[i]) / (starts[j] - starts[i])))  # Theil 1950: pieces that were misheard do not move it
    return Offset(round(float(np.median(later - slope * starts)) * STEP), likeness, round(slope * len(b) * STEP))


def loudness(path: Path) -> np.ndarray:
    """Changes of loudness, a value every 10 ms. Shape: (time,) float32.

    Raises:
        MediaError: The file has no sound, or cannot be read.
    """
    parts = []
    for chunk in stream(path, frozenset({Modality.AUDIO}), 60_000):
        sound = chunk.signals.get(Modality.AUDIO)
        if sound is not None:
            step = round(sound.rate * STEP / 1_000)
            whole = sound.values[: len(sound.values) // step * step].reshape(-1, step)
            parts.append(np.log(np.square(whole, dtype=np.float64).mean(axis=1) + 1e-6))
    if not parts:
        raise MediaError(f"{path} has no sound to find its place in time by. Expected some; say by how much it is later (--offset).")
    changes: np.ndarray = np.diff(np.concatenate(parts), prepend=parts[0][0]).astype(np.float32)
    return changes


def shifted(source: Source, ms: int = 0, until: int | None = None, notes: Sequence[str] = ()) -> Source:
    """The same file on the clip's clock.

    Args:
        source: The file on its own clock.
        ms: By how much it is later on the clip's; earlier where they are less than 0.
        until: ms of the clip after which nothing of it counts, which is then said.
        notes: What a reader must be told besides.
    """
    if ms == 0 and until is None and not notes:
        return source
    read = partial(_read_later, source.read, ms, until)
    later = None if source.stream is None else partial(_later, source.stream, ms, until, tuple(notes))
    return replace(source, read=read, stream=later)


def _read_later(read: Callable[[Path], Signal], ms: int, until: int | None, path: Path) -> Signal:
    signal = read(path).later(ms)
    return signal if until is None else signal.crop(Segment(0, until))


def _later(
    source: Stream, ms: int, until: int | None, notes: tuple[str, ...], path: Path, wanted: frozenset[Modality], length: int
) -> Iterator[Chunk]:
    """Its chunks cut anew, so that each is of the same time as those of other files that are read beside it."""
    held: dict[Modality, Signal] = {}
    done = reached = 0

    def cut(end: int) -> Chunk:
        nonlocal notes
        part = {m: signal.crop(Segment(done, end)) for m, signal in held.items()}
        for m, signal in held.items():
            held[m] = signal.crop(Segment(end, max(signal.end, end + 1)))
        given, notes = notes, ()
        return Chunk({m: signal for m, signal in part.items() if len(signal.values)}, end, given)

    with closing(source(path, wanted, length)) as read:  # type: ignore[type-var]  # a generator, whatever its type says
        for chunk in read:
            reached = max(chunk.until + ms, 0)
            notes += chunk.notes
            for m, signal in chunk.signals.items():
                moved = signal.later(ms)
                held[m] = held[m].then(moved) if m in held and len(held[m].values) else moved
            while done + length <= min(reached, reached if until is None else until):
                yield cut(done + length)
                done += length
            if until is not None and reached > until + PAST:
                notes += (f"{path.name} goes on after the recording has ended: what comes then is left out",)
                reached = until
                break
    reached = reached if until is None else min(reached, until)  # a moment more than the recording is no reason to speak of it
    if reached > done:
        yield cut(reached)
    elif notes:
        yield Chunk({}, max(reached, done), notes)


def _best(a: np.ndarray, b: np.ndarray) -> tuple[int, float, float]:
    """Where `b` lies best on `a`, in steps; the correlation there, and the best one elsewhere. Shape: (T,), (U,).

    Raises:
        MediaError: One of them is too short.
    """
    least = LEAST // STEP
    if min(len(a), len(b)) < least:
        raise MediaError(
            f"Less than {LEAST // 1_000} s of sound tell no offset. Expected more; say by how much the file is later (--offset)."
        )
    products = _products(a, b)
    power = np.sqrt(np.maximum(_products(a**2, np.ones_like(b)) * _products(np.ones_like(a), b**2), 0))
    lags = np.arange(1 - len(b), len(a))
    shared = np.minimum(len(a), len(b) + lags) - np.maximum(0, lags)
    likeness = np.where((shared >= least) & (power > 1e-6), products / np.maximum(power, 1e-6), 0.0)
    likeness = likeness * np.sqrt(shared / min(len(a), len(b)))  # chance fits short stretches best
    best = int(likeness.argmax())
    elsewhere = np.abs(lags - lags[best]) > APART // STEP
    return int(lags[best]), float(likeness[best]), float(likeness[elsewhere].max(initial=0.0))


def _pieces(a: np.ndarray, b: np.ndarray) -> tuple[list[tuple[int, int]], float, float]:
    """Where pieces of `b` lie on `a`: (where a piece begins, by how much it is later), in steps; how clearly. Shape: (T,), (U,).

    The whole of it where it is short; those pieces of a long one that have a clear place.
    """
    size = PIECE // STEP
    if len(b) < 3 * size:
        place, likeness, other = _best(a, b)
        return [(0, place)], likeness, other
    starts = np.unique(np.linspace(0, len(b) - size, min(PIECES, len(b) // size)).astype(int)).tolist()
    found = [(start, *_best(a, b[start : start + size])) for start in starts]
    clear = [(start, place - start, likeness, other) for start, place, likeness, other in found if likeness >= max(CLEAR, AHEAD * other)]
    if len(clear) < 3:
        place, likeness, other = _best(a, b)
        return [(0, place)], likeness, other
    likeness, other = (float(np.median([row[i] for row in clear])) for i in (2, 3))
    return [(start, place) for start, place, *_ in clear], likeness, other


def _products(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sums of products at every place of `b` on `a`, by Fourier transform. Shape: (T,), (U,) -> (T + U - 1,)."""
    count = len(a) + len(b) - 1
    size = 1 << (count - 1).bit_length()
    spectra = np.fft.rfft(a.astype(np.float64), size) * np.fft.rfft(b[::-1].astype(np.float64), size)
    products: np.ndarray = np.fft.irfft(spectra, size)[:count]
    return products
