"""The login page in a real browser: nothing complains, nothing is fetched from elsewhere."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import listen

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)


def test_the_login_page_is_shown_without_a_complaint(page: Page, live_server: LiveServer) -> None:
    heard = listen(page, live_server.url)

    page.goto(f"{live_server.url}/login/")

    assert page.locator("h1").is_visible()
    assert heard == []
