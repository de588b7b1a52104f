"""A child that misbehaves is ended, with all that it started, and says nothing that it read."""

import os
import threading
import time
from pathlib import Path

import pytest

from emofuse_web.jobs import child as children
from emofuse_web.jobs import folder as folders
from emofuse_web.jobs.child import Child, Died, Overflowed, Stopped, TimedOut
from emofuse_web.jobs.folder import Strange, checked, removed, taken
from emofuse_web.sandbox.walls import GIB, Walls


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Starts a child that runs some code."""
    folder = tmp_path / "own"
    for inner in ("in", "out", "tmp"):
        (folder / inner).mkdir(parents=True)

    def started(code, *, seconds=20.0, walls=None):
        monkeypatch.setattr(children, "PROGRAM", ("-S", "-c", f"import json, os, sys, time\n{code}"))
        return Child(folder, {"do": "anything"}, walls or Walls(memory=2 * GIB), seconds)

    return started


def said(started):
    return [line for line in started.told() if line]


def working(folder):
    """Processes that work in a folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if (place / "cwd").readlink() == folder and (place / "stat").read_text().rpartition(") ")[2][0] not in "ZX":
                found.append(place.name)
        except OSError:
            continue
    return found


def test_what_a_child_says_comes_as_it_says_it_and_other_noise_is_passed_over(child):
    code = "print('{\"stage\": \"voice\"}'); print('Loading a library 100 %'); print('[1, 2]'); print('{\"done\": {}}')"

    assert said(child(code)) == [{"stage": "voice"}, {"done": {}}]


@pytest.mark.parametrize(
    ("code", "ending"),
    [
        ("os.kill(os.getpid(), 9)", "signal SIGKILL"),
        ("os.kill(os.getpid(), 40)", "signal 40"),
        ("os._exit(3)", "status 3"),
        ("raise ValueError('Alice said so in visit.mp4')", "status 1, ValueError"),
        ("class Odd(Exception): pass\nraise Odd('Alice')", "status 1, Odd"),
    ],
)
def test_how_a_child_died_is_told_without_its_words(child, code, ending):
    with pytest.raises(Died) as died:
        said(child(code))

    assert str(died.value) == ending


def test_a_child_that_takes_too_long_is_killed(child):
    began = time.monotonic()

    with pytest.raises(TimedOut):
        list(child("time.sleep(60)", seconds=0.4).told())

    assert time.monotonic() - began < 5


def test_a_child_that_closes_its_pipes_and_goes_on_is_killed(child):
    with pytest.raises(TimedOut):
        list(child("os.close(1); os.close(2); time.sleep(60)", seconds=0.6).told())


def test_what_a_child_started_dies_with_it(child, tmp_path):
    code = """
for _ in range(3):
    if os.fork() == 0:
        os.setpgid(0, 0)
        time.sleep(60)
print('{"done": {}}', flush=True)
os._exit(0)
"""
    assert said(child(code)) == [{"done": {}}]

    until = time.monotonic() + 5
    while working(tmp_path / "own") and time.monotonic() < until:
        time.sleep(0.01)
    assert working(tmp_path / "own") == []


def test_a_child_that_is_stopped_ends_at_once(child):
    started = child("time.sleep(60)")
    threading.Timer(0.2, started.stop).start()

    with pytest.raises(Stopped):
        said(started)


def test_a_line_without_end_is_not_waited_for(child, monkeypatch):
    monkeypatch.setattr(children, "LINE", 2**16)

    with pytest.raises(Overflowed):
        list(child("while True: sys.stdout.write('x' * 4096)").told())


def test_a_child_that_fills_the_disk_is_killed(child, monkeypatch):
    monkeypatch.setattr(children, "MEASURE", 0.05)
    code = "for i in range(1000):\n open(f'tmp/{i}', 'wb').write(bytes(2**20)); time.sleep(0.02)"

    with pytest.raises(Overflowed):
        list(child(code, walls=Walls(memory=2 * GIB, disk=2**23)).told())


def test_a_child_cannot_keep_more_than_a_little_of_its_complaints_in_our_memory(child):
    started = child("sys.stderr.write('x' * 10**6); print('{\"done\": {}}')")

    assert said(started) == [{"done": {}}]
    assert len(started._complaint) == children.STDERR


@pytest.mark.parametrize("kind", ["symlink", "pipe", "second name"])
def test_what_only_pretends_to_be_a_result_is_not_read(tmp_path, kind):
    import os

    out = tmp_path / "out"
    (out / "inner").mkdir(parents=True)
    (out / "inner" / "plain").write_bytes(b"fine")
    checked(out)

    match kind:
        case "symlink":
            (out / "inner" / "result").symlink_to("/etc/passwd")
        case "pipe":
            os.mkfifo(out / "inner" / "result")
        case "second name":
            (out / "inner" / "result").hardlink_to(out / "inner" / "plain")

    with pytest.raises(Strange):
        checked(out)


def nested(top, deep, name="d"):
    """Folders in each other, deeper than a path can name."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(deep):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


@pytest.mark.parametrize(("deep", "name"), [(3_000, "d"), (40, "d" * 250)])
def test_folders_deeper_than_a_path_can_name_are_neither_read_nor_left(tmp_path, deep, name):
    own = tmp_path / "own"
    own.mkdir()
    nested(own, deep, name)

    for look in (taken, checked):
        with pytest.raises(Strange):
            look(own)
    removed(own)

    assert not own.exists()


def test_a_folder_that_is_shut_is_removed_too(tmp_path):
    inner = tmp_path / "own" / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "film").write_bytes(b"film")
    (inner.parent / "link").symlink_to(tmp_path)
    inner.parent.chmod(0)

    removed(tmp_path / "own")

    assert list(tmp_path.iterdir()) == []


def test_more_files_than_anybody_needs_count_as_too_much_though_they_are_empty(child, monkeypatch):
    monkeypatch.setattr(folders, "MOST", 100)
    monkeypatch.setattr(children, "MEASURE", 0.0)

    with pytest.raises(Strange):
        said(child("for i in range(200): open(f'out/{i}', 'w').close()\ntime.sleep(20)"))


def test_results_behind_a_link_are_not_read(tmp_path):
    (tmp_path / "others").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "others")

    with pytest.raises(Strange):
        checked(tmp_path / "out")
