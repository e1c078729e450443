"""What the dialog asks a Taxi-Master server while somebody types, and what it makes of the answers."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from callcenter.contracts import (
    AddressHint,
    Choice,
    Hints,
    HttpRequest,
    HttpResponse,
    Lists,
    Quote,
    Rejected,
    Stop,
    Trip,
    Unclear,
)
from integrations.dispatch.phrases import TECHNICAL
from integrations.dispatch.taximaster.adapter import TaxiMaster
from tests.integrations.dispatch.cast import PHONE, PLACED_AT, answer, hold, sample, settings

ADAPTER = TaxiMaster()
THERE = (
    Stop(address="Ленина, 1", lat=Decimal("55.75"), lon=Decimal("37.62")),
    Stop(address="Вокзал", lat=Decimal("55.77"), lon=Decimal("37.66")),
)
TRIP = Trip(route=THERE, now=PLACED_AT)
BY_WORDS = Trip(route=(Stop(address="Там"), THERE[1]), now=PLACED_AT)


def code(number: int) -> HttpResponse:
    return answer(json.dumps({"code": number, "descr": "слова программы", "data": {}}).encode())


def asked(request: HttpRequest) -> tuple[str, dict[str, str]]:
    name, _, query = request.path.removeprefix("/common_api/1.0/").partition("?")
    return name, dict(parse_qsl(query))


def sent(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    return request.path.removeprefix("/common_api/1.0/"), json.loads(request.body)


def test_words_are_looked_for_among_streets_and_places() -> None:
    requests, found = hold(ADAPTER.hints("вокзал", settings(city="Северск")), sample("get_addresses_like2"))

    assert [asked(request) for request in requests] == [
        ("get_addresses_like2", {"get_streets": "true", "get_points": "true", "get_houses": "false",
                                 "address": "вокзал", "max_addresses_count": "8", "city": "Северск"})
    ]  # fmt: skip
    assert found == Hints(
        hints=(
            AddressHint(
                title="Вокзал", note="Привокзальная площадь, 1, главный вход, Северск",
                stop=Stop(address="Вокзал", lat=Decimal("56.601230"), lon=Decimal("84.886540")),
            ),
            AddressHint(title="Вокзальная", note="Северск"),
        )
    )  # fmt: skip


def test_a_number_is_looked_for_among_houses_and_twins_are_one() -> None:
    requests, found = hold(ADAPTER.hints("лен 15", settings()), sample("get_addresses_like2_houses"))

    assert [(asked(one)[1]["get_houses"], asked(one)[1]["get_streets"]) for one in requests] == [("true", "false")]
    assert found == Hints(
        hints=(
            AddressHint(
                title="Ленина, 15", note="Северск",
                stop=Stop(address="Ленина, 15", lat=Decimal("56.603456"), lon=Decimal("84.890124")),
            ),
            AddressHint(title="Ленина, 15а", note="за магазином, Самусь", stop=Stop(address="Ленина, 15а")),
        )
    )  # fmt: skip


def test_a_number_that_is_no_house_may_belong_to_a_name() -> None:
    nothing, places = sample("get_addresses_like2_nothing"), sample("get_addresses_like2")

    requests, found = hold(ADAPTER.hints("школа 12", settings()), nothing, places)

    assert [asked(one)[1]["get_houses"] for one in requests] == ["true", "false"]
    assert isinstance(found, Hints)
    assert len(found.hints) == 2


def test_nothing_found_is_an_answer_and_a_refusal_is_none() -> None:
    assert hold(ADAPTER.hints("зззз", settings()), sample("get_addresses_like2_nothing"))[1] == Hints()
    assert hold(ADAPTER.hints("вокзал", settings()), code(101))[1] == Unclear(
        reason="get_addresses_like2 answered code 101"
    )
    assert hold(ADAPTER.hints("вокзал", settings()), answer(b"<html>", status=502))[1] == Unclear(
        reason="the server answered status 502"
    )


def test_recent_places_are_asked_for_only_where_the_service_agrees() -> None:
    with pytest.raises(StopIteration) as ended:
        next(ADAPTER.recent(PHONE, settings(), now=PLACED_AT))

    assert ended.value.value == Hints()


def test_recent_places_are_the_callers_own_newest_first() -> None:
    [request], found = hold(
        ADAPTER.recent(PHONE, settings(recent_days=30), now=PLACED_AT), sample("get_finished_orders_recent")
    )

    assert asked(request) == (
        "get_finished_orders",
        {
            "start_time": "20261024111835", "finish_time": "20261123111835", "phone": "89001234567",
            "state_type": "finished",
            "fields": "phone,source,source_lat,source_lon,destination,destination_lat,destination_lon,start_time",
        },
    )  # fmt: skip
    assert isinstance(found, Hints)
    assert [(hint.title, hint.stop) for hint in found.hints] == [
        ("Вокзал", Stop(address="Вокзал", lat=Decimal("56.601230"), lon=Decimal("84.886540"))),
        ("Ленина, 15", Stop(address="Ленина, 15", lat=Decimal("56.603456"), lon=Decimal("84.890124"))),
    ]


def test_a_trip_between_known_places_is_one_question() -> None:
    trip = replace(TRIP, route=(THERE[0], Stop(address="Рынок", lat=Decimal("55.76"), lon=Decimal("37.6")), THERE[1]))
    chosen = settings(tariff_id=3, crew_group_id=2)

    [request], quoted = hold(ADAPTER.quote(replace(trip, wishes=("12",)), chosen), sample("calc_order_cost2"))

    assert sent(request) == (
        "calc_order_cost2",
        {
            "analyze_route": True, "source_lat": 55.75, "source_lon": 37.62, "dest_lat": 55.77, "dest_lon": 37.66,
            "stops": [{"lat": 55.76, "lon": 37.6}], "source_time": "20261123111835", "is_prior": False,
            "tariff_id": 3, "crew_group_id": 2, "attribute_values": [{"id": 12, "bool_value": True}],
        },
    )  # fmt: skip
    assert not request.fresh_connection
    assert quoted == Quote(price=Decimal("230.50"))


def test_places_known_by_words_alone_are_looked_up_first() -> None:
    trip = replace(TRIP, route=(THERE[0], Stop(address="Мира, 2"), THERE[1]), pickup_at=PLACED_AT)

    requests, quoted = hold(ADAPTER.quote(trip, settings()), sample("analyze_route2"), sample("calc_order_cost2"))

    assert [sent(request) for request in requests] == [
        ("analyze_route2", {
            "addresses": [{"address": "Ленина, 1", "lat": 55.75, "lon": 37.62}, {"address": "Мира, 2"},
                          {"address": "Вокзал", "lat": 55.77, "lon": 37.66}],
            "get_full_route_coords": False,
        }),
        ("calc_order_cost2", {
            "analyze_route": False, "distance_city": 6.4, "distance_country": 0.0, "source_distance_country": 0.0,
            "source_zone_id": 3, "source_lat": 55.75, "source_lon": 37.62,
            "dest_zone_id": 4, "dest_lat": 55.77, "dest_lon": 37.66, "stops": [{"zone_id": 5}],
            "source_time": "20261123111835", "is_prior": True,
        }),
    ]  # fmt: skip
    assert quoted == Quote(price=Decimal("230.50"))


def test_a_program_that_wants_a_tariff_is_asked_which_one_it_would_take() -> None:
    requests, quoted = hold(
        ADAPTER.quote(TRIP, settings(crew_group_id=2)),
        code(100), sample("select_tariff_for_order"), sample("calc_order_cost2"),
    )  # fmt: skip

    assert [sent(request)[0] for request in requests] == [
        "calc_order_cost2", "select_tariff_for_order", "calc_order_cost2",
    ]  # fmt: skip
    assert sent(requests[1])[1] == {
        "crew_group_id": 2, "source_time": "20261123111835", "is_prize": False,
        "addresses": [{"lat": 55.75, "lon": 37.62}, {"lat": 55.77, "lon": 37.66}],
    }  # fmt: skip
    assert sent(requests[2])[1]["tariff_id"] == 7
    assert quoted == Quote(price=Decimal("230.50"))


@pytest.mark.parametrize("number", [101, 104, 112])
def test_what_cannot_be_reckoned_has_no_price(number: int) -> None:
    assert hold(ADAPTER.quote(TRIP, settings()), code(number))[1] == Quote()
    assert hold(ADAPTER.quote(BY_WORDS, settings()), code(100))[1] == Quote()


def test_a_price_that_was_not_answered_is_unclear() -> None:
    assert hold(ADAPTER.quote(TRIP, settings()), code(10))[1] == Unclear(reason="calc_order_cost2 answered code 10")
    short = answer(json.dumps({"code": 0, "descr": "", "data": {"addresses": []}}).encode())
    assert hold(ADAPTER.quote(BY_WORDS, settings()), short)[1] == Unclear(
        reason="analyze_route2 answered without the places of the route"
    )


def test_the_lists_name_what_the_settings_may_hold() -> None:
    names = ("get_crew_groups_list", "get_tariffs_list", "get_uds_list", "get_order_params_list",
             "get_order_states_list")  # fmt: skip

    requests, found = hold(ADAPTER.lists(settings()), *map(sample, names))

    assert [asked(request) for request in requests] == [(name, {}) for name in names]
    attributes = (Choice(value="10", label="Внешний номер"), Choice(value="12", label="Детское кресло"),
                  Choice(value="13", label="13"))  # fmt: skip
    assert found == Lists(
        choices={
            "crew_group_id": (Choice(value="1", label="Основная"), Choice(value="2", label="Контактный центр")),
            "tariff_id": (Choice(value="3", label="Город"), Choice(value="7", label="Межгород")),
            "uds_id": (Choice(value="1", label="Диспетчерская"),),
            "marker_attribute_id": attributes,
            "wish": attributes,
            "cancel_state_id": (
                Choice(value="5", label="Отменён клиентом"),
                Choice(value="6", label="Отменён контакт-центром"),
            ),
        }
    )


def test_a_list_that_we_may_not_see_is_missing_and_none_at_all_is_unclear() -> None:
    _, some = hold(ADAPTER.lists(settings()), code(14), sample("get_tariffs_list"), code(6), code(14), code(14))
    _, none = hold(ADAPTER.lists(settings()), *[code(4)] * 5)

    assert isinstance(some, Lists)
    assert list(some.choices) == ["tariff_id"]
    assert none == Unclear(reason="get_order_states_list answered code 4")


def test_the_check_names_the_number_that_is_in_no_list() -> None:
    groups, tariffs, attributes = (
        sample(f"get_{name}_list") for name in ("crew_groups", "tariffs", "order_params")
    )  # fmt: skip

    def found(*answers: HttpResponse, **chosen: int) -> Rejected | Unclear | None:
        return hold(ADAPTER.check(settings(**chosen)), groups, *answers)[1]

    assert found(tariffs, attributes, tariff_id=7, marker_attribute_id=10) is None
    assert found(code(14), tariff_id=9) is None
    assert found(tariffs, tariff_id=4) == Rejected(
        code="101", phrase=TECHNICAL, detail="tariff_id 4 does not exist", configuration=True
    )
    assert found(sample("get_order_states_list"), cancel_state_id=5) is None
    assert found(sample("get_order_states_list"), cancel_state_id=7) == Rejected(
        code="101", phrase=TECHNICAL, detail="cancel_state_id 7 does not exist", configuration=True
    )
    assert found(attributes, marker_attribute_id=99) == Rejected(
        code="108", phrase=TECHNICAL, detail="marker_attribute_id 99 does not exist", configuration=True
    )
