"""The whole way: the first administrator's link, an invitation, a recording, its result, what is taken away, and the end of it.

Told once; done with a mouse and with keys alone, in a wide and in a narrow window, in English and in Russian.
"""

import csv
import json
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hands import HANDS
from words import Words

PATIENCE = 300  # s that an analysis may take on a busy machine
PASSWORD = "correct horse battery staple"
STANDS = """() => [document.querySelector('#state progress')?.value ?? null,
  document.querySelector('#state .badge-bad') && document.getElementById('state').innerText]"""
SAVED = {  # endings of what can be taken away of a video
    "annotated": ".annotated.mp4", "csv_spans": ".spans.csv", "csv_curves": ".curves.csv", "json": ".json", "vtt": ".vtt", "srt": ".srt",
    "eaf": ".eaf", "audacity": ".labels.txt", "png": ".png",
}  # fmt: skip
WAYS = [  # each takes half a minute; the first two have everything in them
    pytest.param("mouse", "wide", "en", marks=pytest.mark.slow, id="mouse-wide-en"),
    pytest.param("keys", "narrow", "ru", marks=pytest.mark.slow, id="keys-narrow-ru"),
    pytest.param("mouse", "narrow", "ru", marks=pytest.mark.stress, id="mouse-narrow-ru"),
    pytest.param("keys", "wide", "en", marks=pytest.mark.stress, id="keys-wide-en"),
]


@pytest.mark.parametrize(("by", "width", "language"), WAYS)
def test_from_the_first_link_to_the_annotated_video(by, width, language, site, opened, clip, tmp_path):
    says = Words(language)
    visitor = f"visitor-{by}-{width}@example.org"

    first = opened(width=width, locale=language)
    joined(first, HANDS[by](first), says, site.first_link(), f"first-{by}-{width}@example.org")
    link = invited(first, HANDS[by](first), says, visitor)

    page = opened(width=width, locale=language)
    hands = HANDS[by](page)
    joined(page, hands, says, link, visitor)
    assert page.locator("html").get_attribute("lang") == language
    asked(page, hands, says, clip)
    answer = judged(page)
    followed(page, hands, says, answer)
    taken_away(page, hands, answer, clip, tmp_path)
    found_again(page, hands, says, clip)
    site.sampled()
    compared(page, hands, says)
    forgotten(page, hands, says, site)


def joined(page: Any, hands: Any, says: Words, link: str, email: str) -> None:
    """Make an account by a link."""
    page.goto(link)
    if page.locator("[name=email]").is_enabled():  # an invitation to an address is for that address
        hands.write(page.locator("[name=email]"), email)
    assert page.locator("[name=email]").input_value() == email
    hands.write(page.get_by_label(says("Password"), exact=True), PASSWORD)
    hands.write(page.get_by_label(says("Password once more")), PASSWORD)
    hands.press(page.get_by_role("button", name=says("Make the account")))
    page.wait_for_url("**/analyses/")
    assert says("Nothing here yet") in page.locator("main").inner_text()


def opened_menu(page: Any, hands: Any, says: Words, name: str) -> Any:
    """A menu of the frame, open."""
    menu = page.locator("details.menu").filter(has=page.locator("summary", has_text=says(name)))
    hands.press(menu.locator("summary"))
    return menu


def invited(page: Any, hands: Any, says: Words, email: str) -> str:
    """Invite somebody; the link that is handed to them."""
    hands.press(opened_menu(page, hands, says, "Account").get_by_role("link", name=says("Invitations")))
    page.wait_for_url("**/invitations/")
    hands.write(page.get_by_label(says("E-mail address")), email)
    hands.press(page.get_by_role("button", name=says("Make a link")))
    link = page.locator("#made")
    link.wait_for()
    return link.input_value()


def asked(page: Any, hands: Any, says: Words, clip: Path) -> None:
    """Bring a recording, say what it is for, and start."""
    hands.press(page.locator(".page-head").get_by_role("link", name=says("New analysis")))
    page.wait_for_url("**/new/**")
    hands.bring("video", clip)
    file = page.locator("[data-files=video] .file-ready")
    file.wait_for()
    assert clip.name in file.inner_text()
    assert file.locator("dl.facts dt").count() >= 2  # what was found in it
    hands.choose(page.locator("[name=purpose]"), "research")
    hands.tick(page.locator("[name=setting][value=elsewhere]"))
    hands.tick(page.locator("[name=told]"))
    hands.tick(page.locator("[name=consent]"))
    hands.press(page.get_by_role("button", name=says("Start the analysis")))
    page.wait_for_url(re.compile(r"/analyses/[0-9a-f-]{36}/"))


def judged(page: Any) -> dict[str, Any]:
    """Wait until the answer is there; what its JSON says."""
    broken = pytest.importorskip("playwright.sync_api").Error
    seen = []
    until = time.monotonic() + PATIENCE
    while not page.locator("html.result-ready").count():
        assert time.monotonic() < until and not page.trouble, page.locator("main").inner_text()
        with suppress(broken):  # the status becomes the result, and what was asked of it has no answer
            share, failed = page.evaluate(STANDS)
            assert not failed, failed
            seen += [] if share is None else [share]
        page.wait_for_timeout(250)
    assert seen == sorted(seen)  # progress never goes back
    return json.loads(page.evaluate("fetch(location.pathname + 'exports/json/').then((answer) => answer.text())"))


def at(page: Any) -> float:
    """Second at which the film stands, once it has got there."""
    page.wait_for_function("() => !document.getElementById('media').seeking")
    return page.evaluate("document.getElementById('media').currentTime")


def followed(page: Any, hands: Any, says: Words, answer: dict[str, Any]) -> None:
    """Seek by spans, look closer, and move the threshold."""
    lane = max(answer["lanes"], key=lambda lane: len(lane["spans"]))
    wide = [i for i, span in enumerate(lane["spans"]) if span["label"] and span["end"] - span["start"] >= 0.2 * answer["duration"]] or [0]
    i = wide[-1]
    hands.to_span(lane["name"], i)
    assert at(page) == pytest.approx(lane["spans"][i]["start"] / 1000, abs=0.1)
    assert page.locator("#caption-words").inner_text().strip()

    hands.press(page.locator('[data-do="in"]'))
    page.locator("#shown").wait_for(state="visible")
    hands.press(page.locator('[data-do="all"]'))
    page.locator("#shown").wait_for(state="hidden")

    said = page.locator("#threshold-says")
    hands.slide(page.locator("#threshold"), to_end=True)
    page.wait_for_function("() => document.querySelectorAll('.track.is-first .span:not(.look-absent):not(.is-uncertain)').length === 0")
    doubted = said.inner_text()
    hands.slide(page.locator("#threshold"), to_end=False)
    page.wait_for_function("before => document.getElementById('threshold-says').textContent !== before", arg=doubted)


def taken_away(page: Any, hands: Any, answer: dict[str, Any], clip: Path, folder: Path) -> None:
    """Save everything that is offered, and open it."""
    links = page.locator(".downloads a")
    kinds = {link.get_attribute("href").rstrip("/").rsplit("/", 1)[1]: link for link in links.all()}
    assert kinds.keys() >= SAVED.keys()
    for kind, ending in SAVED.items():
        with page.expect_download() as coming:
            hands.press(kinds[kind])
        assert coming.value.suggested_filename == clip.stem + ending
        coming.value.save_as(folder / kind)
    proxy = page.evaluate_handle("fetch(document.getElementById('media').src).then((answer) => answer.arrayBuffer())")
    (folder / "proxy").write_bytes(bytes(proxy.evaluate("buffer => Array.from(new Uint8Array(buffer))")))

    spans = answer["lanes"][0]["spans"]
    assert json.loads((folder / "json").read_text())["lanes"] == answer["lanes"]
    with (folder / "csv_spans").open(newline="") as rows:
        assert sum(1 for row in csv.DictReader(rows) if row["lane"] == answer["lanes"][0]["name"]) == len(spans)
    assert (folder / "csv_curves").read_text().count("\n") > len(answer["lanes"][0]["curves"]["start"])
    assert (folder / "vtt").read_text().startswith("WEBVTT")
    assert " --> " in (folder / "srt").read_text()
    assert ElementTree.parse(folder / "eaf").getroot().tag == "ANNOTATION_DOCUMENT"
    assert all(len(line.split("\t")) == 3 for line in (folder / "audacity").read_text().splitlines() if not line.startswith("\\"))
    assert (folder / "png").read_bytes().startswith(b"\x89PNG")
    annotated_is_labelled(folder / "annotated", folder / "proxy")


def annotated_is_labelled(annotated: Path, proxy: Path) -> None:
    """The copy opens and plays as long as the recording; its upper left corner is written on, and its lower right one is not."""
    written, plain = (pictures(path) for path in (annotated, proxy))
    assert len(written) == pytest.approx(len(plain), abs=1)
    shape = plain[0].shape
    high, wide = shape[0] // 6, shape[1] // 4
    shared = list(zip(written, plain, strict=False))[:: max(1, len(plain) // 8)]
    for one, other in shared:
        differs = np.abs(one.astype(int) - other.astype(int)).mean(axis=2)
        assert differs[:high, :wide].mean() > 4 * max(differs[-high:, -wide:].mean(), 1)


def pictures(path: Path) -> list[np.ndarray]:
    import av

    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def found_again(page: Any, hands: Any, says: Words, clip: Path) -> None:
    """Go to the history, and come back from there."""
    to_history(page, hands, says)
    row = page.locator(".row-item")
    assert row.count() == 1
    assert row.locator("img").is_visible()
    page.wait_for_function("() => document.querySelector('.row-item img').naturalWidth > 0")
    assert row.locator(".row-top").inner_text().strip()
    hands.press(row.get_by_role("link", name=clip.name))
    page.locator("html.result-ready").wait_for()


def to_history(page: Any, hands: Any, says: Words) -> None:
    if page.locator("#nav-open").is_visible():
        hands.press(page.locator("#nav-open"))
    hands.press(page.locator("#nav").get_by_role("link", name=says("History")))
    page.wait_for_url("**/analyses/")


def compared(page: Any, hands: Any, says: Words) -> None:
    """Lay it beside the sample."""
    hands.press(page.get_by_role("link", name=says("Compare")))
    page.wait_for_url("**/compare/**")
    sample = page.locator("#b option").filter(has_text=re.compile("^Sample"))
    hands.choose(page.locator("#b"), sample.get_attribute("value"))
    hands.press(page.get_by_role("button", name=says("Compare")))
    page.locator("#result").wait_for()
    assert page.locator("#differ").is_visible()
    assert page.locator(".agreement, .verdict").first.inner_text().strip()
    page.go_back()
    page.go_back()
    page.locator("html.result-ready").wait_for()


def forgotten(page: Any, hands: Any, says: Words, site: Any) -> None:
    """Delete it, and sign out."""
    address = page.url
    hands.press(page.locator(".result-head details.menu summary"))
    hands.press(page.get_by_role("button", name=says("Delete it now")))
    page.wait_for_url("**/analyses/")
    assert says("Nothing here yet") in page.locator("main").inner_text()
    assert page.request.get(address).status == 404

    hands.press(opened_menu(page, hands, says, "Account").get_by_role("button", name=says("Sign out")))
    page.wait_for_url("**/login/**")
    assert page.request.get(site.address + "/analyses/", max_redirects=0).status == 302
