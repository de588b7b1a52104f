"""Somebody is told that an analysis is over; nobody inside is ever called."""

import hashlib
import hmac
import json
import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from emofuse_web.analyses.problems import Refused
from emofuse_web.api import public, webhooks
from emofuse_web.api.models import Delivery
from emofuse_web.api.webhooks import deliver_due, secret_of, webhook_checked

INSIDE = [  # what a name or an address may lead to
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # where clouds keep their secrets
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "::127.0.0.1",
]
REFUSED = [  # what is not even kept
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://",
    "https:///x",
    "https://user:secret@example.org/",
    "https://example.org@127.0.0.1/",
    "https://example.org:22/",
    "https://example.org:99999/",
    "https://example.org/#x",
    "https://example.org\\@127.0.0.1/",
    "https://exa mple.org/",
    "https://example.org/\r\nX: y",
    "https://ехample.org/",
    "https://[::1",
    "javascript:alert(1)",
    "//example.org/",
    "https://example.org/" + "a" * 500,
    "",
]


@pytest.fixture
def calls(monkeypatch) -> list[tuple[str, int]]:
    """Every address to which a connection is begun; none is."""
    made: list[tuple[str, int]] = []

    def called(address, *rest, **more):
        made.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", called)
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: called(address))
    return made


def leads(monkeypatch, *answers: list[str]) -> list[str]:
    """Names lead to these addresses, one answer after the other."""
    asked: list[str] = []

    def looked(host, port, *rest, **more):
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", looked)
    return asked


@pytest.fixture
def over(alice, analysis):
    return analysis(alice, status="succeeded", webhook="https://hooks.example.org/told?by=us")


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_https_to_a_host_is_refused(address):
    with pytest.raises(Refused) as problem:
        webhook_checked(address)
    assert problem.value.code == "WEBHOOK_REFUSED"


@pytest.mark.django_db
@pytest.mark.parametrize("address", INSIDE)
def test_nobody_inside_is_called_by_name(over, calls, monkeypatch, address):
    leads(monkeypatch, [address])

    assert deliver_due() == 0
    assert calls == []
    assert Delivery.objects.get().outcome == "not a public address"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "2130706433", "0x7f000001", "017700000001", "127.1", "0", "localhost", "[::ffff:127.0.0.1]"]
)
def test_nobody_inside_is_called_by_a_number_in_any_spelling(over, calls, host):
    over.webhook = f"https://{host}/"
    over.save()

    assert deliver_due() == 0
    assert calls == []


@pytest.mark.django_db
def test_one_inside_among_several_spoils_all(over, calls, monkeypatch):
    leads(monkeypatch, ["93.184.215.14", "10.0.0.1"])

    assert deliver_due() == 0
    assert calls == []


@pytest.mark.django_db
def test_the_name_is_asked_for_once_and_its_answer_kept(over, calls, monkeypatch):
    asked = leads(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])

    deliver_due()

    assert asked == ["hooks.example.org"]
    assert calls == [("93.184.215.14", 443)]


@pytest.mark.django_db
def test_a_redirect_is_followed_by_nobody(over, monkeypatch):
    sent = []
    monkeypatch.setattr(webhooks, "posted", lambda *said: sent.append(said) or 302)

    assert deliver_due() == 0
    assert len(sent) == 1
    assert (Delivery.objects.get().outcome, Delivery.objects.get().done) == ("302", False)


@pytest.mark.django_db
def test_what_is_told_is_signed_and_short(over, monkeypatch):
    sent = []
    monkeypatch.setattr(webhooks, "posted", lambda *said: sent.append(said) or 204)

    assert deliver_due() == 1
    assert deliver_due() == 0, "once"

    ((host, path, body, headers),) = sent
    assert (host, path) == ("hooks.example.org", "/told?by=us")
    assert set(json.loads(body)) == {"id", "status", "ended", "attempt"}
    when, signed = (part.partition("=")[2] for part in headers["X-Emofuse-Signature"].split(","))
    assert signed == hmac.new(secret_of(over).encode(), f"{when}.".encode() + body, hashlib.sha256).hexdigest()
    assert over.label.encode() not in body


@pytest.mark.django_db
def test_it_is_tried_three_times_and_then_given_up(over, monkeypatch):
    sent = []
    monkeypatch.setattr(webhooks, "posted", lambda *said: sent.append(said) or 500)

    for _ in range(6):
        deliver_due()
        Delivery.objects.update(due=timezone.now() - timedelta(seconds=1))

    assert len(sent) == 3
    assert Delivery.objects.get().done


@pytest.mark.django_db
def test_what_ends_again_is_told_again_and_what_is_old_is_not(over, alice, analysis, monkeypatch):
    monkeypatch.setattr(webhooks, "posted", lambda *said: 200)
    deliver_due()
    job = over.job
    job.finished = timezone.now()
    job.save()
    assert deliver_due() == 1

    old = analysis(alice, webhook="https://hooks.example.org/")
    old.job.finished = timezone.now() - timedelta(days=2)
    old.job.save()
    analysis(alice, status="running", webhook="https://hooks.example.org/")
    assert deliver_due() == 0


@pytest.mark.django_db
def test_the_secret_is_shown_to_whoever_asks_for_the_analysis_and_never_again(hers, alice, upload, wanted, key):
    response = hers.post("jobs", wanted(upload(alice), webhook="https://hooks.example.org/"), **key())

    assert response.json()["webhook_secret"].startswith("whs_")
    assert hers.get(response["Location"]).json()["webhook_secret"] is None
    assert hers.post("jobs", wanted(upload(alice), webhook="http://x"), **key()).json()["code"] == "WEBHOOK_REFUSED"


def test_the_certificate_must_be_of_the_name():
    line = public.Pinned("hooks.example.org", "93.184.215.14")

    assert line.tls.check_hostname
    assert line.tls.verify_mode.name == "CERT_REQUIRED"
