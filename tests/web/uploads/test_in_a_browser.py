"""A file from the page of a new analysis: paused, cut off, the site killed, the page loaded anew; in the system's Chromium."""

import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium; it is not on this machine"),
]
FILM = random.Random(8).randbytes(36 * 2**20)
EMAIL, PASSWORD = "alice@example.org", "correct horse battery staple"
SPEED = 5 * 2**20  # bytes a second that the line carries, so that there is time to cut it
USER = f"import django; django.setup(); from emofuse_web.accounts.models import User; User.objects.create_user('{EMAIL}', '{PASSWORD}')"
LEAVE = 'import django; django.setup(); from emofuse_web.uploads.models import Upload; print(*Upload.objects.values_list("state", "name"))'


def parent(process: str) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


class Served:
    """The site under gunicorn, with rows and files of its own; nothing looks at files."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        said = {"EMOFUSE_WEB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
        self.settings = {name: value for name, value in os.environ.items() if not name.startswith("EMOFUSE_")} | said
        for command in (["migrate", "-v0"], ["createcachetable", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            self.run(*command)
        self.said(USER)
        way = [sys.executable, "-m", "gunicorn", "emofuse_web.config.wsgi:application", "--bind", self.address, "--threads", "8"]
        self.process = subprocess.Popen([*way, "--log-level", "critical"], env=self.settings)

    def run(self, *command: str) -> None:
        subprocess.run([sys.executable, "-m", "emofuse_web", *command], check=True, env=self.settings)

    def said(self, code: str) -> str:
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=self.settings).stdout.strip()

    def kill_worker(self) -> None:
        (worker,) = (place.name for place in Path("/proc").glob("[0-9]*") if parent(place.name) == self.process.pid)
        os.kill(int(worker), signal.SIGKILL)

    def wait(self) -> None:
        host, port = self.address.split(":")
        for _ in range(600):
            with socket.socket() as tried:
                if tried.connect_ex((host, int(port))) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("home"))
    served.wait()
    yield served
    served.process.terminate()
    served.process.wait()


@pytest.fixture
def page(site) -> Iterator[object]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(base_url=f"http://{site.address}", locale="en").new_page()
        page.set_default_timeout(60_000)
        page.trouble = []
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on("console", lambda said: page.trouble.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto("/accounts/login/?next=/new/")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/new/**")
        yield page
        browser.close()


def sent(page) -> int:
    return int(page.locator("[data-arriving=video] progress").evaluate("bar => bar.value"))


def until(page, least: int) -> None:
    page.wait_for_function("least => document.querySelector('[data-arriving=video] progress').value >= least", arg=least)


def slow(page):
    """A line that can be cut: call what this gives."""
    told = page.context.new_cdp_session(page)
    told.send("Network.enable")

    def line(*, cut: bool) -> None:
        said = {"offline": cut, "latency": 5, "downloadThroughput": -1, "uploadThroughput": SPEED}
        told.send("Network.emulateNetworkConditions", said)

    line(cut=False)
    return line


def test_a_file_arrives_whatever_happens_on_the_way(site, page, tmp_path):
    film = tmp_path / "visit 12 визит.mp4"
    film.write_bytes(FILM)
    words = page.locator("[data-arriving=video] [data-part=words]")
    pieces = []
    page.on("request", lambda asked: pieces.append(asked.headers) if asked.method == "PATCH" else None)
    line = slow(page)

    page.set_input_files("#input-video", film)
    until(page, 4 * 2**20)
    page.get_by_role("button", name="Pause").click()
    stood = sent(page)
    page.wait_for_timeout(1_000)
    assert sent(page) == stood and "Paused" in words.inner_text()
    page.get_by_role("button", name="Go on").click()

    until(page, 9 * 2**20)
    site.kill_worker()
    until(page, 13 * 2**20)
    line(cut=True)
    page.wait_for_function("() => document.querySelector('[data-arriving=video] [data-part=words]').textContent.includes('line was cut')")
    line(cut=False)
    until(page, 19 * 2**20)
    numbers = page.locator("[data-arriving=video] [data-part=numbers]").inner_text()
    assert "36 MB" in numbers and "left" in numbers and "MB/s" in numbers

    page.reload()
    slow(page)
    page.set_input_files("#input-video", film)
    page.wait_for_function("() => document.querySelector('[data-arriving=video] progress').value > 0")
    assert sent(page) > 8 * 2**20  # it goes on, and does not begin anew
    page.wait_for_selector("[data-files=video] .file-checking")

    (row,) = site.said(LEAVE).splitlines()
    assert row.count("visit") == 1 and "'checking'" in row and "visit 12 визит.mp4" in row
    (stored,) = (site.home / "files" / "uploads").iterdir()
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == hashlib.sha256(FILM).hexdigest()
    assert all("upload-checksum" in headers for headers in pieces)
    assert "visit" not in page.evaluate("JSON.stringify(localStorage)")
    assert page.trouble == []


def test_what_cannot_be_is_said_before_it_is_sent_and_what_is_stopped_is_gone(site, page, tmp_path):
    before = site.said(LEAVE)
    words = page.locator("[data-arriving=video] [data-part=words]")
    for name, content, said in (("notes.pdf", b"x", "Expected one of"), ("empty.mp4", b"", "empty")):
        (tmp_path / name).write_bytes(content)
        page.set_input_files("#input-video", tmp_path / name)
        page.wait_for_function(
            "said => document.querySelector('[data-arriving=video] [data-part=words]').textContent.includes(said)", arg=said
        )
        assert words.is_visible() and not page.get_by_role("button", name="Pause").is_visible()
    assert site.said(LEAVE) == before

    film = tmp_path / "stopped.mp4"
    film.write_bytes(FILM)
    slow(page)
    page.set_input_files("#input-video", film)
    until(page, 2**20)
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Stop sending").click()

    assert site.said(LEAVE) == before
    assert page.locator("#input-video").evaluate("input => input === document.activeElement")
    assert page.trouble == []
