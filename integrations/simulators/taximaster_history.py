"""Trips that a caller of a simulated Taxi-Master server made some days ago: invented, the same for every question."""

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.simulators.taximaster_book import STAMP
from integrations.simulators.taximaster_parameters import Data
from integrations.simulators.taximaster_town import Kilometres, Town

NUMBERS = range(1_000, 90_000)
MOST_TRIPS, FARTHEST_DAYS = 3, 20


def trips(phone: str, town: Town, *, first: str, last: str, zone: ZoneInfo) -> list[Data]:
    """The caller's finished orders between two local times."""
    luck = random.Random(f"{town.name} {phone}")  # noqa: S311 - a game, not a secret
    street = luck.choice(list(town.streets))
    house = luck.randint(1, street.houses)
    home = _end(f"{street.name}, {house}", street.place_of(house), town)
    now = datetime.now(zone)
    found = []
    for number in range(luck.randint(1, MOST_TRIPS)):
        day = now.replace(hour=luck.randint(6, 23), minute=0, second=0) - timedelta(days=luck.randint(1, FARTHEST_DAYS))
        place = luck.choice(list(town.places))
        ends = luck.sample([home, _end(place.name, place.at, town)], 2)
        started = day.strftime(STAMP)
        if first <= started <= last:
            found.append(_order(luck.choice(NUMBERS) + number, phone, started, ends=ends))
    return found


def _end(address: str, at: Kilometres, town: Town) -> Data:
    lat, lon = town.degrees(at)
    return {"address": address, "lat": lat, "lon": lon}


def _order(number: int, phone: str, started: str, *, ends: list[Data]) -> Data:
    source, destination = ends
    return {
        "id": number,
        "state_id": 4,
        "state_kind": "finished",
        "start_time": started,
        "source_time": started,
        "finish_time": started,
        "phone": phone,
        "source": source["address"],
        "source_lat": source["lat"],
        "source_lon": source["lon"],
        "destination": destination["address"],
        "destination_lat": destination["lat"],
        "destination_lon": destination["lon"],
        "stops": [],
        "comment": "",
        "creation_way": "operator",
        "attribute_values": [],
    }
