"""Writing to whoever asked for it that their analysis is over: a link, and nothing of what was found or what it is called.

Where nobody set a mail server up (``SENDS_MAIL``), pages do not offer it.
"""

import logging
import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Analysis, Letter
from emofuse_web.jobs.models import Status

ENDED = (Status.SUCCEEDED, Status.PARTIAL, Status.FAILED, Status.EXPIRED)  # who cancels knows that it is over
AT_ONCE = 20  # messages in one go
TRIES = 3
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))  # after a try that failed
REFUSED = 500  # an answer of a mail server from which on it will not be another the next time
log = logging.getLogger(__name__)


def analysis_mail(*, analysis: Analysis, wanted: bool) -> None:
    """Write to its owner when it is over, or do not; of one that is over there is nothing to wait for."""
    if not wanted:
        Letter.objects.filter(analysis=analysis).delete()
    elif not analysis.job.terminal:
        Letter.objects.get_or_create(analysis=analysis, defaults={"due": timezone.now()})


def mails_send() -> int:
    """Write to whoever waits for it; how many were written to. Several may do so at once: each try is one's who raised its count."""
    if not settings.SENDS_MAIL:
        return 0
    due = Letter.objects.filter(due__lte=timezone.now(), analysis__job__status__in=ENDED, analysis__owner__is_active=True)
    return sum(_sent(letter) for letter in due.select_related("analysis__owner", "analysis__job").order_by("due")[:AT_ONCE])


def _sent(letter: Letter) -> int:
    """One try; what cannot go now goes later, what was refused or tried often enough does not."""
    mine = Letter.objects.filter(pk=letter.pk, tries=letter.tries)
    if not mine.update(tries=F("tries") + 1, due=timezone.now() + WAITS[min(letter.tries, TRIES - 1)]):
        return 0
    over = letter.tries + 1 >= TRIES
    owner = letter.analysis.owner
    assert owner is not None  # the query asks for one who is active
    try:
        with translation.override(owner.language or settings.LANGUAGE_CODE):
            subject, body = _words(letter.analysis)
        send_mail(f"[{settings.SITE_NAME}] {subject}", body, None, [owner.email])
    except Exception as problem:  # its words may hold the address; one message keeps no other
        log.warning("a message that an analysis is over could not be sent (%s)", type(problem).__name__)
        if over or _refused(problem):
            Letter.objects.filter(pk=letter.pk).delete()
        return 0
    Letter.objects.filter(pk=letter.pk).delete()
    return 1


def _refused(problem: Exception) -> bool:
    """Whether a mail server said no for good."""
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return all(code >= REFUSED for code, _why in problem.recipients.values())
    return isinstance(problem, smtplib.SMTPResponseException) and problem.smtp_code >= REFUSED


def _words(analysis: Analysis) -> tuple[str, str]:
    """Subject and body, in the language that is on."""
    done = analysis.job.status in (Status.SUCCEEDED, Status.PARTIAL)
    subject = _("Your analysis is done") if done else _("Your analysis has ended without a result")
    link = settings.SITE_URL.rstrip("/") + reverse("analyses:detail", args=[analysis.pk])
    why = _("You get this message because you asked for it on the page of the analysis.")
    return subject, f"{subject}:\n\n{link}\n\n{why}\n"
