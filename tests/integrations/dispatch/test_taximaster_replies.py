"""What follows from a Taxi-Master server's replies; the samples are written after the vendor's description."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from callcenter.contracts import (
    Duplicate,
    Found,
    HttpResponse,
    OrderProgress,
    Placed,
    PlaceOutcome,
    Questioned,
    Rejected,
    SearchOutcome,
    SeenOrder,
    SeenOrders,
    Trouble,
    Unclear,
)
from integrations.dispatch.phrases import REFUSED, TECHNICAL
from integrations.dispatch.taximaster.adapter import TaxiMaster
from integrations.dispatch.taximaster.codes import PHRASES
from tests.integrations.dispatch.cast import MARKER, PHONE, PLACED_AT, TOKEN, answer, draft, hold, sample, settings

ADAPTER = TaxiMaster()
EMPTY = b'{"code":0,"descr":"OK","data":{"orders":[]}}'


def place(response: HttpResponse) -> PlaceOutcome:
    return hold(ADAPTER.place(draft(), settings(), check_duplicate=True), response)[1]


def search(*responses: HttpResponse, **stored: Any) -> SearchOutcome:
    return hold(ADAPTER.search(draft(), settings(**stored), since=PLACED_AT), *responses)[1]


def envelope(code: Any, **data: Any) -> HttpResponse:
    return answer(json.dumps({"code": code, "descr": "слова программы", "data": data}).encode())


def orders(*entries: dict[str, Any]) -> HttpResponse:
    return envelope(0, orders=list(entries))


def test_an_order_is_placed_under_the_programs_number() -> None:
    assert place(sample("create_order2")) == Placed(number="316673")


@pytest.mark.parametrize("data", [{"order_id": "316673"}, {"id": 316673}, {"order_id": " 316673 "}])
def test_the_number_may_be_a_string_or_be_called_id(data: dict[str, Any]) -> None:
    assert place(envelope(0, **data)) == Placed(number="316673")


def test_the_code_may_be_a_string() -> None:
    assert place(envelope("0", order_id=1)) == Placed(number="1")


@pytest.mark.parametrize("code", [2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 101, 102, 103, 108, 109])
def test_a_refused_setting_is_for_an_administrator(code: int) -> None:
    trouble = Trouble.KEY if code == 4 else Trouble.SETTINGS
    assert place(envelope(code)) == Rejected(
        code=str(code), phrase=TECHNICAL, detail="слова программы", configuration=True, trouble=trouble
    )


@pytest.mark.parametrize("code", [1, 10, 11, 12, 15, 99, -1])
def test_a_code_that_does_not_say_what_was_done_is_unclear(code: int) -> None:
    assert place(envelope(code)) == Unclear(reason=f"create_order2 answered code {code}")


def test_code_100_is_a_similar_order() -> None:
    assert place(envelope(100)) == Duplicate(detail="слова программы")


@pytest.mark.parametrize("code", sorted(PHRASES["create_order2"]))
def test_a_business_answer_is_a_refusal_with_words_of_its_own(code: int) -> None:
    assert place(envelope(code)) == Rejected(
        code=str(code), phrase=PHRASES["create_order2"][code], detail="слова программы"
    )


@pytest.mark.parametrize("code", [117, 125, 999])
def test_a_code_without_words_of_its_own_is_a_plain_refusal(code: int) -> None:
    assert place(envelope(code)) == Rejected(code=str(code), phrase=REFUSED, detail="слова программы")


def test_the_services_own_rule_asks_in_its_own_words() -> None:
    asked = place(sample("create_order2_refused_by_rules"))

    assert asked == Questioned(message="Адрес вне зоны обслуживания", may_confirm=True)
    assert "Адрес" not in repr(asked)
    assert place(envelope(113, message="Далеко", can_create_order=1)) == Questioned(message="Далеко", may_confirm=False)
    assert place(envelope(113)) == Questioned(message="слова программы", may_confirm=False)


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (answer(sample("create_order2").body, status=502), "the server answered status 502"),
        (answer(b"", status=302), "the server answered status 302"),
        (answer(b""), "the answer is not JSON"),
        (answer(b"<html>Bad gateway</html>"), "the answer is not JSON"),
        (answer(b'{"code":0,"descr":"OK","da'), "the answer is not JSON"),
        (answer(b"\xff\xfe"), "the answer is not JSON"),
        (answer(b"[" * 100_000), "the answer is not JSON"),
        (answer(b"[]"), "the answer has no code"),
        (answer(b'{"descr":"OK"}'), "the answer has no code"),
        (answer(b'{"code":true}'), "the answer has no code"),
        (answer(b'{"code":1.5}'), "the answer has no code"),
        (answer(b'{"code":0}'), "create_order2 answered without an order number"),
        (answer(b'{"code":0,"data":null}'), "create_order2 answered without an order number"),
        (envelope(0, order_id=0), "create_order2 answered without an order number"),
        (envelope(0, order_id=None), "create_order2 answered without an order number"),
        (envelope(0, order_id="abc"), "create_order2 answered without an order number"),
    ],
)
def test_an_answer_that_proves_nothing_is_unclear(response: HttpResponse, reason: str) -> None:
    assert place(response) == Unclear(reason=reason)


def test_the_marker_is_found_by_its_attribute() -> None:
    assert search(sample("get_current_orders"), marker_attribute_id=10) == Found(numbers=("316673",))


def test_the_marker_is_found_by_its_token_whatever_people_wrote_around_it() -> None:
    assert search(sample("get_current_orders")) == Found(numbers=("316673",))


def test_the_attribute_outweighs_a_token_in_another_order() -> None:
    listed = orders(
        {"id": 1, "comment": f"как вчера {TOKEN}"},
        {"id": 2, "comment": "", "attribute_values": [{"id": 10, "str_value": MARKER}]},
    )

    assert search(listed, marker_attribute_id=10) == Found(numbers=("2",))


def test_an_order_that_ended_at_once_is_found_among_the_ended_ones() -> None:
    assert search(answer(EMPTY), sample("get_finished_orders")) == Found(numbers=("316671",))


def test_no_order_with_the_marker_is_a_certain_answer() -> None:
    others = orders({"id": 1, "comment": f"{TOKEN}2"}, {"id": 2, "comment": None}, {"id": 3})

    assert search(others, answer(EMPTY)) == Found(numbers=())


def test_two_orders_with_the_marker_are_both_told() -> None:
    doubled = orders({"id": 1, "comment": TOKEN}, {"id": 2, "comment": f"ждать {TOKEN}"})

    assert search(doubled) == Found(numbers=("1", "2"))


@pytest.mark.parametrize(
    ("responses", "reason"),
    [
        ([envelope(10)], "get_current_orders answered code 10"),
        ([envelope(100)], "get_current_orders answered code 100"),
        ([answer(EMPTY), envelope(14)], "get_finished_orders answered code 14"),
        ([answer(b"", status=500)], "the server answered status 500"),
        ([envelope(0)], "get_current_orders answered with orders that cannot be read"),
        ([envelope(0, orders={})], "get_current_orders answered with orders that cannot be read"),
        ([orders({"comment": TOKEN})], "get_current_orders answered with orders that cannot be read"),
        ([envelope(0, orders=["1"])], "get_current_orders answered with orders that cannot be read"),
    ],
)
def test_a_search_that_was_not_answered_never_says_that_there_is_no_order(
    responses: list[HttpResponse], reason: str
) -> None:
    assert search(*responses) == Unclear(reason=reason)


def test_the_orders_of_a_phone_are_told_without_anything_personal() -> None:
    _, seen = hold(ADAPTER.current_orders(PHONE, settings()), sample("get_current_orders"))

    assert seen == SeenOrders(
        orders=(
            SeenOrder(
                number="316670", progress=OrderProgress.RIDING, placed_at=datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
            ),
            SeenOrder(number="316673", progress=OrderProgress.NEW, placed_at=PLACED_AT),
        )
    )


@pytest.mark.parametrize(
    ("kind", "progress"),
    [
        ("new_order", OrderProgress.NEW),
        ("driver_assigned", OrderProgress.ASSIGNED),
        ("car_at_place", OrderProgress.WAITING),
        ("client_inside", OrderProgress.RIDING),
        ("finished", OrderProgress.FINISHED),
        ("aborted", OrderProgress.CANCELLED),
    ],
)
def test_every_kind_of_state_has_its_word(kind: str, progress: OrderProgress) -> None:
    _, seen = hold(ADAPTER.order_state("7", settings()), envelope(0, order_id=7, state_kind=kind))

    assert seen == SeenOrders(orders=(SeenOrder(number="7", progress=progress),))


def test_an_unknown_number_is_no_order_and_an_unknown_state_is_unclear() -> None:
    _, missing = hold(ADAPTER.order_state("7", settings()), envelope(100))
    _, strange = hold(ADAPTER.order_state("7", settings()), envelope(0, order_id=7, state_kind="beamed_up"))
    _, among = hold(ADAPTER.current_orders(PHONE, settings()), orders({"id": 1, "state_kind": "beamed_up"}))

    assert missing == SeenOrders(orders=())
    assert strange == Unclear(reason="get_order_state answered code 0 without a readable order")
    assert among == Unclear(reason="get_current_orders answered with orders that cannot be read")


def test_the_check_tells_a_wrong_key_from_a_wrong_group_from_a_good_connection() -> None:
    groups = sample("get_crew_groups_list")

    assert hold(ADAPTER.check(settings(crew_group_id=2)), groups)[1] is None
    assert hold(ADAPTER.check(settings(crew_group_id=9)), groups)[1] == Rejected(
        code="102", phrase=TECHNICAL, detail="crew group 9 does not exist", configuration=True
    )
    assert hold(ADAPTER.check(settings()), envelope(4))[1] == Rejected(
        code="4", phrase=TECHNICAL, detail="слова программы", configuration=True, trouble=Trouble.KEY
    )
    assert hold(ADAPTER.check(settings()), envelope(10))[1] == Unclear(reason="get_crew_groups_list answered code 10")
