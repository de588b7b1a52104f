"""The real worker with a stand-in: ``stand_in_worker.py ORDER LANES SLOTS``, or Celery with ``-A stand_in_worker``, ORDER in STAND_IN."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import django  # noqa: E402

django.setup()
import stand_in  # noqa: E402

from emofuse_web.jobs import child, kinds  # noqa: E402
from emofuse_web.jobs.models import Kind  # noqa: E402


def settle(order: dict) -> None:
    stand_in.ORDER = {**stand_in.ORDER, **order}
    kinds.KINDS[Kind.ANALYSIS] = "stand_in"
    child.PROGRAM = (stand_in.__file__,)


if __name__ == "__main__":
    from django.core.management import call_command

    settle(json.loads(sys.argv[1]))
    call_command("worker", lanes=sys.argv[2], slots=int(sys.argv[3]))
elif "STAND_IN" in os.environ:  # Celery imports it; so do tests that look for examples in it, and mean nothing by it
    settle(json.loads(os.environ["STAND_IN"]))
    from emofuse_web.config.celery import app  # noqa: F401  # Celery looks for it
