"""Cells of a bench, by whoever does them, with a line in the journal for each."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TypeVar

from emofuse.bench.workers import Workers
from emofuse.cluster.done import Spread, called
from emofuse.cluster.journal import DONE, FAILED, Journal, Line

log = logging.getLogger(__name__)

Task = TypeVar("Task")
Result = TypeVar("Result")


def noted(spread: Spread, journal: Journal) -> "Workers[Task, Result]":
    """Workers for a bench. Where a cell fails, the others are done and kept first; then its error is raised."""

    def workers(do: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        problems = []
        with closing(spread(do, tasks)) as each:
            for task, done in each:
                cell = called(task)
                problem = done.problem or getattr(done.result, "facts", {}).get("problem")
                state = FAILED if problem else DONE
                journal.add(Line(cell, state, round(done.seconds, 3), done.worker, problem=str(problem or "")))
                if done.problem is not None:
                    log.warning("%s failed: %s", cell, done.problem)
                    problems.append(done.problem)
                elif done.result is not None:
                    yield task, done.result
        if problems:
            raise problems[0]

    return workers
