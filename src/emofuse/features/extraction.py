"""Clips to rows of features: out of a cache what it has, the rest by several processes where there is much to do.

The rows are the same however many processes made them. N: clips, V: variants of a clip, T: time steps.
"""

import logging
import multiprocessing
import os
import pickle
import signal as signals
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np

from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import CorpusError, MediaError
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.features.base import Feature
from emofuse.features.cache import Cache, Row, kind

log = logging.getLogger(__name__)

Change = Callable[[Signal], Signal]

TASTE = 0.5  # s of clips that are read at first, to know how long the others take
WORTH = 10.0  # s of work left from which other processes pay: each has to import what it needs
FLUSH = 30.0  # s after which what was made is written down, so that little is lost when somebody pulls the plug
HANDED = 0.2  # s of work that are handed to a process at a time
CANNOT_BE_READ = (MediaError, CorpusError, OSError)


def as_it_is(signal: Signal) -> Signal:
    """The signal, untouched."""
    return signal


@dataclass(frozen=True, slots=True)
class Making:
    """What is made of every clip's signal; picklable where its parts are.

    Args:
        feature: What an encoder is fed; None to read only.
        prepare: Brings a signal to one length.
        variants: How the signal might also have been.
    """

    feature: Feature | None
    prepare: Change = as_it_is
    variants: tuple[Change, ...] = ()

    def row(self, signal: Signal) -> np.ndarray:
        """Shape: (time, ...) -> (V, T, ...)."""
        if self.feature is None:
            return np.zeros(0, dtype=np.float32)
        return np.stack([self.feature(self.prepare(variant(signal))) for variant in (as_it_is, *self.variants)])


def extracted(
    clips: Sequence[Clip],
    m: Modality,
    making: Making,
    *,
    cache: Cache | None = None,
    processes: int | None = None,
    progress: Progress = quiet_progress,
) -> list[np.ndarray | None]:
    """The rows of one modality of clips, in their order; None for a clip that lacks it.

    Rows are kept in the cache where feature, `prepare` and variants have lasting names (`cache.identity`) and the clip is a file.
    So are the signals of films, in which finding faces takes longer than everything else together.

    Args:
        clips: What to read.
        m: The modality.
        making: What to make of it.
        cache: Where rows are looked up and kept; None for nowhere.
        processes: At most; None for as many as there are cores. One where there is little to do.
        progress: Called with clips done and clips in all.

    Raises:
        MediaError: A clip cannot be read; the message names it, and how to go on without it.

    Shape:
        N arrays (V, T, ...)
    """
    rows: list[np.ndarray | None] = [None] * len(clips)
    kept = _Kept(cache, making, [clip for clip in clips if m in clip.sources], m)
    todo = []
    for i, clip in enumerate(clips):
        if m in clip.sources and (row := kept.rows.get(clip.id)) is None:
            todo.append(i)
        elif m in clip.sources:
            rows[i] = row
    total = sum(m in clip.sources for clip in clips)
    progress(total - len(todo), total)
    try:
        tasks = [_Task(clips[i].id, clips[i].sources[m].path, kept.read(clips[i]), kept.wants(clips[i])) for i in todo]
        for done, (i, (row, signal)) in enumerate(zip(todo, _made(making, tasks, processes), strict=True), start=1):
            rows[i] = row
            kept.add(clips[i], row, signal)
            progress(total - len(todo) + done, total)
    finally:
        kept.flush()
    return rows


def unreadable(
    clips: Sequence[Clip],
    modalities: Sequence[Modality],
    *,
    cache: Cache | None = None,
    processes: int | None = None,
    progress: Progress = quiet_progress,
) -> dict[str, str]:
    """Which clips cannot be read, by id, and why: every signal is read once.

    Args:
        clips: To be tried.
        modalities: That are needed; a clip that lacks one is not unreadable for it.
        cache: Knows what could be read before, and keeps what was found in films.
        processes: At most; None for as many as there are cores.
        progress: Called with signals tried and signals in all.
    """
    having = {m: [clip for clip in clips if m in clip.sources] for m in modalities}
    found: dict[str, str] = {}
    done, total = 0, sum(map(len, having.values()))
    for m, some in having.items():
        kept = _Kept(cache, Making(None), some, m)
        todo = [clip for clip in some if clip.id not in kept.rows]
        done += len(some) - len(todo)
        tasks = [_Task(clip.id, clip.sources[m].path, kept.read(clip), kept.wants(clip), forgive=True) for clip in todo]
        try:
            for clip, (row, signal) in zip(todo, _made(Making(None), tasks, processes), strict=True):
                if row.dtype.kind == "U":
                    found.setdefault(clip.id, str(row))
                else:
                    kept.add(clip, row, signal)
                done += 1
                progress(done, total)
        finally:
            kept.flush()
    return found


@dataclass(frozen=True, slots=True)
class _Task:
    """One clip's signal to be read, and whether it is wanted itself; `forgive` answers with what went wrong instead of raising it."""

    clip: str
    path: Path
    read: Callable[[Path], Signal]
    wants: bool
    forgive: bool = False


_Done = tuple[np.ndarray, Signal | None]


class _Kept:
    """What a cache knows of clips, and what it is to keep of them."""

    def __init__(self, cache: Cache | None, making: Making, clips: Sequence[Clip], m: Modality) -> None:
        self.m = m
        self.rows: dict[str, np.ndarray] = {}
        self._fresh: dict[str, dict[str, Row]] = {"rows": {}, "signals": {}}
        self._flushed = time.monotonic()
        self._signals: dict[str, Signal] = {}
        self._keys: dict[str, str | None] = {}
        self._kinds: dict[str, tuple[str, str]] = {}
        self._cache = cache
        if cache is None:
            return
        named, films = kind("rows", str(m), making.feature, making.prepare, making.variants), kind("signals", str(m))
        self._kinds = {name: known for name, known in (("rows", named), ("signals", films)) if known is not None}
        keys = cache.keys([(clip.sources[m].path, clip.sources[m].read) for clip in clips])
        self._keys = {clip.id: key for clip, key in zip(clips, keys, strict=True)}
        if named is None:
            log.info("features of %s are not kept: a function among their settings has no lasting name", m)
        else:
            found = cache.load(named[0], [self._keys[clip.id] for clip in clips])
            self.rows = {clip.id: row[0] for clip, row in zip(clips, found, strict=True) if row is not None}
        left = [clip for clip in clips if clip.id not in self.rows and clip.sources[m].stream is not None]
        if left and films is not None:
            read = cache.load(films[0], [self._keys[clip.id] for clip in left])
            masks = cache.load(films[0], [_mask(self._keys[clip.id]) for clip in left])
            for clip, row, mask in zip(left, read, masks, strict=True):
                if row is not None and (mask is not None) == bool(row[1].get("masked")):
                    self._signals[clip.id] = _signal(row, mask)

    def read(self, clip: Clip) -> Callable[[Path], Signal]:
        """How to read a clip: as it says, or out of the cache."""
        known = self._signals.get(clip.id)
        return clip.sources[self.m].read if known is None else partial(_given, signal=known)

    def wants(self, clip: Clip) -> bool:
        """Whether the clip's signal is to be kept."""
        return self._keys.get(clip.id) is not None and clip.sources[self.m].stream is not None and clip.id not in self._signals

    def add(self, clip: Clip, row: np.ndarray, signal: Signal | None) -> None:
        """Keep what was made of a clip, now or soon."""
        key = self._keys.get(clip.id)
        if key is None:
            return
        self._fresh["rows"][key] = (row, {})
        if signal is not None:
            self._fresh["signals"][key] = (
                signal.values,
                {"rate": signal.rate, "start": signal.start, "masked": signal.present is not None},
            )
            if signal.present is not None:
                self._fresh["signals"][str(_mask(key))] = (signal.present, {})
        if time.monotonic() - self._flushed > FLUSH:
            self.flush()

    def flush(self) -> None:
        """Write down what is not yet."""
        if self._cache is None:
            return
        for name, rows in self._fresh.items():
            if rows and name in self._kinds:
                self._cache.keep(*self._kinds[name], rows)
        self._fresh = {"rows": {}, "signals": {}}
        self._cache.close()
        self._flushed = time.monotonic()


def _mask(key: str | None) -> str | None:
    return None if key is None else f"{key}/present"


def _signal(row: Row, mask: Row | None) -> Signal:
    values, also = row
    return Signal(
        np.array(values), float(str(also["rate"])), int(str(also["start"])), None if mask is None else np.array(mask[0], dtype=bool)
    )


def _given(path: Path, signal: Signal) -> Signal:
    return signal


def _made(making: Making, tasks: Sequence[_Task], processes: int | None) -> Iterator[_Done]:
    """What is made of each task, in their order: here, or by other processes where that pays."""
    first, began, each = 0, time.monotonic(), 0.0
    with _one_thread():
        while first < len(tasks) and (first < 2 or time.monotonic() - began < TASTE):
            yield _one(making, tasks[first])
            first += 1
            if first == 1:
                began = time.monotonic()  # the first clip also waits for libraries to be imported
            else:
                each = (time.monotonic() - began) / (first - 1)
    rest = tasks[first:]
    count = min(processes or os.cpu_count() or 1, len(rest))
    if count > 1 and each * len(rest) > WORTH and _may_leave(making, rest):
        yield from _by_others(making, rest, count, at_once=max(1, min(64, int(HANDED / each))))
        return
    with _one_thread():
        yield from (_one(making, task) for task in rest)


def _one(making: Making, task: _Task) -> _Done:
    """One clip's row, and its signal where that is wanted.

    Raises:
        MediaError: The clip cannot be read.
    """
    try:
        signal = task.read(task.path)
    except CANNOT_BE_READ as error:
        if task.forgive:
            return np.array(str(error)), None
        raise MediaError(
            f"Clip {task.clip} cannot be read: {error}\nExpected a file that can; replace it, or leave such clips out and have them "
            f"counted with --skip-unreadable."
        ) from error
    return making.row(signal), signal if task.wants else None


def _by_others(making: Making, tasks: Sequence[_Task], count: int, at_once: int) -> Iterator[_Done]:
    """What is made of each task by processes of their own, one thread each.

    Raises:
        MediaError: A process died.
    """
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_settle)
    done = 0
    try:
        for answer in pool.map(partial(_safely, making), tasks, chunksize=at_once):
            if isinstance(answer, BaseException):
                raise answer
            yield answer
            done += 1
    except BrokenProcessPool as error:
        near = ", ".join(task.clip for task in tasks[done : done + 3])
        raise MediaError(
            f"A process died while it read clips near {near}: a file that crashes its reader, or too little memory. "
            f"Expected it to answer; look at those files, or make memory free, and call again: what was made is kept."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _safely(making: Making, task: _Task) -> _Done | Exception:
    """`_one`, its error given back whole, with the place where it happened; one that cannot travel as what it says."""
    try:
        return _one(making, task)
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)).rstrip())
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return RuntimeError(f"Clip {task.clip}: {''.join(traceback.format_exception(error))}")
        return error


def _settle() -> None:
    """What a process does first: one thread, and Ctrl-C left to its parent."""
    signals.signal(signals.SIGINT, signals.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"  # for a torch that is imported later
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for torch where it is there, as in the other processes: the same sums in the same order."""
    torch: ModuleType | None = sys.modules.get("torch")
    before = torch.get_num_threads() if torch is not None else 1
    if torch is not None:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch is not None:
            torch.set_num_threads(before)


def _may_leave(making: Making, tasks: Sequence[_Task]) -> bool:
    """Whether another process can do this: everything can be sent there, and a program of the user's own can be imported by it."""
    main = sys.modules.get("__main__")
    script = getattr(main, "__file__", None)
    if script is not None and getattr(main, "__spec__", None) is None and not _guarded(Path(script)):
        log.info("one process reads all clips: %s has no `if __name__ == '__main__':`, without which others would run it again", script)
        return False
    try:
        pickle.dumps((making, tasks[0]))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        log.info("one process reads all clips: %s", error)
        return False
    return True


def _guarded(script: Path) -> bool:
    try:
        return "__main__" in script.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
