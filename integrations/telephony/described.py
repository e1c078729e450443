"""The description of what exchanges say and ask: the same values that `events` and `questions` read. English alone."""

from typing import Any

from callcenter.contracts import CALL_EVENT_SCHEMA, CallEventType, CallOutcome
from integrations.signature import LARGEST_BODY, TOLERANCE_S
from integrations.telephony.events import LARGEST_CAUSE, LARGEST_SEQ, LONGEST_EXTENSION, LONGEST_ID, LONGEST_NAME
from integrations.telephony.fields import LONGEST_NUMBER
from integrations.telephony.questions import MOST_LIVE_CALLS, MOST_MISSES

_JSON = "application/json"
SIGNED: dict[str, list[str]] = {"webhookId": [], "webhookTimestamp": [], "webhookSignature": []}
SCHEMES: dict[str, Any] = {
    "webhookId": {
        "type": "apiKey", "in": "header", "name": "webhook-id",
        "description": "A name of this request, given once; 1 to 128 letters, digits, “_”, “:” and “-”.",
    },
    "webhookTimestamp": {
        "type": "apiKey", "in": "header", "name": "webhook-timestamp",
        "description": f"Unix seconds, at most {TOLERANCE_S} s away from our clock.",
    },
    "webhookSignature": {
        "type": "apiKey", "in": "header", "name": "webhook-signature",
        "description": "“v1,” and the base64 of the HMAC-SHA256 over id.timestamp.body, as Standard Webhooks say.",
    },
}  # fmt: skip


def _text(most: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most, "pattern": r"^[^\x00-\x1f\x7f]*$"}


def _named(most: int) -> dict[str, Any]:
    end = r"[^\x00-\x1f\x7f\s]"
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": rf"^{end}([^\x00-\x1f\x7f]*{end})?$"}


def _section(**fields: Any) -> dict[str, Any]:
    return {"type": ["object", "null"], "properties": fields}


_PHONE = {**_text(LONGEST_NUMBER), "description": "Any usual form; a number that cannot be read counts as withheld."}
_CALL_ID = _named(LONGEST_ID)
SWITCH_SCHEMAS: dict[str, Any] = {
    "Refusal": {
        "type": "object",
        "properties": {
            "error": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "sentence": {"type": "string"},
                    "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                },
                "required": ["code", "sentence", "fields"],
            }
        },
        "required": ["error"],
    },
    "CallEvent": {
        "type": "object",
        "properties": {
            "schema": {"type": ["string", "null"], "enum": [CALL_EVENT_SCHEMA, None]},
            "event_id": _text(LONGEST_ID),
            "type": {"type": "string", "enum": [str(item.value) for item in CallEventType]},
            "occurred_at": {"type": "string", "format": "date-time"},
            "source": _section(
                instance=_text(LONGEST_NAME), seq={"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_SEQ}
            ),
            "call": {
                "type": "object",
                "properties": {
                    "id": _CALL_ID,
                    "leg_id": _text(LONGEST_ID),
                    "direction": {"type": ["string", "null"], "enum": ["inbound", None]},
                    "ani": _PHONE,
                    "ani_presentation": _text(LONGEST_NAME),
                    "dnis": _PHONE,
                    "diverted_from": _PHONE,
                    "diversion_reason": _text(LONGEST_NAME),
                },
                "required": ["id"],
            },
            "queue": _section(name=_text(LONGEST_NAME)),
            "operator": _section(extension=_text(LONGEST_EXTENSION)),
            "end": _section(
                outcome={"type": ["string", "null"], "enum": [*(str(item.value) for item in CallOutcome), None]},
                cause={"type": ["integer", "null"], "minimum": 0, "maximum": LARGEST_CAUSE},
            ),
        },
        "required": ["type", "occurred_at", "call"],
    },
    "RouteQuestion": {
        "type": "object",
        "properties": {
            "call": {
                "type": "object",
                "properties": {"id": _CALL_ID, "ani": _PHONE, "dnis": _PHONE},
                "required": ["id"],
            },
            "missed": {
                "type": ["array", "null"],
                "maxItems": MOST_MISSES,
                "items": _named(LONGEST_EXTENSION),
                "description": "Extensions that rang for the call in vain.",
            },
        },
        "required": ["call"],
    },
    "Route": {
        "type": "object",
        "properties": {
            "decision_id": {"type": "string", "format": "uuid"},
            "action": {"type": "string", "enum": ["accept", "wait", "reject"]},
            "extension": {"type": "string", "description": "Where to ring, when accepted."},
            "service": {"type": "string"},
            "scenario": {"type": "string"},
            "cause": {"type": ["integer", "null"], "description": "Q.850 cause, when rejected."},
            "retry_after_s": {"type": ["number", "null"], "description": "When to ask again, when waiting."},
            "max_wait_s": {"type": ["integer", "null"]},
        },
        "required": [
            "decision_id", "action", "extension", "service", "scenario", "cause", "retry_after_s", "max_wait_s",
        ],
    },
    "LiveCalls": {
        "type": "object",
        "properties": {"calls": {"type": ["array", "null"], "maxItems": MOST_LIVE_CALLS, "items": _CALL_ID}},
    },
    "Recorded": {
        "type": "object",
        "properties": {"result": {"enum": ["applied", "duplicate", "unknown_line", "ignored"]}},
        "required": ["result"],
    },
    "Released": {
        "type": "object",
        "properties": {"release": {"type": "array", "items": {"type": "string"}}},
        "required": ["release"],
    },
    "Ready": {
        "type": "object",
        "properties": {"ready": {"type": "integer", "minimum": 0}},
        "required": ["ready"],
    },
}  # fmt: skip
_REFUSED = {
    400: "The body is not what is expected; the sentence names the field.",
    401: "Not signed by this exchange, too long ago, or taken before.",
    411: "Content-Length is missing.",
    413: f"The body has more than {LARGEST_BODY} bytes.",
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _asked(id: str, summary: Any, description: Any, *, body: tuple[str, Any] | None, answer: tuple[str, Any]) -> Any:
    instance = {"in": "path", "name": "instance", "required": True, "schema": {"type": "string", "minLength": 1}}
    said = {"error": {"code": "401", "sentence": "webhook-signature fits none of the live secrets", "fields": {}}}
    refused = {
        str(status): {
            "description": when,
            "content": {_JSON: {"schema": _ref("Refusal"), "examples": {"refused": {"value": said}}}},
        }
        for status, when in _REFUSED.items()
    }
    shape, example = body or ("Ready", {})
    schema = _ref(shape) if body else {"type": "object"}
    return {
        "post": {
            "operationId": id,
            "summary": summary,
            "description": description,
            "tags": ["exchange"],
            "parameters": [instance],
            "security": [SIGNED],
            "requestBody": {
                "required": True, "content": {_JSON: {"schema": schema, "examples": {id: {"value": example}}}}
            },
            "responses": {
                "200": {
                    "description": "Done.",
                    "content": {_JSON: {"schema": _ref(answer[0]), "examples": {id: {"value": answer[1]}}}},
                },
                **refused,
            },
        }
    }  # fmt: skip


_CALL = {"id": "1732376518.42", "ani": "+79001234567", "dnis": "+74951230001"}
_EVENT = {
    "schema": CALL_EVENT_SCHEMA,
    "type": "call.answered",
    "occurred_at": "2026-11-23T15:42:03.482000Z",
    "call": _CALL,
    "operator": {"extension": "101"},
}
_ROUTE = {
    "decision_id": "019a01f5-987a-7e77-ab95-bf5c50d26d8a",
    "action": "accept",
    "extension": "101",
    "service": "019a01f0-1111-7222-8333-444455556666",
    "scenario": "overflow",
    "cause": None,
    "retry_after_s": None,
    "max_wait_s": None,
}
SWITCH_PATHS: dict[str, Any] = {
    "/api/telephony/{instance}/events": _asked(
        "exchange_event",
        "An event of a call",
        "One event. Sent twice it is taken once; late and swapped ones are put in order.",
        body=("CallEvent", _EVENT),
        answer=("Recorded", {"result": "applied"}),
    ),
    "/api/telephony/{instance}/route": _asked(
        "exchange_route",
        "Where shall this call go",
        "Accept names one extension to ring, wait says when to ask again, reject gives the cause.",
        body=("RouteQuestion", {"call": _CALL, "missed": ["102"]}),
        answer=("Route", _ROUTE),
    ),
    "/api/telephony/{instance}/resync": _asked(
        "exchange_resync",
        "The calls that are on",
        "All calls that the exchange has now. Those it has lost are ended; the answer names those to hang up.",
        body=("LiveCalls", {"calls": ["1732376518.42"]}),
        answer=("Released", {"release": []}),
    ),
    "/api/telephony/{instance}/ready": _asked(
        "exchange_ready",
        "Is anybody ready",
        "How many operators could take a call now.",
        body=None,
        answer=("Ready", {"ready": 2}),
    ),
}
