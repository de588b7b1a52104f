"""A broker only says "look again". Nothing depends on its being heard: workers look by themselves, too."""

import logging
import time

from django.conf import settings
from django.db import transaction

log = logging.getLogger(__name__)
PATIENCE = 10  # s without another try after one that failed: nobody's request waits for a broker that is down, again and again


class _Silence:
    """Until when nothing is sent."""

    until = 0.0


def wake(lane: str) -> None:
    """Let workers of a lane look at once, when the transaction around this is through. Never an error to whoever added the job."""
    if settings.CELERY_BROKER_URL:
        transaction.on_commit(lambda: _send(lane), robust=True)


def _send(lane: str) -> None:
    if time.monotonic() < _Silence.until:
        return
    from emofuse_web.config.celery import app

    try:
        app.send_task("emofuse_web.look", args=[lane], queue=lane, retry=False, ignore_result=True)
    except Exception as error:  # each broker has errors of its own, and a job that is not announced is found anyway
        _Silence.until = time.monotonic() + PATIENCE
        log.warning("no wake-up was sent (%s); workers find the job when they look next", type(error).__name__)
