"""The page of a new analysis in Chromium; skipped, saying so, where there is no Chromium."""

import os
import shutil

import pytest
from django.test import Client

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server, settings, alice, alices: Client):
    """A window in which Alice is signed in."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not here.")
    sync_api = pytest.importorskip("playwright.sync_api")
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop beside the test's own rows
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
            context.add_cookies([{"name": name, "value": one.value, "url": live_server.url} for name, one in alices.cookies.items()])
            yield context.new_page()
            browser.close()
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE") if before is None else os.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE=before)


def test_words_alone_begin_without_a_line_and_choose_the_only_file(page, alice, upload):
    words = upload(alice, "text", name="said.txt")
    page.goto("/new/?mode=av")
    place = page.locator("#place-text")
    assert place.evaluate("place => getComputedStyle(place).borderTopWidth") == "1px"
    radio = page.locator(f'input[type=radio][name=text][value="{words.id}"]')
    assert not radio.is_checked()

    page.locator("#mode-text").check()

    assert place.evaluate("place => getComputedStyle(place).borderTopWidth") == "0px"
    assert place.evaluate("place => getComputedStyle(place).marginTop") == "0px"
    assert radio.is_checked()
    assert str(words.id) in page.url


def test_a_reload_keeps_what_is_asked_again(page, alice, analysis, upload):
    row = analysis(alice, status="failed", label="visit 13", video=upload(alice), audio=upload(alice, "audio"))
    page.goto(f"/new/?again={row.id}")
    page.locator("#place-audio [data-none]").check()

    page.reload()

    assert page.locator("[name=label]").input_value() == "visit 13"
    assert page.locator(f'input[type=radio][name=video][value="{row.video_id}"]').is_checked()
    assert not page.locator(f'input[type=radio][name=audio][value="{row.audio_id}"]').is_checked()


def test_what_is_advanced_is_folded_and_a_reload_keeps_it(page):
    page.goto("/new/?mode=av")
    hop, threshold = page.get_by_label("An answer every"), page.get_by_label("Uncertain below a lead of (%)")
    assert not hop.is_visible() and not threshold.is_visible()

    page.get_by_text("Advanced", exact=True).click()
    hop.select_option("200")
    threshold.fill("12.5")
    threshold.blur()

    assert "hop=200" in page.url and "threshold=12.5" in page.url
    page.reload()
    assert (hop.input_value(), threshold.input_value()) == ("200", "12.5")
    assert hop.is_visible()
    page.locator("#mode-text").check()
    assert threshold.is_visible() and not hop.is_visible()


def test_a_language_is_asked_for_where_there_are_words_and_a_reload_keeps_it(page, alice, upload):
    words = upload(alice, "text", name="said.txt")
    page.goto("/new/?mode=av")
    language = page.get_by_label("Language of the words")
    assert not language.is_visible()

    page.locator(f'input[type=radio][name=text][value="{words.id}"]').check()
    language.select_option("de")

    assert "language=de" in page.url
    page.reload()
    assert language.is_visible()
    assert language.input_value() == "de"
    page.locator("#place-text [data-none]").check()
    assert not language.is_visible()
    page.locator("#mode-text").check()
    assert language.is_visible()
