"""Two people before a browser: one has a mouse, one has only keys. A story is told once and done by either."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
STOPS = 250  # presses of Tab after which something cannot be reached
HIGH = 800  # px of a window
FORBIDDEN = (
    "addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))"
)
WHOLE = "element => element.outerHTML.slice(0, 200)"
SEEN = """element => {
  const label = element.getBoundingClientRect().width < 2 ? element.labels?.[0] : null;
  const box = (label ?? element).getBoundingClientRect();
  const head = document.querySelector('.frame-head');
  const covered = head && !head.contains(element) && !element.closest('.skip') ? head.getBoundingClientRect().bottom : 0;
  const drawn = (one) => { const style = getComputedStyle(one); return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; };
  const ring = [element, ...(element.labels ?? []), element.parentElement, element.closest('form')].some((one) => one && drawn(one));
  return box.width > 0 && box.height > 0 && box.bottom > covered && box.top < innerHeight && ring;
}"""


class Strict:
    """A window that remembers whatever the console, the page and the policy complain of."""

    def __init__(self, chromium: Any, address: str, *, width: int, locale: str, dark: bool, patience: int) -> None:
        self.trouble: list[str] = []
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": HIGH}
        self.context = chromium.new_context(base_url=address, locale=locale, color_scheme=scheme, viewport=size, accept_downloads=True)
        self.context.set_default_timeout(patience)
        self.context.add_init_script(FORBIDDEN)
        self.context.on("page", self._watch)
        self.page = self.context.new_page()
        self.page.trouble = self.trouble  # so that a story that waits for a broken page need not wait to its end

    def _watch(self, page: Any) -> None:
        page.on("console", lambda said: self.trouble.append(f"{page.url}: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self.trouble.append(f"{page.url}: {error}"))


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.count = 0  # of clicks, words typed, files dropped: what web.md calls interactions

    def press(self, what: Any) -> None:
        self.count += 1
        what.click()

    tick = press

    def choose(self, what: Any, value: str) -> None:
        self.count += 1
        what.select_option(value)

    def write(self, what: Any, words: str) -> None:
        self.count += 1
        what.click()
        what.fill("")
        self.page.keyboard.type(words)

    def slide(self, what: Any, *, to_end: bool) -> None:
        self.count += 1
        box = what.bounding_box()
        self.page.mouse.click(box["x"] + (box["width"] - 2 if to_end else 2), box["y"] + box["height"] / 2)

    def bring(self, role: str, file: Path) -> None:
        """Drag a file from outside and let it fall on its place."""
        self.count += 1
        place = self.page.locator(f"form[data-drop={role}]")
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        line = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
            line.send("Input.dispatchDragEvent", {"type": kind, "data": data, **at})

    def to_span(self, lane: str, index: int) -> None:
        """Go to a moment by its span."""
        self.press(self.page.locator(f'.track[data-lane="{lane}"] button[data-i="{index}"]'))


class Keys:
    """Tab, Shift, Enter, Space, arrows, letters; nothing else."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.count = 0

    def key(self, *names: str) -> None:
        for name in names:
            self.page.keyboard.press(name)

    def to(self, what: Any, also: Callable[[Any], Any] | None = None) -> None:
        """Come to something by Tab, forwards or backwards, and be shown where one is."""
        what.wait_for(state="attached")
        target = what.element_handle()
        back = target.evaluate(
            "element => Boolean(document.activeElement && document.activeElement !== document.body"
            " && element.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)"
        )
        here = "(element, group) => element === document.activeElement || Boolean(group && group === document.activeElement.name)"
        group = also(what) if also else None
        for _ in range(STOPS):
            if target.evaluate(here, group):
                break
            self.key("Shift+Tab" if back else "Tab")
        else:
            raise AssertionError(f"Tab does not come to {target.evaluate(WHOLE)}")
        held = self.page.evaluate_handle("document.activeElement")
        try:
            self.page.wait_for_function(SEEN, arg=held, timeout=5_000)  # pages scroll smoothly
        except Exception as late:
            raise AssertionError(f"out of sight, or nothing shows that one is here: {held.evaluate(WHOLE)}") from late

    def press(self, what: Any) -> None:
        self.count += 1
        self.to(what)
        self.key("Enter")

    def tick(self, what: Any) -> None:
        self.count += 1
        if what.evaluate("element => element.type") != "radio":
            self.to(what)
            return self.key("Space")
        self.to(what, also=lambda radio: radio.evaluate("element => element.name"))  # Tab comes to the group, arrows to its parts
        if not what.is_checked() and what.evaluate("element => element === document.activeElement"):
            return self.key("Space")
        for _ in range(20):
            if what.is_checked():
                return None
            self.key("ArrowDown")
        raise AssertionError("arrows do not come to this choice")

    def choose(self, what: Any, value: str) -> None:
        self.count += 1
        self.to(what)
        values = what.evaluate("element => [...element.options].filter((one) => !one.disabled).map((one) => one.value)")
        steps = values.index(value) - values.index(what.input_value())
        self.key(*["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps))
        assert what.input_value() == value

    def write(self, what: Any, words: str) -> None:
        self.count += 1
        self.to(what)
        self.key("Control+a")
        self.page.keyboard.type(words)

    def slide(self, what: Any, *, to_end: bool) -> None:
        self.count += 1
        self.to(what)
        self.key("End" if to_end else "Home")

    def bring(self, role: str, file: Path) -> None:
        """Open the dialogue of files; what is chosen there is the system's part."""
        self.count += 1
        self.to(self.page.locator(f"#input-{role}"))
        with self.page.expect_file_chooser() as chooser:
            self.key("Space")
        chooser.value.set_files(file)

    def to_span(self, lane: str, index: int) -> None:
        self.count += 1
        self.to(self.page.locator(f'.track[data-lane="{lane}"] .lane-strip button[tabindex="0"]'))
        self.key("Home", *["ArrowRight"] * index, "Enter")


HANDS = {"mouse": Mouse, "keys": Keys}
