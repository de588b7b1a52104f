"""Workers by Ray: two on one machine, some of which are killed. Each test starts a cluster of its own, which takes seconds."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from emofuse.analysis import analyze_files
from emofuse.cli import main
from emofuse.cluster.journal import JOURNAL, TABLE
from emofuse.cluster.machines import Machines
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality

SRC = Path(__file__).resolve().parents[2] / "src"
PATIENCE = 900  # seconds, where others use the machine too; alone, each test takes some twenty
MINUTES = 4  # of each recording: a worker is at it long enough to be killed meanwhile

ray = pytest.mark.skipif(
    not any((Path(path) / "ray" / "__init__.py").exists() for path in sys.path), reason="the extra 'cluster' is not there"
)


@pytest.fixture
def started(tmp_path):
    """Starts ``python WORDS`` in a group of its own, as a terminal does; what is left of it goes with the test.

    Its cores are shared out among its own workers, whoever else has some on this machine.
    """
    running = []
    places = {"PYTHONPATH": str(SRC), "TMPDIR": str(tmp_path), "RAY_TMPDIR": tempfile.gettempdir()}  # sockets need short names

    def start(*words, **options):
        process = subprocess.Popen(
            [sys.executable, *map(str, words)],
            env={**os.environ, **places, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell's background jobs ignore
            **options,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def noted(out):
    """The journal's whole lines."""
    text = (out / JOURNAL).read_text(encoding="utf-8") if (out / JOURNAL).exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def first_line(process, out):
    """Waits for it."""
    until = time.monotonic() + PATIENCE
    while not noted(out):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    return noted(out)[0]


def exports(out):
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name not in {JOURNAL, TABLE}}


@pytest.fixture(scope="module")
def long(tmp_path_factory, toy):
    """Recordings of minutes."""
    folder = tmp_path_factory.mktemp("long")
    for word in ("anger", "sadness"):
        spoken = np.concatenate([clip.signal(Modality.AUDIO).values for clip in toy if (clip.subject, clip.label) == ("dan", word)])
        for half in (0, 1):
            times = MINUTES * 60 * 16_000 // len(spoken)
            soundfile.write(
                folder / f"{word}-{half}.wav", np.tile(np.roll(spoken, half * 8_000), (times, *[1] * (spoken.ndim - 1))), 16_000
            )
    return folder


@pytest.fixture(scope="module")
def expected(long, toy_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("expected")
    list(analyze_files([long], out=out, wanted=("json", "vtt"), run=str(toy_run)))
    return exports(out)


def test_without_ray_it_says_how_to_get_it(folder, toy_run, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)

    code = main(["analyze", str(folder), "--out", str(tmp_path / "out"), "--run", str(toy_run), "--cluster", "auto"])

    assert code == 1
    assert "Ray is not installed" in (said := capsys.readouterr().err)
    assert "install it with pip install 'emofuse[cluster]'" in said


def test_a_cluster_without_a_folder_for_its_answers_is_refused(folder, capsys):
    assert main(["analyze", str(folder), "--cluster", "auto"]) == 2

    assert "Expected a folder that all of them see: add --out DIR" in capsys.readouterr().err


@ray
@pytest.mark.slow
@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "nowhere"])
def test_an_address_where_nobody_answers_is_told_at_once(address, started):
    code = f"""
        from emofuse.cluster.machines import Machines
        from emofuse.core.errors import RunError
        try:
            with Machines({address!r}) as spread:
                list(spread(abs, [1]))
        except RunError as error:
            print(error)
    """
    process = started("-c", textwrap.dedent(code))

    out, err = process.communicate(timeout=PATIENCE)

    assert out.startswith(f"No Ray cluster answers at {address}: "), err
    assert "ray start --head" in out


def test_nothing_to_do_starts_nothing(monkeypatch):
    monkeypatch.setattr("emofuse.cluster.machines._ray", lambda: None)
    with Machines("nowhere:1") as spread:
        assert list(spread(abs, [])) == []


@ray
@pytest.mark.slow
def test_what_a_killed_worker_was_at_is_done_by_another(long, expected, toy_run, tmp_path, started):
    out = tmp_path / "out"
    process = started(
        *("-m", "emofuse", "analyze", long, "--out", out, "--run", toy_run, "--format", "json,vtt", "--cluster", "local"),
    )
    killed = first_line(process, out)["worker"]
    os.kill(int(killed.rpartition(":")[2]), signal.SIGKILL)

    said, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, err
    assert exports(out) == expected
    workers = [line["worker"] for line in noted(out)]
    assert workers.count(killed) == 1
    assert len(workers) == len(expected) // 2
    assert f"{len(expected) // 2} done, 0 failed" in said


@ray
@pytest.mark.slow
def test_a_run_that_was_stopped_leaves_nothing_half_made_and_goes_on(long, expected, toy_run, tmp_path, started):
    out = tmp_path / "out"
    words = ("-m", "emofuse", "analyze", long, "--out", out, "--run", toy_run, "--format", "json,vtt")
    process = started(*words, "--cluster", "local")
    first = first_line(process, out)
    os.killpg(process.pid, signal.SIGINT)

    said, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, err
    assert "Stopped. Whatever was finished is kept; nothing is half-written." in err
    assert "Traceback" not in err
    before = noted(out)
    assert len(before) < len(expected) // 2
    there = exports(out)
    assert {name for line in before for name in line["facts"]["written"]} <= set(there)  # one more may have been finished, and not noted
    assert there.items() <= expected.items()

    again = started(*words)
    _, err = again.communicate(timeout=PATIENCE)

    assert again.returncode == 0, err
    assert exports(out) == expected
    assert sorted(line["what"] for line in noted(out)) == sorted(map(str, long.iterdir()))
    assert noted(out)[0] == first


@ray
@pytest.mark.slow
def test_a_bench_on_a_cluster_has_the_scores_of_one_without(tmp_path, started):
    words = ("-m", "emofuse", "fuse", "toy", "--data", tmp_path, "--protocol", "grouped:k=3", "--quick", "--threads", 1)
    some = ("--fusions", "early,gated", "--decisions", "average,logistic", "--missing", "none")
    environment = {"cwd": tmp_path}
    here = started(*words, *some, "--out", tmp_path / "here", **environment)
    _, err = here.communicate(timeout=PATIENCE)
    assert here.returncode == 0, err

    there = started(*words, *some, "--out", tmp_path / "there", "--cluster", "local", **environment)
    killed = first_line(there, tmp_path / "there")["worker"]
    os.kill(int(killed.rpartition(":")[2]), signal.SIGKILL)
    said, err = there.communicate(timeout=PATIENCE)

    assert there.returncode == 0, err
    expected, found = (
        {path.relative_to(out): np.load(path)["test"] for path in sorted((out / "cells").rglob("*.npz"))}
        for out in (tmp_path / "here", tmp_path / "there")
    )
    assert len(expected) == 3 * 6
    assert expected.keys() == found.keys()
    assert all(np.array_equal(expected[name], found[name], equal_nan=True) for name in expected)
    lines = noted(tmp_path / "there")
    assert sorted(line["what"] for line in lines) == sorted(line["what"] for line in noted(tmp_path / "here"))
    assert len({line["worker"] for line in lines}) >= 2


@ray
@pytest.mark.slow
def test_two_work_at_once_and_what_kills_every_worker_stops_nobody_else(tmp_path, started):
    (tmp_path / "tasks.py").write_text(
        textwrap.dedent("""
            import json, os, signal, sys, time, warnings
            from pathlib import Path

            from emofuse.cluster.done import by
            from emofuse.cluster.machines import Machines, versions
            from emofuse.core.errors import RunError

            def meet(number):
                if number == 13:
                    os.kill(os.getpid(), signal.SIGKILL)
                (Path.cwd() / f"begun-{number}").touch()
                until = time.monotonic() + 600
                while len(list(Path.cwd().glob("begun-*"))) < 2 and time.monotonic() < until:
                    time.sleep(0.05)
                return time.monotonic() < until, len(getattr(os, "sched_getaffinity", lambda pid: [0])(0))

            def other():
                return {**versions(), "pid": str(os.getpid())}

            if __name__ == "__main__":
                import ray

                import tasks

                ray.init(address="local", num_cpus=2, include_dashboard=False, object_store_memory=200_000_000)
                said = {}
                with Machines("local") as spread:
                    found = dict(spread(tasks.meet, [1, 2, 13, 3]))
                said["problem"] = str(found[13].problem)
                said["met"] = [done.result for number, done in sorted(found.items()) if number != 13]
                for name, machines in {
                    "cores": Machines("local", threads=3),
                    "alike": Machines("local", alike=tasks.other),
                    "places": Machines("local", places=[Path(sys.argv[1])]),
                }.items():
                    try:
                        with machines as spread:
                            said[name] = [done.result for _, done in spread(abs, [-1])]
                    except RunError as error:
                        said[name] = str(error)
                print(json.dumps(said))
        """)
    )
    process = started("tasks.py", tmp_path, cwd=tmp_path)

    out, err = process.communicate(timeout=2 * PATIENCE)

    assert process.returncode == 0, err
    said = json.loads(next(line for line in out.splitlines() if line.startswith("{")))  # Ray tells of dead workers there, too
    assert said["problem"].startswith("13 ended 3 workers one after another. Expected an answer or an error; ")
    assert [met for met, _ in said["met"]] == [True] * 3
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1:
        assert {cores for _, cores in said["met"]} == {1}
    assert "A task takes 3 cores, and the largest machine of the cluster at local has 2." in said["cores"]
    assert "has pid" in said["alike"]
    assert "answers would differ; install the same there" in said["alike"]
    assert said["places"] == [1]


def test_an_error_of_a_machine_is_one_line():
    from emofuse.cluster.machines import _last

    assert (
        _last(ValueError("first\n  ModuleNotFoundError: No module named 'emofuse'.\n"))
        == "  ModuleNotFoundError: No module named 'emofuse'".strip()
    )
    assert _last(RunError("")) == "RunError"
