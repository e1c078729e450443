"""Dataclasses to JSON and back."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.secrets.codec import Unreadable, Unsealable, dump, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    address: str
    floor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ride:
    phone: str
    passengers: int = 1
    luggage: bool = False
    price: Decimal | None = None
    at: datetime | None = None
    first: Stop = field(default_factory=lambda: Stop(address=""))
    stops: tuple[Stop, ...] = ()
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RideOfTomorrow:
    phone: str
    passengers: int = 1
    child_seat: bool = False


FULL = Ride(
    phone="+79001234567",
    passengers=3,
    luggage=True,
    price=Decimal("1250.50"),
    at=datetime(2026, 11, 23, 9, 30, 0, 123456, tzinfo=UTC),
    first=Stop(address="Ленина, 1", floor=4),
    stops=(Stop(address="Мира, 2"), Stop(address="«Вокзал» 🚕", floor=0)),
    notes=["звонить", ""],
)


def stored(**fields: Any) -> bytes:
    return json.dumps({"v": 1, "is": fields}).encode()


@pytest.mark.parametrize("ride", [FULL, Ride(phone="")], ids=["every-field", "defaults"])
def test_what_was_written_is_read_back_equal_and_of_the_same_types(ride: Ride) -> None:
    assert load(Ride, dump(ride)) == ride
    assert isinstance(load(Ride, dump(ride)).stops, tuple)


def test_the_encoding_names_its_version_and_keeps_money_as_text() -> None:
    assert json.loads(dump(Ride(phone="+7900", price=Decimal("10.00")))) == {
        "v": 1,
        "is": {
            "phone": "+7900",
            "passengers": 1,
            "luggage": False,
            "price": "10.00",
            "at": None,
            "first": {"address": "", "floor": None},
            "stops": [],
            "notes": [],
        },
    }


_stops = st.builds(Stop, address=st.text(st.characters(exclude_categories=["Cs"])), floor=st.none() | st.integers())


@given(
    st.builds(
        Ride,
        phone=st.text(st.characters(exclude_categories=["Cs"])),
        passengers=st.integers(),
        luggage=st.booleans(),
        price=st.none() | st.decimals(allow_nan=False),
        at=st.none() | st.datetimes(timezones=st.just(UTC)),
        first=_stops,
        stops=st.lists(_stops, max_size=3).map(tuple),
        notes=st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=3),
    )
)
def test_any_ride_is_read_back_equal(ride: Ride) -> None:
    assert load(Ride, dump(ride)) == ride


def test_a_field_added_later_takes_its_default_and_a_dropped_one_is_ignored() -> None:
    assert load(RideOfTomorrow, dump(FULL)) == RideOfTomorrow(phone="+79001234567", passengers=3, child_seat=False)
    assert load(Ride, dump(RideOfTomorrow(phone="+79", child_seat=True))) == Ride(phone="+79")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff", "Ride: this is not version 1 of the encoding."),
        (b"[]", "Ride: this is not version 1 of the encoding."),
        (b'{"v": 2, "is": {"phone": "SECRET"}}', "Ride: this is not version 1 of the encoding."),
        (b'{"v": 1}', "Ride: an object is expected, NoneType is stored."),
        (stored(passengers=2), "Ride: phone is missing and has no default."),
        (stored(phone=None), "Ride.phone: str is expected, NoneType is stored."),
        (stored(phone=7), "Ride.phone: str is expected, int is stored."),
        (stored(phone="SECRET", passengers=True), "Ride.passengers: int is expected, bool is stored."),
        (stored(phone="SECRET", luggage=1), "Ride.luggage: bool is expected, int is stored."),
        (stored(phone="SECRET", price="SECRET"), "Ride.price: the stored text cannot be read as its type."),
        (stored(phone="SECRET", price=1.5), "Ride.price: str is expected, float is stored."),
        (stored(phone="SECRET", at="SECRET"), "Ride.at: the stored text cannot be read as its type."),
        (stored(phone="SECRET", first="SECRET"), "Ride.first: an object is expected, str is stored."),
        (stored(phone="SECRET", stops="SECRET"), "Ride.stops: list is expected, str is stored."),
        (stored(phone="SECRET", stops=[{"floor": 1}]), "Ride.stops: address is missing and has no default."),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field_and_never_the_value(text: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        load(Ride, text)

    assert str(refused.value) == sentence
    assert refused.value.__context__ is None


class Colour(StrEnum):
    RED = "red"


@dataclass
class WithDict:
    of: dict[str, str]


@dataclass
class WithEnum:
    of: Colour


@dataclass
class WithPair:
    of: tuple[str, int]


@dataclass
class WithChoice:
    of: str | int


@dataclass
class WithInner:
    of: tuple[WithDict, ...]


@pytest.mark.parametrize(
    "secret",
    [WithDict({}), WithEnum(Colour.RED), WithPair(("a", 1)), WithChoice("a"), WithInner(())],
    ids=["dict", "enum", "pair", "choice", "inside-another"],
)
def test_a_type_that_could_not_be_read_back_is_refused_before_sealing(secret: object) -> None:
    with pytest.raises(Unsealable, match=r"\.of is a .*: this cannot be sealed"):
        dump(secret)


@pytest.mark.parametrize("secret", ["text", {"phone": "+7"}, Ride], ids=["text", "dict", "the-class-itself"])
def test_only_an_instance_of_a_dataclass_is_sealed(secret: object) -> None:
    with pytest.raises(Unsealable, match="an instance of a dataclass is expected"):
        dump(secret)


def test_half_a_character_is_refused_without_showing_the_text() -> None:
    with pytest.raises(Unsealable) as refused:
        dump(Ride(phone="SECRET\ud83d"))

    assert str(refused.value) == "Ride: a text holds half a character; take it out before sealing."
    assert refused.value.__context__ is None
