"""The description of the look-ups, which are plain ASGI and unknown to the framework; in English alone."""

from typing import Any

from callcenter.api.schema import GRANT, REFUSALS
from callcenter.contracts import OrderProgress
from integrations.ask.body import MOST_POINTS
from orders.forms import LONGEST_WISH, MOST_WISHES
from orders.secrets import LONGEST

CALL_ID = "019a01f5-987a-7e77-ab95-bf5c50d26d8a"
_JSON = "application/json"
_CALL = {"in": "path", "name": "call_id", "required": True, "schema": {"type": "string", "format": "uuid"}}
_NUMBER = {"type": ["number", "null"]}
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}


def _shape(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list_of(item: Any, most: int | None = None) -> dict[str, Any]:
    return {"type": "array", "items": item} | ({"maxItems": most} if most else {})


def _text(most: int | None = None) -> dict[str, Any]:
    return {"type": "string"} | ({"maxLength": most} if most else {})


def _maybe(most: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": most}


ASK_SCHEMAS: dict[str, Any] = {
    "Late": {**_shape(late={"type": "boolean", "const": True}), "description": "No answer in time: go on without."},
    "OrdersUnderWay": _shape(
        orders=_list_of(
            _shape(number=_text(), progress={"type": "string", "enum": [str(item.value) for item in OrderProgress]})
        )
    ),
    "Hints": {
        "type": "object",
        "properties": {
            "hints": _list_of(
                _shape(
                    title=_text(),
                    note=_text(),
                    stop={
                        **_shape(address=_text(), lat=_NUMBER, lon=_NUMBER),
                        "type": ["object", "null"],
                    },
                )
            ),
            "source": {"type": "string", "description": "Whose hints these are, as it is shown below the list."},
        },
        "required": ["hints"],
    },
    "Quoted": _shape(
        price={"type": ["string", "null"], "pattern": r"^\d+(\.\d\d)?$"},
        currency=_text(),
        minutes={"type": ["integer", "null"], "minimum": 0},
    ),
    "HintQuestion": {"type": "object", "properties": {"text": _maybe(LONGEST["pickup"])}},
    "QuoteQuestion": {
        "type": "object",
        "properties": {
            "route": {
                **_list_of(
                    {
                        "type": "object",
                        "properties": {
                            "address": {"type": "string", "minLength": 1, "maxLength": LONGEST["pickup"]},
                            "entrance": _maybe(LONGEST["pickup_entrance"]),
                            "lat": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
                            "lon": {"type": ["number", "null"], "minimum": -180, "maximum": 180},
                        },
                        "required": ["address"],
                    },
                    MOST_POINTS,
                ),
                "minItems": 2,
            },
            "when": _maybe(LONGEST["when"]),
            "wishes": _list_of(_text(LONGEST_WISH), MOST_WISHES),
        },
        "required": ["route"],
    },
}


def _answers(shape: str, example: Any, refused: tuple[int, ...]) -> dict[str, Any]:
    either = [{"$ref": f"#/components/schemas/{name}"} for name in (shape, "Late")]
    examples = {"answered": {"value": example}, "late": {"value": {"late": True}}}
    told: dict[str, Any] = {
        "200": {"description": "Done.", "content": {_JSON: {"schema": {"anyOf": either}, "examples": examples}}}
    }
    for status in refused:
        known = REFUSALS[status]
        said: dict[str, Any] = {"error": {"code": known.code, "sentence": known.when, "fields": {}}}
        content = {_JSON: {"schema": _REFUSAL, "examples": {known.code: {"value": said}}}}
        told[str(status)] = {"description": known.when, "content": content}
    return told


def _asked(id: str, summary: Any, description: Any, *, answers: Any, body: Any = None) -> dict[str, Any]:
    told = {
        "operationId": id, "summary": summary, "description": description, "tags": ["look-ups"], "parameters": [_CALL],
        "security": [{GRANT: []}], "responses": answers,
    }  # fmt: skip
    if body is None:
        return told
    shape, example = body
    content = {_JSON: {"schema": {"$ref": f"#/components/schemas/{shape}"}, "examples": {id: {"value": example}}}}
    return {**told, "requestBody": {"required": True, "content": content}}


_HINT = {
    "title": "ul. Lenina, 7",
    "note": "Centre",
    "stop": {"address": "ul. Lenina, 7", "lat": 56.1, "lon": 37.2},
}
_TRIP = {
    "route": [{"address": "ul. Lenina, 7", "lat": 56.1, "lon": 37.2}, {"address": "Vokzal"}],
    "when": "+20",
    "wishes": ["12"],
}

ASK_PATHS: dict[str, Any] = {
    "/ask/current/{call_id}": {
        "get": _asked(
            "ask_current",
            "Orders under way",
            "Which orders of the caller the service's dispatch program has under way. Nothing of it is stored.",
            answers=_answers("OrdersUnderWay", {"orders": [{"number": "148202", "progress": "assigned"}]}, (404, 410)),
        )
    },
    "/ask/recent/{call_id}": {
        "get": _asked(
            "ask_recent",
            "Recent addresses",
            "From where the caller was fetched lately, as the dispatch program knows it.",
            answers=_answers("Hints", {"hints": [_HINT]}, (404, 410)),
        )
    },
    "/ask/hints/{call_id}": {
        "post": _asked(
            "ask_hints",
            "Hints for an address",
            "Addresses like the typed text, as the dispatch program knows them; the newest question counts.",
            answers=_answers("Hints", {"hints": [_HINT], "source": "Taxi-Master"}, (400, 404, 410)),
            body=("HintQuestion", {"text": "lenina 7"}),
        )
    },
    "/ask/quote/{call_id}": {
        "post": _asked(
            "ask_quote",
            "Price and time",
            "What the trip costs and how long the car takes, as the dispatch program reckons it.",
            answers=_answers("Quoted", {"price": "640", "currency": "RUB", "minutes": 4}, (400, 404, 410)),
            body=("QuoteQuestion", _TRIP),
        )
    },
}
