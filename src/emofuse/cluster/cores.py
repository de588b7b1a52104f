"""Cores shared out among the workers of a machine, so that each has its own and no library starts a thread for every core there is.

Ray counts cores, and does not say which. A worker therefore locks as many files as it may use cores, one file a core; the system
takes a lock back from whoever dies. Where that cannot be done (not Linux, or others have them all), a worker uses what it likes.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def kept_to(count: int) -> Iterator[frozenset[int]]:
    """This process on so many cores that no other worker has; none where they cannot be had.

    Example:
        >>> with kept_to(1) as mine:
        ...     len(mine) <= 1
        True
    """
    if not hasattr(os, "sched_setaffinity"):
        yield frozenset()
        return
    every = os.sched_getaffinity(0)
    with ExitStack() as locks:
        mine = _locked(sorted(every), count, locks) if count < len(every) else []
        if len(mine) < count:
            yield frozenset()
            return
        _move(set(mine))
        try:
            yield frozenset(mine)
        finally:
            _move(every)


def _locked(cores: list[int], count: int, locks: ExitStack) -> list[int]:
    """Cores that were free and are now ours, until `locks` is left."""
    import fcntl

    folder = Path(tempfile.gettempdir()) / f"emofuse-cores-{os.getuid()}"
    mine: list[int] = []
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for core in cores:
            if len(mine) == count:
                break
            file = (folder / str(core)).open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                continue
            locks.enter_context(file)
            mine.append(core)
    except OSError:  # a folder of somebody else's, or no locks there
        return []
    return mine


def _move(cores: set[int]) -> None:
    """All threads of this process to these cores; those to come follow whoever starts them."""
    for thread in Path("/proc/self/task").iterdir() if Path("/proc/self/task").is_dir() else ():
        try:
            os.sched_setaffinity(int(thread.name), cores)
        except OSError:  # it has ended meanwhile
            continue
