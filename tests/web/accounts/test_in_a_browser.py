"""The first administrator's link, a passkey and an authenticator app, in the system's Chromium."""

import shutil
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; it is not on this machine"),
]
EMAIL, PASSWORD = "stefanie@example.org", "correct horse battery staple"


@pytest.fixture
def page(served) -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(base_url=served.addresses[0], locale="en").new_page()
        page.set_default_timeout(10_000)
        page.trouble = []  # what the console complains of: a policy that was broken, a script that failed
        page.on("console", lambda said: page.trouble.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        yield page
        browser.close()


def device(page) -> tuple[object, str]:
    """A device with a finger on it, as Chromium plays it."""
    told = page.context.new_cdp_session(page)
    told.send("WebAuthn.enable")
    said = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    said |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    return told, told.send("WebAuthn.addVirtualAuthenticator", {"options": said})["authenticatorId"]


def signed_out(page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_from_the_first_link_to_passkey_and_app(page, served):
    page.goto(served.first_link())
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password once more").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/analyses/**")

    told, key = device(page)
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill("this laptop")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/recovery-codes/**")
    assert len(told.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    signed_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/analyses/**")  # a passkey stands for both factors
    page.goto("/account/security/")
    assert page.get_by_text("this laptop").count() >= 1

    signed_out(page)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/2fa/authenticate/**")  # the password alone is not enough any more
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/analyses/**")

    page.goto("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Activate").click()
    page.wait_for_url("**/account/security/**")

    signed_out(page)
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1)))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/analyses/**")

    assert page.trouble == []


def test_a_passkey_that_fails_is_told_of_on_the_page(page):
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('closed', 'NotAllowedError'))")
    page.goto("/accounts/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    page.locator("#passkey-trouble").wait_for(state="visible")
    assert page.trouble == []


def test_an_address_without_a_name_is_told_that_it_gets_no_passkeys():
    from emofuse_web.accounts.passkeys import host_named

    assert host_named("emofuse.example.org") and not host_named("192.168.1.7:8000")
