import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client, override_settings

from emofuse_web.accounts.models import Event, User

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ADDRESSES = ["/account/security/", "/account/security/preferences/", "/account/security/sessions/end/", "/account/security/sessions/1/end/"]
GUARDED = [  # asks for the password again, unless it was typed in the last five minutes
    ("get", "/accounts/2fa/totp/activate/"),
    ("get", "/accounts/2fa/webauthn/add/"),
    ("get", "/accounts/2fa/recovery-codes/"),
    ("get", "/accounts/2fa/recovery-codes/generate/"),
    ("get", "/accounts/2fa/recovery-codes/download/"),
    ("get", "/accounts/email/"),
    ("post", "/account/tokens/"),
    ("post", "/account/privacy/export/"),
    ("get", "/account/privacy/erase/"),
    ("post", "/account/privacy/erase/"),
]


def code() -> str:
    """Six digits, as an app says them now."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def with_app(user: User) -> User:
    TOTP.activate(user, SECRET)
    return user


def test_bob_cannot_end_alices_session(alice, bobs, by_the_door):
    hers = by_the_door(alice)
    row = UserSession.objects.get(user=alice)

    assert bobs.post(f"/account/security/sessions/{row.pk}/end/").status_code == 404
    assert hers.get("/account/security/").status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_charlie_is_asked_to_sign_in(charlies, address):
    assert charlies.get(address).status_code in (302, 405)
    assert charlies.post(address).status_code in (302, 405)


@pytest.mark.parametrize(("method", "address"), GUARDED)
def test_who_did_not_type_the_password_just_now_types_it_again(alice, alices, method, address):
    if "recovery" in address:
        RecoveryCodes.activate(with_app(alice))

    answer = getattr(alices, method)(address)

    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/reauthenticate/")


def test_after_the_password_was_typed_again_the_way_goes_on(alices):
    asked = alices.get("/accounts/2fa/totp/activate/")

    answer = alices.post(asked.url, {"password": PASSWORD})

    assert answer.url == "/accounts/2fa/totp/activate/"
    assert alices.get(answer.url).status_code == 200


def test_a_wrong_password_opens_nothing_and_is_counted(alices):
    asked = alices.get("/accounts/2fa/totp/activate/")

    answers = [alices.post(asked.url, {"password": "a wrong one"}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]


def test_the_app_is_turned_on_by_its_code_and_then_asked_for(alice, by_the_door, monkeypatch):
    browser = by_the_door(alice)
    page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    told = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    browser.post("/accounts/2fa/totp/activate/", {"code": told})

    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}
    other = Client()
    assert other.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}).url.startswith("/accounts/2fa/authenticate/")
    assert other.get("/account/security/").status_code == 302


def test_password_and_code_open_the_door(alice):
    with_app(alice)
    browser = Client()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    browser.post("/accounts/2fa/authenticate/", {"code": code()})

    assert browser.get("/account/security/").status_code == 200


def test_a_code_works_once(alice):
    with_app(alice)
    said = code()
    for browser, works in ((Client(), 200), (Client(), 302)):
        browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        browser.post("/accounts/2fa/authenticate/", {"code": said})

        assert browser.get("/account/security/").status_code == works


def test_wrong_codes_are_counted_and_the_sixth_is_refused(alice):
    with_app(alice)
    browser = Client()
    browser.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})

    answers = [browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert Event.objects.filter(verb="factor.failed").count() == 5


def test_a_recovery_code_opens_the_door_once(alice, by_the_door):
    browser = by_the_door(alice)
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    browser.post("/accounts/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))})
    kept = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]

    for other, works in ((Client(), 200), (Client(), 302)):
        other.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
        other.post("/accounts/2fa/authenticate/", {"code": kept})
        assert other.get("/account/security/").status_code == works


def test_the_administration_wants_the_second_factor_too(people):
    gina = with_app(people("gina", is_staff=True, is_superuser=True))
    browser = Client()
    browser.post("/accounts/login/?next=/admin/", {"login": gina.email, "password": PASSWORD})

    assert browser.get("/admin/").status_code == 302

    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.get("/admin/").status_code == 200


def test_second_factors_can_be_removed_by_a_superuser_and_read_by_nobody(people, alice):
    with_app(alice)
    gina = people("gina", is_staff=True, is_superuser=True)
    browser = Client()
    browser.force_login(gina, backend="django.contrib.auth.backends.ModelBackend")
    row = Authenticator.objects.get(user=alice, type="totp")

    page = browser.get(f"/admin/mfa/authenticator/{row.pk}/change/")
    assert page.status_code == 200
    assert SECRET not in page.content.decode()

    browser.post(f"/admin/mfa/authenticator/{row.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(pk=row.pk).exists()
    assert Event.objects.filter(verb="staff.factor_removed", actor=gina, subject=str(alice.pk)).exists()


def test_sessions_are_listed_and_ended_one_by_one(alice, by_the_door):
    here, there = by_the_door(alice), by_the_door(alice)
    assert len(here.get("/account/security/").context["sessions"]) == 2
    other = UserSession.objects.get(session_key=there.session.session_key)

    here.post(f"/account/security/sessions/{other.pk}/end/")

    assert there.get("/account/security/").status_code == 302
    assert here.get("/account/security/").status_code == 200


def test_all_other_sessions_are_ended_at_once(alice, by_the_door):
    here, there, elsewhere = (by_the_door(alice) for _ in range(3))

    here.post("/account/security/sessions/end/")

    assert [browser.get("/account/security/").status_code for browser in (here, there, elsewhere)] == [200, 302, 302]


def test_a_new_password_ends_other_sessions(alice, by_the_door):
    here, there = by_the_door(alice), by_the_door(alice)

    said = {"oldpassword": PASSWORD, "password1": "another long sentence", "password2": "another long sentence"}
    assert here.post("/accounts/password/change/", said).status_code == 302

    assert there.get("/account/security/").status_code == 302
    assert here.get("/account/security/").status_code == 200
    assert Event.objects.filter(verb="password.changed", actor=alice).exists()


def test_without_mail_another_address_is_taken_at_once(alice, by_the_door):
    browser = by_the_door(alice)

    browser.post("/accounts/email/", {"email": "Alice@Example.net"})

    alice.refresh_from_db()
    assert alice.email == "alice@example.net"
    assert Client().post("/accounts/login/", {"login": "alice@example.net", "password": PASSWORD}).status_code == 302


def test_the_address_of_somebody_else_is_not_taken(alice, bob, by_the_door):
    answer = by_the_door(alice).post("/accounts/email/", {"email": "BOB@example.org"})

    assert answer.context["form"].errors["email"]


@override_settings(SENDS_MAIL=True)
def test_with_mail_another_address_is_taken_when_it_is_verified(alice, by_the_door, mailoutbox):
    browser = by_the_door(alice)
    EmailAddress.objects.get_or_create(user=alice, email=alice.email, defaults={"primary": True, "verified": True})

    browser.post("/accounts/email/", {"email": "alice@example.net", "action_add": ""})
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"

    link = re.search(r"http://\S+(/accounts/confirm-email/\S+)", mailoutbox[-1].body)[1]
    browser.post(link)
    alice.refresh_from_db()
    assert alice.email == "alice@example.net"


def test_language_and_theme_go_with_the_account(alice, by_the_door):
    by_the_door(alice).post("/account/security/preferences/", {"language": "ru", "theme": "dark"})

    elsewhere = by_the_door(alice)
    page = elsewhere.get("/account/security/").content.decode()
    assert '<html lang="ru"' in page
    assert 'data-theme="dark"' in page


def test_a_session_is_seen_without_a_row_at_every_request(alice, by_the_door, django_assert_num_queries):
    browser = by_the_door(alice)
    browser.get("/account/erased/")
    before = UserSession.objects.get(user=alice).last_seen_at

    browser.get("/account/erased/")

    assert UserSession.objects.get(user=alice).last_seen_at == before


@pytest.fixture(autouse=True)
def _codes_unused():
    cache.clear()
