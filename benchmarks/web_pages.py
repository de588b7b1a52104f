"""Is the site soon there (U1), are its pages quick (U6), and does progress move (U10)?

`emofuse serve` is started in an empty folder, as a new user does; its sample and one clip are analysed, and every kind of page is opened
anew in Chromium. The floor is what each bar allows. Needs the extras `web` and `demo`, and Chromium; a busy machine shows in the figures.
"""

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from emofuse.demo import talking_portrait
from emofuse.evaluation.record import BENCHMARKS, origin
from emofuse.run import commit

PASSWORD = "correct horse battery staple"
LOADS = 20  # of each page, each in a new window: nothing is in its cache
SECONDS, LONGER = 10, 60  # of the clip; of one whose time left is looked at
SOON = 5_000  # ms before the end; from then on nobody asks how long, and pages say it in steps of five seconds
PAGES = {  # what is opened; the result is the sample's
    "first page": "/", "sign-in": "/accounts/login/", "result": "/sample/", "history": "/analyses/", "new analysis": "/new/",
    "compare": "/compare/", "models": "/models/", "a card": "/models/voice/", "problems": "/problems/", "privacy": "/account/privacy/",
    "security": "/account/security/", "tokens": "/account/tokens/", "notice": "/account/notice/", "invitations": "/account/invitations/",
    "operations": "/operations/", "API": "/api/v1/docs",
}  # fmt: skip
STRANGERS = ("first page", "sign-in", "result")  # seen by somebody who is not signed in
VITALS = """
window.vitals = { lcp: 0, cls: 0, inp: 0 };
new PerformanceObserver((list) => { for (const one of list.getEntries()) vitals.lcp = one.startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) vitals.cls += one.value; })
  .observe({ type: 'layout-shift', buffered: true });
const worse = (one) => { if (one.interactionId) vitals.inp = Math.max(vitals.inp, one.duration); };
new PerformanceObserver((list) => list.getEntries().forEach(worse))
  .observe({ type: 'event', durationThreshold: 16, buffered: true });
"""
WATCH = """() => {
  window.looks = [];
  const look = () => {
    const state = document.getElementById('state');
    if (!state) return;
    const bar = state.querySelector('progress');
    const clock = [...state.querySelectorAll('[data-since]')].map((one) => one.textContent).join();
    window.looks.push([performance.now(), bar ? bar.value : null, state.innerText, clock]);
  };
  setInterval(look, 100);
}"""


def main() -> None:
    """Measure, print a table, and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=LOADS, help=f"of each page ({LOADS})")
    parser.add_argument("--only", choices=("u1", "u10", "u6"), help="one of the bars; the site is started for each")
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="where rows are kept (docs)")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="whether rows are kept")
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    print(f"load of this machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as site:
        rows = [*site.rows, *(visited(site, Path(folder), options) if options.only != "u1" else ())]
    rows = [one for one in rows if options.only is None or f"({options.only.upper()})" in one["question"]]
    for one in rows:
        print(f"{one['question']} | {one['size']} | {one['floor']} | {one['ours']} | {one['ratio']}")
        if options.keep:
            BENCHMARKS.add(options.docs, one | {"memory": None} | origin("python benchmarks/web_pages.py", commit()))
    print(f"load of this machine: {os.getloadavg()[0]:.1f}")
    over = [one["size"] for one in rows if one["ratio"] > 1]
    sys.exit(f"Over the bar: {'; '.join(over)}" if over else 0)


class Site:
    """Where it is, how to come in, and how soon it was there."""

    def __init__(self, address: str, link: str, rows: list[dict[str, Any]]) -> None:
        self.address, self.link, self.rows = address, link, rows


@contextmanager
def started(folder: Path) -> Iterator[Site]:
    """U1: from the command to the page of sign-in, and to the sample's answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://localhost:{port}"
    console = folder / "console.txt"
    env = os.environ | {"EMOFUSE_WEB_HOME": str(folder / "home"), "PYTHONUNBUFFERED": "1"}
    began = time.monotonic()
    with console.open("w") as said:
        site = subprocess.Popen([sys.executable, "-m", "emofuse", "serve", "--port", str(port)], env=env, stdout=said, stderr=said)
    try:
        there = answered(site, address + "/accounts/login/", began, within=120)
        sampled = answered(site, address + "/sample/", began, within=600, shows=b'id="result"')
        question = "From `emofuse serve` in an empty folder (U1)"
        rows = [
            row(question, "the page of sign-in answers", "10 s", there, "s", 10),
            row(question, f"the sample of {SECONDS} s is analysed, counted from the start of the site", "60 s", sampled, "s", 60),
        ]
        yield Site(address, re.search(r"\S+/account/first/\S+", console.read_text())[0], rows)  # type: ignore[index]  # it is printed
    finally:
        site.send_signal(signal.SIGINT)
        site.wait(30)


def answered(site: "subprocess.Popen[bytes]", address: str, began: float, *, within: float, shows: bytes = b"<main") -> float:
    """Seconds until an address shows something."""
    while time.monotonic() - began < within and site.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            if shows in answer.read():
                return time.monotonic() - began
        time.sleep(0.1)
    sys.exit(f"{address} did not show what was expected within {within} s.")


def visited(site: Site, folder: Path, options: argparse.Namespace) -> list[dict[str, Any]]:
    """U6 and U10, in the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        window = browser.new_context(base_url=site.address)
        page = window.new_page()
        page.goto(site.link)
        page.locator("[name=email]").fill("bench@example.org")
        for name in ("Password", "Password once more"):
            page.get_by_label(name, exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Make the account").click()
        page.wait_for_url("**/analyses/")
        rows = moved(page, folder)
        kept = window.storage_state()
        page.goto("/compare/")
        own, sample = (one.get_attribute("value") for one in page.locator("#a option[value]:not([value=''])").all()[:2])
        PAGES["compare"] = f"/compare/?a={own}&b={sample}"
        rows += vitals(browser, site, kept, options.loads) if options.only != "u10" else []
        browser.close()
    return rows


def moved(page: Any, folder: Path) -> list[dict[str, Any]]:
    """U10: what somebody sees who waits, and whether it is as long as they were told."""
    looks = watched(page, folder, SECONDS)
    shares = [look[1] for look in looks if look[1] is not None]
    back = sum(after < before for before, after in zip(shares, shares[1:], strict=False))
    still, barred = unchanged([(look[0], (look[1], look[2])) for look in looks]), unchanged([(look[0], look[1]) for look in looks])
    question, size = "Does progress move (U10)?", f"a clip of {SECONDS} s, looked at each 100 ms"
    return [
        row(question, f"{size}: times that it went back", "0", back, "times", 0.5),
        row(
            question,
            f"{size}: longest without a visible change",
            "2 s",
            still,
            "s",
            2,
            f"; the bar alone, without the clock: {barred:.1f} s",
        ),
        estimated(watched(page, folder, LONGER)),
    ]


def watched(page: Any, folder: Path, seconds: int) -> list[list[Any]]:
    """Brings a clip, starts, and looks until the result is there: when, the bar, all words, the clock."""
    clip = folder / f"clip-{seconds}.mp4"
    talking_portrait(clip, seconds)
    page.goto("/new/")
    page.set_input_files("#input-video", clip)
    page.locator("[data-files=video] .file-ready").wait_for(timeout=120_000)
    page.locator("[name=purpose]").select_option("research")
    for one in ("[name=setting][value=elsewhere]", "[name=told]", "[name=consent]"):
        page.locator(one).check()
    page.get_by_role("button", name="Start the analysis").click()
    page.locator("#state").wait_for()
    page.evaluate(WATCH)
    looks: list[list[Any]] = []
    while page.locator("#state").count():
        with suppress(Exception):  # the page becomes the result
            looks = page.evaluate("window.looks") or looks
        page.wait_for_timeout(200)
    return looks


def estimated(looks: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """By how much the time that was said to be left was wrong, as a share of what was left, from a quarter of the run on."""
    began = next(look[0] for look in looks if look[1] is not None)
    ended = looks[-1][0]
    told = [(look[0], re.search(r"about (\d+):(\d+) left", look[2])) for look in looks]
    wrong = [
        abs(60 * int(said[1]) + int(said[2]) - (ended - now) / 1_000) / ((ended - now) / 1_000)
        for now, said in told
        if said and now - began >= (ended - began) / 4 and ended - now >= SOON
    ]
    if not wrong:
        sys.exit("The page never said how long it would take.")
    first, usual = 100 * wrong[0], 100 * statistics.median(wrong)
    size = f"a clip of {LONGER} s: error of the time left, median from a quarter of the run to {SOON / 1_000:.0f} s before its end"
    return row("Does progress move (U10)?", size, "50 %", usual, "%", 50, f"; at a quarter: {first:.0f} %")


def unchanged(looks: Sequence[tuple[float, Any]]) -> float:
    """Seconds that what was seen stayed the same, at the longest."""
    longest, since = 0.0, looks[0][0]
    for (_, before), (now, after) in zip(looks, looks[1:], strict=False):
        if after != before:
            longest, since = max(longest, now - since), now
    return max(longest, looks[-1][0] - since) / 1_000


def vitals(browser: Any, site: Site, kept: Any, loads: int) -> list[dict[str, Any]]:
    """U6: every kind of page, opened again and again by a browser that never saw it; of each figure the worst page."""
    found: dict[str, dict[str, float]] = {"LCP": {}, "INP": {}, "CLS": {}, "scripts": {}}
    for name, path in PAGES.items():
        seen = [opened(browser, site, None if name in STRANGERS else kept, name, path) for _ in range(loads)]
        for figure in ("LCP", "INP", "CLS"):
            found[figure][name] = at75([one[figure] for one in seen])
        found["scripts"][name] = max(one["scripts"] for one in seen)
        print(name, *(f"{figure} {of[name]:.3g}" for figure, of in found.items()), sep=" | ")
    rows = []
    for figure, bar, unit in (("LCP", 2_500, "ms"), ("INP", 200, "ms"), ("CLS", 0.1, "units"), ("scripts", 150, "kB")):
        worst = max(found[figure], key=found[figure].__getitem__)
        how = "as sent, gzip" if figure == "scripts" else f"p75 of {loads} loads"
        size = f"{figure}, {how}, the worst of {len(PAGES)} pages"
        rows.append(row("Are pages quick (U6)?", size, f"{bar:,} {unit}", found[figure][worst], unit, bar, f" ({worst})"))
    return rows


def opened(browser: Any, site: Site, kept: Any, name: str, path: str) -> dict[str, float]:
    """One load, and somebody's first touches."""
    window = browser.new_context(base_url=site.address, storage_state=kept, viewport={"width": 1280, "height": 800})
    window.add_init_script(VITALS)
    page = window.new_page()
    scripts: list[Any] = []
    page.on("requestfinished", lambda asked: scripts.append(asked) if asked.resource_type == "script" else None)
    page.goto(path, wait_until="load" if name in ("result", "compare") else "networkidle")  # a film never rests
    if name == "result":
        page.locator("html.result-ready").wait_for()
    page.wait_for_timeout(300)
    lcp, cls = page.evaluate("[vitals.lcp, vitals.cls]")
    touched(page, name)
    page.wait_for_timeout(200)
    inp = page.evaluate("vitals.inp") or 16  # shorter ones are not told
    sent = sum(asked.sizes()["responseBodySize"] for asked in scripts) / 1_000
    window.close()
    return {"LCP": lcp, "CLS": cls, "INP": inp, "scripts": sent}


def touched(page: Any, name: str) -> None:
    """What somebody does on a page: the menu everywhere; on a result a span, closer, further, the threshold."""
    page.locator("details.menu summary").first.click()
    page.keyboard.press("Escape")
    if name == "result":
        for one in (".track.is-first .span", '[data-do="in"]', '[data-do="all"]'):
            page.locator(one).first.click()
        page.locator("#threshold").focus()
        page.keyboard.press("ArrowRight")


def at75(values: Sequence[float]) -> float:
    """The 75th percentile."""
    return statistics.quantiles(values, n=4)[-1] if len(values) > 1 else values[0]


def row(question: str, size: str, floor: str, value: float, unit: str, bar: float, also: str = "") -> dict[str, Any]:
    """A figure beside its bar."""
    digits = 0 if value >= 100 or unit == "times" else 3 if unit == "units" else 1
    ours = f"{value:,.{digits}f} {unit}{also}"
    return {"question": question, "size": size, "floor": f"bar: {floor}", "ours": ours, "ratio": round(value / bar, 3)}


if __name__ == "__main__":
    main()
