"""What a simulated Taxi-Master server does with an order that it has, asked without the project's own client."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations.simulators.taximaster_requests import REQUESTS
from tests.integrations.simulators.taximaster_box import Box, simulated


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    users = {"5": frozenset(REQUESTS), "7": frozenset({"get_uds_list"})}
    with simulated(certificates, first_order=500, users=users, query_post=True) as running:
        running.create()
        yield running


def post(box: Box, name: str, **values: Any) -> dict[str, Any]:
    return box.ask("POST", name, json.dumps(values).encode())[1]


def test_a_change_leaves_what_it_does_not_name(box: Box) -> None:
    assert post(box, "update_order", order_id=500, comment="у шлагбаума")["code"] == 0

    [order] = box.journal()
    assert (order["comment"], order["phone"], order["addresses"][0]["address"]) == (
        "у шлагбаума", "89001234567", "Ленина, 1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, 8),
        ({"order_id": 9}, 100),
        ({"order_id": 500, "state_id": 99}, 101),
        ({"order_id": 500, "tariff_id": 99}, 102),
        ({"order_id": 500, "crew_group_id": 99}, 104),
        ({"order_id": 500, "uds_id": 99}, 105),
        ({"order_id": 500, "attribute_values": [{"id": 99, "bool_value": True}]}, 108),
        ({"order_id": 500, "source_time": "soon"}, 9),
        ({"order_id": 500, "addresses": []}, 9),
    ],
)
def test_a_wrong_change_is_refused_by_its_code(box: Box, values: dict[str, Any], code: int) -> None:
    assert post(box, "update_order", **values)["code"] == code


def test_an_order_that_has_ended_is_not_changed(box: Box) -> None:
    box.ask("POST", "change_order_state", b"order_id=500&new_state=31")

    assert post(box, "update_order", order_id=500, comment="x")["code"] == 107
    assert box.ask("POST", "change_order_state", b"order_id=500&new_state=5")[1]["code"] == 102
    penalty = box.ask("GET", "check_cancel_order_penalty?order_id=500&cancel_order_state_id=31")[1]
    assert penalty["code"] == 102


def test_a_car_on_its_way_costs_something_to_send_back(box: Box) -> None:
    question = "check_cancel_order_penalty?order_id=500&cancel_order_state_id=31"
    free = box.ask("GET", question)[1]["data"]
    box.ask("POST", "change_order_state", b"order_id=500&new_state=7")

    assert (free, box.ask("GET", question)[1]["data"]) == (
        {"cancel_order_penalty_sum": 0.0}, {"cancel_order_penalty_sum": 50.0},
    )  # fmt: skip


def test_the_dispatchers_see_what_they_are_told(box: Box) -> None:
    assert post(box, "show_tm_message", text="Перезвоните", order_id=500)["code"] == 0
    assert post(box, "show_tm_message")["code"] == 8

    shown = box.control("GET", "/simulator/journal")[1]["messages"]
    assert shown == [{"text": "Перезвоните", "header": "", "order_id": 500}]


@pytest.mark.parametrize(("fault", "may"), [("ask", True), ("forbid", False)])
def test_the_services_own_rules_ask_or_forbid(box: Box, fault: str, may: bool) -> None:
    box.break_by(fault)
    asked = box.create(comment="")

    assert (asked["code"], asked["data"]["can_create_order"]) == (113, may)
    assert box.create(comment="", need_custom_validate=True)["code"] == 113
    assert box.create(comment="", need_custom_validate=False)["code"] == 0


def test_a_user_asks_for_what_is_allowed_and_nothing_else(box: Box) -> None:
    assert box.ask("GET", "get_uds_list", X_User_Id="7")[1]["code"] == 0
    assert box.ask("GET", "get_tariffs_list", X_User_Id="7")[1]["code"] == 14
    assert box.ask("GET", "get_tariffs_list", X_User_Id="8")[1]["code"] == 13


def test_parameters_of_a_post_may_stand_in_its_query_behind_a_flag(box: Box, certificates: Path) -> None:
    target, signed = "change_order_state?order_id=500&new_state=7", b"order_id=500&new_state=7"

    assert box.ask("POST", target, sign=signed)[1]["code"] == 0
    with simulated(certificates) as strict:
        assert strict.ask("POST", target, sign=signed)[1]["code"] == 4


def test_orders_go_their_way_by_themselves(certificates: Path) -> None:
    with simulated(certificates, first_order=500, step_s=0.0001) as running:
        running.create()
        ended = running.ask("GET", "get_order_state?order_id=500")[1]["data"]

    assert ended["state_kind"] == "finished"


def test_people_and_houses_are_known(box: Box) -> None:
    known = box.ask("GET", "analyze_phone?phone=89001234567")[1]
    nobody = box.ask("GET", "analyze_phone?phone=80000000000")[1]

    assert (known["data"]["phone_type"], nobody["code"]) == ("client", 100)
    assert box.ask("GET", "find_nearest_address?lat=0&lon=0")[1]["code"] == 100
    assert box.ask("GET", "find_nearest_address?lat=x&lon=0")[1]["code"] == 9
