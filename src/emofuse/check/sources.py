"""Every source of every clip read in several processes, because files that crash their reader exist."""

import multiprocessing
import os
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from emofuse.check.reading import Found, Item, items, told, where
from emofuse.core.clip import Clip
from emofuse.core.progress import Progress

FEW = 64  # sources that are read in this process: starting others takes a second
_BATCH = 64  # sources a process is given at once


def look(clips: Sequence[Clip], quick: bool, workers: int | None, progress: Progress) -> Found:
    """Read every source of every clip, or open them if it is to be quick.

    Args:
        clips: Whose sources.
        quick: Whether opening is enough.
        workers: How many processes; None takes as many as there are cores.
        progress: Told of sources done, and in all.
    """
    everything = list(items(clips))
    batches = [everything[start : start + _BATCH] for start in range(0, len(everything), _BATCH)]
    workers = min(workers or os.cpu_count() or 1, len(batches))
    alone = len(everything) <= FEW or workers == 1 or not _picklable(everything[:FEW]) or not _processes()
    found, done = Found(), 0
    for count, part in ((len(batch), told(batch, quick)) for batch in batches) if alone else _shared(batches, quick, workers):
        found.add(part)
        done += count
        progress(done, len(everything))
    return found


def _shared(batches: Sequence[Sequence[Item]], quick: bool, workers: int) -> Iterator[tuple[int, Found]]:
    """Sizes of batches and what they told, as they come; one that kills its process is read again, source by source."""
    left = list(batches)
    while left:
        done: set[int] = set()
        try:
            with _pool(min(workers, len(left))) as pool:
                futures = {pool.submit(told, batch, quick): place for place, batch in enumerate(left)}
                for future in as_completed(futures):
                    part = future.result()
                    done.add(futures[future])
                    yield len(left[futures[future]]), part
            return
        except BrokenProcessPool:
            left = [batch for place, batch in enumerate(left) if place not in done]
        if not done and len(left[0]) > 1:
            left = [[item] for item in left[0]] + left[1:]
        elif not done:
            yield 1, _alone(left.pop(0), quick)


def _alone(batch: Sequence[Item], quick: bool) -> Found:
    """A source in a process of its own, which may die of it."""
    try:
        with _pool(1) as pool:
            return pool.submit(told, batch, quick).result()
    except BrokenProcessPool:
        return Found(unreadable={"it ends the process that reads it": [where(name, source) for name, _, source in batch]})


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that begin afresh: a fork of this one would inherit threads of libraries in any state."""
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _processes() -> bool:
    """Whether there can be other processes: not in a script that starts its work without asking whether it is the main one."""
    try:
        with _pool(1) as pool:
            return pool.submit(os.getpid).result() > 0
    except BrokenProcessPool:
        return False


def _picklable(items: Sequence[Item]) -> bool:
    """Whether sources can be given to other processes: their readers are functions of modules, not of a moment."""
    try:
        pickle.dumps(items)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True
