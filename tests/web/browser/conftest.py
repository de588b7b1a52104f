"""The site as `emofuse serve` starts it, and the system's Chromium before it; skipped, saying so, where there is no Chromium."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # serving.py, hands.py and the rest are shared by the tests of this folder

from hands import CHROMIUM, Strict  # noqa: E402  # after its folder is known
from serving import Served  # noqa: E402

WIDTHS = {"wide": 1280, "narrow": 360}
SECONDS = 60_000  # ms that anything on a page may take on a busy machine


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Served]:
    """One site for all stories, with the sample and a worker."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not here.")
    models = pytestconfig.getoption("data").parent / "models"
    with Served(tmp_path_factory.mktemp("site"), models if models.is_dir() else None) as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """The browser. It ends with its file: its loop would be in the way of tests that read rows."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not here.")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: object, site: Served) -> Iterator[Callable[..., object]]:
    """Windows on the site. Whatever the console, the page or the policy complains of fails the test that opened it."""
    windows: list[Strict] = []

    def window(*, width: str = "wide", locale: str = "en", dark: bool = False) -> object:
        window = Strict(chromium, site.address, width=WIDTHS[width], locale=locale, dark=dark, patience=SECONDS)
        windows.append(window)
        return window.page

    yield window
    trouble = [said for window in windows for said in window.trouble]
    for window in windows:
        window.context.close()
    assert trouble == []


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A recording to bring: one of the shared clips, else the portrait that emofuse makes."""
    shared = sorted((pytestconfig.getoption("data") / "clips").glob("grid_*.mp4"))
    if shared:
        return shared[0]
    from emofuse.demo import talking_portrait

    made = tmp_path_factory.mktemp("clip") / "portrait.mp4"
    talking_portrait(made, 3)
    return made
