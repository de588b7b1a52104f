"""``worker``: claims jobs and sees that they are done, until it is told to stop."""

import signal
import subprocess
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from emofuse_web.jobs.supervisor import Supervisor
from emofuse_web.recognition.prepare import wanting

LANES = ("cpu", "gpu", "quick")


class Command(BaseCommand):
    """A worker process; several may run beside each other, here and on other machines."""

    requires_system_checks = ()  # they load every page; who starts the site has them run
    help = "Do jobs: analyses (lane cpu or gpu), looks at files and exports (lane quick). Stops cleanly on SIGTERM and Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The lanes and slots."""
        parser.add_argument("--lanes", default="cpu,quick", help="which jobs it takes, between commas: cpu, gpu, quick")
        parser.add_argument("--slots", type=int, default=1, help="how many of each lane at a time")

    def handle(self, *, lanes: str, slots: int, **options: object) -> None:
        """Work."""
        named = [lane.strip() for lane in lanes.split(",") if lane.strip()]
        if not named or set(named) - set(LANES):
            raise CommandError(f"--lanes is '{lanes}'. Expected some of {', '.join(LANES)} between commas; name those.")
        if slots < 1:
            raise CommandError(f"--slots is {slots}. Expected at least 1; give a larger number.")
        supervisor = Supervisor(named, slots=slots)
        # Children have no network: what they need is fetched beside them, at the first start.
        command = [sys.executable, "-m", "emofuse_web.recognition.prepare"]
        fetching = subprocess.Popen(command, stdin=subprocess.DEVNULL) if wanting() else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.stop())
        try:
            supervisor.run()
        finally:
            if fetching is not None:
                fetching.terminate()
                fetching.wait()
