"""Tables of the first release become today's, with all that is in them, and nothing in between locks a site or loses a row."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django_migration_linter import MigrationLinter

APPS = ("accounts", "jobs", "uploads", "analyses", "api", "sharing")
SERVERS = Path(__file__).parents[1] / "jobs" / "servers.py"
GROWS = Path(__file__).with_name("first_release.py")
MILLION, LEAST, MINUTE = 1_000_000, 1_000, 60  # rows of the largest table; rows that show as much; s


@pytest.fixture
def postgres():
    """A PostgreSQL to be thrown away."""
    spec = importlib.util.spec_from_file_location("web_servers", SERVERS)
    servers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(servers)
    try:
        server = servers.Postgres()
    except servers.Missing as missing:
        pytest.skip(str(missing))
    yield server
    server.stop()


@pytest.fixture
def grown(tmp_path):
    """What becomes of a site of the first release, in a process of its own."""

    def grow(rows: int, **more: str) -> dict:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("EMOFUSE_", "DATABASE_", "CELERY_", "REDIS_", "DJANGO_"))
        }
        ours = {"EMOFUSE_WEB_HOME": str(tmp_path / "home"), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
        done = subprocess.run([sys.executable, str(GROWS), str(rows)], env=kept | ours | more, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3_000:]
        return json.loads(done.stdout.splitlines()[-1])

    return grow


def held(told: dict, rows: int) -> None:
    """Everything is there, as it was, and readable by today's models."""
    assert told["left"] == 0  # migrations
    assert told["after"] == told["before"]
    assert told["before"]["accounts_event"] == rows + 1
    assert set(told["before"]) > {"accounts_user", "jobs_job", "uploads_upload", "analyses_analysis", "analyses_artifact"}
    assert 0 not in told["before"].values()


def linted(database: str = "default") -> tuple[int, bool]:
    """How many of our migrations would break a site that runs; whether there were any."""
    linter = MigrationLinter(include_apps=APPS, database=database, no_cache=True, no_output=True)
    linter.lint_all_migrations()
    return linter.nb_erroneous, linter.nb_total > len(APPS)


@pytest.mark.django_db(transaction=True)  # SQLite makes tables only outside of one
def test_no_migration_breaks_a_site_that_runs():
    assert linted() == (0, True)


@pytest.mark.slow
def test_no_migration_breaks_a_site_that_runs_on_postgresql(tmp_path, postgres):
    said = f"import django; django.setup(); from {Path(__file__).stem} import linted; print(linted())"
    env = {**os.environ, "DATABASE_URL": postgres.create("lint"), "EMOFUSE_WEB_HOME": str(tmp_path)}
    env |= {"DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
    done = subprocess.run([sys.executable, "-c", said], cwd=Path(__file__).parent, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(0, True)", done.stderr[-2_000:]


@pytest.mark.slow
def test_a_site_of_the_first_release_comes_along(grown):
    held(grown(LEAST), LEAST)


@pytest.mark.slow
def test_a_site_of_the_first_release_comes_along_on_postgresql(grown, postgres):
    held(grown(LEAST, DATABASE_URL=postgres.create("first")), LEAST)


@pytest.mark.stress
def test_a_million_rows_come_along_within_a_minute(grown):
    told = grown(MILLION)
    held(told, MILLION)
    assert told["took"] <= MINUTE


@pytest.mark.stress
def test_a_million_rows_come_along_within_a_minute_on_postgresql(grown, postgres):
    told = grown(MILLION, DATABASE_URL=postgres.create("million"))
    held(told, MILLION)
    assert told["took"] <= MINUTE
