import os
import socket
from dataclasses import dataclass

import pytest

from emofuse.cluster.cells import noted
from emofuse.cluster.cores import kept_to
from emofuse.cluster.done import by, timed
from emofuse.cluster.journal import Journal
from emofuse.core.errors import RunError, SplitError

ME = f"{socket.gethostname()}:{os.getpid()}"


def root(number: int) -> float:
    if number < 0:
        raise SplitError(f"{number} is negative. Expected another number; choose one.")
    return {4: 2.0, 9: 3.0}[number]


@dataclass(frozen=True)
class Answer:
    facts: dict


def decided(task: str) -> Answer:
    return Answer({"problem": "too few clips"} if task == "hard" else {})


def test_a_result_comes_with_its_seconds_and_who_did_it():
    done = timed(root, 4)

    assert (done.result, done.problem, done.worker) == (2.0, None, ME)
    assert 0 <= done.seconds < 1


def test_a_failure_keeps_nobody_from_being_done():
    found = dict(by()(root, [4, -1, 9]))

    assert (found[4].result, found[9].result) == (2.0, 3.0)
    assert isinstance(found[-1].problem, SplitError)


def test_a_fault_of_ours_is_told_whole_and_as_such():
    problem = timed(root, 5).problem

    assert isinstance(problem, RunError)
    assert str(problem).startswith("5 ended in a fault of emofuse: KeyError: 5. Expected an answer")
    assert "root\n    return {4: 2.0" in str(problem)


def test_ctrl_c_is_no_answer():
    def stopped(task):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(by()(stopped, [1]))


def test_a_bench_gets_every_cell_that_can_be_done_and_then_the_error(tmp_path):
    journal, found = Journal(tmp_path), []

    with pytest.raises(SplitError, match="-1 is negative"):
        found.extend(noted(by(), journal)(root, [4, -1, 9]))
    journal.close()

    assert found == [(4, 2.0), (9, 3.0)]
    assert {what: (line.state, line.problem[:4]) for what, line in Journal(tmp_path).lines.items()} == {
        "4": ("done", ""),
        "-1": ("failed", "-1 i"),
        "9": ("done", ""),
    }


def test_a_decision_that_cannot_be_learnt_is_told_as_such_and_kept(tmp_path):
    journal = Journal(tmp_path)

    assert len(list(noted(by(), journal)(decided, ["easy", "hard"]))) == 2
    journal.close()

    assert (journal.lines["easy"].state, journal.lines["hard"].state) == ("done", "failed")
    assert journal.lines["hard"].problem == "too few clips"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2, reason="one core, or not Linux")
def test_workers_have_cores_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = os.sched_getaffinity(0)

    with kept_to(1) as first:
        assert os.sched_getaffinity(0) == first
        os.sched_setaffinity(0, before)  # as another process sees it
        with kept_to(1) as second:
            assert len(first) == len(second) == 1
            assert first.isdisjoint(second)
            os.sched_setaffinity(0, before)
            with kept_to(len(before) - 1) as none_left:
                assert not none_left
    assert os.sched_getaffinity(0) == before
    with kept_to(1) as again:
        assert again == first


def test_a_worker_that_may_use_every_core_is_left_alone():
    with kept_to(10_000) as cores:
        assert cores == frozenset()
