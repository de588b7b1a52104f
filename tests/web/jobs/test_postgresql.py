"""What is promised of the queue on SQLite is promised on PostgreSQL: the same tests, over a server to be thrown away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = ("test_queue.py", "test_attempt.py", "test_supervisor.py", "test_side_by_side.py")


@pytest.mark.slow
@pytest.mark.parametrize("file", [*FILES, pytest.param("test_machine.py", marks=pytest.mark.stress)])
def test_it_holds_on_postgresql(file, postgres):
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("this run is on PostgreSQL already")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not stress", str(HERE / file), "--create-db"],
        env={**os.environ, "DATABASE_URL": postgres.url(), "PYTEST_ADDOPTS": ""},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3_000:]
