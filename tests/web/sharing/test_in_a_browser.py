"""A link from its making to its end, in Chromium: the owner in one window, somebody without an account in another; skipped, saying so,
where there is no Chromium."""

import os
import shutil

import pytest
from result_said import document, kept, lane, six_seconds

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SPANS = [(0, 2000, "happiness", 0.8, False), (2000, 4000, "anger", 0.45, True), (4000, 6000, "neutral", 0.7, False)]
PASSWORD = "correct horse battery staple"
FORBIDDEN = (
    "addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)
SHUT = "status of 404"  # what Chromium says of a page that is not there


@pytest.fixture
def film(tmp_path):
    return six_seconds(tmp_path / "film.mp4")


@pytest.fixture
def one(analysis, artifact, alice, film, settings):
    """Alice's analysis of it."""
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    made = analysis(alice)
    kept(artifact, made, document(lane("fused", SPANS), lane("face", [(0, 6000, "happiness", 0.6, False)])))
    artifact(made, "proxy", content=film, media_type="video/mp4")
    artifact(made, "annotated", content=film, media_type="video/mp4")
    return made


@pytest.fixture
def window(live_server):
    """Windows of people who know nothing of each other. What the console or the policy complains of fails the test."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not here.")
    sync_api = pytest.importorskip("playwright.sync_api")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop beside the test's own rows
    complaints = []

    def opened():
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, locale="en")
        context.add_init_script(FORBIDDEN)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            yield opened
            browser.close()
            assert [said for said in complaints if SHUT not in said] == []
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE") if before is None else os.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE=before)


def linked(owner, alice, one) -> str:
    """What a link's page says its address is, after its maker signed in and typed the password once more."""
    owner.goto("/accounts/login/")
    owner.locator("[name=login]").fill(alice.email)
    owner.locator("[name=password]").fill(PASSWORD)
    owner.get_by_role("button", name="Sign in", exact=True).click()
    owner.wait_for_url("**/analyses/**")
    owner.goto(f"/analyses/{one.id}/")
    owner.get_by_role("link", name="Share").click()
    owner.get_by_label("Heading that visitors read").fill("For the board")
    owner.get_by_label("Everybody who is shown or heard agreed").check()
    owner.get_by_role("button", name="Make a link").click()
    owner.wait_for_url("**/reauthenticate/**")
    owner.locator("[name=password]").fill(PASSWORD)
    owner.get_by_role("button", name="Go on").click()
    return owner.locator("#made").input_value()


def seen(visitor) -> float:
    """Second at which the film stands, once it has got there."""
    visitor.wait_for_function("() => !document.getElementById('media').seeking")
    return visitor.evaluate("document.getElementById('media').currentTime")


def test_somebody_without_an_account_looks_at_it_until_it_is_revoked(window, alice, one):
    owner, visitor = window(), window()
    asked = []
    visitor.on("request", lambda request: asked.append(request))

    visitor.goto(linked(owner, alice, one))

    visitor.wait_for_selector("html.result-ready")
    assert visitor.locator("h1").inner_text() == "For the board"
    assert visitor.locator(".track .lane-strip button").count() == 4
    visitor.locator('.track[data-lane="fused"] button[data-i="1"]').click()
    assert seen(visitor) == pytest.approx(2.0, abs=0.1)
    assert visitor.locator("#caption-words").inner_text() == "uncertain: Expression looks like anger, 0.45"
    visitor.evaluate("document.getElementById('media').muted = true")
    visitor.locator("#play").click()
    visitor.wait_for_function("() => document.getElementById('media').currentTime > 2.3")
    assert visitor.context.cookies() == []
    assert not any("/shared/" in request.headers.get("referer", "") for request in asked), "the address is told to nobody"

    owner.goto(f"/analyses/{one.id}/share/")
    assert "opened once" in owner.locator(".things").inner_text()
    owner.get_by_role("button", name="Revoke For the board").click()
    assert "revoked" in owner.locator(".things").inner_text()
    visitor.reload()
    assert visitor.locator("h1").inner_text() == "There is nothing here"


@pytest.mark.parametrize("width", [1280, 360])
def test_no_page_of_it_scrolls_sideways(width, window, alice, one):
    owner, visitor = window(), window()
    address = linked(owner, alice, one)
    visitor.goto(address)
    visitor.wait_for_selector("html.result-ready")

    for page in (owner, visitor):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
