"""Whatever goes wrong, a program gets the one shape and a person gets a page."""

import json

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from callcenter import errors
from tests.api.programs import error
from tests.factories import Rival, make_rival

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rival() -> Rival:
    return make_rival(0)


def broken(request: WSGIRequest) -> HttpResponse:
    raise RuntimeError("MARK in the message")


urlpatterns = [path("api/broken", broken), path("broken", broken)]
handler500 = errors.server_error


@pytest.mark.parametrize("address", ["/calls/no-id/redeem", "/seat/nothing", "/ask/x", "/api/x"])
def test_a_missing_address_is_refused_in_json_where_programs_ask(address: str) -> None:
    assert error(Client().post(address)) == (404, "unknown")


def test_a_missing_page_is_a_page() -> None:
    answer = Client().get("/nothing-here")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_our_own_fault_is_told_in_the_same_shape_and_without_its_reason() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        client = Client(raise_request_exception=False)
        told, page = client.get("/api/broken"), client.get("/broken")

    assert error(told) == (500, "broken")
    assert page.status_code == 500
    assert b"MARK" not in told.content + page.content


def test_an_unreadable_request_is_refused_in_the_same_shape() -> None:
    answer = errors.bad_request(RequestFactory().get("/api/x"), ValueError("MARK"))

    assert answer.status_code == 400
    assert json.loads(answer.content)["error"]["code"] == "invalid"
    assert errors.bad_request(RequestFactory().get("/x"), ValueError()).headers["Content-Type"].startswith("text/html")


def put_draft(rival: Rival, body: bytes) -> tuple[int, str]:
    answer = Client(headers={"X-Grant": rival.call_token}).put(
        f"/calls/{rival.answered.pk}/draft", body, content_type="application/json"
    )
    return (answer.status_code, "") if answer.status_code == 204 else error(answer)


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        (b"{}", (204, "")),
        (b'{"note": "' + b"x" * 65_536 + b'"}', (413, "too_large")),
        (b"[" * 60_000, (400, "parse_error")),
        (b'{"note": NaN}', (400, "parse_error")),
        (b"\xff", (400, "parse_error")),
        (b"[]", (400, "invalid")),
        (b"null", (400, "invalid")),
        (b'{"note": 7}', (400, "invalid")),
        (b'{"stops": [{"address": "x", "entrance": 0}]}', (400, "invalid")),
    ],
)
def test_a_body_that_is_too_long_too_deep_or_no_json_is_refused(
    rival: Rival, body: bytes, refused: tuple[int, str]
) -> None:
    assert put_draft(rival, body) == refused


def test_another_kind_of_body_is_refused(rival: Rival) -> None:
    answer = Client(headers={"X-Grant": rival.call_token}).put(
        f"/calls/{rival.answered.pk}/draft", b"note=x", content_type="application/x-www-form-urlencoded"
    )

    assert error(answer) == (415, "unsupported_media_type")
