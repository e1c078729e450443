"""The middleware owns the request's transaction: what is taken back, what is refused, what the session forgets."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path

from callcenter.cookies import SEAT_COOKIE
from callcenter.models import AuditEntry, TaxiService
from callcenter.refusals import denied
from callcenter.tenancy.middleware import keep
from callcenter.tenancy.rules import WEB
from callcenter.tenancy.unit import unit

pytestmark = pytest.mark.django_db(databases="__all__")


def _insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    TaxiService.objects.create(name="half done", monogram="H", hue="teal", greeting="")


def fail(request: HttpRequest, status: int) -> HttpResponse:
    _insert()
    return HttpResponse(status=status)


def kept(request: HttpRequest) -> HttpResponse:
    _insert()
    return keep(HttpResponse(status=409))


def refused(request: HttpRequest) -> HttpResponse:
    _insert()
    response = HttpResponse(status=404)
    response.refusal = denied(None, "door.refused", "web")  # type: ignore[attr-defined]
    return response


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse([b"late"])


def context(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.token', true), current_setting('app.seat', true), current_user")
        return JsonResponse({"held": cursor.fetchone()})


urlpatterns = [
    path("fail/<int:status>", fail),
    path("kept", kept),
    path("refused", refused),
    path("stream", stream),
    path("context", context),
]


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(("status", "rows"), [(200, 1), (302, 1), (400, 0), (404, 0), (500, 0)])
def test_every_status_from_400_takes_its_writes_back(client: Client, status: int, rows: int) -> None:
    client.get(f"/fail/{status}")

    assert TaxiService.objects.filter(name="half done").count() == rows


def test_a_view_can_ask_to_keep_what_it_wrote(client: Client) -> None:
    client.get("/kept")

    assert TaxiService.objects.filter(name="half done").count() == 1


def test_a_streamed_answer_is_refused(client: Client) -> None:
    assert client.get("/stream").status_code == 500


def test_the_context_is_always_stated_also_when_nothing_is_held(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.token', 'left behind', false)")

    assert client.get("/context").json()["held"] == ["", "", "cc_web"]
    client.cookies[SEAT_COOKIE] = "seat"
    assert client.get("/context", headers={"X-Grant": "token"}).json()["held"] == ["token", "seat", "cc_web"]
    assert client.get("/context").json()["held"] == ["", "seat", "cc_web"]


def test_after_a_request_nothing_of_it_is_left_in_the_session(client: Client) -> None:
    client.cookies[SEAT_COOKIE] = "seat"
    client.get("/context", headers={"X-Grant": "token"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.token', true), current_setting('app.seat', true), current_user")
        assert cursor.fetchone() == ("", "", "postgres")


def test_a_refusal_is_written_although_the_request_was_taken_back(client: Client) -> None:
    client.get("/refused")

    assert [entry.action for entry in AuditEntry.objects.all()] == ["door.refused"]
    assert not TaxiService.objects.filter(name="half done").exists()


def test_a_unit_inside_a_unit_is_refused() -> None:
    with unit(WEB), pytest.raises(RuntimeError, match="already open"), unit(WEB):
        pass
