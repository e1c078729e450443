"""Lists and forms of the panels: our own markup over the stock admin."""

import re

import pytest
from django.test import Client

from callcenter.models import TaxiService
from callcenter.templatetags.signs import in_words
from tests.factories import make_centre, make_rivals, make_service
from tests.panels import browser, seen

pytestmark = pytest.mark.django_db(databases="__all__")
SERVICES = "/centre/callcenter/taxiservice/"


@pytest.fixture
def admin() -> Client:
    make_rivals(2)
    return browser(make_centre().tokens["admin"])


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_pictures_for_yes_and_no_become_words(admin: Client) -> None:
    shown = page(admin, "/centre/callcenter/line/")

    assert "icon-yes" not in shown
    assert '<span aria-hidden="true">✓</span> yes' in shown


def test_words_take_no_other_picture_and_leave_what_was_escaped() -> None:
    assert in_words("<td>&lt;img src=x&gt;</td>") == "<td>&lt;img src=x&gt;</td>"
    assert in_words('<img src="/static/icon.svg" alt="">') == '<img src="/static/icon.svg" alt="">'


def test_no_page_loads_anything_of_the_stock_admin(admin: Client) -> None:
    names = ("", "line/", "line/add/", "person/", "person/add/", "clearance/add/")
    shown = "".join(page(admin, f"/centre/callcenter/{name}" if name else "/centre/") for name in names)

    assert "/static/admin/" not in shown


def test_a_long_list_has_pages_that_keep_what_was_asked_for(admin: Client) -> None:
    for position in range(2, 60):
        make_service(position)

    first = page(admin, f"{SERVICES}?active__exact=1")
    second = page(admin, f"{SERVICES}?active__exact=1&p=2")

    assert 'href="?active__exact=1&amp;p=2">2</a>' in first
    assert '<span class="here" aria-current="page">2</span>' in second
    assert "60 rows" in first


def test_the_column_that_sorts_says_so_and_turns_round(admin: Client) -> None:
    shown = page(admin, f"{SERVICES}?o=0")

    found = re.search(r'aria-sort="ascending"><a href="([^"]+)">([^<]+)<span aria-hidden="true">↑', shown)
    assert found is not None
    assert found.groups() == ("?o=-0", "Name ")


def test_a_chosen_filter_is_marked_and_can_be_taken_off(admin: Client) -> None:
    TaxiService.objects.update(active=False)

    shown = page(admin, f"{SERVICES}?active__exact=0")

    assert '<a href="?active__exact=0" aria-current="true">No</a>' in shown
    assert '<a href="?">everything</a>' in shown


def test_an_empty_list_says_why_and_what_to_do(admin: Client) -> None:
    TaxiService.objects.update(active=False)

    assert "Nothing fits No row has all that was asked for." in seen(admin.get(f"{SERVICES}?q=zzz"))
    assert "Nothing fits" in seen(admin.get(f"{SERVICES}?active__exact=1"))
    assert "Nothing fits" not in seen(admin.get(SERVICES))


def test_what_is_wrong_stands_under_its_field_and_is_tied_to_it(admin: Client) -> None:
    typed = {"name": "Orbit", "monogram": "?!", "country": "RU", "time_zone": "Europe/Moscow", "greeting": "Orbit here"}

    shown = page_of(admin, typed)

    field = re.search(r'<input[^>]+name="monogram"[^>]*>', shown)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_monogram_helptext id_monogram_error"' in field[0]
    assert re.search(r'<ul class="errorlist" id="id_monogram_error"><li>“\?!” is no monogram', shown)
    assert 'role="alert"' in shown


def page_of(client: Client, typed: dict[str, str]) -> str:
    return client.post(f"{SERVICES}add/", typed).content.decode()
