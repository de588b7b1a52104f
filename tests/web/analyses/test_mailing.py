"""A message when an analysis is over: to its owner, once, who asked for it, and with nothing in it but a link."""

import smtplib
import threading

import pytest
from django.core import mail
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from emofuse_web.analyses import mailing
from emofuse_web.analyses.mailing import TRIES, analysis_mail, mails_send
from emofuse_web.analyses.models import Letter
from emofuse_web.api.webhooks import deliver_due
from emofuse_web.jobs.models import Job
from emofuse_web.operations import housekeeping, messages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sending")]


@pytest.fixture
def sending():
    with override_settings(SENDS_MAIL=True, SITE_URL="https://example.org/"):
        yield


@pytest.fixture
def running(alice, analysis):
    return analysis(alice, status="running", label="visit of Mr Smith")


def over(row, status="succeeded"):
    Job.objects.filter(pk=row.job_id).update(status=status, finished=timezone.now())


def waited(row):
    """As if the time until the next try were over."""
    Letter.objects.filter(analysis=row).update(due=timezone.now())


def press(client, row, wanted):
    return client.post(reverse("analyses:mail", args=[row.id]), {"wanted": wanted}, follow=True).content.decode()


def failing(monkeypatch, problem):
    def refuse(*_):
        raise problem

    monkeypatch.setattr(mailing, "send_mail", refuse)


def test_who_asks_for_it_is_told_where_it_goes_and_can_take_it_back(alices, running):
    asked = press(alices, running, "yes")
    assert ("alice@" in asked, Letter.objects.count()) == (True, 1)

    press(alices, running, "no")
    assert Letter.objects.count() == 0


def test_only_its_owner_asks_for_it_and_nobody_by_a_link(bobs, charlies, alices, running):
    address = reverse("analyses:mail", args=[running.id])
    assert bobs.post(address, {"wanted": "yes"}).status_code == 404
    assert charlies.post(address, {"wanted": "yes"})["Location"].startswith(reverse("account_login"))
    assert alices.get(address).status_code == 405


def test_where_no_mail_is_sent_none_is_offered(alices, running):
    with override_settings(SENDS_MAIL=False):
        assert "message when it is over" not in alices.get(reverse("analyses:detail", args=[running.id])).content.decode()
        assert "This site sends no messages." in press(alices, running, "yes")
        assert Letter.objects.count() == 0
        analysis_mail(analysis=running, wanted=True)
        over(running)
        assert mails_send() == 0
    assert mails_send() == 1, "the same analysis, once there is mail"


def test_of_what_is_over_nobody_is_written_to(alices, alice, analysis):
    press(alices, analysis(alice, status="failed"), "yes")

    assert Letter.objects.count() == 0


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


def test_who_cancels_knows_it_and_who_was_shut_out_gets_nothing(running):
    analysis_mail(analysis=running, wanted=True)
    over(running, "cancelled")
    assert mails_send() == 0

    over(running)
    type(running.owner).objects.update(is_active=False)
    assert mails_send() == 0


def test_it_is_in_the_language_of_whoever_gets_it(running):
    type(running.owner).objects.update(language="ru")
    analysis_mail(analysis=running, wanted=True)
    over(running)

    mails_send()

    assert "Ваш анализ готов" in mail.outbox[0].subject


@pytest.mark.parametrize(
    "problem", [smtplib.SMTPServerDisconnected("alice@example.org"), OSError("alice@example.org"), ValueError("alice")]
)
def test_what_cannot_be_sent_now_is_sent_later_and_no_address_is_written_down(running, monkeypatch, caplog, problem):
    analysis_mail(analysis=running, wanted=True)
    over(running)
    with monkeypatch.context() as broken:
        failing(broken, problem)
        assert mails_send() == 0
    assert "alice" not in caplog.text
    assert mails_send() == 0, "not at once"

    waited(running)
    assert mails_send() == 1


def test_after_a_few_tries_it_is_given_up(running, monkeypatch):
    analysis_mail(analysis=running, wanted=True)
    over(running)
    failing(monkeypatch, smtplib.SMTPServerDisconnected("away"))

    for _ in range(TRIES):
        assert Letter.objects.count() == 1
        waited(running)
        mails_send()

    assert Letter.objects.count() == 0


@pytest.mark.parametrize(
    "problem", [smtplib.SMTPRecipientsRefused({"alice@example.org": (550, b"no such user")}), smtplib.SMTPDataError(554, b"no")]
)
def test_what_a_server_refuses_for_good_is_not_tried_again(running, monkeypatch, problem):
    analysis_mail(analysis=running, wanted=True)
    over(running)
    failing(monkeypatch, problem)

    mails_send()

    assert Letter.objects.count() == 0


def test_messages_that_cannot_go_keep_no_other_from_going(alice, bob, analysis, monkeypatch):
    rows = [analysis(alice, status="running") for _ in range(mailing.AT_ONCE)] + [analysis(bob, status="running")]
    for row in rows:
        analysis_mail(analysis=row, wanted=True)
        over(row)
    really = mailing.send_mail

    def sent(subject, body, sender, to):
        if to == [alice.email]:
            raise smtplib.SMTPServerDisconnected("away")
        return really(subject, body, sender, to)

    monkeypatch.setattr(mailing, "send_mail", sent)

    assert [mails_send(), mails_send()] == [0, 1]
    assert [message.to for message in mail.outbox] == [[bob.email]]


def test_who_takes_it_back_while_it_fails_is_not_written_to_later(running, monkeypatch):
    analysis_mail(analysis=running, wanted=True)
    over(running)

    def taken_back(*_):
        analysis_mail(analysis=running, wanted=False)
        raise smtplib.SMTPServerDisconnected("away")

    with monkeypatch.context() as broken:
        broken.setattr(mailing, "send_mail", taken_back)
        mails_send()
    assert Letter.objects.count() == 0


# --- that messages go at all --------------------------------------------------------------------------------------------------------
def test_webhooks_and_mail_are_what_waits_to_be_sent():
    assert set(messages.SENDERS.values()) == {deliver_due, mails_send}


def test_a_round_of_housekeeping_sends_and_a_fault_of_one_kind_keeps_no_other(monkeypatch, db):
    went = threading.Event()

    def broken():
        raise RuntimeError("a fault")

    begun = []
    monkeypatch.setattr(messages, "SENDERS", {"webhooks": broken, "mail": went.set})
    monkeypatch.setattr(housekeeping, "messages_soon", lambda: begun.extend(messages.messages_soon()))
    monkeypatch.setattr(housekeeping, "forget", dict)

    for _ in range(2):  # the fault leaves nothing shut
        went.clear()
        housekeeping.run()
        for thread in begun:
            thread.join(10)
        assert went.is_set()
    assert len(begun) == 4


def test_where_no_thread_can_begin_it_goes_on_the_next_time(monkeypatch):
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", lambda _self: (_ for _ in ()).throw(RuntimeError("can't start new thread")))
        assert messages.messages_soon() == []
    assert not any(lock.locked() for lock in messages._BUSY.values())  # noqa: SLF001
