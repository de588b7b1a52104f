"""Writing to whoever asked for it that their analysis is over: a link, and nothing of what was found or what it is called.

Where nobody set a mail server up (``SENDS_MAIL``), pages do not offer it.
"""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Analysis
from emofuse_web.jobs.models import TERMINAL, Status

AT_ONCE = 20  # messages in one go, so that housekeeping gets to its other work
TOO_LATE = timedelta(days=1)  # after the end: who could not be written to in so long has looked
log = logging.getLogger(__name__)


def analysis_mail(*, analysis: Analysis, wanted: bool) -> None:
    """Write to its owner when it is over, or do not."""
    Analysis.objects.filter(pk=analysis.pk).update(mail=timezone.now() if wanted else None)


def mails_send() -> int:
    """Write to whoever waits for it; how many were written to. Several may do so at once: each message is one's who took the mark away."""
    if not settings.SENDS_MAIL:
        return 0
    ended = Analysis.objects.filter(mail__isnull=False, job__status__in=TERMINAL, job__finished__gt=timezone.now() - TOO_LATE)
    return sum(_sent(analysis) for analysis in ended.select_related("owner", "job")[:AT_ONCE])


def _sent(analysis: Analysis) -> int:
    """One message; where it cannot go now, the mark is put back for the next round."""
    mine = Analysis.objects.filter(pk=analysis.pk)
    if analysis.owner is None or not mine.filter(mail=analysis.mail).update(mail=None):
        return 0
    try:
        with translation.override(analysis.owner.language or settings.LANGUAGE_CODE):
            subject, body = _words(analysis)
        send_mail(f"[{settings.SITE_NAME}] {subject}", body, None, [analysis.owner.email])
    except (OSError, smtplib.SMTPException) as problem:  # its words may hold the address
        log.warning("a message that an analysis is over could not be sent (%s)", type(problem).__name__)
        mine.update(mail=analysis.mail)
        return 0
    return 1


def _words(analysis: Analysis) -> tuple[str, str]:
    """Subject and body, in the language that is on."""
    done = analysis.job.status in (Status.SUCCEEDED, Status.PARTIAL)
    subject = _("Your analysis is done") if done else _("Your analysis has ended without a result")
    link = settings.SITE_URL.rstrip("/") + reverse("analyses:detail", args=[analysis.pk])
    why = _("You get this message because you asked for it on the page of the analysis.")
    return subject, f"{subject}:\n\n{link}\n\n{why}\n"
