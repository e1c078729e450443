"""The dialog's commands through the real middleware, as the web role: what a held right allows, and that it ends."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from callcenter.contracts import Wish as WishOfOrder
from callcenter.cookies import SEAT_COOKIE
from callcenter.models import AuditEntry, Grant, Notice, Seat, TaxiService, Wish
from callcenter.tenancy.rules import SWITCH
from callcenter.tenancy.unit import unit
from orders.models import Call, Delivery, Order, OrderSecret
from orders.secrets import Between, Known, OrderDetails
from tests.orders.cast import Cast, cast, operator, ring_and_answer, secret_of

pytestmark = pytest.mark.django_db(databases="__all__")

ORDER = {"pickup": "Ленина 15", "destination": "Вокзал", "when": "", "phone": "", "note": "код 12"}


@pytest.fixture
def komet() -> Cast:
    return cast()


@pytest.fixture
def page(komet: Cast) -> "Page":
    with unit(SWITCH):
        ring_and_answer()
    return Page(secret_of("101"), str(Call.objects.get().pk))


class Page:
    """An operator's browser."""

    def __init__(self, secret: str, call: str) -> None:
        self.client = Client()
        self.client.cookies[SEAT_COOKIE] = secret
        self.call = call
        self.grant = ""

    def send(self, method: str, command: str, body: Any = None) -> Any:
        return self.client.generic(
            method, f"/calls/{self.call}/{command}", json.dumps(body or {}), content_type="application/json",
            headers={"X-Grant": self.grant},
        )  # fmt: skip

    def redeem(self) -> Any:
        answer = self.send("POST", "redeem")
        if answer.status_code == 200:
            self.grant = answer.json()["grant"]
        return answer

    def place(self, key: str, **changes: Any) -> Any:
        return self.send("POST", "place", {**ORDER, "idempotency_key": key, **changes})


def test_the_seat_that_answered_redeems_and_sees_a_masked_number(page: Page) -> None:
    opened = page.redeem().json()

    assert opened["dialog"]["phone_masked"] == "+7 900 •••-••-67"
    assert "9001234567" not in json.dumps(opened)


def test_another_seat_cannot_redeem(page: Page) -> None:
    operator("102")
    page.client.cookies[SEAT_COOKIE] = secret_of("102")

    assert page.redeem().status_code == 404


def test_redeeming_again_rotates_the_token(page: Page) -> None:
    page.redeem()
    older = page.grant
    page.redeem()
    page.grant, newer = older, page.grant

    assert page.send("POST", "reveal").status_code == 404
    page.grant = newer
    assert page.send("POST", "reveal").json() == {"phone": "+79001234567"}


def test_showing_the_number_is_written_to_the_trail(page: Page) -> None:
    page.redeem()
    page.send("POST", "reveal")

    assert AuditEntry.objects.filter(action="phone.revealed").count() == 1


def test_the_draft_survives_a_reload(page: Page) -> None:
    typed = {
        **ORDER,
        "pickup_entrance": "2",
        "stops": [{"address": "Мира 1", "entrance": ""}],
        "destination_entrance": "",
        "wishes": ["11"],
        "passenger": "Иван",
        "known": [{"address": "Мира 1", "lat": 55.75, "lon": 37.61}],
    }
    page.redeem()
    page.send("PUT", "draft", typed)

    assert page.redeem().json()["dialog"]["draft"] == typed


def test_the_page_learns_the_wishes_and_the_notice_of_its_service_alone(page: Page) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    own, other = (
        Call.objects.get().service,
        TaxiService.objects.create(name="Луна", monogram="Л", hue="violet", greeting="x"),
    )
    for service, title in ((own, "Детское кресло"), (other, "Чужое")):
        Wish.objects.create(service=service, digit=1, title=title, code="11")
        Notice.objects.create(service=service, text=f"{title} ждёт", starts_at=now - hour, ends_at=now + hour)
    Notice.objects.create(service=own, text="вчерашнее", starts_at=now - 2 * hour, ends_at=now - hour)

    opened = page.redeem().json()["dialog"]

    assert opened["wishes"] == [{"digit": 1, "id": "11", "title": "Детское кресло"}]
    assert opened["notice"]["text"] == "Детское кресло ждёт"


def test_placing_writes_order_secret_and_delivery_together(page: Page) -> None:
    key = page.redeem().json()["dialog"]["idempotency_key"]

    answer = page.place(key)

    assert answer.status_code == 201
    order = Order.objects.get()
    assert OrderSecret.objects.get().get(OrderDetails) == OrderDetails(
        phone="+79001234567", pickup="Ленина 15", destination="Вокзал", note="код 12"
    )
    assert (Delivery.objects.get().order_id, order.state, len(order.marker)) == (order.pk, "queued", 26)


def test_an_order_carries_stops_entrances_wishes_passenger_and_known_places(page: Page) -> None:
    Wish.objects.create(service=Call.objects.get().service, digit=1, title="Детское кресло", code="11")
    page.redeem()

    answer = page.place(
        str(uuid4()), pickup_entrance=" 2 ", stops=[{"address": "Мира 1", "entrance": "3"}, {"address": " "}],
        wishes=["11", "11"], passenger="Иван", known=[{"address": "Мира 1", "lat": 55.7512345, "lon": 37.61}],
    )  # fmt: skip

    assert answer.status_code == 201
    details = OrderSecret.objects.get().get(OrderDetails)
    assert (details.pickup_entrance, details.passenger) == ("2", "Иван")
    assert details.stops == (Between(address="Мира 1", entrance="3"),)
    assert details.wishes == (WishOfOrder(code="11", title="Детское кресло"),)
    assert details.known == (Known(address="Мира 1", lat=Decimal("55.7512345"), lon=Decimal("37.61")),)


def test_an_order_with_a_wish_of_nobody_is_refused_and_nothing_is_written(page: Page) -> None:
    page.redeem()

    answer = page.place(str(uuid4()), wishes=["99"], stops=[{"address": "Мира 1", "entrance": "х" * 11}])

    assert answer.status_code == 400
    fields = answer.json()["error"]["fields"]
    assert sorted(fields) == ["stop-1_entrance", "wishes"]
    assert "99" in fields["wishes"]
    assert not Order.objects.exists()


def test_pressing_twice_is_one_order(page: Page) -> None:
    key = page.redeem().json()["dialog"]["idempotency_key"]

    first, second = page.place(key), page.place(key)

    assert first.json() == second.json()
    assert Order.objects.count() == 1


def test_after_a_refusal_the_corrected_order_is_a_new_one(page: Page) -> None:
    key = page.redeem().json()["dialog"]["idempotency_key"]
    page.place(key)
    Order.objects.update(state="rejected")
    page.place(key, pickup="Ленина 16")

    assert [order.revision for order in Order.objects.order_by("revision")] == [0, 1]


def test_a_missing_pickup_is_refused_with_a_sentence_and_nothing_is_written(page: Page) -> None:
    page.redeem()

    answer = page.place(str(uuid4()), pickup="")

    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["pickup"]
    assert not Order.objects.exists()


def test_leaving_ends_the_right_at_once(page: Page) -> None:
    page.redeem()

    assert page.send("POST", "leave", {"reason": 1}).status_code == 200
    assert page.send("POST", "reveal").status_code == 410
    assert Call.objects.get().disposition == 1


def test_a_closed_right_and_an_unknown_one_answer_without_data(page: Page) -> None:
    page.redeem()
    Grant.objects.update(closed_at="2026-01-01T00:00Z")
    closed = page.send("POST", "reveal")
    page.grant = "strange"
    unknown = page.send("POST", "reveal")

    assert (closed.status_code, unknown.status_code) == (410, 404)
    assert b"900" not in closed.content + unknown.content


def test_a_denied_read_is_in_the_trail_although_the_request_was_rolled_back(page: Page) -> None:
    page.redeem()
    Grant.objects.update(closed_at="2026-01-01T00:00Z")
    page.send("POST", "reveal")

    assert AuditEntry.objects.filter(action="grant.denied").count() == 1


def test_the_seat_s_state_cannot_change_while_a_call_is_on(page: Page) -> None:
    answer = page.client.post("/seat/state", '{"state": "break"}', content_type="application/json")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "busy")
    assert Seat.objects.get().state == "busy"


def test_the_snapshot_carries_nothing_of_the_caller(page: Page, komet: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.seat', %s, true)", [komet.secret])
        cursor.execute("SELECT app.seat_snapshot()::text")
        text = cursor.fetchone()[0]

    assert json.loads(text)["call"]["service"]["name"] == "Комета"
    assert "900" not in text.replace(json.loads(text)["now"], "")
