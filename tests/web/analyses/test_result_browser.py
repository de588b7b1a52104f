"""The result page in Chromium: by mouse and by keys, on a film the test makes; skipped, saying so, where there is no Chromium."""

import json
import os
import shutil

import pytest
from result_said import document, kept, lane, six_seconds

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SPANS = [(0, 2000, "happiness", 0.8, False), (2000, 4000, "anger", 0.45, True), (4000, 6000, "neutral", 0.7, False)]


@pytest.fixture
def film(tmp_path):
    return six_seconds(tmp_path / "film.mp4")


@pytest.fixture
def opened(live_server, settings):
    """Opens an analysis's page; whatever the console complains of fails the test."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not here.")
    sync_api = pytest.importorskip("playwright.sync_api")
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # playwright keeps a loop beside the test's own rows
    complaints = []
    try:
        with sync_api.sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])

            def window(one):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
                page.on("pageerror", lambda error: complaints.append(str(error)))
                page.goto(f"{live_server.url}/analyses/{one.id}/")
                page.wait_for_selector("html.result-ready")
                return page

            yield window
            browser.close()
            assert complaints == []  # no error, and nothing that the policy forbids
    finally:
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE") if before is None else os.environ.update(DJANGO_ALLOW_ASYNC_UNSAFE=before)


@pytest.fixture
def page(opened, analysis, artifact, film):
    """A sample's page, opened."""
    one = analysis(None, sample=True)
    kept(artifact, one, document(lane("fused", SPANS), lane("face", [(0, 6000, "happiness", 0.6, False)])))
    artifact(one, "proxy", content=film, media_type="video/mp4")
    return opened(one)


def at(page) -> float:
    """Second at which the film stands, once it has got there."""
    for _ in range(100):
        if not page.evaluate("document.getElementById('media').seeking"):
            break
        page.wait_for_timeout(20)
    return page.evaluate("document.getElementById('media').currentTime")


def span(page, i: int, lane_name: str = "fused"):
    return page.locator(f'.track[data-lane="{lane_name}"] button[data-i="{i}"]')


def test_a_click_on_a_span_goes_to_its_start_and_says_what_it_is(page):
    span(page, 1).click()

    assert at(page) == pytest.approx(2.0, abs=0.1)
    assert page.locator("#caption-words").inner_text() == "uncertain: Expression looks like anger, 0.45"
    assert span(page, 1).get_attribute("aria-current") == "true"


def test_the_keyboard_alone_is_enough(page):
    span(page, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    third = at(page)
    page.keyboard.press("[")
    second = at(page)
    page.keyboard.press("ArrowDown")
    lane_below = page.evaluate("document.activeElement.closest('.track').dataset.lane")

    assert third == pytest.approx(4.0, abs=0.1)
    assert second == pytest.approx(2.0, abs=0.1)
    assert lane_below == "face"


def test_a_lane_is_one_stop_of_the_tab_key(page):
    stops = page.locator('.lane-strip button[tabindex="0"]').count()

    assert stops == page.locator(".lane-strip").count() == 2


def test_space_plays_and_pauses(page):
    page.evaluate("document.getElementById('media').muted = true")
    span(page, 0).focus()
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    playing = not page.evaluate("document.getElementById('media').paused")
    page.keyboard.press(" ")

    assert playing
    assert page.evaluate("document.getElementById('media').paused")


def test_the_threshold_marks_spans_anew_and_says_how_much_is_uncertain(page):
    page.locator("#threshold").fill("1")
    page.wait_for_timeout(100)
    all_doubted = page.locator("#threshold-says").inner_text()
    page.locator("#threshold").fill("0")
    page.wait_for_timeout(100)

    assert "100 % of the time is then uncertain" in all_doubted
    assert "0 % of the time" in page.locator("#threshold-says").inner_text()
    assert "is-uncertain" not in span(page, 1).get_attribute("class")


def test_the_summary_follows_the_threshold(page):
    def said() -> tuple[list[str], str, str]:
        page.wait_for_timeout(100)
        unsure = page.locator("#summary .share-unsure").all_inner_texts()
        return unsure, page.locator("#uncertain-share").inner_text(), page.locator(".verdict-says").inner_text()

    own = said()
    pale = page.locator('#summary tr[data-label="happiness"] .bar-unsure')
    page.locator("#threshold").fill("0.5")
    half = said()
    page.locator("#threshold").fill("0.75")
    most = said()
    width = float(pale.get_attribute("width"))
    page.click('[data-do="own"]')

    assert own == (["0 %", "33 %", "0 %"], "33 %", "Expression looks mostly like")
    assert half == (["0 %", "33 %", "0 %"], "33 %", "Uncertain; expression looks most like")  # the whole leads by 0.4
    assert most == (["33 %", "33 %", "33 %"], "100 %", "Uncertain; expression looks most like")  # spans lead by 0.7, 0.175 and 0.55
    assert width == pytest.approx(100 / 3, abs=0.01)
    assert said() == own


def test_zooming_shows_less_and_all_shows_everything_again(page):
    page.click('[data-do="in"]')
    page.wait_for_timeout(100)
    zoomed = page.locator(".track[data-lane='fused'] .lane-strip button").count()
    page.click('[data-do="all"]')
    page.wait_for_timeout(100)

    assert zoomed < 3
    assert page.locator(".track[data-lane='fused'] .lane-strip button").count() == 3


def test_a_curve_is_put_out_by_its_key(page):
    key = page.locator(".key-item").first
    key.focus()
    page.keyboard.press("Enter")

    assert key.get_attribute("aria-pressed") == "false"


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_no_page_scrolls_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(200)

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_every_target_is_large_enough(page):
    small = page.evaluate(
        """[...document.querySelectorAll('#result button, #result summary, #result input, .go, .downloads a')]
             .filter((e) => e.offsetParent && e.type !== 'checkbox')
             .filter((e) => e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24).map((e) => e.outerHTML)"""
    )

    assert small == []


def test_words_without_times_are_drawn_by_sentence(opened, analysis, artifact):
    one = analysis(None, sample=True, mode="text")
    kept(artifact, one, document(lane("text", SPANS), source={"name": "said.txt", "text_order": "1000"}))
    said = [{"start": i * 1000, "end": i * 1000 + 1000, "text": f"Hm {i}.", "speaker": None} for i in range(6)]
    artifact(one, "transcript", content=json.dumps({"timed": False, "language": "en", "utterances": said}).encode())
    page = opened(one)
    doubts = page.locator(".utterance-doubt", has_text="?")
    before = doubts.count()

    ticks = page.locator("#ruler span").all_inner_texts()
    span(page, 1, "text").hover()
    named = span(page, 1, "text").get_attribute("aria-label")
    page.locator('[data-lane="text"] .u-over').hover()
    tip = page.locator("#tip .tip-time").inner_text()
    page.locator("#threshold").fill("1")
    page.locator("#threshold-says", has_text="of the sentences").wait_for()
    after = doubts.count()
    for _ in range(9):
        page.click('[data-do="in"]')
    page.locator("#shown", has_text="of 6").wait_for()

    assert (before, after) == (2, 6)  # what was said is marked as its spans are
    assert ticks == [f"sentence {n}" for n in range(1, 7)]
    assert named == "uncertain: anger, 0.45, sentences 3 to 4"
    assert tip.startswith("sentence ")
    assert page.locator("#shown").inner_text() in ("sentence 1 of 6", "sentences 1 to 2 of 6")  # never less than one
    assert not page.evaluate("/\\d\\d:\\d\\d\\.\\d/.test(document.getElementById('result').innerText)")
