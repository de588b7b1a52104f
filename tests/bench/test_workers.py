import os
import time

import pytest

from emofuse.bench.workers import in_turn, processes, threads
from emofuse.core.errors import RunError, SplitError


def square(number: int) -> int:
    if number == 13:
        raise SplitError("Thirteen was asked for. Expected another number; choose one.")
    if number == 99:
        os._exit(3)
    return number * number


def nap(number: int) -> tuple[float, float]:
    began = time.time()
    time.sleep(1.0)
    return began, time.time()


def test_here_one_after_another():
    assert list(in_turn(square, [1, 2, 3])) == [(1, 1), (2, 4), (3, 9)]


def test_threads_are_shared_out():
    cores = threads(1)

    assert threads(cores) == 1
    assert threads(10 * cores) == 1
    assert cores >= 1


def test_no_tasks_start_no_processes():
    assert list(processes(2)(square, [])) == []


@pytest.mark.slow
def test_processes_do_the_same_and_at_once():
    assert dict(processes(2)(square, [1, 2, 3])) == {1: 1, 2: 4, 3: 9}
    naps = [nap for _, nap in processes(2)(nap, [1, 2, 3, 4])]
    assert any(a < d and c < b for i, (a, b) in enumerate(naps) for c, d in naps[i + 1 :])  # some of them overlap


@pytest.mark.slow
def test_an_error_comes_back_as_what_it_is_and_a_dead_process_is_told():
    with pytest.raises(SplitError, match="Thirteen was asked for"):
        list(processes(2)(square, [13]))
    with pytest.raises(RunError, match="A process of the bench died: .*what was done is kept"):
        list(processes(2)(square, [99]))
