"""Shorter ways: to a first result in a few steps, words that are pasted, an EEG beside a video."""

import re
import time
from typing import Any

import pytest
from hands import Keys, Mouse
from test_whole_way import asked, joined, judged
from words import Words

FIRST = 5  # interactions from signing in to a first result, at most
SPOKEN = "What a lovely day, I am so happy to see you!\nStop it. I hate this, and I am furious.\nThe meeting is on Tuesday."


@pytest.fixture(scope="module")
def admin(site: Any, chromium: Any) -> dict[str, Any]:
    """Somebody with an account: their address, and what their browser remembers of having signed in."""
    from hands import Strict

    window = Strict(chromium, site.address, width=1280, locale="en", dark=False, patience=60_000)
    email = f"ways-{time.time_ns()}@example.org"
    joined(window.page, Mouse(window.page), Words("en"), site.first_link(), email)
    kept = window.context.storage_state()
    window.context.close()
    return {"email": email, "kept": kept}


def entered(page: Any, admin: dict[str, Any]) -> Any:
    page.context.add_cookies(admin["kept"]["cookies"])
    return page


def loads(page: Any) -> list[str]:
    """Pages that are opened from now on."""
    opened: list[str] = []
    page.on("request", lambda asked: opened.append(asked.url) if asked.is_navigation_request() else None)
    return opened


@pytest.mark.slow
def test_a_first_result_is_five_interactions_from_signing_in(site, opened, admin):
    """U2, with the sample: two words typed, the button, the link. No page is loaded twice."""
    site.sampled()
    page = opened()
    page.goto("/accounts/login/")
    hands = Mouse(page)
    seen = loads(page)

    hands.write(page.locator("[name=login]"), admin["email"])
    hands.write(page.locator("[name=password]"), "correct horse battery staple")
    hands.press(page.get_by_role("button", name="Sign in", exact=True))
    page.wait_for_url("**/analyses/**")
    hands.press(page.get_by_role("link", name="Open the sample"))
    page.locator("html.result-ready").wait_for()

    assert hands.count <= FIRST
    assert len(set(seen)) == len(seen)


@pytest.mark.slow
def test_an_own_result_takes_seven_interactions_once_signed_in(opened, admin, clip):
    """What U2 asks of an upload is not met, and cannot be: the law's three answers and the notice are asked for one by one."""
    page = entered(opened(), admin)
    page.goto("/analyses/")
    hands = Mouse(page)
    seen = loads(page)

    asked(page, hands, Words("en"), clip)
    judged(page)

    assert hands.count == 7  # open the page, drop the file, purpose, setting, notice, consent, start
    assert len(seen) <= 4  # the page of a new analysis, where it goes, and the status that becomes the result
    removed(page, hands)


@pytest.mark.parametrize(
    "hand", [pytest.param(Mouse, marks=pytest.mark.stress, id="mouse"), pytest.param(Keys, marks=pytest.mark.slow, id="keys")]
)
def test_words_are_pasted_and_read(hand, opened, admin):
    page = entered(opened(width="narrow" if hand is Keys else "wide"), admin)
    hands = hand(page)
    page.goto("/new/")
    hands.tick(page.locator("#mode-text"))
    page.locator("#place-video").wait_for(state="hidden")
    hands.press(page.locator(".paste summary"))
    hands.write(page.locator("#words"), SPOKEN)
    hands.press(page.get_by_role("button", name="Use these words"))
    page.locator("[data-files=text] .file-ready").wait_for()
    consented(page, hands)
    answer = judged(page)

    said = page.locator(".transcript .utterance")
    assert said.count() == 4  # sentences
    assert "lovely" in said.first.inner_text()
    assert {lane["name"] for lane in answer["lanes"] if lane["label"]} >= {"text"}
    assert page.locator("video, audio").count() == 0
    hands.to_span("text", 1)
    removed(page, hands)


def removed(page: Any, hands: Any) -> None:
    hands.press(page.locator(".result-head details.menu summary"))
    hands.press(page.get_by_role("button", name="Delete it now"))
    page.wait_for_url("**/analyses/")


def consented(page: Any, hands: Any) -> None:
    hands.choose(page.locator("[name=purpose]"), "research")
    hands.tick(page.locator("[name=setting][value=elsewhere]"))
    hands.tick(page.locator("[name=told]"))
    hands.tick(page.locator("[name=consent]"))
    hands.press(page.get_by_role("button", name="Start the analysis"))
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f-]{36}/"))


@pytest.mark.slow
@pytest.mark.corpus
def test_an_eeg_is_laid_beside_a_video(opened, admin, clip, shared, tmp_path):
    """A recording of a headband: its columns are shown with the electrodes they stand for, before anything starts."""
    recording = shared / "muse" / "original_data" / "subjecta-relaxed-1.csv"
    if not recording.is_file():
        pytest.skip("The recordings of the headband are not here.")
    page = entered(opened(), admin)
    hands = Mouse(page)
    page.goto("/new/")
    hands.tick(page.locator("#mode-av_eeg"))
    hands.bring("video", clip)
    page.locator("[data-files=video] .file-ready").wait_for()
    hands.bring("eeg", recording)
    card = page.locator("[data-files=eeg] .file-ready")
    card.wait_for()
    card.locator("details.mapping summary").click()
    shown = card.locator("table").inner_text()
    assert all(name in shown for name in ("TP9", "AF7", "AF8", "TP10", "Right AUX"))
    assert card.get_by_label("Samples a second").input_value() or "256" in card.inner_text()
    hands.press(page.locator("#ask details.mapping summary", has_text="More options"))
    hands.write(page.locator("#id_offset_eeg"), "0.5")
    consented(page, hands)
    answer = judged(page)

    assert {"fused", "eeg-muse"} <= {lane["name"] for lane in answer["lanes"]}
    assert page.locator('.track[data-lane="eeg-muse"]').count() == 1
    removed(page, hands)
