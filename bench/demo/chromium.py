"""An operator in a real browser: hands on the keyboard, eyes on the clock of the page itself."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser import ARGUMENTS, find, listen

# Runs before any script of the page: when did the dialog become visible, how long did each key take to its paint.
_WATCH = """
window.watched = {dialog: [], keys: [], violations: []};
document.addEventListener('securitypolicyviolation', e => watched.violations.push(e.violatedDirective));
new PerformanceObserver(list => {
  for (const e of list.getEntries()) if (e.name === 'keydown') watched.keys.push(e.duration);
}).observe({type: 'event', durationThreshold: 16, buffered: true});
let shown = false;
const look = () => {
  const field = document.querySelector('#pickup');
  const now = !!field && field.checkVisibility() && !field.closest('[inert]') && !field.disabled;
  if (now && !shown) watched.dialog.push(Date.now());
  shown = now;
  requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""


@dataclass
class Played:
    """What the browser saw over all its calls."""

    placed: int = 0
    numbers: list[str] = field(default_factory=list)
    shown_at: list[float] = field(default_factory=list)
    key_ms: list[float] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


class Operator:
    """Logs in, goes on the line and serves calls one after the other."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.played = Played()
        self.heard = listen(page, url)
        page.add_init_script(_WATCH)

    def log_in(self, login: str, password: str) -> None:
        """By the form, then on the line by its key."""
        self.page.goto(f"{self.url}/login/")
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("body[data-screen=idle]")
        self.page.keyboard.press("1")

    def serve(self, number: int) -> None:
        """One call by keyboard: address, next field, place, and when it is accepted look for anything left."""
        said = f"Браузерная улица {number}"
        self.page.wait_for_function("n => watched.dialog.length >= n", arg=self.played.placed + 1, timeout=60_000)
        self.page.wait_for_function("document.activeElement && document.activeElement.id === 'pickup'")
        self.page.keyboard.type(said, delay=25)
        self.page.keyboard.press("Enter")  # to the entrance, which this caller does not name
        self.page.keyboard.press("Enter")
        self.page.keyboard.type("Вокзал", delay=25)
        self.page.keyboard.press("F9")
        self.played.placed += 1
        self.page.wait_for_selector("body[data-screen=after] [data-number-box]:not([hidden])", timeout=30_000)
        self.played.left_behind += self._traces(said)
        self.page.keyboard.press("Space")

    def end(self) -> Played:
        """Read what the page has measured."""
        watched: dict[str, Any] = json.loads(self.page.evaluate("JSON.stringify(watched)"))
        self.played.shown_at = [moment / 1000 for moment in watched["dialog"]]
        self.played.key_ms = watched["keys"]
        self.played.complaints = [*self.heard, *watched["violations"]]
        return self.played

    def _traces(self, said: str) -> list[str]:
        """Where the address can still be found: the document, every field, the browser's own stores."""
        deadline = time.monotonic() + 1.0
        while found := self._look_for(said):
            if time.monotonic() > deadline:
                return found
            time.sleep(0.05)
        return []

    def _look_for(self, said: str) -> list[str]:
        places = {
            "document": "document.documentElement.outerHTML",
            "fields": "[...document.querySelectorAll('input,textarea')].map(f => f.value).join()",
            "stores": "JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])",
        }
        return [name for name, script in places.items() if said in self.page.evaluate(script)]


@contextmanager
def operator(url: str) -> Iterator[Operator]:
    """A page in a Chromium of its own; RuntimeError when there is none."""
    path = find()
    if path is None:
        raise RuntimeError("No Chromium was found. Run make browser first.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        page = running.new_page(viewport={"width": 1280, "height": 720}, locale="ru-RU")
        yield Operator(page, url)
        running.close()
