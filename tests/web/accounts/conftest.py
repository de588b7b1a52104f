"""The site as it is run: processes of their own, before which browsers stand."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Served:
    """The site as it is run."""

    addresses: tuple[str, ...]
    env: dict[str, str]

    def first_link(self) -> str:
        """What the console says to whoever is to be the first administrator."""
        command = [sys.executable, "-m", "emofuse_web", "first_admin"]
        said = subprocess.run(command, env=self.env, check=True, capture_output=True, text=True)
        return said.stdout.split()[-1]


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    """The site in two processes that share nothing but the database."""
    home = tmp_path_factory.mktemp("served")
    ports = [_free() for _ in range(2)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMOFUSE_")} | {
        "EMOFUSE_WEB_HOME": str(home),
        "EMOFUSE_SITE_URL": f"http://localhost:{ports[0]}",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
    }
    kept.pop("DATABASE_URL", None)
    (home / "static").mkdir()
    for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "-m", "emofuse_web", *command], env=kept, check=True)
    begin = [sys.executable, "-m", "gunicorn", "emofuse_web.config.wsgi:application", "--workers", "1", "--threads", "4"]
    with (home / "log").open("wb") as log:
        sites = [subprocess.Popen([*begin, "--bind", f"localhost:{port}"], env=kept, stdout=log, stderr=log) for port in ports]
    try:
        for port in ports:
            _awaited(port)
        yield Served(tuple(f"http://localhost:{port}" for port in ports), kept)
    finally:
        for site in sites:
            site.terminate()
        for site in sites:
            site.wait(20)


def _free() -> int:
    with socket.socket() as tried:
        tried.bind(("localhost", 0))
        return int(tried.getsockname()[1])


def _awaited(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("localhost", port), 1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"nothing answers at port {port}")
