"""Calls, orders, deliveries, invoices and usage as a service's program reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from orders.models import Order
from tests.api.programs import error, program
from tests.factories import Rival, make_key, make_order, make_rivals

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


def read(rival: Rival, path: str, **query: Any) -> Any:
    answer = program(rival.key).get(f"/api/v1/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_calls_of_the_own_service_are_listed_newest_first(rivals: list[Rival]) -> None:
    body = read(rivals[0], "calls")

    assert body["next"] is None
    assert len(body["items"]) == 4
    assert [item["created_at"] for item in body["items"]] == sorted(
        (item["created_at"] for item in body["items"]), reverse=True
    )
    assert {item["line"] for item in body["items"]} == {rivals[0].line.number}
    assert read(rivals[0], "calls", state="ringing")["items"][0]["id"] == str(rivals[0].ringing.pk)


def test_a_call_names_its_orders_and_its_end(rivals: list[Rival]) -> None:
    call = rivals[0].answered
    type(call).objects.filter(pk=call.pk).update(disposition=1)

    body = read(rivals[0], f"calls/{call.pk}")

    assert body["orders"] == [str(rivals[0].queued.pk)]
    assert body["disposition"] == "price_only"
    assert body["scenario"] == "full"


def test_an_order_has_state_number_and_times_and_nothing_that_was_said(rivals: list[Rival]) -> None:
    order = rivals[0].accepted
    body = read(rivals[0], f"orders/{order.pk}")

    assert body == {
        "id": str(order.pk),
        "number": order.number,
        "state": "accepted",
        "call": str(order.call_id),
        "delivery": str(order.delivery.get().pk),
        "placed_at": order.placed_at.isoformat().replace("+00:00", "Z"),
        "accepted_at": order.accepted_at.isoformat().replace("+00:00", "Z") if order.accepted_at else None,
    }


def test_an_order_is_found_by_its_number(rivals: list[Rival]) -> None:
    found = read(rivals[0], "orders", number=rivals[0].accepted.number)["items"]

    assert [item["id"] for item in found] == [str(rivals[0].accepted.pk)]
    assert read(rivals[0], "orders", number=rivals[1].accepted.number)["items"] == []


def test_a_delivery_shows_every_attempt(rivals: list[Rival]) -> None:
    order = read(rivals[0], f"orders/{rivals[0].queued.pk}")

    body = read(rivals[0], f"deliveries/{order['delivery']}")

    assert (body["order"], body["state"]) == (order["id"], "pending")
    assert body["next_at"] is not None
    assert [(item["position"], item["purpose"], item["outcome"]) for item in body["attempts"]] == [
        (1, "place", "unclear")
    ]


def test_links_that_the_key_does_not_open_are_left_out(rivals: list[Rival]) -> None:
    narrow = program(make_key(rivals[0].service, "orders"))
    calls = program(make_key(rivals[0].service, "calls"))

    assert narrow.get(f"/api/v1/orders/{rivals[0].queued.pk}").json()["delivery"] is None
    assert calls.get(f"/api/v1/calls/{rivals[0].answered.pk}").json()["orders"] == []


def test_an_invoice_shows_its_lines_and_amounts_as_texts(rivals: list[Rival]) -> None:
    listed = read(rivals[0], "invoices")["items"]
    body = read(rivals[0], f"invoices/{listed[0]['id']}")

    assert len(listed) == 1
    assert (body["total"], body["currency"], body["orders"]) == ("25.00", "RUB", 1)
    assert [(line["position"], line["rate"], line["amount"]) for line in body["lines"]] == [(1, "25.0000", "25.00")]
    assert read(rivals[0], "invoices", month="2025-01")["items"] == []


def test_the_usage_of_a_month_is_counted_by_contract(rivals: list[Rival]) -> None:
    invoice = read(rivals[0], "invoices")["items"][0]

    body = read(rivals[0], "usage", month=invoice["month"])

    assert body == {
        "month": invoice["month"],
        "time_zone": "Europe/Moscow",
        "contracts": [
            {
                "contract": invoice["contract"], "tariff": "PER-ORDER-B", "orders": 1, "taken_back": 0,
                "invoice": invoice["id"],
            }
        ],
    }  # fmt: skip
    assert read(rivals[0], "usage")["contracts"][0]["contract"] == invoice["contract"]
    assert read(rivals[0], "usage", month="2025-12")["contracts"] == []


@pytest.mark.parametrize("kind", ["calls", "orders", "deliveries", "invoices"])
def test_a_rival_s_and_a_missing_one_get_the_identical_answer(rivals: list[Rival], kind: str) -> None:
    foreign = {
        "calls": rivals[1].answered.pk,
        "orders": rivals[1].queued.pk,
        "deliveries": rivals[1].queued.delivery.get().pk,
        "invoices": read(rivals[1], "invoices")["items"][0]["id"],
    }[kind]
    mine = program(rivals[0].key)

    answers = [mine.get(f"/api/v1/{kind}/{id}") for id in (foreign, uuid4(), "not-an-id", "%00")]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert error(answers[0]) == (404, "unknown")


def test_pages_follow_one_another_without_gap_or_repetition_while_orders_come_in(rivals: list[Rival]) -> None:
    own, moment = rivals[0], timezone.now()
    for position in range(7):
        order = make_order(own.answered, 0)
        Order.objects.filter(pk=order.pk).update(placed_at=moment - timedelta(seconds=position // 3))
    newest = Order.objects.filter(service=own.service).order_by("-placed_at", "-id")
    wanted = [str(pk) for pk in newest.values_list("pk", flat=True)]

    seen, cursor = [], None
    while True:
        page = read(own, "orders", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        make_order(own.answered, 0)
        if (cursor := page["next"]) is None:
            break

    assert seen == wanted


def test_times_are_limits_half_open(rivals: list[Rival]) -> None:
    order = rivals[0].queued
    Order.objects.filter(pk=order.pk).update(placed_at=datetime(2026, 1, 1, 12, tzinfo=UTC))

    def found(**query: str) -> list[str]:
        return [item["id"] for item in read(rivals[0], "orders", **query)["items"]]

    assert found(since="2026-01-01T12:00:00Z", until="2026-01-01T12:00:01Z") == [str(order.pk)]
    assert found(since="2026-01-01T15:00:00+03:00", until="2026-01-01T12:00:01Z") == [str(order.pk)]
    assert found(until="2026-01-01T12:00:00Z") == []


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ({"since": "yesterday"}, "since", "“yesterday” is not a time"),
        ({"since": "2026-01-01"}, "since", "with its offset"),
        ({"since": "2026-01-01T10:00:00"}, "since", "with its offset"),
        ({"until": "0001-01-01T00:00:00+10:00"}, "until", "is not a time"),
        ({"limit": "0"}, "limit", "1 to 200"),
        ({"limit": "201"}, "limit", "1 to 200"),
        ({"limit": "²"}, "limit", "1 to 200"),
        ({"cursor": "abc"}, "cursor", "is not a cursor"),
        ({"cursor": "AAAA" * 7}, "cursor", "is not a cursor"),
        ({"state": "lost"}, "state", "queued, sending"),
        ({"number": ""}, "number", "1 to 40"),
        ({"number": "\0"}, "number", "control characters"),
        ({"number": "7" * 41}, "number", "1 to 40"),
        ({"form": "x"}, "form", "since, until, state, number"),
        ({"limit": ["1", "2"]}, "limit", "more than once"),
    ],
)
def test_a_bad_parameter_gets_a_sentence_that_names_value_and_rule(
    rivals: list[Rival], query: dict[str, Any], field: str, told: str
) -> None:
    answer = program(rivals[0].key).get("/api/v1/orders", query)

    assert error(answer) == (400, "invalid")
    assert told in answer.json()["error"]["fields"][field]


def test_a_plus_that_was_not_encoded_is_understood(rivals: list[Rival]) -> None:
    assert program(rivals[0].key).get("/api/v1/orders?since=2026-01-01T10:00:00+03:00").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_written(rivals: list[Rival], method: str) -> None:
    answer = getattr(program(rivals[0].key), method)("/api/v1/orders")

    assert error(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_an_address_that_does_not_exist_is_refused_in_the_same_shape(rivals: list[Rival]) -> None:
    for path in ("/api/v1/nothing", "/api/v1/orders/1/2", "/api/v1/orders/"):
        assert error(program(rivals[0].key).get(path)) == (404, "unknown")


def test_only_json_is_spoken_in_the_language_that_is_asked_for(rivals: list[Rival]) -> None:
    mine = program(rivals[0].key, language="ru")

    assert error(mine.get("/api/v1/orders", headers={"accept": "application/xml"})) == (406, "not_acceptable")
    sentences = {holder.get("/api/v1/x").json()["error"]["sentence"] for holder in (mine, program(rivals[0].key))}
    assert len(sentences) == 2
