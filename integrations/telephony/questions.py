"""What an exchange asks us between events: who shall take a call, and which of its calls are to be released."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.telephony.events import LONGEST_EXTENSION, LONGEST_ID
from integrations.telephony.fields import Fields

MOST_MISSES = 50
MOST_LIVE_CALLS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteQuestion:
    """Who shall take this call? `missed` are the extensions that rang for it in vain."""

    call_id: str
    ani: str
    dnis: str
    missed: tuple[str, ...] = ()


def parse_route_question(payload: Mapping[str, Any], *, country: str = "RU") -> RouteQuestion:
    """Read `{"call": {"id", "ani", "dnis"}, "missed": [extension, …]}`; ValueError when it is not that."""
    body = Fields(payload)
    call = body.section("call")
    return RouteQuestion(
        call_id=call.text("id", longest=LONGEST_ID, required=True),
        ani=call.phone("ani", country=country),
        dnis=call.phone("dnis", country=country),
        missed=body.texts("missed", longest=LONGEST_EXTENSION, most=MOST_MISSES),
    )


def parse_live_calls(payload: Mapping[str, Any]) -> tuple[str, ...]:
    """Read `{"calls": [id, …]}`, the calls that the exchange has at this moment; ValueError when it is not that."""
    return Fields(payload).texts("calls", longest=LONGEST_ID, most=MOST_LIVE_CALLS)
