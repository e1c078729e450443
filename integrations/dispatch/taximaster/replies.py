"""Reading of a Taxi-Master server's replies: tolerant of types, never guessing what is not there."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.contracts import HttpResponse, OrderProgress, SeenOrder, Unclear
from integrations.dispatch.taximaster.settings import Settings

LONGEST_DETAIL = 300
_PROGRESS = {
    "new_order": OrderProgress.NEW,
    "driver_assigned": OrderProgress.ASSIGNED,
    "car_at_place": OrderProgress.WAITING,
    "client_inside": OrderProgress.RIDING,
    "finished": OrderProgress.FINISHED,
    "aborted": OrderProgress.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The envelope of every reply."""

    code: int
    descr: str
    data: Mapping[str, Any]

    @property
    def detail(self) -> str:
        """The program's own words: for code 113 its message says more than the description."""
        message = self.data.get("message")
        return (message if isinstance(message, str) and message else self.descr)[:LONGEST_DETAIL]


def read_reply(response: HttpResponse) -> Reply | Unclear:
    """Open the envelope; another status than 200 or another form says nothing about what the server has done."""
    if response.status != 200:
        return Unclear(reason=f"the server answered status {response.status}")
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return Unclear(reason="the answer is not JSON")
    code = _whole(body.get("code")) if isinstance(body, dict) else None
    if code is None:
        return Unclear(reason="the answer has no code")
    descr, data = body.get("descr"), body.get("data")
    return Reply(code=code, descr=descr if isinstance(descr, str) else "", data=data if isinstance(data, dict) else {})


def read_number(entry: Mapping[str, Any]) -> str | None:
    """Return the order's number: `order_id` in most replies, `id` in lists, as a number or as a string."""
    for name in ("order_id", "id"):
        number = _whole(entry.get(name))
        if number is not None and number > 0:
            return str(number)
    return None


def read_orders(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
    """Return the entries of a list of orders, None when any of them cannot be told."""
    entries = data.get("orders")
    if not isinstance(entries, list):
        return None
    if not all(isinstance(entry, dict) and read_number(entry) for entry in entries):
        return None
    return entries


def read_seen(entry: Mapping[str, Any], settings: Settings) -> SeenOrder | None:
    """Return how an order stands, None when its number or its state cannot be told."""
    number, progress = read_number(entry), _PROGRESS.get(str(entry.get("state_kind")))
    if number is None or progress is None:
        return None
    return SeenOrder(number=number, progress=progress, placed_at=settings.read_time(entry.get("start_time")))


def has_attribute(entry: Mapping[str, Any], attribute: int, marker: str) -> bool:
    """Tell whether the order carries the marker in its attribute."""
    values = entry.get("attribute_values")
    return isinstance(values, list) and any(
        isinstance(value, dict) and _whole(value.get("id")) == attribute and value.get("str_value") == marker
        for value in values
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
        return int(value)
    return None
