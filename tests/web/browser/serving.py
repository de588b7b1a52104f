"""The site in processes of its own, as a user starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

STARTED = 120  # s that a start may take on a busy machine; the benchmark measures how long it takes
OURS = ("EMOFUSE_", "DJANGO_", "DATABASE_URL", "CELERY_", "REDIS_")  # what this machine has set is no part of a story
FORGET = "import django; django.setup(); from emofuse_web.accounts.models import User; User.objects.filter(is_superuser=True).delete()"
STANDS = (
    "import django, json; django.setup(); from emofuse_web.analyses.models import Analysis;"
    "print(json.dumps([[str(a.id), a.sample, a.job.status] for a in Analysis.objects.select_related('job')]))"
)


class Served:
    """``emofuse serve`` with a folder and a port of its own."""

    def __init__(self, home: Path, models: Path | None) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://localhost:{self.port}"  # by name: browsers make no passkeys for numbers
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.env |= {"EMOFUSE_WEB_HOME": str(home), "EMOFUSE_SHARING": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
        self.env |= {"EMOFUSE_HOME": str(models)} if models else {}
        self.console = home.with_name("console.txt")
        self.first = ""

    def __enter__(self) -> "Served":
        way = [sys.executable, "-m", "emofuse", "serve", "--port", str(self.port)]
        with self.console.open("w") as console:
            self.process = subprocess.Popen(way, env=self.env, stdout=console, stderr=subprocess.STDOUT)
        try:
            self.first = self._link()
            self._answers()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)

    def _link(self) -> str:
        """The first administrator's link, as the console prints it."""
        for _ in range(STARTED * 10):
            if found := re.search(r"\S+/account/first/\S+", self.console.read_text()):
                return found[0]
            assert self.process.poll() is None, self.console.read_text()
            time.sleep(0.1)
        raise TimeoutError(self.console.read_text())

    def _answers(self) -> None:
        for _ in range(STARTED * 10):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError(self.console.read_text())

    def first_link(self) -> str:
        """A link that works: the one on the console, else a new one when nobody administers the site any more."""
        self.run("-c", FORGET)
        link, self.first = self.first, ""
        if link:
            return link
        said = self.run("-m", "emofuse_web", "first_admin")
        return self.address + re.search(r"/account/first/\S+", said)[0]

    def run(self, *way: str) -> str:
        """What a command says, run with the site's settings."""
        env = self.env | {"DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
        return subprocess.run([sys.executable, *way], check=True, capture_output=True, text=True, env=env).stdout

    def analyses(self) -> list[list[object]]:
        """Every analysis: its id, whether it is the sample, and how it stands."""
        return json.loads(self.run("-c", STANDS).strip().splitlines()[-1])

    def sampled(self) -> None:
        """Wait until the sample is there."""
        until = time.monotonic() + 3 * STARTED
        while time.monotonic() < until:
            stands = {status for _id, sample, status in self.analyses() if sample}
            if stands <= {"succeeded", "partial"}:
                return
            assert stands <= {"queued", "running"}, stands
            time.sleep(2)
        raise TimeoutError
