"""What an administrator is told of the walls."""

import os
import sys

import pytest

from emofuse_web import sandbox
from emofuse_web.sandbox import calls, landlock, probe, start


def test_the_level_names_what_holds():
    told = sandbox.level()

    assert set(told) == {"level", "missing", "walls"}
    if landlock.version() >= 6 and calls.known():
        assert (told["level"], told["missing"]) == ("green", [])


def test_without_walls_the_level_is_red_and_says_what_is_open(monkeypatch):
    monkeypatch.setattr(probe, "entered", lambda command, folder, walls: command)

    told = sandbox.level()

    assert told["level"] == "red"
    assert {"network", "reading", "writing", "signals", "processes", "memory", "file size"} <= set(told["missing"])


def test_a_child_that_cannot_start_is_red(monkeypatch):
    monkeypatch.setattr(probe, "entered", lambda command, folder, walls: ["/does/not/exist"])

    assert sandbox.level() == {"level": "red", "missing": list(probe.TRIED), "walls": []}


@pytest.mark.parametrize(("missing", "level"), [([], "green"), (["signals"], "amber"), (["network", "signals"], "red")])
def test_the_level_is_as_bad_as_the_worst_that_is_open(monkeypatch, missing, level):
    held = [what for what in probe.TRIED if what not in missing]
    monkeypatch.setattr(probe, "_tried", lambda folder, order: {"held": held, "walls": ["some"]})

    assert sandbox.level() == {"level": level, "missing": missing, "walls": ["some"]}


def test_models_may_be_read_but_not_the_application_s_own_folder_among_them(monkeypatch, settings, tmp_path):
    monkeypatch.setenv("EMOFUSE_HOME", str(tmp_path))
    for name in ("web", "faces", "text"):
        (tmp_path / name).mkdir()
    settings.HOME = tmp_path / "web"
    settings.STORAGE = str(tmp_path / "web" / "files")

    places = start.readable([sys.executable])

    assert {tmp_path / "faces", tmp_path / "text"} <= set(places)
    assert not any(str(tmp_path / "web").startswith(str(place)) for place in places)


def test_nothing_of_the_parents_environment_is_handed_down(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")

    told = sandbox.environment(tmp_path, probe.WALLS)

    assert "postgresql://secret" not in told.values()
    assert (told["HOME"], told["TMPDIR"]) == (str(tmp_path), str(tmp_path / "tmp"))
    assert os.environ["DATABASE_URL"] == "postgresql://secret"
