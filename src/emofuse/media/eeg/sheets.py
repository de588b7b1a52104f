"""EEG in tables: a column an electrode, a row a sample, as headbands' programs write them; times make up for what was lost.

Muse: what muselsl writes (timestamps in seconds, TP9, AF7, AF8, TP10, Right AUX) and Mind Monitor (TimeStamp, RAW_TP9 ...).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.errors import CorpusError, MediaError
from emofuse.media.eeg.held import Held
from emofuse.media.eeg.montage import electrode
from emofuse.media.tables.columns import names as columns_of

if TYPE_CHECKING:
    import pandas as pd

MUSE = frozenset({"TP9", "AF7", "AF8", "TP10"})  # a headband whose programs write microvolts
TIMES = ("timestamps", "timestamp", "time", "times", "t", "seconds", "time (s)", "time_s")
USUAL = (100.0, 128.0, 200.0, 220.0, 250.0, 256.0, 300.0, 400.0, 500.0, 512.0, 600.0, 1_000.0, 1_024.0, 2_000.0, 2_048.0)  # Hz
MADE = (220.0, 256.0)  # Hz; what such a headband samples at, the first one of 2014 and all others
NEAR = 0.02  # share by which a measured rate may differ from a usual one, and from one that is told
ODD = 0.002  # the same share, from which on a reader is told
HOLE = 0.02  # s between samples that makes a hole; times often have three decimals
BURST = 0.25  # s, where samples arrive in bursts of one time each
LONGEST = 3_600.0  # s that a hole may last; a wrong clock must not fill memory
ROWS = 1 << 16  # read together


@dataclass(frozen=True, slots=True)
class _Clock:
    """Times of a table: their column, the rate they make, the samples they span, and what lies between two of them in a hole."""

    column: str
    rate: float
    count: int
    hole: float


def held(path: Path, rate: float | None) -> Held:
    """The columns of a table that are not times.

    Args:
        path: A csv: commas, semicolons or tabs, UTF-8, a header.
        rate: What is told; holds where there are no times, and must agree with them where there are.

    Raises:
        MediaError: It is no such table, its times go backwards, or they make another rate than the one that is told.
    """
    try:
        header = columns_of(path)
    except CorpusError as error:
        raise MediaError(str(error)) from error
    time = next((name for name in header if name.strip().lower() in TIMES), None)
    names = tuple(name for name in header if name != time and not name.startswith("Unnamed"))
    if not names:
        raise MediaError(f"{path} has no column but times. Expected one for each electrode; export the table again.")
    clock = None if time is None else _clock(path, time, rate)
    notes: list[str] = []
    if clock is not None:
        measured = clock.rate
        near = min(USUAL, key=lambda usual: abs(usual / measured - 1))
        shown = near if abs(near / measured - 1) <= NEAR else measured
        if rate is None and abs(shown / measured - 1) > ODD:
            notes.append(f"its times make {measured:.1f} samples a second, taken as {shown:g}")
        clock = _clock(path, clock.column, rate, shown if rate is None else rate)
        if clock.count > 0 and (lost := clock.count - _rows(path, clock.column)) > 0:
            notes.append(f"{lost / clock.rate:.1f} s are missing in it")
    muse = {electrode(name) for name in names} - {None} == MUSE
    count = clock.count if clock is not None else _rows(path, names[0])
    told = clock.rate if clock is not None else rate
    if muse and told is not None and all(abs(told / usual - 1) > NEAR for usual in MADE):
        notes.append(f"it seems to be a Muse's, which makes {' or '.join(f'{one:g}' for one in MADE)} samples a second, and not {told:g}")

    def pieces(columns: Sequence[int]) -> Iterator[np.ndarray]:
        return _pieces(path, [names[i] for i in columns], clock)

    return Held(
        "Muse" if muse else "table", pieces, len(names), count, names, clock.rate if clock is not None else rate,
        "µV" if muse else None, notes=tuple(notes), others=frozenset(i for i, name in enumerate(names) if electrode(name) is None),
    )  # fmt: skip


def _clock(path: Path, time: str, told: float | None, rate: float | None = None) -> _Clock:
    """What the times say; with a rate also how many samples they span, lost ones included."""
    steps, samples, hole, last, place, count = 0.0, 0, 0.0, None, 0, 0
    for frame in _frames(path, [time]):
        seconds = _seconds(path, frame[time])
        together = seconds if last is None else np.concatenate([[last], seconds])
        step = np.diff(together)
        if not hole:
            middle = float(np.median(step)) if len(step) else 0.0
            hole = max(5 * middle, HOLE) if middle > 0 else BURST
        wrong = (step < 0) | (step > LONGEST)
        if wrong.any():
            where = place + int(np.argmax(wrong)) + (1 if last is None else 0)
            raise MediaError(
                f"{path} holds a step of {step[wrong][0]:.3f} s in its times, at row {where + 1}. Expected times in seconds, one after "
                f"the other; get it again, or leave it out."
            )
        whole = step[step <= hole]
        steps, samples = steps + float(whole.sum()), samples + len(whole)
        if rate is not None:
            count += len(seconds) + int(_lost(step, hole, rate).sum())
        place, last = place + len(seconds), float(seconds[-1])
    measured = samples / steps if steps > 0 else (told or 0.0)
    if not measured:
        raise MediaError(f"{path} holds {place} rows, whose times do not go on. Expected a recording; get it again, or leave it out.")
    if told is not None and samples > 100 and abs(told / measured - 1) > NEAR:
        raise MediaError(
            f"{path} holds {measured:.1f} samples a second by its times, and {told:g} are told. Expected the same; leave the rate out "
            f"(--eeg-rate, rate=), or mend the times."
        )
    return _Clock(time, rate or measured, count, hole)


def _lost(step: np.ndarray, hole: float, rate: float) -> np.ndarray:
    """Samples that are missing between two. Shape: (n,) seconds -> (n,)."""
    missing: np.ndarray = np.where(step > hole, np.maximum(np.round(step * rate) - 1, 0), 0).astype(int)
    return missing


def _pieces(path: Path, columns: Sequence[str], clock: _Clock | None) -> Iterator[np.ndarray]:
    """Shape: (time, columns) each, NaN where samples are missing."""
    last: float | None = None
    for frame in _frames(path, [*columns, *([clock.column] if clock else [])]):
        values = _numbers(path, frame, columns)
        if clock is None:
            yield values
            continue
        seconds = _seconds(path, frame[clock.column])
        step = np.diff(seconds, prepend=seconds[0] if last is None else last)
        last = float(seconds[-1])
        lost = _lost(step, clock.hole, clock.rate)
        if not lost.any():
            yield values
            continue
        place = np.arange(len(values)) + np.cumsum(lost)
        whole = np.full((place[-1] + 1, len(columns)), np.nan)
        whole[place] = values
        yield whole


def _frames(path: Path, columns: Sequence[str]) -> "Iterator[pd.DataFrame]":
    import pandas as pd

    with path.open("rb") as file:
        first = file.readline(1 << 20).decode("utf-8-sig", errors="replace")
    separator = max(",;\t", key=first.count)
    try:
        with pd.read_csv(
            path, sep=separator, usecols=lambda name: name.strip() in columns, chunksize=ROWS, encoding="utf-8-sig", index_col=False,
        ) as frames:  # fmt: skip
            empty = True
            for frame in frames:
                empty &= not len(frame)
                if len(frame):
                    yield frame.rename(columns=str.strip)
            if empty:
                raise MediaError(f"{path} holds no samples. Expected a row for each; get it again, or leave it out.")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise MediaError(
            f"{path} cannot be read as a table ({' '.join(str(error).split())[:120]}). Expected a csv in UTF-8 with as many fields in "
            f"every row; export it again."
        ) from error


def _seconds(path: Path, times: "pd.Series[float]") -> np.ndarray:
    """Numbers as they are, dates as seconds. Shape: (n,) float64."""
    import pandas as pd

    if times.dtype.kind not in "iuf":
        dates = pd.to_datetime(times, errors="coerce", format="ISO8601")
        seconds = (dates - pd.Timestamp(0)).dt.total_seconds().to_numpy(dtype=np.float64)
    else:
        seconds = times.to_numpy(dtype=np.float64)
    if not np.isfinite(seconds).all():
        raise MediaError(
            f"{path} holds a time that is no number ({times[~np.isfinite(seconds)].iloc[0]!r}). Expected seconds; get it again."
        )
    return np.asarray(seconds)


def _numbers(path: Path, frame: "pd.DataFrame", columns: Sequence[str]) -> np.ndarray:
    """Shape: (rows, columns) float64."""
    try:
        return np.asarray(frame[list(columns)].to_numpy(dtype=np.float64))
    except (ValueError, TypeError) as error:
        raise MediaError(
            f"{path} holds what is no number ({' '.join(str(error).split())[:80]}). Expected a number in every field, or nothing; mend it, "
            f"or name the columns that are EEG (--eeg-channels, channels=)."
        ) from error


def _rows(path: Path, column: str) -> int:
    return sum(len(frame) for frame in _frames(path, [column]))
