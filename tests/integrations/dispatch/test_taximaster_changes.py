"""Orders that a Taxi-Master server has: changed, cancelled, told of; and which of its requests are there for us."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from callcenter.contracts import (
    GONE,
    TOO_LATE,
    UNSUPPORTED,
    Abilities,
    Ability,
    Changed,
    ChangeOutcome,
    Correction,
    HttpRequest,
    HttpResponse,
    OrderProgress,
    Rejected,
    SeenOrders,
    Stop,
    Unclear,
)
from integrations.dispatch.taximaster.adapter import TaxiMaster
from tests.integrations.dispatch.cast import TOKEN, answer, hold, settings

ADAPTER = TaxiMaster()
STATES = {"order_states": [{"id": 1, "name": "Принят", "state_type": "accepted"},
                           {"id": 6, "name": "Отменён", "state_type": "aborted"}]}  # fmt: skip


def reply(code: int = 0, /, **data: Any) -> HttpResponse:
    return answer(json.dumps({"code": code, "descr": "слова программы", "data": data}).encode())


def standing(kind: str = "new_order", **more: Any) -> HttpResponse:
    return reply(order_id=5, state_kind=kind, **more)


def asked_of(requests: list[HttpRequest]) -> list[tuple[str, dict[str, Any]]]:
    """The requests by name, with what they carry."""
    return [(urlsplit(request.path).path.rpartition("/")[2], _carried(request)) for request in requests]


def _carried(request: HttpRequest) -> dict[str, Any]:
    if request.headers.get("Content-Type") == "application/json":
        return dict(json.loads(request.body))
    return dict(parse_qsl(request.body.decode() or urlsplit(request.path).query))


def cancel(*answers: HttpResponse, **stored: Any) -> tuple[list[tuple[str, dict[str, Any]]], ChangeOutcome]:
    requests, outcome = hold(ADAPTER.cancel("5", settings(**stored)), *answers)
    return asked_of(requests), outcome


def code_of(outcome: ChangeOutcome) -> str:
    assert isinstance(outcome, Rejected)
    return outcome.code


def test_a_cancellation_looks_at_the_order_and_the_penalty_before_it_changes_anything() -> None:
    asked, outcome = cancel(standing(), reply(**STATES), reply(cancel_order_penalty_sum="50,5"), reply(order_id=5))

    assert outcome == Changed(penalty=Decimal("50.5"))
    assert asked == [
        ("get_order_state", {"order_id": "5", "fields": "order_id,state_kind,start_time"}),
        ("get_order_states_list", {}),
        ("check_cancel_order_penalty", {"order_id": "5", "cancel_order_state_id": "6"}),
        ("change_order_state", {"order_id": "5", "new_state": "6"}),
    ]


def test_the_chosen_state_is_taken_without_a_look_at_the_list() -> None:
    asked, outcome = cancel(standing(), reply(6), reply(), cancel_state_id=129)

    assert outcome == Changed(penalty=None)
    assert asked[-1] == ("change_order_state", {"order_id": "5", "new_state": "129"})


def test_a_cancelled_order_stays_cancelled() -> None:
    asked, outcome = cancel(standing("aborted"))

    assert (len(asked), outcome) == (1, Changed())


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([reply(100)], GONE),
        ([standing("finished")], TOO_LATE),
        ([standing(), reply(**STATES), reply(102)], TOO_LATE),
        ([standing(), reply(**STATES), reply(), reply(102)], TOO_LATE),
        ([standing(), reply(**STATES), reply(), reply(100)], GONE),
        ([standing(), reply(**STATES), reply(), reply(4)], "4"),
        ([standing(), reply(**STATES), reply(), reply(101)], "101"),
        ([standing(), reply(order_states=[])], "101"),
        ([standing(), reply(**STATES), reply(), reply(200)], "200"),
    ],
)
def test_a_cancellation_that_is_refused_says_why(answers: list[HttpResponse], code: str) -> None:
    assert code_of(cancel(*answers)[1]) == code


@pytest.mark.parametrize(
    "answers", [[reply(1)], [standing("teleported")], [standing(), reply(**STATES), reply(10)],
                [standing(), reply(**STATES), reply(), answer(b"", status=502)]]
)  # fmt: skip
def test_a_cancellation_without_a_certain_answer_is_unclear(answers: list[HttpResponse]) -> None:
    assert isinstance(cancel(*answers)[1], Unclear)


def correct(correction: Correction, *answers: HttpResponse) -> tuple[list[tuple[str, dict[str, Any]]], ChangeOutcome]:
    requests, outcome = hold(ADAPTER.correct("5", correction, settings()), *answers)
    return asked_of(requests), outcome


def test_a_correction_sends_the_changed_parameters_alone() -> None:
    given = Correction(
        phone="+79007654321", pickup_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), route=[Stop(address="Мира, 2")]
    )
    asked, outcome = correct(given, reply())

    assert outcome == Changed()
    name, body = asked[0]
    assert name == "update_order"
    assert set(body) == {"order_id", "phone", "addresses", "source_time", "is_prior"}
    assert (body["order_id"], body["phone"], body["source_time"]) == (5, "89007654321", "20261123120000")


def test_a_note_is_added_to_the_comment_and_our_mark_stays() -> None:
    asked, outcome = correct(Correction(note="у шлагбаума"), reply(order_id=5, comment=f"подъезд 2 {TOKEN}"), reply())

    assert outcome == Changed()
    assert asked[1] == ("update_order", {"order_id": 5, "comment": f"у шлагбаума; подъезд 2 {TOKEN}"})


def test_a_note_that_is_there_already_is_not_added_again() -> None:
    asked, _ = correct(Correction(note="у шлагбаума"), reply(order_id=5, comment=f"у шлагбаума; {TOKEN}"), reply())

    assert asked[1][1]["comment"] == f"у шлагбаума; {TOKEN}"


@pytest.mark.parametrize(
    ("note", "there"),
    [("подъезд 1", f"подъезд 12; {TOKEN}"), ("25", f"дом 25, код 2; {TOKEN}"), ("код 2", f"код 25 {TOKEN}")],
)
def test_a_note_that_is_a_part_of_what_is_there_is_added(note: str, there: str) -> None:
    asked, _ = correct(Correction(note=note), reply(order_id=5, comment=there), reply())

    assert asked[1][1]["comment"] == f"{note}; {there}"


def test_a_comment_that_nobody_has_read_is_not_written_over() -> None:
    assert code_of(correct(Correction(note="у шлагбаума"), reply(order_id=5))[1]) == UNSUPPORTED


def test_nothing_changed_asks_nothing() -> None:
    with pytest.raises(StopIteration) as ended:
        next(ADAPTER.correct("5", Correction(), settings()))

    assert ended.value.value == Changed()


@pytest.mark.parametrize(
    ("code", "known_as"), [(100, GONE), (107, TOO_LATE), (104, "104"), (110, "110"), (122, "122"), (14, "14")]
)
def test_a_refused_correction_says_why(code: int, known_as: str) -> None:
    outcome = correct(Correction(passenger="Анна"), reply(code))[1]

    assert code_of(outcome) == known_as
    assert isinstance(outcome, Rejected)
    assert outcome.configuration == (code in (104, 14))


def test_many_orders_are_asked_for_in_one_list_and_those_that_left_it_one_by_one() -> None:
    listed = reply(orders=[{"id": number, "state_kind": "driver_assigned"} for number in (1, 2, 3, 900)])
    talk = ADAPTER.states(["1", "2", "3", "4", "5"], settings())
    requests, seen = hold(talk, listed, reply(order_id=4, state_kind="finished"), reply(100))

    assert isinstance(seen, SeenOrders)
    assert [(order.number, order.progress) for order in seen.orders] == [
        *[(number, OrderProgress.ASSIGNED) for number in ("1", "2", "3")], ("4", OrderProgress.FINISHED),
    ]  # fmt: skip
    assert [name for name, _ in asked_of(requests)] == ["get_current_orders", "get_order_state", "get_order_state"]
    assert asked_of(requests)[0][1] == {"fields": "id,state_kind,start_time"}


def test_a_few_orders_are_asked_for_by_themselves() -> None:
    requests, _ = hold(ADAPTER.states(["1"], settings()), reply(order_id=1, state_kind="new_order"))

    assert [name for name, _ in asked_of(requests)] == ["get_order_state"]


def test_the_dispatchers_are_told_about_an_order() -> None:
    requests, outcome = hold(ADAPTER.tell("Заказ не подтверждён", settings(), number="5"), reply())

    assert outcome == Changed()
    assert asked_of(requests) == [
        ("show_tm_message", {"text": "Заказ не подтверждён", "header": "Контакт-центр", "order_id": 5})
    ]


def probed(codes: dict[str, int]) -> Abilities | Unclear:
    talk: Any = ADAPTER.probe(settings())
    request = next(talk)
    while True:
        name = urlsplit(request.path).path.rpartition("/")[2]
        try:
            request = talk.send(reply(codes.get(name, 8)))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def test_a_request_without_parameters_tells_whether_it_is_there_and_ours() -> None:
    found = probed({"update_order": 14, "show_tm_message": 6, "get_current_orders": 0, "create_order2": 9})

    assert isinstance(found, Abilities)
    told = {name: ability for name, ability in found.abilities.items() if ability is not Ability.PRESENT}
    assert told == {"update_order": Ability.FORBIDDEN, "show_tm_message": Ability.MISSING}
    assert len(found.abilities) == 13


def test_a_wrong_key_says_nothing_about_abilities() -> None:
    assert probed({"create_order2": 4}) == Unclear(reason="create_order2 answered code 4")


@pytest.fixture(params=["create_order2", "calc_order_cost2", "update_order", "show_tm_message", "change_order_state"])
def changing(request: pytest.FixtureRequest) -> Iterator[str]:
    return request.param  # type: ignore[no-any-return]


def test_a_probe_carries_nothing(changing: str) -> None:
    talk: Any = ADAPTER.probe(settings())
    carried = {}
    request = next(talk)
    while request:
        carried[urlsplit(request.path).path.rpartition("/")[2]] = request.body
        try:
            request = talk.send(reply(8))
        except StopIteration:
            break

    assert carried[changing] in (b"", b"{}")
