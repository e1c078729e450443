"""`call-event/1`: the JSON form in which exchanges and we speak of calls, and its way to `CallEvent` and back."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from callcenter.contracts import CALL_EVENT_SCHEMA, CallEvent, CallEventType, CallOutcome
from integrations.telephony.fields import Fields, shown

INBOUND = "inbound"
LONGEST_ID = 128
LONGEST_NAME = 64
LONGEST_EXTENSION = 32
LARGEST_CAUSE = 999
LARGEST_SEQ = 2**63 - 1


def own_event_id(event: CallEvent) -> str:
    """Return the identity that we give an event: by the source's counter where it has one, else by its time."""
    counter = stamp(event.occurred_at) if event.seq is None else str(event.seq)
    parts = (event.instance, event.call_id, event.leg_id, event.type, counter)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def stamp(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def event_json(event: CallEvent) -> dict[str, Any]:
    """Return the `call-event/1` form; what is unknown is left out."""
    sections: dict[str, dict[str, str | int | None]] = {
        "source": {"instance": event.instance, "seq": event.seq},
        "call": {
            "id": event.call_id,
            "leg_id": event.leg_id,
            "direction": INBOUND,
            "ani": event.ani,
            "dnis": event.dnis,
            "diverted_from": event.diverted_from,
            "diversion_reason": event.diversion_reason,
        },
        "queue": {"name": event.queue},
        "operator": {"extension": event.extension},
        "end": {"outcome": event.outcome and str(event.outcome), "cause": event.cause},
    }
    return {
        "schema": CALL_EVENT_SCHEMA,
        "event_id": event.event_id,
        "type": str(event.type),
        "occurred_at": stamp(event.occurred_at),
        **{name: known for name, fields in sections.items() if (known := _known(fields))},
    }


def _known(fields: Mapping[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def parse_event(payload: Mapping[str, Any], *, instance: str = "", country: str = "RU") -> CallEvent:
    """Read one event; ValueError with a sentence when it cannot be one. Unknown fields are ignored.

    Mandatory are `type`, `call.id` and `occurred_at`. `instance`, where given, is the exchange that signed the request:
    it overrides `source.instance`, and an `event_id` of another form than ours is bound to it, so that no exchange can
    name the events of another.
    """
    body = Fields(payload)
    _require_known_kind(body)
    call, source, end = body.section("call"), body.section("source"), body.section("end")
    named = source.text("instance", longest=LONGEST_NAME, required=not instance)
    event = CallEvent(
        event_id=body.text("event_id", longest=LONGEST_ID),
        type=_type(body),
        occurred_at=body.moment("occurred_at"),
        instance=instance or named,
        call_id=call.text("id", longest=LONGEST_ID, required=True),
        leg_id=call.text("leg_id", longest=LONGEST_ID),
        ani=_caller(call, country),
        dnis=call.phone("dnis", country=country),
        extension=body.section("operator").text("extension", longest=LONGEST_EXTENSION),
        queue=body.section("queue").text("name", longest=LONGEST_NAME),
        diverted_from=call.phone("diverted_from", country=country),
        diversion_reason=call.text("diversion_reason", longest=LONGEST_NAME),
        outcome=end.choice("outcome", CallOutcome),
        cause=end.integer("cause", largest=LARGEST_CAUSE),
        seq=source.integer("seq", largest=LARGEST_SEQ),
    )
    return replace(event, event_id=_bound_id(event, authenticated=bool(instance)))


def _require_known_kind(body: Fields) -> None:
    schema = body.text("schema", longest=LONGEST_NAME)
    if schema not in ("", CALL_EVENT_SCHEMA):
        raise ValueError(f"schema is {shown(schema)}; {CALL_EVENT_SCHEMA} is allowed")
    direction = body.section("call").text("direction", longest=LONGEST_NAME)
    if direction not in ("", INBOUND):
        raise ValueError(f"call.direction is {shown(direction)}; {INBOUND} is allowed")


def _type(body: Fields) -> CallEventType:
    type_ = body.choice("type", CallEventType)
    if type_ is None:
        raise ValueError(f"type is missing; allowed are {', '.join(CallEventType)}")
    return type_


def _caller(call: Fields, country: str) -> str:
    number = call.phone("ani", country=country)
    return "" if call.text("ani_presentation", longest=LONGEST_NAME) == "withheld" else number


def _bound_id(event: CallEvent, *, authenticated: bool) -> str:
    own = own_event_id(event)
    if event.event_id in ("", own):
        return own
    return (
        hashlib.sha256(f"{event.instance}|{event.event_id}".encode()).hexdigest() if authenticated else event.event_id
    )
