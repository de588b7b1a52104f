"""Messages that wait to be sent: webhooks, and mail to whoever asked for it."""

import logging
import threading

from django.db import connection

from emofuse_web.analyses.mailing import mails_send
from emofuse_web.api.webhooks import deliver_due

_BUSY = threading.Lock()
log = logging.getLogger(__name__)


def messages_soon() -> None:
    """Send what waits in a thread of its own, one at a time: a slow stranger keeps no worker from its heartbeat."""
    if _BUSY.acquire(blocking=False):
        threading.Thread(target=_sending, name="messages", daemon=True).start()


def _sending() -> None:
    try:
        for send in (deliver_due, mails_send):
            try:
                send()
            except Exception as error:  # a thread has nobody to tell; the rows are looked at again next time
                log.error("messages broke off (%s)", type(error).__name__)
    finally:
        connection.close()
        _BUSY.release()
