"""What a trip costs by a Taxi-Master server. It says nothing about when a car comes."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from callcenter.contracts import HttpRequest, HttpResponse, Quote, QuoteTalk, Stop, Trip, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import Reply, read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.talk import post, wish_values
from integrations.dispatch.taximaster.values import Row, degrees, number, rows

KOPECK = Decimal("0.01")
_DISTANCES = {
    "distance_city": "city_dist",
    "distance_country": "country_dist",
    "source_distance_country": "source_country_dist",
}
_OF_A_TARIFF = ("crew_group_id", "uds_id", "source_time")
_Body = dict[str, Any]
_Found = Generator[HttpRequest, HttpResponse, "_Body | Quote | Unclear"]


def price(trip: Trip, settings: Settings) -> QuoteTalk:
    """Ask for the sum. With coordinates of all places the server finds the way by itself; else the way is asked for
    first. What the server definitely cannot reckon has no price.
    """
    way = yield from _way(trip.route, settings)
    if not isinstance(way, dict):
        return way
    body = way | _terms(trip, settings)
    reply = read_reply((yield _question("calc_order_cost2", body, settings)))
    if isinstance(reply, Reply) and reply.code == codes.TARIFF_UNKNOWN and settings.tariff_id is None:
        chosen = yield from _tariff(trip, body, settings)
        if chosen is not None:
            reply = read_reply((yield _question("calc_order_cost2", body | {"tariff_id": chosen}, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code != codes.OK:
        return _unknown(reply, "calc_order_cost2")
    total = number(reply.data.get("sum"))
    return Quote(price=total.quantize(KOPECK) if total is not None and total > 0 else None)


def _way(route: Sequence[Stop], settings: Settings) -> _Found:
    """The part of the question that says from where to where."""
    if all(stop.lat is not None and stop.lon is not None for stop in route):
        ends = {f"{end}_{axis}": float(getattr(stop, axis)) for end, stop in _ends(route) for axis in ("lat", "lon")}
        between = [{"lat": float(stop.lat or 0), "lon": float(stop.lon or 0)} for stop in route[1:-1]]
        return {"analyze_route": True, **ends, **({"stops": between} if between else {})}
    body = {"addresses": [address_of(stop) for stop in route], "get_full_route_coords": False}
    if settings.crew_group_id is not None:
        body["crew_group_id"] = settings.crew_group_id
    reply = read_reply((yield _question("analyze_route2", body, settings)))
    if isinstance(reply, Unclear):
        return reply
    if reply.code != codes.OK:
        return _unknown(reply, "analyze_route2")
    places = [_Place.read(row) for row in rows(reply.data, "addresses")]
    if len(places) != len(route):
        return Unclear(reason="analyze_route2 answered without the places of the route")
    return _found(places, reply.data)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place of the route as the server understood it."""

    zone: int
    at: tuple[Decimal, Decimal] | None

    @classmethod
    def read(cls, row: Row) -> "_Place":
        return cls(int(number(row.get("zone_id")) or 0), degrees(row))

    def shown(self, prefix: str) -> _Body:
        zone = {f"{prefix}zone_id": self.zone} if self.zone > 0 else {}
        return zone | ({f"{prefix}lat": float(self.at[0]), f"{prefix}lon": float(self.at[1])} if self.at else {})


def _found(places: Sequence[_Place], data: Row) -> _Body:
    """Zones and distances as the server has told them."""
    told = {ours: number(data.get(theirs)) for ours, theirs in _DISTANCES.items()}
    body: _Body = {"analyze_route": False}
    body |= {name: float(value) for name, value in told.items() if value is not None}
    for end, place in _ends(places):
        body |= place.shown(f"{end}_")
    between = [place.shown("") for place in places[1:-1]]
    return body | ({"stops": between} if between else {})


def _terms(trip: Trip, settings: Settings) -> _Body:
    """When, by which rules of the service, and with which wishes."""
    body: _Body = {
        "source_time": settings.write_time(trip.pickup_at or trip.now),
        "is_prior": trip.pickup_at is not None,
    }
    ids = {name: getattr(settings, name) for name in ("tariff_id", "crew_group_id", "uds_id")}
    body |= {name: value for name, value in ids.items() if value is not None}
    wished = wish_values(trip.wishes)
    return body | ({"attribute_values": wished} if wished else {})


def _tariff(trip: Trip, body: _Body, settings: Settings) -> Generator[HttpRequest, HttpResponse, int | None]:
    """The tariff that the program would choose, where it does not do so by itself."""
    places = [{axis: body.get(f"{end}_{axis}", 0) for axis in ("lat", "lon")} for end in ("source", "dest")]
    known = {name: value for name, value in body.items() if name in _OF_A_TARIFF}
    question = known | {"addresses": places, "is_prize": False}
    reply = read_reply((yield _question("select_tariff_for_order", question, settings)))
    chosen = number(reply.data.get("tariff_id")) if isinstance(reply, Reply) and reply.code == codes.OK else None
    return int(chosen) if chosen is not None and chosen > 0 else None


def address_of(stop: Stop) -> _Body:
    """An address as the server takes it; coordinates only where they are known."""
    if stop.lat is None or stop.lon is None:
        return {"address": stop.address}
    return {"address": stop.address, "lat": float(stop.lat), "lon": float(stop.lon)}


def _ends(route: Sequence[Any]) -> tuple[tuple[str, Any], tuple[str, Any]]:
    return ("source", route[0]), ("dest", route[-1])


def _question(name: str, body: _Body, settings: Settings) -> HttpRequest:
    """Asking twice does no harm: an idle connection is good enough."""
    return post(name, body, settings, fresh=False)


def _unknown(reply: Reply, name: str) -> Quote | Unclear:
    if reply.code >= codes.FIRST_OF_REQUEST:
        return Quote()
    return Unclear(reason=f"{name} answered code {reply.code}")
