"""Whatever a Taxi-Master server answers, a conversation ends with one of its outcomes and values of their kinds."""

import json
from collections.abc import Generator
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callcenter.contracts import (
    AddressHint,
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
from integrations.dispatch.taximaster.adapter import TaxiMaster
from integrations.dispatch.taximaster.talk import is_attribute, wish_values
from tests.integrations.dispatch.cast import PHONE, PLACED_AT, answer, settings

ADAPTER = TaxiMaster()
SETTINGS = settings(recent_days=30, tariff_id=3)
MOST_REQUESTS = 5
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6),
    st.sampled_from(["NaN", "1e999", "-0", "56,6", "9" * 40, "house", "point", 10**40, 91, 1e300, "\ud800"]),
)  # fmt: skip
PARTS = (
    "id", "name", "is_active", "city", "street", "house", "point", "kind", "comment", "coords", "lat", "lon", "zone_id",
    "phone", "source", "source_lat", "source_lon", "destination", "start_time",
)  # fmt: skip
NAMES = (
    "addresses", "orders", "crew_groups", "tariffs", "uds", "order_params", "sum", "city_dist", "country_dist",
    "tariff_id",
)  # fmt: skip
row = st.dictionaries(st.sampled_from(PARTS), st.one_of(odd, st.dictionaries(st.sampled_from(["lat", "lon"]), odd)))
data = st.dictionaries(st.sampled_from(NAMES), st.one_of(odd, st.lists(st.one_of(row, odd), max_size=4)))
replies = st.builds(
    lambda code, data: {"code": code, "descr": "", "data": data}, st.sampled_from([0, 0, 0, 100, 10, 14, "0"]), data
)


def outcome(talk: Generator[HttpRequest, HttpResponse, Any], told: list[Any]) -> Any:
    """Hold the conversation to its end; the last answer is repeated."""
    try:
        next(talk)
        for turn in range(MOST_REQUESTS):
            body = json.dumps(told[min(turn, len(told) - 1)]).encode()
            talk.send(answer(body))
    except StopIteration as end:
        return end.value
    raise AssertionError("the conversation has no end")


def is_place(hint: AddressHint) -> bool:
    stop = hint.stop
    return bool(hint.title) and (stop is None or (stop.address == hint.title and is_known(stop)))


def is_known(stop: Stop) -> bool:
    if stop.lat is None or stop.lon is None:
        return stop.lat is stop.lon
    return abs(stop.lat) <= 90 and abs(stop.lon) <= 180


@given(st.lists(replies, min_size=1, max_size=3), st.text(max_size=8))
def test_hints_are_places_or_nothing(told: list[Any], typed: str) -> None:
    for talk in (ADAPTER.hints(typed, SETTINGS), ADAPTER.recent(PHONE, SETTINGS, now=PLACED_AT)):
        found = outcome(talk, told)
        assert isinstance(found, Hints | Unclear)
        assert all(is_place(hint) for hint in getattr(found, "hints", ()))


@given(st.lists(replies, min_size=1, max_size=3), st.booleans())
def test_a_price_is_above_nothing_or_unknown(told: list[Any], known: bool) -> None:
    lat, lon = (Decimal("55.7"), Decimal("37.6")) if known else (None, None)
    route = [Stop(address=address, lat=lat, lon=lon) for address in "АБ"]
    trip = Trip(route=route, now=PLACED_AT, wishes=("12", "x"))

    quoted = outcome(ADAPTER.quote(trip, SETTINGS), told)

    assert isinstance(quoted, Quote | Unclear)
    if isinstance(quoted, Quote) and quoted.price is not None:
        assert quoted.price.is_finite()
        assert quoted.price > 0


@given(st.lists(replies, min_size=1, max_size=3))
def test_lists_are_choices_and_a_check_has_one_of_three_outcomes(told: list[Any]) -> None:
    found, checked = outcome(ADAPTER.lists(SETTINGS), told), outcome(ADAPTER.check(SETTINGS), told)

    assert isinstance(found, Lists | Unclear)
    if isinstance(found, Lists):
        choices = [choice for offered in found.choices.values() for choice in offered]
        assert all(choice.value.lstrip("-").isdigit() and choice.label for choice in choices)
    assert checked is None or isinstance(checked, Rejected | Unclear)


@given(st.text(max_size=20))
def test_a_wish_is_an_attribute_with_exactly_one_value_or_is_said_in_words(code: str) -> None:
    values = wish_values([code])

    assert len(values) == is_attribute(code)
    for value in values:
        assert len(set(value) & {"bool_value", "num_value", "str_value"}) == 1
        assert isinstance(value["id"], int)


def test_the_value_of_a_wish_is_a_flag_a_number_or_a_text() -> None:
    assert wish_values(["12", "13=2", "14=9.5", "15=до 18 кг", "Кресло"]) == [
        {"id": 12, "bool_value": True}, {"id": 13, "num_value": 2}, {"id": 14, "num_value": 9.5},
        {"id": 15, "str_value": "до 18 кг"},
    ]  # fmt: skip
