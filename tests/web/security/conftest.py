"""Files to look at, and a process that looks at one after the other."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # files.py, bad_files.py and disguises.py are shared by the tests of this folder
SOURCES = HERE.parents[2] / "src"


@pytest.fixture(scope="session")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    """Looks at a file as the child does, in one process for all tests: it must never die, whatever it is shown."""
    yield from _looking(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def quick_look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., dict[str, Any]]]:
    """The same, with libraries that are loaded already."""
    yield from _looking(tmp_path_factory.mktemp("models"), "warm")


def _looking(models: Path, *how: str) -> Iterator[Callable[..., dict[str, Any]]]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"EMOFUSE_HOME": str(models), "HOME": str(models), "PYTHONWARNINGS": "ignore"}
    looker = subprocess.Popen(
        [sys.executable, str(HERE / "looker.py"), *how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    )
    assert looker.stdin is not None and looker.stdout is not None

    def looked(path: Path, role: str, told: dict[str, object] | None = None) -> dict[str, Any]:
        folder = path.with_name(path.name + ".job")
        (folder / "in").mkdir(parents=True)
        shutil.copyfile(path, folder / "in" / path.name)
        order = {"folder": str(folder), "request": {"role": role, "file": path.name, "told": told or {}}}
        looker.stdin.write(json.dumps(order) + "\n")
        looker.stdin.flush()
        answer = looker.stdout.readline()
        assert answer, f"the process that looks ended ({looker.wait()}) over {path.name}"
        shutil.rmtree(folder)
        return json.loads(answer)

    yield looked
    looker.stdin.close()
    looker.stdout.close()
    assert looker.wait(10) == 0
