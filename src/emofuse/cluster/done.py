"""What became of a task, whoever did it: its result or why there is none, how long it took, and who it was.

Nothing here knows about machines: whatever spreads tasks, in turn, over processes or by Ray, gives the same.
"""

import os
import socket
import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from emofuse.bench.workers import Workers, in_turn
from emofuse.core.errors import EmofuseError, RunError

Task = TypeVar("Task")
Result = TypeVar("Result")
Out = TypeVar("Out", covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Done(Generic[Out]):
    """What became of a task.

    Args:
        result: None where it failed.
        problem: Why it failed, for whoever asked; None where it did not.
        seconds: It took, without waiting for its turn.
        worker: Who did it: ``machine:process``; empty where nobody came back from it.
    """

    result: Out | None
    problem: EmofuseError | None
    seconds: float
    worker: str


class Spread(Protocol):
    """Does a function to each task and yields what became of it as soon as that is known; no failure keeps the others from being done."""

    def __call__(self, do: Callable[[Task], Result], tasks: Sequence[Task], /) -> Generator[tuple[Task, Done[Result]], None, None]: ...  # noqa: D102  # the class says it


def timed(do: Callable[[Task], Result], task: Task) -> Done[Result]:
    """Do it, here, and say what became of it. Ctrl-C is no answer, and goes through."""
    began = time.perf_counter()
    result, problem = None, None
    try:
        result = do(task)
    except EmofuseError as error:
        problem = error
    except Exception as error:  # ours, not the user's: the others are to be done all the same, and this one to be told whole
        told = "".join(traceback.format_exception(error)).rstrip()
        problem = RunError(
            f"{called(task)} ended in a fault of emofuse: {type(error).__name__}: {error}. Expected an answer, or a reason that one can do "
            f"something about; tell its makers what stands here.\n{told}"
        )
    return Done(result, problem, time.perf_counter() - began, f"{socket.gethostname()}:{os.getpid()}")


def called(task: object) -> str:
    """What a table calls a task: a decision's task is all that it is told, and its cell."""
    return str(getattr(task, "cell", task))


def by(workers: "Workers[Any, Any]" = in_turn) -> Spread:
    """Tasks spread by whoever does the cells of a bench: in turn, or over processes of this machine."""

    def spread(do: Callable[[Task], Result], tasks: Sequence[Task], /) -> Generator[tuple[Task, Done[Result]], None, None]:
        yield from workers(partial(timed, do), tasks)

    return spread
