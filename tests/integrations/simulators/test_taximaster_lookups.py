"""Addresses, routes, prices and lists of the simulated Taxi-Master server, asked without the project's own client."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integrations.simulators.taximaster_box import Box, simulated


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture
def box(certificates: Path) -> Iterator[Box]:
    with simulated(certificates, first_order=500) as running:
        yield running


@pytest.fixture
def other(certificates: Path) -> Iterator[Box]:
    with simulated(certificates, town="kamnegorsk") as running:
        yield running


def like(box: Box, address: str, *, kinds: str = "streets points", **more: str) -> dict[str, Any]:
    wanted = {f"get_{kind}": str(kind in kinds).lower() for kind in ("streets", "points", "houses")}
    return box.ask("GET", f"get_addresses_like2?{urlencode({**wanted, 'address': address, **more})}")[1]


def names(answer: dict[str, Any]) -> list[str]:
    return [row["point"] or f"{row['street']} {row['house']}".strip() for row in answer["data"].get("addresses", [])]


def post(box: Box, request: str, **values: Any) -> dict[str, Any]:
    return box.ask("POST", request, json.dumps(values).encode())[1]


def trip(**more: Any) -> dict[str, Any]:
    ends = {"source_lat": 57.12, "source_lon": 40.2, "dest_lat": 57.12, "dest_lon": 40.26}
    return {"analyze_route": True, **ends, **more}


def test_streets_and_places_are_found_by_the_beginnings_of_their_words(box: Box) -> None:
    assert names(like(box, "лен")) == ["Ленина", "Ленинградская"]
    assert names(like(box, "ул. ленинг")) == ["Ленинградская"]
    assert names(like(box, "жд")) == ["Вокзал"]
    assert names(like(box, "воКзал")) == ["Вокзал"]
    assert names(like(box, "бол")) == ["Городская больница"]
    assert names(like(box, "лен", max_addresses_count="1")) == ["Ленина"]


def test_houses_are_found_by_street_and_number_the_very_one_first(box: Box) -> None:
    assert names(like(box, "лен 1", kinds="houses"))[:2] == ["Ленина 1", "Ленина 10"]
    assert names(like(box, "8 мар 15", kinds="houses")) == ["8 Марта 15"]
    assert like(box, "лен", kinds="houses")["code"] == 100
    assert like(box, "Ленина 650", kinds="houses")["code"] == 100


def test_an_address_has_the_shape_of_the_descriptions(box: Box) -> None:
    assert like(box, "аквилон")["data"]["addresses"] == [
        {
            "address_source": "tm", "city": "Светлоярск", "street": "Гагарина", "house": "12",
            "point": "ТЦ «Аквилон»", "kind": "point", "comment": "первый вход",
            "coords": {"lat": 57.110508, "lon": 40.254791},
        }
    ]  # fmt: skip


def test_what_a_search_for_addresses_is_refused_for(box: Box) -> None:
    assert box.ask("GET", "get_addresses_like2?address=x")[1]["code"] == 8
    assert like(box, "лен", kinds="streets houses")["code"] == 9
    assert like(box, "лен", search_in_tm="false")["code"] == 101
    assert like(box, "лен", city="Москва")["code"] == 100
    assert like(box, "лен", city="Москва, светлоярск")["code"] == 0


def test_a_route_is_found_by_words_or_coordinates(box: Box) -> None:
    answer = post(box, "analyze_route2", addresses=[{"address": "Ленина, 1"}, {"address": "Вокзал"}])["data"]
    again = post(box, "analyze_route2", addresses=answer["addresses"])["data"]

    assert [(row["address"], row["zone_id"]) for row in answer["addresses"]] == [("Ленина, 1", 2), ("Вокзал", 2)]
    assert answer["city_dist"] == again["city_dist"] == 5.7
    assert (answer["country_dist"], answer["full_route_coords"]) == (0.0, [])
    assert post(box, "analyze_route2", addresses=[{"address": "Нигде"}])["code"] == 100


def test_a_price_follows_way_tariff_and_wishes(box: Box) -> None:
    plain = post(box, "calc_order_cost2", **trip())["data"]
    dearer = post(box, "calc_order_cost2", **trip(tariff_id=2))["data"]["sum"]
    wished = post(box, "calc_order_cost2", **trip(attribute_values=[{"id": 11, "bool_value": True}]))["data"]
    round_about = post(box, "calc_order_cost2", **trip(stops=[{"lat": 57.14, "lon": 40.23}]))["data"]["sum"]

    assert plain["sum"] == 150.0
    assert plain["info"] == [{"comment": "Поездка", "sum": "150.00"}]
    assert dearer > plain["sum"]
    assert wished["sum"] == plain["sum"] + 100
    assert wished["info"][1] == {"comment": "Детское кресло", "sum": "100.00"}
    assert round_about > plain["sum"]
    assert post(box, "calc_order_cost2", distance_city=2, distance_country=10)["data"]["sum"] == 390.0


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (trip(tariff_id=99), 100),
        (trip(crew_group_id=99), 108),
        (trip(uds_id=99), 109),
        (trip(attribute_values=[{"id": 99, "bool_value": True}]), 112),
        (trip(attribute_values=[{"id": 11}]), 112),
        ({"analyze_route": True}, 101),
        (trip(source_lat="57.1"), 9),
    ],
)
def test_what_a_price_is_refused_for(box: Box, values: dict[str, Any], code: int) -> None:
    assert post(box, "calc_order_cost2", **values)["code"] == code


def test_a_tariff_is_chosen_by_the_way(box: Box) -> None:
    town, far = [{"lat": 57.12, "lon": 40.2}], [{"lat": 57.12, "lon": 40.2}, {"lat": 57.3, "lon": 40.2}]

    assert post(box, "select_tariff_for_order", addresses=town)["data"] == {"tariff_id": 1}
    assert post(box, "select_tariff_for_order", addresses=far)["data"] == {"tariff_id": 2}


def test_the_towns_know_nothing_of_each_other(box: Box, other: Box) -> None:
    def attributes(where: Box) -> dict[str, int]:
        rows = where.ask("GET", "get_order_params_list")[1]["data"]["order_params"]
        return {row["name"]: row["id"] for row in rows}

    assert set(attributes(box).values()) & set(attributes(other).values()) == {10}
    assert names(like(other, "малахит")) == ["ТРЦ «Малахит»"]
    assert like(box, "малахит")["code"] == 100
    assert other.create(attribute_values=[{"id": 11, "bool_value": True}])["code"] == 108
    assert other.create(attribute_values=[{"id": 21, "bool_value": True}])["code"] == 0


def test_a_caller_with_a_history_was_always_driven_the_same_ways(certificates: Path) -> None:
    span = "start_time=20200101000000&finish_time=20991231235959&state_type=finished"
    with simulated(certificates, history=True) as box:
        asked = [box.ask("GET", f"get_finished_orders?{span}&phone=8900123456{last}")[1]["data"] for last in range(9)]
        again = box.ask("GET", f"get_finished_orders?{span}&phone=89001234560")[1]["data"]
        assert box.ask("GET", f"get_finished_orders?{span}")[1]["data"] == {"orders": []}
        assert box.journal() == []

    known = [order for answer in asked for order in answer["orders"]]
    assert again == asked[0]
    assert len(known) > 5
    assert all(order["source"] and order["source_lat"] and order["destination_lon"] for order in known)


def test_a_fault_may_strike_one_request_alone(box: Box) -> None:
    box.break_by("stall", seconds=0.01, request="calc_order_cost2")

    assert like(box, "лен")["code"] == 0
    with pytest.raises(OSError):  # noqa: PT011 - reset or ended, as the machine pleases
        post(box, "calc_order_cost2", **trip())
    assert box.create()["code"] == 0
