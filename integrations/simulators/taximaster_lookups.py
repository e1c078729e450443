"""Addresses, routes and prices of a simulated Taxi-Master server."""

import math
from collections.abc import Callable, Iterator
from itertools import islice

from integrations.simulators.taximaster_lists import CREW_GROUPS, UDS, Installation, attributes, ids_of, known
from integrations.simulators.taximaster_parameters import Data, Parameters, Refusal, wrong
from integrations.simulators.taximaster_town import Found, Kilometres, Tariff, Town, cost, distances, zone_of

MOST_ADDRESSES = 20
ELSEWHERE = ("yandex", "google", "2gis", "tmgeoservice", "mapmd", "dadata")
Search = Callable[[str], Iterator[Found]]


def addresses_like(parameters: Parameters, here: Installation) -> Data:
    """`get_addresses_like2`: houses are looked for alone, streets and points together."""
    parameters.require("get_streets", "get_points", "get_houses", "address")
    streets, points, houses = (parameters.flag(f"get_{kind}") for kind in ("streets", "points", "houses"))
    if houses and (streets or points):
        raise wrong("get_houses")
    inside = parameters.flag("search_in_tm") if parameters.has("search_in_tm") else True
    if not inside and not any(parameters.flag(f"search_in_{name}") for name in ELSEWHERE):
        raise Refusal(101, "Не указано место поиска")
    wanted = _searches(here.town, streets=streets, points=points, houses=houses) if inside else []
    if not _covers(parameters.text("city"), here.town):
        wanted = []
    text = parameters.text("address")
    most = parameters.whole("max_addresses_count") or MOST_ADDRESSES
    found = [one for search in wanted for one in islice(search(text), most)][:most]
    if not found:
        raise Refusal(100, "Адреса не найдены")
    return {"addresses": [_shown(one, here.town) for one in found]}


def analyze_route(parameters: Parameters, here: Installation) -> Data:
    """`analyze_route2`: where the addresses are, and how far it is."""
    parameters.require("addresses")
    given = parameters.objects("addresses")
    places = [_locate(entry, here.town) for entry in given]
    if not places:
        raise wrong("addresses")
    known_places = [place for place in places if place is not None]
    if len(known_places) < len(places):
        raise Refusal(100, "Маршрут не распознан")
    town_km, country_km = distances(known_places)
    shown = [_located(entry, place, here.town) for entry, place in zip(given, known_places, strict=True)]
    whole = parameters.flag("get_full_route_coords")
    return {
        "addresses": shown,
        "city_dist": town_km,
        "country_dist": country_km,
        "source_country_dist": country_km if zone_of(known_places[0]) == 3 else 0.0,
        "full_route_coords": [{"lat": row["lat"], "lon": row["lon"]} for row in shown] if whole else [],
    }


def order_cost(parameters: Parameters, here: Installation) -> Data:
    """`calc_order_cost2`: by the way that it finds itself (`analyze_route`), or by distances that were given."""
    tariff = _tariff(parameters, here.town)
    known(parameters, "crew_group_id", ids_of(CREW_GROUPS), refusal=Refusal(108, "Не найдена группа экипажей"))
    known(parameters, "uds_id", ids_of(UDS), refusal=Refusal(109, "Не найдена служба ЕДС"))
    wishes = attributes(parameters, here, refusal=Refusal(112, "Не найден атрибут"))
    town_km, country_km = _distances(parameters, here.town)
    trip = cost(tariff, town_km, country_km)
    wanted = [one for one in here.town.attributes if one.sum and one.id in [entry["id"] for entry in wishes]]
    lines = [("Поездка", trip), *((one.name, one.sum) for one in wanted)]
    return {
        "sum": float(sum(amount for _, amount in lines)),
        "info": [{"comment": comment, "sum": f"{amount:.2f}"} for comment, amount in lines],
    }


def select_tariff(parameters: Parameters, here: Installation) -> Data:
    """`select_tariff_for_order`: another one for a way out of town."""
    parameters.require("addresses")
    places = [_locate(entry, here.town) for entry in parameters.objects("addresses")]
    outside = any(place is not None and zone_of(place) == 3 for place in places)
    active = [tariff.id for tariff in here.town.tariffs if tariff.is_active]
    return {"tariff_id": active[-1] if outside else active[0]}


def _searches(town: Town, *, streets: bool, points: bool, houses: bool) -> list[Search]:
    kinds = ((points, town.find_points), (streets, town.find_streets), (houses, town.find_houses))
    return [search for wanted, search in kinds if wanted]


def _covers(cities: str, town: Town) -> bool:
    return not cities or town.name.casefold() in [city.strip().casefold() for city in cities.split(",")]


def _shown(found: Found, town: Town) -> Data:
    lat, lon = town.degrees(found.at)
    return {
        "address_source": "tm",
        "city": town.name,
        "street": found.street,
        "house": found.house,
        "point": found.point,
        "kind": found.kind,
        "comment": found.comment,
        "coords": {"lat": lat, "lon": lon},
    }


def _locate(entry: Data, town: Town) -> Kilometres | None:
    lat, lon = entry.get("lat", 0), entry.get("lon", 0)
    if any(isinstance(axis, bool) or not isinstance(axis, int | float) for axis in (lat, lon)):
        raise wrong("addresses.lat")
    if lat and lon:
        return town.kilometres(lat, lon)
    address = entry.get("address", "")
    if not isinstance(address, str):
        raise wrong("addresses.address")
    return town.resolve(address)


def _located(entry: Data, at: Kilometres, town: Town) -> Data:
    lat, lon = town.degrees(at)
    return {"address": entry.get("address", ""), "lat": lat, "lon": lon, "zone_id": zone_of(at), "parking_id": 0}


def _tariff(parameters: Parameters, town: Town) -> Tariff:
    refusal = Refusal(100, "Не найден тариф")
    number = known(parameters, "tariff_id", [tariff.id for tariff in town.tariffs], refusal=refusal)
    return next((tariff for tariff in town.tariffs if tariff.id == number), town.tariffs[0])


def _distances(parameters: Parameters, town: Town) -> tuple[float, float]:
    if not parameters.flag("analyze_route"):
        return parameters.number("distance_city"), parameters.number("distance_country")
    ends = [(parameters.number(f"{end}_lat"), parameters.number(f"{end}_lon")) for end in ("source", "dest")]
    if not all(lat and lon for lat, lon in ends):
        raise Refusal(101, "Невозможно рассчитать тариф")
    between = [_locate(entry, town) for entry in parameters.objects("stops")]
    first, last = (town.kilometres(lat, lon) for lat, lon in ends)
    route = [first, *(place for place in between if place is not None), last]
    if max(math.hypot(*place) for place in route) > 1000:
        raise Refusal(101, "Невозможно рассчитать тариф")
    return distances(route)
