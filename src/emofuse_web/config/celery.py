"""Celery's way in, where CELERY_BROKER_URL names a broker: ``celery -A emofuse_web.config.celery worker -Q cpu,quick -c 1``.

A Celery worker holds the same supervisor as ``python -m emofuse_web worker``: the queues it listens to are the lanes it takes, its
concurrency is the number of slots of each, and a message only makes it look at once. Without the broker it looks by itself, every `POLL`
seconds; what is lost with a broker is a little time.
"""

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emofuse_web.config.settings")

from django.conf import settings  # noqa: E402  # after they are named

if TYPE_CHECKING:
    from emofuse_web.jobs.supervisor import Supervisor

POLL = 2.0  # s between looks that nobody asked for
LEAVE = 8.0  # s that the supervisor gets to let go of what runs
PATIENCE = 1.0  # s that a broker gets to answer whoever adds a job

app = Celery("emofuse_web", fixups=[])  # Celery's care of Django (checks of every page, connections of tasks) is for tasks that do the work
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL or None,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # jobs are done meanwhile
    broker_transport_options={
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": 5.0,
        "connect_retries_timeout": PATIENCE,  # without these, whoever adds a job waits six seconds for a broker that is down
        "max_retries": 1,
        "interval_start": 0.0,
        "interval_max": 0.2,
    },
    worker_pool="threads",  # the supervisor of this process is woken, and children do the work
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    task_create_missing_queues=True,
    task_default_queue="cpu",
    task_ignore_result=True,
)


class _Held:
    """This process's supervisor."""

    one: "Supervisor | None" = None
    thread: threading.Thread | None = None


@app.task(name="emofuse_web.look", ignore_result=True)  # type: ignore[untyped-decorator]  # Celery has no types
def look(lane: str) -> None:
    """Look at the rows now."""
    if _Held.one is not None:
        _Held.one.look()


@signals.celeryd_after_setup.connect  # type: ignore[untyped-decorator]  # Celery has no types
def begun(sender: str, instance: Any, **_: object) -> None:
    """Start the supervisor before there is a broker: it does not need one."""
    import django

    django.setup()
    from emofuse_web.jobs.supervisor import Supervisor

    lanes = sorted(instance.app.amqp.queues.consume_from)
    _Held.one = Supervisor(lanes, slots=instance.concurrency, poll=POLL)
    _Held.thread = threading.Thread(target=_until_stopped, name="supervisor", daemon=True)
    _Held.thread.start()


@signals.worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery has no types
def ending(**_: object) -> None:
    """SIGTERM has come: nothing more is claimed, what runs is let go of."""
    if _Held.one is not None:
        _Held.one.stop()


@signals.worker_shutdown.connect  # type: ignore[untyped-decorator]  # Celery has no types
def ended(**_: object) -> None:
    """Wait until it was."""
    if _Held.one is not None and _Held.thread is not None:
        _Held.one.stop()
        _Held.thread.join(LEAVE)


def _until_stopped() -> None:
    """A supervisor that ends otherwise than by being told takes the process with it, so that somebody starts it again."""
    assert _Held.one is not None, "it was just made"
    try:
        _Held.one.run()
    finally:
        if not _Held.one.stopping:
            os.kill(os.getpid(), signal.SIGTERM)
