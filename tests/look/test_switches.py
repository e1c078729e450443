"""Language and theme are a browser's own choice; wrong and forbidden pages speak to people and to commands."""

from html import unescape
from uuid import uuid4

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from callcenter.cookies import SEAT_COOKIE
from callcenter.tenancy.middleware import without_unit
from callcenter.urls import handler400, handler403, handler404, handler500  # noqa: F401 - Django reads them here
from callcenter.urls import urlpatterns as project_urls
from tests.factories import Centre, Rival, make_centre, make_rival
from tests.panels import browser

pytestmark = pytest.mark.django_db(databases="__all__")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SCRIPT = "application/json"


@without_unit
def broken(request: HttpRequest) -> HttpResponse:
    """A view with a bug."""
    raise ZeroDivisionError


@without_unit
def damaged(request: HttpRequest) -> HttpResponse:
    """A view that got nonsense."""
    raise SuspiciousOperation


urlpatterns = [path("broken/", broken), path("damaged/", damaged), *project_urls]


@pytest.fixture
def rival() -> Rival:
    return make_rival(0)


@pytest.fixture
def centre(rival: Rival) -> Centre:
    return make_centre()


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_a_chosen_theme_is_set_by_the_server_and_keeps_the_place() -> None:
    client = browser()

    answer = client.post("/theme/", {"theme": "dark", "next": "/login/?next=/centre/"})

    assert (answer.status_code, answer["Location"]) == (303, "/login/?next=/centre/")
    assert client.cookies["theme"]["httponly"] is True
    assert '<html lang="en" data-theme="dark">' in page(client, "/login/")


@pytest.mark.parametrize("chosen", ["device", "", "purple", '"><script>'])
def test_everything_but_light_and_dark_leaves_it_to_the_device(chosen: str) -> None:
    client = browser()
    client.cookies["theme"] = "light"

    client.post("/theme/", {"theme": chosen})

    assert client.cookies["theme"].value == ""
    assert '<html lang="en">' in page(client, "/login/")


def test_a_cookie_that_names_no_theme_changes_nothing() -> None:
    client = browser()
    client.cookies["theme"] = "purple"

    assert '<html lang="en">' in page(client, "/login/")


def test_a_chosen_language_keeps_the_place() -> None:
    client = browser()

    answer = client.post("/language/", {"language": "ru", "next": "/style/"})

    assert answer["Location"] == "/style/"
    assert '<html lang="ru">' in page(client, "/style/")


@pytest.mark.parametrize("switch", ["/theme/", "/language/"])
@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_no_switch_leads_elsewhere(switch: str, there: str) -> None:
    assert browser().post(switch, {"next": there})["Location"] == "/"


def test_every_page_has_both_switches_and_comes_back_to_where_they_were_used(centre: Centre, rival: Rival) -> None:
    desk = Client(headers={"accept-language": "en"})
    desk.cookies[SEAT_COOKIE] = rival.desk.secret
    staff, manager = browser(centre.tokens["admin"]), browser(rival.manager_token)
    places = [
        (browser(), "/login/", "/login/"),
        (browser(), "/login/?next=/centre/", "/login/?next=%2Fcentre%2F"),
        (browser(), "/style/", "/style/"),
        (browser(), "/nowhere/", "/"),
        (browser(), "/invitation/invitation-token/", "/invitation/invitation-token/"),
        (staff, "/centre/callcenter/line/?q=7", "/centre/callcenter/line/?q=7"),
        (manager, "/service/", "/service/"),
        (desk, "/", "/"),
    ]
    for client, address, back in places:
        shown = unescape(page(client, address))

        assert shown.count(f'name="next" value="{back}"') >= 2, address
        assert ('name="language" value="ru"' in shown, 'name="theme" value="dark"' in shown) == (True, True), address


def test_a_wrong_address_is_a_page_for_people_and_a_sentence_for_commands() -> None:
    address = f"/nowhere/{uuid4()}/"

    people = browser().get(address, headers={"accept": BROWSER})
    command = browser().get(address, headers={"accept": SCRIPT})

    assert (people.status_code, people["Content-Type"][:9]) == (404, "text/html")
    assert b"There is nothing here" in people.content
    assert command.status_code == 404
    assert command.json()["error"]["code"] == "unknown"


def test_a_page_that_is_not_for_the_job_says_so(centre: Centre) -> None:
    accountant = browser(centre.tokens["accountant"])

    people = accountant.get("/centre/callcenter/person/", headers={"accept": BROWSER})
    command = accountant.get("/centre/callcenter/person/", headers={"accept": SCRIPT})

    assert (people.status_code, command.status_code) == (403, 403)
    assert b"This is not for you to do" in people.content
    assert command.json()["error"]["code"] == "job"


@pytest.mark.parametrize(("accept", "kind"), [(BROWSER, "text/html"), (SCRIPT, SCRIPT), ("*/*", SCRIPT)])
def test_a_page_without_its_token_is_refused_in_the_shape_that_was_asked_for(accept: str, kind: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en", "accept": accept})

    answer = strict.post("/theme/", {"theme": "dark"})

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (403, kind)
    assert b"too old" in answer.content
    assert "theme" not in answer.cookies


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status", "said"),
    [("/broken/", 500, b"Something broke on our side"), ("/damaged/", 400, b"This request cannot be read")],
)
def test_a_failure_is_a_page_for_people_and_a_sentence_for_commands(address: str, status: int, said: bytes) -> None:
    client = browser()
    client.raise_request_exception = False
    client.cookies["theme"] = "dark"

    people = client.get(address, headers={"accept": BROWSER})
    command = client.get(address, headers={"accept": SCRIPT})

    assert (people.status_code, command.status_code) == (status, status)
    assert said in people.content
    assert b'data-theme="dark"' in people.content
    assert said.decode() in command.json()["error"]["sentence"]
