"""Messages that wait to be sent: webhooks, and mail to whoever asked for it."""

import logging
import threading
from collections.abc import Callable

from django.db import connection

from emofuse_web.analyses.mailing import mails_send
from emofuse_web.api.webhooks import deliver_due

SENDERS: dict[str, Callable[[], int]] = {"webhooks": deliver_due, "mail": mails_send}
_BUSY = {name: threading.Lock() for name in SENDERS}
log = logging.getLogger(__name__)


def messages_soon() -> list[threading.Thread]:
    """Send what waits, each kind in a thread of its own, one at a time: a slow stranger keeps no worker from its heartbeat.

    Returns:
        The threads that began.
    """
    return [thread for name in SENDERS if (thread := _begun(name)) is not None]


def _begun(name: str) -> threading.Thread | None:
    if not _BUSY[name].acquire(blocking=False):
        return None
    thread = threading.Thread(target=_sending, args=[name], name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:  # there can be no more threads just now
        _BUSY[name].release()
        log.error("%s could not be sent (%s)", name, type(error).__name__)
        return None
    return thread


def _sending(name: str) -> None:
    try:
        SENDERS[name]()
    except Exception as error:  # a thread has nobody to tell; the rows are looked at again next time
        log.error("%s broke off (%s)", name, type(error).__name__)
    finally:
        connection.close()
        _BUSY[name].release()
