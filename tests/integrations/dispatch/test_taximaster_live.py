"""The adapter and the HTTP client against the simulated server, over real TLS: what may be sent again and what not."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from callcenter.contracts import (
    Duplicate,
    FailureKind,
    Found,
    Hints,
    Lists,
    Placed,
    Quote,
    Rejected,
    SeenOrders,
    Stop,
    Target,
    TransportFailure,
    Trip,
    Wish,
)
from integrations.dispatch.taximaster.adapter import TaxiMaster
from integrations.http import converse
from tests.integrations.dispatch.cast import MARKER, PHONE, PLACED_AT, TOKEN, draft, settings
from tests.integrations.simulators.taximaster_box import Box, simulated

ADAPTER = TaxiMaster()
SERVICE = UUID(int=7)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    with simulated(certificates, first_order=500) as running:
        yield running


@pytest.fixture
def target(box: Box) -> Target:
    return Target(service=SERVICE, base_url=box.running.url, fingerprint=box.running.fingerprint, private_allowed=True)


def place(target: Target, *, check_duplicate: bool = True) -> object:
    return converse(ADAPTER.place(draft(), settings(), check_duplicate=check_duplicate), target)


def search(target: Target) -> object:
    return converse(ADAPTER.search(draft(), settings(), since=PLACED_AT), target)


def failure(target: Target) -> FailureKind:
    with pytest.raises(TransportFailure) as failed:
        place(target)
    return failed.value.kind


def test_an_order_arrives_whole_and_can_be_found_again(box: Box, target: Target) -> None:
    marked = settings(marker_attribute_id=10, crew_group_id=2)

    assert converse(ADAPTER.check(marked), target) is None
    assert converse(ADAPTER.place(draft(), marked, check_duplicate=True), target) == Placed(number="500")
    assert converse(ADAPTER.search(draft(), marked, since=PLACED_AT), target) == Found(numbers=("500",))
    assert place(target) == Duplicate(detail="Заказ с такими параметрами уже создан")
    assert place(target, check_duplicate=False) == Placed(number="501")

    [first, _] = box.journal()
    assert (first["phone"], first["comment"]) == ("89001234567", TOKEN)
    assert first["attribute_values"] == [{"id": 10, "str_value": MARKER}]
    assert first["addresses"][0] == {"address": "Ленина, 1", "lat": 55.75, "lon": 37.62}


def test_what_the_dialog_looks_up_goes_into_an_order_as_it_came(box: Box, target: Target) -> None:
    found = converse(ADAPTER.hints("вокзал", settings(city="Светлоярск")), target)
    assert isinstance(found, Hints)
    station = found.hints[0].stop
    assert station is not None
    route = (Stop(address="Ленина, 15"), station)
    wishes = (Wish(code="11", title="Детское кресло"),)

    price = converse(ADAPTER.quote(Trip(route=route, now=PLACED_AT, wishes=("11",)), settings()), target)
    placed = converse(ADAPTER.place(draft(route=route, wishes=wishes), settings(), check_duplicate=True), target)
    lists = converse(ADAPTER.lists(settings()), target)

    assert isinstance(price, Quote)
    assert price.price is not None
    assert placed == Placed(number="500")
    [order] = box.journal()
    assert order["addresses"] == [{"address": "Ленина, 15"}, {"address": "Вокзал", "lat": 57.112306, "lon": 40.263074}]
    assert order["attribute_values"] == [{"id": 11, "bool_value": True}]
    assert isinstance(lists, Lists)
    assert "11" in [choice.value for choice in lists.choices["wish"]]


def test_a_check_looks_for_every_chosen_number(target: Target) -> None:
    good = settings(crew_group_id=2, tariff_id=1, uds_id=1, marker_attribute_id=10)
    old = converse(ADAPTER.check(settings(tariff_id=3)), target)

    assert converse(ADAPTER.check(good), target) is None
    assert isinstance(old, Rejected)
    assert old.detail == "tariff_id 3 does not exist"


def test_look_ups_speak_of_the_orders_that_are_held(target: Target) -> None:
    place(target)

    current = converse(ADAPTER.current_orders(PHONE, settings()), target)
    state = converse(ADAPTER.order_state("500", settings()), target)
    missing = converse(ADAPTER.order_state("9", settings()), target)

    assert isinstance(current, SeenOrders)
    assert [order.number for order in current.orders] == ["500"]
    assert state == current
    assert missing == SeenOrders(orders=())


def test_an_order_to_a_server_that_is_down_was_not_sent(box: Box, target: Target) -> None:
    box.break_by("down")
    assert failure(target) is FailureKind.NOT_SENT

    box.break_by(None)
    assert (search(target), box.journal()) == (Found(numbers=()), [])


def test_an_order_to_a_server_that_stalls_is_unknown_and_turns_out_not_to_be_held(box: Box, target: Target) -> None:
    box.break_by("stall", count=1, seconds=0.05)

    assert failure(target) is FailureKind.UNKNOWN
    assert (search(target), box.journal()) == (Found(numbers=()), [])


def test_an_order_whose_answer_was_lost_is_unknown_and_is_found_by_its_marker(box: Box, target: Target) -> None:
    box.break_by("commit_then_drop", count=1)

    assert failure(target) is FailureKind.UNKNOWN
    assert search(target) == Found(numbers=("500",))
    assert len(box.journal()) == 1


def test_an_order_that_was_aborted_before_the_search_is_found_too(box: Box, target: Target) -> None:
    box.break_by("commit_then_drop", count=1)
    failure(target)
    box.ask("POST", "change_order_state", b"order_id=500&new_state=5")

    found = converse(ADAPTER.search(draft(), settings(), since=datetime.now(UTC)), target)

    assert found == Found(numbers=("500",))
