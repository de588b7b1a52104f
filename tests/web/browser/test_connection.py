"""A page that looks again and again, while the server cannot be reached; skipped, saying so, where there is no Chromium."""

import os

import pytest
from hands import CHROMIUM, Strict

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LOST = "The connection is lost; trying again."


@pytest.fixture
def page(live_server, settings, alice, alices):
    """A window in which Alice is signed in."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not here.")
    sync_api = pytest.importorskip("playwright.sync_api")
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop beside the test's own rows
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            window = Strict(browser, live_server.url, width=1280, locale="en", dark=False, patience=60_000)
            window.context.add_cookies([{"name": name, "value": one.value, "url": live_server.url} for name, one in alices.cookies.items()])
            yield window.page
            browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE") if before is None else os.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE=before)


@pytest.mark.parametrize("way", ["cut off", "a proxy without its server"])
def test_a_status_page_says_that_the_connection_is_lost_and_that_it_is_back(page, alice, analysis, upload, way):
    row = analysis(alice, status="running", video=upload(alice))
    row.job.stage, row.job.progress = "face", 0.4
    row.job.save()
    tries = []

    def refused(route):
        tries.append(route.request.url)
        route.abort() if way == "cut off" else route.fulfill(status=503)

    page.goto(f"/analyses/{row.id}/")
    line = page.locator("[data-lost]")
    assert (line.get_attribute("role"), line.inner_text()) == ("status", "")

    page.route("**/status/", refused)
    with page.expect_request("**/status/"):
        pass
    assert line.inner_text() == ""  # one alone may be a hiccup
    page.get_by_text(LOST).wait_for()
    assert len(tries) == 2
    assert "40 %" in page.locator("#state").inner_text()

    row.job.progress = 0.6
    row.job.save()
    page.unroute("**/status/")
    page.get_by_text("60 %").wait_for()
    page.get_by_text(LOST).wait_for(state="hidden")


def test_the_history_says_so_too(page, alice, analysis, upload):
    analysis(alice, status="running", video=upload(alice))
    page.goto("/analyses/")
    page.route("**/analyses/?**", lambda route: route.abort())

    page.get_by_text(LOST).wait_for()

    assert page.locator(".row-item").count() == 1
