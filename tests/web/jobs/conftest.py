"""The stand-in kind of job, and workers that need no waiting."""

import importlib.util
import sys
from pathlib import Path

import pytest

STAND_IN = Path(__file__).with_name("stand_in.py")


def _loaded(name):
    spec = importlib.util.spec_from_file_location(f"web_jobs_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL to be thrown away."""
    servers = _loaded("servers")
    try:
        server = servers.Postgres()
    except servers.Missing as missing:
        pytest.skip(str(missing))
    yield server
    server.stop()


@pytest.fixture
def redis():
    """A Redis to be thrown away."""
    servers = _loaded("servers")
    try:
        server = servers.Redis()
    except servers.Missing as missing:
        pytest.skip(str(missing))
    yield server
    server.stop()


@pytest.fixture
def stand_in(monkeypatch, settings, tmp_path):
    """Analyses are done by the stand-in, in this test."""
    from emofuse_web.jobs import child, kinds
    from emofuse_web.jobs.models import Kind

    module = _loaded("stand_in")
    monkeypatch.setitem(sys.modules, "stand_in_work", module)
    monkeypatch.setitem(kinds.KINDS, Kind.ANALYSIS, "stand_in_work")
    monkeypatch.setitem(kinds.KINDS, Kind.PREFLIGHT, "stand_in_work")
    monkeypatch.setattr(child, "PROGRAM", (str(STAND_IN),))
    settings.HOME = tmp_path / "home"
    settings.JOB_POLL = 20
    return module


@pytest.fixture
def add(db, stand_in):
    """A job that waits."""
    from emofuse_web.jobs.queue import job_add

    def added(owner=None, *, kind="analysis", lane="cpu"):
        return job_add(owner=owner, kind=kind, lane=lane)

    return added
