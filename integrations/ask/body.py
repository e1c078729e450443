"""Reading of what the page asks: a value of the promised kind, or a sentence that names the value and what is
allowed.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from callcenter.contracts import Stop
from callcenter.refusals import Refused
from orders.forms import MOST_STOPS
from orders.secrets import LONGEST

MOST_BYTES = 4096
MOST_POINTS = MOST_STOPS + 2
_SHOWN = 40


class Body:
    """One JSON object."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, *, limit: int) -> str:
        """A text, stripped; "" when absent."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or not _is_whole(value):
            raise _wrong(name, _("“%(value)s” is no text: write it in quotation marks.") % {"value": _shown(value)})
        if len(value) > limit:
            raise _wrong(
                name,
                _("This is %(length)s characters long; at most %(limit)s fit.")
                % {"length": len(value), "limit": limit},
            )
        return value.strip()

    def texts(self, name: str, *, most: int, limit: int) -> tuple[str, ...]:
        """A list of texts."""
        values = self._list(name, most)
        return tuple(Body({name: value}).text(name, limit=limit) for value in values)

    def route(self) -> list[Stop]:
        """The places of a trip, from pick-up to destination."""
        listed = self._list("route", MOST_POINTS)
        stops = [Body(value)._stop() for value in listed if isinstance(value, Mapping)]
        if len(stops) < max(2, len(listed)) or not all(stop.address for stop in stops):
            raise _wrong("route", _("A price needs at least two places, each with an address."))
        return stops

    def _stop(self) -> Stop:
        lat, lon = self._degrees("lat", 90), self._degrees("lon", 180)
        known = lat is not None and lon is not None
        return Stop(
            address=self.text("address", limit=LONGEST["pickup"]),
            entrance=self.text("entrance", limit=LONGEST["pickup_entrance"]),
            lat=lat if known else None,
            lon=lon if known else None,
        )

    def _degrees(self, name: str, limit: int) -> Decimal | None:
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
            raise _wrong(
                name,
                _("“%(value)s” is no coordinate: a number from -%(limit)s to %(limit)s is expected.")
                % {"value": _shown(value), "limit": limit},
            )
        return round(Decimal(value), 6)

    def _list(self, name: str, most: int) -> list[Any]:
        value = self._values.get(name, [])
        if not isinstance(value, list):
            raise _wrong(name, _("“%(value)s” is no list.") % {"value": _shown(value)})
        if len(value) > most:
            raise _wrong(name, _("These are %(count)s; at most %(limit)s fit.") % {"count": len(value), "limit": most})
        return value


def read(raw: bytes) -> Body:
    """The object in the body of a request."""
    if len(raw) > MOST_BYTES:
        raise Refused(_("The question is longer than %(limit)s bytes: shorten it.") % {"limit": MOST_BYTES})
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Refused(_("The question is no JSON object: write it in braces."))
    return Body(values)


def _wrong(name: str, sentence: str) -> Refused:
    return Refused(sentence, fields={name: sentence})


def _is_whole(text: str) -> bool:
    """Without half characters, which no program can be sent."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _shown(value: Any) -> str:
    return str(value)[:_SHOWN]
