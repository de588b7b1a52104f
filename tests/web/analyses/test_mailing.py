"""A message when an analysis is over: to its owner, once, who asked for it, and with nothing in it but a link."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from emofuse_web.analyses import mailing
from emofuse_web.analyses.mailing import analysis_mail, mails_send
from emofuse_web.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sending")]


@pytest.fixture
def sending():
    with override_settings(SENDS_MAIL=True, SITE_URL="https://example.org/"):
        yield


@pytest.fixture
def running(alice, analysis):
    return analysis(alice, status="running", label="visit of Mr Smith")


def over(row, status="succeeded", before=timedelta(0)):
    Job.objects.filter(pk=row.job_id).update(status=status, finished=timezone.now() - before)


def press(client, row, wanted):
    return client.post(reverse("analyses:mail", args=[row.id]), {"wanted": wanted}, follow=True).content.decode()


def test_who_asks_for_it_is_told_where_it_goes_and_can_take_it_back(alices, running):
    asked = press(alices, running, "yes")
    running.refresh_from_db()
    assert ("alice@" in asked, running.mail is not None) == (True, True)

    press(alices, running, "no")
    running.refresh_from_db()
    assert running.mail is None


def test_only_its_owner_asks_for_it_and_nobody_by_a_link(bobs, charlies, alices, running):
    address = reverse("analyses:mail", args=[running.id])
    assert bobs.post(address, {"wanted": "yes"}).status_code == 404
    assert charlies.post(address, {"wanted": "yes"})["Location"].startswith(reverse("account_login"))
    assert alices.get(address).status_code == 405


def test_where_no_mail_is_sent_none_is_offered(alices, running):
    with override_settings(SENDS_MAIL=False):
        assert "message when it is over" not in alices.get(reverse("analyses:detail", args=[running.id])).content.decode()
        assert "This site sends no messages." in press(alices, running, "yes")
        running.refresh_from_db()
        assert running.mail is None
        analysis_mail(analysis=running, wanted=True)
        over(running)
        assert mails_send() == 0
    assert mails_send() == 1, "the same analysis, once there is mail"


def test_nobody_is_written_to_before_it_is_over_or_without_having_asked(running, alice, analysis):
    analysis_mail(analysis=running, wanted=True)
    analysis(alice, status="succeeded")

    assert (mails_send(), mail.outbox) == (0, [])


@pytest.mark.parametrize(("status", "words"), [("succeeded", "is done"), ("partial", "is done"), ("failed", "without a result")])
def test_one_message_with_a_link_and_nothing_of_what_was_found(running, status, words):
    analysis_mail(analysis=running, wanted=True)
    over(running, status)

    assert (mails_send(), mails_send()) == (1, 0)
    (sent,) = mail.outbox
    assert sent.to == [running.owner.email]
    assert words in sent.subject
    assert f"https://example.org/analyses/{running.id}/" in sent.body
    assert "Smith" not in sent.subject + sent.body


def test_it_is_in_the_language_of_whoever_gets_it(running):
    type(running.owner).objects.update(language="ru")
    analysis_mail(analysis=running, wanted=True)
    over(running)

    mails_send()

    assert "Ваш анализ готов" in mail.outbox[0].subject


def test_what_cannot_be_sent_now_is_sent_later_for_a_day(running, monkeypatch, caplog):
    def refuse(*_):
        raise smtplib.SMTPServerDisconnected("alice@example.org")

    analysis_mail(analysis=running, wanted=True)
    over(running)
    with monkeypatch.context() as broken:
        broken.setattr(mailing, "send_mail", refuse)
        assert mails_send() == 0
    assert "example.org" not in caplog.text, "no address in logs"
    assert mails_send() == 1

    analysis_mail(analysis=running, wanted=True)
    over(running, before=timedelta(days=1, minutes=1))
    assert mails_send() == 0, "by then they have looked"
