"""Telling an https address that an analysis is over: signed, at most three times, and never to an address of ours."""

import hashlib
import hmac
import http.client
import json
import logging
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.problems import refused
from emofuse_web.api.models import Delivery
from emofuse_web.api.public import NotPublic, posted
from emofuse_web.jobs.models import TERMINAL

LONGEST = 500  # characters of an address
TRIES = 3
WAITS = (60, 600, 3_600)  # s after a try that failed
AT_ONCE = 20  # told in one go, so that housekeeping gets to its other work
TOO_LATE = timedelta(days=1)  # after the end: what nobody asked for in so long is told to nobody
log = logging.getLogger(__name__)


def webhook_checked(address: str) -> str:
    """An address that may be told; where it leads is looked at when it is.

    Raises:
        Refused: Not https, no host, a name and password in it, or a port that is not the usual one.
    """
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.password is None
        good = good and parts.port in (None, 443) and len(address) <= LONGEST and address.isascii() and address.isprintable()
        good = good and not any(c in address for c in " \\<>\"'") and not parts.fragment
    except ValueError:
        good = False
    if not good:
        raise refused(
            "WEBHOOK_REFUSED", _("Expected an https address of at most %(most)d characters, without a password.") % {"most": LONGEST}
        )
    return address


def secret_of(analysis: Analysis) -> str:
    """What signs the messages about one analysis: made of our own secret and its id, so that it lies nowhere."""
    return "whs_" + hmac.new(settings.SECRET_KEY.encode(), f"webhook {analysis.pk}".encode(), hashlib.sha256).hexdigest()


def signature(secret: str, when: int, body: bytes) -> str:
    """``t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hex>``."""
    return f"t={when},v1={hmac.new(secret.encode(), f'{when}.'.encode() + body, hashlib.sha256).hexdigest()}"


def deliver_due() -> int:
    """Tell whoever waits to be told; how many were. Several may do so at once: each try is one's who raised its count."""
    _noticed()
    due = Delivery.objects.select_related("analysis__job").filter(done=False, due__lte=timezone.now()).order_by("due")
    return sum(_deliver(delivery) for delivery in due[:AT_ONCE])


def _noticed() -> None:
    """A row for each ending that has none yet."""
    ended: QuerySet[Analysis] = Analysis.objects.exclude(webhook="").filter(
        job__status__in=TERMINAL, job__finished__gt=timezone.now() - TOO_LATE
    )
    known = Delivery.objects.filter(analysis=OuterRef("pk"), ended=OuterRef("job__finished"))
    for analysis in ended.filter(~Exists(known)).select_related("job")[:AT_ONCE]:
        if analysis.job.finished is not None:
            Delivery.objects.get_or_create(analysis=analysis, ended=analysis.job.finished, defaults={"due": timezone.now()})


def _deliver(delivery: Delivery) -> int:
    """One try, by whoever raises the count first."""
    wait = timedelta(seconds=WAITS[min(delivery.tries, TRIES - 1)])
    mine = Delivery.objects.filter(pk=delivery.pk, tries=delivery.tries, done=False)
    if not mine.update(tries=F("tries") + 1, due=timezone.now() + wait):
        return 0
    outcome, told = _told(delivery)
    over = told or delivery.tries + 1 >= TRIES
    Delivery.objects.filter(pk=delivery.pk).update(outcome=outcome, done=over)
    return int(told)


def _told(delivery: Delivery) -> tuple[str, bool]:
    analysis = delivery.analysis
    said = {"id": str(analysis.pk), "status": analysis.job.status, "ended": delivery.ended.isoformat(), "attempt": delivery.tries + 1}
    body = json.dumps(said).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "emofuse",
        "X-Emofuse-Signature": signature(secret_of(analysis), int(time.time()), body),
    }
    try:
        parts = urlsplit(webhook_checked(analysis.webhook))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        status = posted(str(parts.hostname), path, body, headers)
    except NotPublic as problem:
        return str(problem), False
    except (OSError, http.client.HTTPException, ValueError) as problem:
        log.info("a webhook could not be told (%s)", type(problem).__name__)
        return type(problem).__name__, False
    return str(status), 200 <= status < 300
