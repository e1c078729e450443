"""The operator's desk in Chromium against the running product: hands on the keyboard, nothing left behind."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.desk_page import DeskPage, answering
from tests.e2e.stack import LINES, PASSWORD, Stack

KOMET = LINES.split(",")[0]
HINTS = {
    "hints": [
        {"title": "ул. Ленина, 15", "note": "Центр", "stop": {"address": "ул. Ленина, 15", "lat": 54.1, "lon": 37.6}},
        {"title": "Ленинский проспект", "note": "назовите дом", "stop": None},
    ],
    "source": "Такси-Мастер",
}


@pytest.fixture
def desk(stack: Stack, page: Page) -> Iterator[DeskPage]:
    """The third operator of the running product, logged in and off line."""
    operator = DeskPage(page, stack, stack.logins[2]["login"])
    operator.log_in()
    yield operator
    for caller in stack.callers:
        caller.terminate()
    operator.end_shift()


def hinted(page: Page) -> None:
    """Let the look-ups be answered at once, whatever the service says."""
    page.route("**/ask/hints/*", answering(HINTS))
    page.route("**/ask/recent/*", answering({"hints": []}))
    page.route("**/ask/quote/*", answering({"price": "180", "currency": "RUB", "minutes": 8}))


def as_typed(desk: DeskPage, address: str) -> None:
    """Write an address and take no hint for it."""
    desk.keys.type(address, delay=20)
    desk.wait("[data-hints]")
    desk.keys.press("Escape")


def test_an_order_is_taken_by_keys_alone_and_nothing_of_it_is_left(desk: DeskPage, page: Page) -> None:
    barriers = desk.barriers()
    desk.take_a_call(f"--lines {KOMET}", name="pbx-keys")
    assert desk.focused() == "pickup"

    desk.keys.type("лен 15", delay=20)
    desk.wait("[role=option][aria-selected=true]")
    barriers += desk.barriers()
    desk.keys.press("Enter")
    assert (desk.value("pickup"), desk.focused()) == ("Ленина, 15", "pickup_entrance")
    desk.keys.type("2")
    desk.keys.press("Enter")
    desk.keys.type("вокз", delay=20)
    desk.wait("[role=option][aria-selected=true]")
    desk.keys.press("Enter")
    desk.keys.press("F8")
    desk.keys.press("Enter")
    desk.keys.type("13")
    expect(page.locator("[data-price]")).to_contain_text("₽")
    barriers += desk.barriers()
    desk.keys.press("Insert")
    assert desk.focused() == "stop-1"
    as_typed(desk, "Тайный переулок 7")
    expect(page.locator("[data-price]")).to_have_text("без расчёта")  # the service does not know this one
    number = desk.place()

    assert number.startswith("№ ")
    assert [place for said in ("Тайный", "Ленина", "Вокзал") for place in desk.where(said)] == []
    assert set(desk.shown_keys()) <= {"Пробел", "F8"}  # these two once the caller has hung up
    assert barriers + desk.barriers() == []
    assert desk.complaints() == []
    page.go_back()
    page.go_forward()
    desk.wait("[data-strip].ok")
    assert desk.where("Тайный") == []
    written = json.dumps(desk.stack.journalled()[-1], ensure_ascii=False)
    assert [said for said in ("Ленина, 15", "Тайный переулок 7", "Вокзал") if said not in written] == []


def test_a_recent_address_takes_three_keys(desk: DeskPage, page: Page) -> None:
    page.route("**/ask/recent/*", answering(HINTS))
    desk.take_a_call(f"--lines {KOMET}", name="pbx-recent")
    desk.wait("[data-recent]:not([hidden])")

    desk.keys.press("F2")
    assert desk.shown_keys() == ["↑", "↓", "Enter", "1–3", "Esc", "F9"]
    desk.keys.press("1")

    assert desk.value("pickup") == "ул. Ленина, 15"
    desk.place()


def test_a_late_or_failing_service_blocks_no_key(desk: DeskPage, page: Page) -> None:
    waiting: list[Route] = []
    page.route("**/ask/hints/*", lambda route: waiting.append(route))
    page.route("**/ask/quote/*", lambda route: route.abort())
    desk.take_a_call(name="pbx-late")

    desk.keys.type("Мира 8")
    page.wait_for_timeout(300)
    assert waiting
    desk.keys.press("Enter")
    assert desk.focused() == "pickup_entrance"
    for route in waiting:
        route.fulfill(json=HINTS)
    desk.keys.press("Enter")
    desk.keys.type("Вокзал")
    page.wait_for_timeout(700)

    assert page.locator("[role=option]").count() == 0
    assert (desk.value("pickup"), desk.value("destination")) == ("Мира 8", "Вокзал")
    assert desk.text("[data-price]") in ("без расчёта", "no calculation")
    desk.place()


def test_a_reload_keeps_the_draft(desk: DeskPage, page: Page) -> None:
    hinted(page)
    desk.take_a_call(name="pbx-reload")
    as_typed(desk, "Кирова 3")
    desk.keys.press("Enter")
    page.reload()
    desk.wait("body[data-screen=dialog]")

    expect(page.locator("#pickup")).to_have_value("Кирова 3")
    desk.place()


def test_a_login_that_ends_in_the_middle_of_a_call_loses_nothing_that_was_typed(desk: DeskPage, page: Page) -> None:
    hinted(page)
    desk.take_a_call(name="pbx-expired")
    as_typed(desk, "Кирова 5")
    desk.keys.press("Enter")
    page.context.clear_cookies()
    desk.keys.type("4")
    desk.keys.press("F9")
    desk.wait("[data-relogin]:not([hidden])")

    assert desk.focused() == "relogin-login"
    assert desk.barriers() == []
    desk.type_login(desk.login, "wrong")
    desk.wait("[data-relogin-error]:not([hidden])")
    assert desk.focused() == "relogin-password"
    desk.keys.type(PASSWORD)
    desk.keys.press("Enter")
    page.wait_for_selector("[data-relogin]", state="hidden")
    assert (desk.value("pickup"), desk.value("pickup_entrance")) == ("Кирова 5", "4")
    expect(page.locator("[data-phone]")).to_contain_text("•")
    desk.place()


def test_the_same_number_rings_again_and_hears_where_the_car_is(desk: DeskPage, page: Page) -> None:
    desk.take_a_call("--seed 4711", name="pbx-first")
    desk.keys.type("Кирова 9")
    number = desk.place()
    for caller in desk.stack.callers:
        caller.terminate()
    desk.wait("[data-next-button]:not([hidden])")
    desk.keys.press("Space")
    desk.wait("body[data-screen=idle]")
    desk.take_a_call("--seed 4711", name="pbx-again")
    desk.wait("body[data-screen=status]")

    assert number.removeprefix("№ ") in desk.text("[data-status-speak]")
    assert desk.barriers() == []
    assert desk.where("Кирова") == []
    desk.keys.press("2")
    desk.wait("body[data-screen=dialog]")
    assert desk.text("[data-status-speak]") == ""
    desk.keys.press("Escape")
    desk.wait("[data-sheet]:not([hidden])")
    assert desk.barriers() == []
    desk.keys.press("4")
    desk.wait("body[data-screen=after]")


def test_a_second_tab_says_that_the_desk_is_open_elsewhere(desk: DeskPage, page: Page) -> None:
    second = page.context.new_page()
    second.goto(desk.stack.web_url)

    second.wait_for_selector("main[data-on=elsewhere]:not([hidden])")
    second.click("[data-do=here]")
    second.wait_for_selector("body[data-screen=idle]")
    desk.wait("main[data-on=elsewhere]:not([hidden])")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_fits_its_window_and_has_no_barriers(desk: DeskPage, page: Page, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]

    assert desk.overflow() == [0, 0]
    assert desk.barriers() == []
    page.set_viewport_size({"width": 640, "height": 360})
    assert desk.overflow()[0] == 0


def test_the_desk_says_what_keeps_calls_away(desk: DeskPage) -> None:
    off = desk.text("[data-check=state] [data-words]")
    desk.keys.press("1")
    desk.wait(".ready.is-ready")

    assert off != desk.text("[data-check=state] [data-words]")
    assert desk.text("[data-check=link] [data-sign]") == "✓"
    assert desk.shown_keys() == ["1–3", "4"]
