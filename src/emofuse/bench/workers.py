"""Who does the cells: this process one after another, several processes of this machine, or whoever else is given.

Cells are independent and their results small, so a worker is anything that takes a function and tasks and gives back what came of
each, in whatever order. Another way to spread them, over machines, is another function of this form.
"""

import logging
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TypeVar

from emofuse.core.errors import RunError

log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")

Workers = Callable[[Callable[[Task], Result], Sequence[Task]], Iterator[tuple[Task, Result]]]
"""Does a function to each task, both of which can be sent elsewhere, and yields each with its result as soon as it is there."""


def in_turn(do: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
    """One after another, here."""
    for task in tasks:
        yield task, do(task)


def processes(count: int) -> Workers[Task, Result]:
    """So many processes of this machine at once, each with a fresh interpreter.

    Whatever was done when one of them fails is yielded; then its error is raised.

    Raises:
        RunError: When called: a process died.
    """
    return partial(_by_processes, count)


def threads(devices: int) -> int:
    """How many threads each of so many processes may use, so that all of them together use every core once."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // max(devices, 1))


def _by_processes(count: int, do: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
    if not tasks:
        return
    pool = ProcessPoolExecutor(min(count, len(tasks)), multiprocessing.get_context("spawn"), initializer=_settle)
    try:
        waiting = {pool.submit(_safely, do, task): task for task in tasks}
        for future in as_completed(waiting):
            result, error = future.result()
            if error is not None or result is None:
                raise error or RunError(f"Nothing came of {waiting[future]}. Expected scores; call again.")
            yield waiting[future], result
    except BrokenProcessPool as error:
        raise RunError(
            "A process of the bench died: too little memory, or a program that starts it without `if __name__ == '__main__':`. "
            "Expected it to answer; ask for fewer --devices, or mend the program, and call again: what was done is kept."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _safely(do: Callable[[Task], Result], task: Task) -> tuple[Result | None, Exception | None]:
    """What comes of it, or the error whole, with the place where it happened; one that cannot travel as what it says."""
    try:
        return do(task), None
    except Exception as error:
        error.add_note("".join(traceback.format_exception(error)).rstrip())
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return None, RuntimeError("".join(traceback.format_exception(error)))
        return None, error


def _settle() -> None:
    """What a process does first: Ctrl-C is left to its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
