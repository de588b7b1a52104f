"""A PostgreSQL and a Redis of one's own, to be thrown away: what `make stress` and tests kill, restart and empty."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 30  # s


class Missing(RuntimeError):
    """The program is not on this machine."""


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


class Postgres:
    """A cluster in a folder of its own, run by somebody who is not root."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
        if not found:
            raise Missing("No PostgreSQL lies in /usr/lib/postgresql. Expected its server; install the package postgresql.")
        self._bin = found[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="emofuse-pg-"))
        self._who: dict = {}
        if os.geteuid() == 0:  # PostgreSQL refuses root
            user = next(user for user in ("postgres", "nobody") if any(user == row.pw_name for row in pwd.getpwall()))
            row = pwd.getpwnam(user)
            os.chown(self._folder, row.pw_uid, row.pw_gid)
            self._who = {"user": row.pw_uid, "group": row.pw_gid, "extra_groups": []}
        self.port = free_port()
        self._data = self._folder / "data"
        self._run("initdb", "-D", self._data, "-U", "emofuse", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def url(self, name: str = "postgres") -> str:
        return f"postgresql://emofuse@127.0.0.1:{self.port}/{name}"

    def create(self, name: str) -> str:
        """An empty database; its address."""
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "emofuse", name)
        return self.url(name)

    def start(self) -> None:
        how = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200"
        self._control("start", "-l", self._folder / "log", "-o", how)

    def restart(self) -> None:
        """As by a power cut: no goodbye to anybody."""
        self._control("stop", "-m", "immediate")
        self.start()

    def stop(self) -> None:
        self._control("stop", "-m", "immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, *words: object) -> None:
        self._run("pg_ctl", "-D", self._data, "-w", *words)

    def _run(self, program: str, *words: object) -> None:
        done = subprocess.run(
            [self._bin / program, *map(str, words)],
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            **self._who,
        )
        if done.returncode:
            raise RuntimeError(f"{program} {words[0]} ended with status {done.returncode}.")


class Redis:
    """A broker that keeps nothing."""

    def __init__(self) -> None:
        if not shutil.which("redis-server"):
            raise Missing("There is no redis-server. Expected one; install the package redis-server.")
        self.port = free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="emofuse-redis-"))
        self._process: subprocess.Popen | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        words = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("redis-server does not answer.")

    def kill(self) -> None:
        """With all that it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
