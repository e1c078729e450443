"""Every office page in a real browser: nothing complains, nobody is shut out, nothing runs over the edge."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from callcenter.models import Person
from tests.browser import barriers, listen, overflow
from tests.factories import PASSWORD, make_centre, make_rivals

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
WIDTHS = (1280, 640, 390)
LOOKS = [("ru", "dark"), ("en", "light"), ("ru", "light"), ("en", "dark")]
LINKS = """() => [
  ...[...document.querySelectorAll('.top nav a, .tabs a')],
  ...['#result_list tbody a', '.tools .btn'].map(inner => document.querySelector(inner)),
].filter(Boolean).map(link => link.href)"""

Visit = Callable[[str], None]


@pytest.fixture
def visit(page: Page, context: BrowserContext, live_server: LiveServer) -> Visit:
    """Open a page in both themes and languages; nothing may be wrong with it."""
    heard = listen(page, live_server.url)

    def look(address: str) -> None:
        for number, (language, theme) in enumerate(LOOKS[:2]):
            dress(context, live_server, language, theme)
            answer = page.goto(address)
            assert answer is not None
            missing = [line for line in heard if answer.status == 404 and "404" in line]
            found = [] if number else barriers(page)
            wide = [width for width in WIDTHS if _too_wide(page, width)]
            found += [] if number else barriers(page)
            page.set_viewport_size({"width": 1280, "height": 720})
            assert (heard, found, wide) == (missing, [], []), f"{address} in {language}"
            heard.clear()

    return look


@pytest.fixture
def page_without_scripts(chromium: Browser) -> Iterator[Page]:
    """A page on which no script runs."""
    context = chromium.new_context(java_script_enabled=False, locale="ru-RU")
    yield context.new_page()
    context.close()


def _too_wide(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 720})
    return overflow(page) > 0


def dress(context: BrowserContext, live_server: LiveServer, language: str, theme: str) -> None:
    """The browser's choices."""
    choices: Any = {"language": language, "theme": theme}
    context.add_cookies([{"name": name, "value": choices[name], "url": live_server.url} for name in choices])


def log_in(page: Page, live_server: LiveServer, person: Person) -> None:
    """By keys, as people do."""
    page.goto(f"{live_server.url}/login/")
    page.fill("#login", person.login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".top")


def walk(page: Page, visit: Visit, seen: set[str]) -> None:
    """Visit the page that is open, every page of its navigation, and the first row and the form of every list."""
    waiting = [page.url]
    while waiting:
        address = waiting.pop(0)
        if address not in seen:
            seen.add(address)
            visit(address)
            waiting += page.evaluate(LINKS)


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("address", ["/login/", "/nowhere/", "/style/", "/invitation/invitation-token/", "/cost/"])
def test_a_page_that_everybody_sees_is_open_to_everybody(
    context: BrowserContext, page: Page, live_server: LiveServer, address: str, language: str, theme: str
) -> None:
    make_centre()
    dress(context, live_server, language, theme)

    page.goto(f"{live_server.url}{address}")

    assert page.locator("html").get_attribute("data-theme") == theme
    assert (barriers(page), [width for width in WIDTHS if _too_wide(page, width)]) == ([], [])


def test_every_page_of_the_centre_is_open_to_everybody(
    context: BrowserContext, page: Page, live_server: LiveServer, visit: Visit
) -> None:
    make_rivals(2)
    seen: set[str] = set()

    for person in make_centre().people.values():
        context.clear_cookies()
        log_in(page, live_server, person)
        walk(page, visit, seen)

    assert len(seen) > 10


def test_every_page_of_a_service_is_open_to_everybody(page: Page, live_server: LiveServer, visit: Visit) -> None:
    seen: set[str] = set()

    log_in(page, live_server, make_rivals(2)[0].manager)
    walk(page, visit, seen)

    assert len(seen) > 2


def test_the_first_key_leads_past_the_navigation_and_focus_is_seen(page: Page, live_server: LiveServer) -> None:
    make_rivals(2)
    log_in(page, live_server, make_centre().people["admin"])
    page.goto(f"{live_server.url}/centre/callcenter/line/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id") == "content"


def test_both_switches_work_by_keyboard_and_without_a_script(
    page_without_scripts: Page, live_server: LiveServer
) -> None:
    page = page_without_scripts
    page.goto(f"{live_server.url}/login/?next=/centre/")

    page.locator("button[value=dark]").press("Enter")
    page.locator("button[value=en]").press("Enter")

    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("data-theme")) == ("en", "dark")
    assert page.locator("form.stack input[name=next]").get_attribute("value") == "/centre/"
