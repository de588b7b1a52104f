import re
import statistics
import time

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from emofuse_web.accounts.models import Event

PASSWORD = "correct horse battery staple"
LOGIN = "/accounts/login/"


def tried(client: Client, email: str, password: str = "a wrong one entirely", **meta):
    return client.post(LOGIN, {"login": email, "password": password}, **meta)


def body(answer) -> str:
    """What it says, without what differs at each request or was typed by the reader."""
    said = re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="\w+"', "", answer.content.decode())
    return re.sub(r'value="\w+@example.org"', "", said)


def test_a_password_opens_the_door(alice):
    browser = Client()

    assert tried(browser, "Alice@Example.org", PASSWORD).url == "/analyses/"
    assert browser.get("/account/security/").status_code == 200


def test_an_account_that_was_shut_opens_nothing(people):
    people("eve", is_active=False)
    browser = Client()

    tried(browser, "eve@example.org", PASSWORD)

    assert browser.get("/account/security/").status_code == 302


def test_known_and_unknown_people_read_the_same(alice):
    known, unknown = tried(Client(), "alice@example.org"), tried(Client(), "nobody@example.org")

    assert known.status_code == unknown.status_code == 200
    assert body(known) == body(unknown)
    assert "not correct" in body(known)


@pytest.mark.slow
@override_settings(
    PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"], ACCOUNT_RATE_LIMITS={"login_failed": None, "login": None}
)
def test_known_and_unknown_people_wait_the_same_time(people):
    people("alice")
    took: dict[str, list[float]] = {"alice": [], "nobody": []}
    for _ in range(25):  # by turns, and in processor time: what else the machine does is no part of it
        for name, times in took.items():
            began = time.thread_time()
            tried(Client(), f"{name}@example.org")
            times.append(time.thread_time() - began)

    known, unknown = (statistics.median(times) for times in took.values())

    assert abs(known - unknown) / max(known, unknown) <= 0.10, (known, unknown)


def test_the_sixth_failure_is_refused_and_so_is_the_right_password_then(alice):
    answers = [tried(Client(), "alice@example.org").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    refused = tried(Client(), "alice@example.org", PASSWORD)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "300"


def test_failures_are_counted_for_an_account_from_whichever_address(alice):
    answers = [tried(Client(), "alice@example.org", REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(6)]

    assert answers == [200] * 5 + [429]


def test_failures_are_counted_for_an_address_about_whichever_account(db):
    answers = [tried(Client(), f"nobody{n}@example.org").status_code for n in range(6)]

    assert answers == [200] * 5 + [429]


def test_successes_are_no_failures(alice):
    assert [tried(Client(), "alice@example.org", PASSWORD).status_code for _ in range(8)] == [302] * 8


def test_nobody_gets_more_tries_by_a_header(alice):
    answers = [tried(Client(), f"nobody{n}@example.org", HTTP_X_FORWARDED_FOR=f"10.1.1.{n}").status_code for n in range(6)]

    assert answers == [200] * 5 + [429]


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1)
def test_behind_a_proxy_of_ours_its_word_counts_and_the_clients_own_does_not(alice):
    told = [tried(Client(), f"nobody{n}@example.org", HTTP_X_FORWARDED_FOR=f"6.6.6.{n}, 10.1.1.1").status_code for n in range(6)]
    other = tried(Client(), "somebody@example.org", HTTP_X_FORWARDED_FOR="10.1.1.2")

    assert told == [200] * 5 + [429]
    assert other.status_code == 200


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=2)
@pytest.mark.parametrize("header", ["", "10.1.1.1", "nonsense, more nonsense"])
def test_a_header_that_no_proxy_of_ours_wrote_breaks_nothing(alice, header):
    assert tried(Client(), "alice@example.org", PASSWORD, HTTP_X_FORWARDED_FOR=header).status_code == 302


def test_the_administration_has_no_door_of_its_own(people):
    people("gina", is_staff=True, is_superuser=True)
    browser = Client()

    answer = browser.post("/admin/login/", {"username": "gina@example.org", "password": PASSWORD})

    assert answer.url.startswith(LOGIN)
    assert browser.get("/admin/").status_code == 302


def test_failures_and_successes_are_written_down_without_addresses(alice):
    tried(Client(), "alice@example.org")
    tried(Client(), "nobody@example.org")
    tried(Client(), "alice@example.org", PASSWORD)

    assert list(Event.objects.order_by("pk").values_list("verb", "subject")) == [
        ("sign_in.failed", str(alice.pk)),
        ("sign_in.failed", ""),
        ("sign_in", str(alice.pk)),
    ]
    assert "@" not in str(list(Event.objects.values_list("detail", flat=True)))


def test_signing_in_gives_a_new_session(alice):
    browser = Client()
    browser.get(LOGIN)
    before = browser.session.session_key

    tried(browser, "alice@example.org", PASSWORD)

    assert browser.session.session_key != before


def test_failures_are_counted_where_every_process_sees_them():
    from emofuse_web.config import settings

    assert "locmem" not in settings.CACHES["default"]["BACKEND"]
    assert settings.CACHES["default"].get("OPTIONS", {}).get("MAX_ENTRIES", 100_000) >= 100_000
    cache.clear()


def test_without_mail_nobody_is_promised_a_message(charlies):
    answer = charlies.get("/accounts/password/reset/")

    assert "sends no e-mail" in answer.content.decode()


@override_settings(SENDS_MAIL=True)
def test_a_new_password_is_sent_for_and_the_old_sessions_end(alice, mailoutbox, by_the_door):
    elsewhere = by_the_door(alice)
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": alice.email})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]

    form = browser.get(link, follow=True)
    browser.post(form.request["PATH_INFO"], {"password1": "another long sentence", "password2": "another long sentence"})

    assert tried(Client(), alice.email, "another long sentence").status_code == 302
    assert elsewhere.get("/account/security/").status_code == 302
