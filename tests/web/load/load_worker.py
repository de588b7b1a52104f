"""The real worker with a stand-in for the recognizer: ``load_worker.py TIMELINE LANES SECONDS``. Says what the database refused."""

import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emofuse_web.config.settings")
import django  # noqa: E402

django.setup()
from django.core.management import call_command  # noqa: E402
from django.db import OperationalError  # noqa: E402
from django.db.backends.signals import connection_created  # noqa: E402

from emofuse_web.jobs import child  # noqa: E402


def watched(execute, sql, params, many, context):
    """A worker tries again what was refused, so nothing of it would be seen otherwise."""
    try:
        return execute(sql, params, many, context)
    except OperationalError as error:
        print(f"REFUSED {error}", file=sys.stderr, flush=True)
        raise


def listen(connection, **_: object) -> None:
    if watched not in connection.execute_wrappers:
        connection.execute_wrappers.append(watched)


if __name__ == "__main__":
    child.PROGRAM = (str(Path(__file__).with_name("load_child.py")), *sys.argv[1:])
    connection_created.connect(listen)
    call_command("worker")
