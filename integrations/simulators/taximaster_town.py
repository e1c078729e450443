"""A town as a simulated Taxi-Master server knows it: what an address may mean, how far it is, what it costs."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

CENTRE_KM, TOWN_KM, DETOUR = 2.0, 5.5, 1.3
KM_PER_DEGREE = 111.2
INCLUDED_KM = 2.0
COUNTRY_TIMES = 1.6
Kilometres = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Street:
    """A street from its first house to its last."""

    name: str
    first: Kilometres
    last: Kilometres
    houses: int

    def place_of(self, house: int) -> Kilometres:
        """Where a house stands."""
        part = (house - 1) / max(1, self.houses - 1)
        return tuple(one + (two - one) * part for one, two in zip(self.first, self.last, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Place:
    """A known place; people also call it by other names."""

    name: str
    street: str
    house: str
    at: Kilometres
    comment: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a trip costs: the first kilometres together, then each one."""

    id: int
    name: str
    first: int
    each_km: int
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that an order may have, and what it adds to the price."""

    id: int
    name: str
    sum: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One meaning of an address."""

    kind: str
    street: str = ""
    house: str = ""
    point: str = ""
    comment: str = ""
    at: Kilometres = (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """One installation's map and price list."""

    name: str
    lat: float
    lon: float
    streets: Sequence[Street]
    places: Sequence[Place]
    tariffs: Sequence[Tariff]
    attributes: Sequence[Attribute]

    def find_streets(self, text: str) -> Iterator[Found]:
        """Streets whose words begin like all the words of the text."""
        for street in self.streets:
            if begins(words(text), words(street.name)):
                yield Found(kind="street", street=street.name, at=street.place_of(1))

    def find_points(self, text: str) -> Iterator[Found]:
        """Places by their name or by what people call them."""
        for place in self.places:
            if begins(words(text), [*words(place.name), *(word for name in place.names for word in words(name))]):
                yield Found(
                    kind="point", street=place.street, house=place.house, point=place.name, comment=place.comment,
                    at=place.at,
                )  # fmt: skip

    def find_houses(self, text: str) -> Iterator[Found]:
        """The last number of the text is a house, the other words are its street; the very house comes first."""
        *street_words, number = words(text) or [""]
        if not number.isdecimal():
            return
        for street in self.streets:
            if street_words and begins(street_words, words(street.name)):
                for house in street_houses(street, number):
                    yield Found(kind="house", street=street.name, house=str(house), at=street.place_of(house))

    def resolve(self, address: str) -> Kilometres | None:
        """Where a written address is, if it is one."""
        for search in (self.find_houses, self.find_points, self.find_streets):
            found = next(search(address), None)
            if found is not None:
                return found.at
        return None

    def degrees(self, at: Kilometres) -> tuple[float, float]:
        """Latitude and longitude."""
        east = KM_PER_DEGREE * math.cos(math.radians(self.lat))
        return round(self.lat + at[1] / KM_PER_DEGREE, 6), round(self.lon + at[0] / east, 6)

    def kilometres(self, lat: float, lon: float) -> Kilometres:
        """The reverse."""
        east = KM_PER_DEGREE * math.cos(math.radians(self.lat))
        return (lon - self.lon) * east, (lat - self.lat) * KM_PER_DEGREE


def zone_of(at: Kilometres) -> int:
    """1 the centre, 2 the rest of the town, 3 the country."""
    away = math.hypot(*at)
    return 1 if away <= CENTRE_KM else 2 if away <= TOWN_KM else 3


def distances(route: Sequence[Kilometres]) -> tuple[float, float]:
    """Kilometres in the town and in the country."""
    town = country = 0.0
    for one, two in pairwise(route):
        length = math.dist(one, two) * DETOUR
        outside = 3 in (zone_of(one), zone_of(two))
        share = max(0.0, 1 - TOWN_KM / max(math.hypot(*one), math.hypot(*two))) if outside else 0.0
        town, country = town + length * (1 - share), country + length * share
    return round(town, 1), round(country, 1)


def cost(tariff: Tariff, town_km: float, country_km: float) -> int:
    """The price without wishes, to ten roubles."""
    further = max(0.0, town_km - INCLUDED_KM) * tariff.each_km + country_km * tariff.each_km * COUNTRY_TIMES
    return round((tariff.first + further) / 10) * 10


def words(text: str) -> list[str]:
    """The words of an address, without what street and house are called."""
    plain = re.sub(r"[^\w]+", " ", text.casefold().replace("ё", "е"))
    return [word for word in plain.split() if word not in ("ул", "улица", "д", "дом", "г")]


def begins(typed: Sequence[str], known: Sequence[str]) -> bool:
    """Whether each typed word begins some known word; nothing typed begins nothing."""
    return bool(typed) and all(any(word.startswith(part) for word in known) for part in typed)


def street_houses(street: Street, number: str) -> list[int]:
    """Houses whose number begins so, the very one first."""
    return [house for house in range(1, street.houses + 1) if str(house).startswith(number)]
