"""What the operator types becomes an order, or sentences."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from callcenter.contracts import Wish
from orders.forms import Circumstances, Reading, read
from orders.secrets import Between, Dialog, Known

NOW = datetime(2026, 11, 23, 15, 40, tzinfo=UTC)  # 18:40 in Moscow


GIVEN = Circumstances(
    caller="+79001234567", country="RU", zone="Europe/Moscow", offered={"11": "Детское кресло", "12": "Собака"}
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def reading(**fields: Any) -> Reading:
    return read(Dialog(**{"pickup": "Ленина 15", **fields}), GIVEN, now=NOW)


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("", ""),
        ("сейчас", ""),
        ("now", ""),
        ("+20", "2026-11-23T16:00:00+00:00"),
        ("1930", "2026-11-23T16:30:00+00:00"),
        ("19:30", "2026-11-23T16:30:00+00:00"),
        ("18:30", "2026-11-24T15:30:00+00:00"),
        ("зав 7", "2026-11-24T04:00:00+00:00"),
        ("tom 7:15", "2026-11-24T04:15:00+00:00"),
    ],
)
def test_time_is_read_in_the_service_s_own_zone(typed: str, utc: str) -> None:
    details = reading(when=typed).details

    assert details is not None
    assert details.pickup_at == utc


@pytest.mark.parametrize("typed", ["25:00", "18:61", "скоро", "+99999", "7 утра", "-5"])
def test_a_wrong_time_is_named_in_the_sentence(typed: str) -> None:
    outcome = reading(when=typed)

    assert outcome.details is None
    assert typed in outcome.errors["when"]


def test_a_time_too_far_ahead_is_refused() -> None:
    assert "14" in reading(when="+9999").errors.get("when", "14")
    assert reading(when="+9999").details is not None


def test_the_pickup_is_required() -> None:
    assert list(reading(pickup="  ").errors) == ["pickup"]


def test_the_caller_s_number_is_used_when_none_is_typed() -> None:
    details = reading().details

    assert details is not None
    assert details.phone == "+79001234567"


def test_a_hidden_number_must_be_asked_for() -> None:
    outcome = read(Dialog(pickup="Ленина 15"), replace(GIVEN, caller=""), now=NOW)

    assert list(outcome.errors) == ["phone"]


def test_a_typed_number_is_normalised_and_a_wrong_one_named() -> None:
    good, bad = reading(phone="8 900 765-43-21").details, reading(phone="123")

    assert good is not None
    assert good.phone == "+79007654321"
    assert "123" in bad.errors["phone"]


def test_too_long_a_note_says_how_long_and_how_much_fits() -> None:
    sentence = reading(note="х" * 251).errors["note"]

    assert "251" in sentence
    assert "250" in sentence


def test_wishes_are_those_of_the_service() -> None:
    assert reading(wishes=("11", "12")).details is not None

    assert reading(wishes=("11", "99")).errors == {
        "wishes": "“99” is not among this service's wishes: choose by the digits that are shown."
    }


def test_five_stops_fit_and_a_sixth_is_refused_with_both_numbers() -> None:
    five = tuple(Between(address=f"Мира {house}") for house in range(5))

    assert reading(stops=five).errors == {}
    assert reading(stops=(*five, Between(address="Мира 9"))).errors == {
        "stops": "There are 6 stops on the way; at most 5 can be taken."
    }


def test_the_wrong_stop_is_named_and_how_much_fits() -> None:
    stops = (Between(address="Мира 1"), Between(address="х" * 201, entrance="одиннадцать"))

    assert reading(stops=stops).errors == {
        "stop-2": "This is 201 characters long; at most 200 fit.",
        "stop-2_entrance": "This is 11 characters long; at most 10 fit.",
    }


def test_an_order_knows_its_wishes_by_code_and_title() -> None:
    details = reading(wishes=("12",)).details

    assert details is not None
    assert details.wishes == (Wish(code="12", title="Собака"),)


def test_a_stop_without_an_address_is_left_out() -> None:
    details = reading(stops=(Between(address=" "), Between(address=" Мира 1 ", entrance=" 2 "))).details

    assert details is not None
    assert details.stops == (Between(address="Мира 1", entrance="2"),)


def test_a_place_is_known_only_as_long_as_nobody_writes_over_it() -> None:
    known = Known(address="Ленина 15", lat=Decimal("55.75"), lon=Decimal("37.61"))
    details = reading(known=(known,)).details

    assert details is not None
    assert details.place("Ленина 15") == known
    assert details.place("Ленина 15а") is None
