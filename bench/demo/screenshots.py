"""`make screenshots`: the pictures of README and docs, taken from a demo of its own."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.demo.running import ROOT, Demo, demo
from tests.browser import ARGUMENTS, find

OUT = ROOT / "docs" / "pictures"
SIZE = {"width": 1280, "height": 720}
PANELS = {
    "wallboard": ("vera", "/centre/"),
    "connections": ("admin", "/centre/integrations/connection/"),
    "manager": ("komet", "/service/"),
    "deliveries": ("komet", "/service/orders/delivery/"),
}


def main() -> int:
    """Take them all; returns the exit code."""
    path = find()
    if path is None:
        sys.stderr.write("No Chromium was found. Run make browser first.\n")
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    with demo(2) as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        _desk(running, browser)
        for name, (login, where) in PANELS.items():
            page = _logged_in(running, browser, login)
            page.goto(f"{running.url}{where}")
            _take(page, name)
        browser.close()
    sys.stdout.write(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}\n")
    return 0


def _logged_in(running: Demo, browser: Browser, login: str) -> Page:
    page = browser.new_context(viewport=SIZE, locale="ru-RU").new_page()  # type: ignore[arg-type]
    page.goto(f"{running.url}/login/")
    page.fill("#login", login)
    page.fill("#password", next(known["password"] for known in running.logins if known["login"] == login))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def _desk(running: Demo, browser: Browser) -> None:
    """One call, from the idle desk to the accepted order."""
    page = _logged_in(running, browser, "anna")
    page.wait_for_selector("body[data-screen=idle]")
    _take(page, "desk")
    page.keyboard.press("1")
    ringing = threading.Thread(target=running.ring, args=("picture", "--calls 1 --concurrent 1 --talk-s 40 --ring-s 2"))
    ringing.start()
    page.wait_for_selector("#pickup:focus", timeout=30_000)
    page.keyboard.type("лен", delay=80)
    page.wait_for_timeout(800)
    _take(page, "hints")
    page.keyboard.press("Escape")
    page.fill("#pickup", "Ленина 15")
    page.fill("#destination", "Вокзал")
    page.wait_for_timeout(1200)
    _take(page, "dialog")
    page.keyboard.press("F9")
    page.wait_for_selector("body[data-screen=after] [data-number-box]:not([hidden])", timeout=30_000)
    _take(page, "accepted")
    ringing.join(60)


def _take(page: Page, name: str) -> Path:
    page.wait_for_timeout(300)
    target = OUT / f"{name}.png"
    page.screenshot(path=target)
    return target


if __name__ == "__main__":
    sys.exit(main())
