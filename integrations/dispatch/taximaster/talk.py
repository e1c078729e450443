"""Requests of the TM API: how a question is put, signed and read."""

import json
import re
from collections.abc import Generator, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from callcenter.contracts import HttpRequest, HttpResponse, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import Reply, read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.signature import sign

PATH = "/common_api/1.0/"
_ATTRIBUTE = re.compile(r"(?P<id>[0-9]{1,9})(?:=(?P<value>.+))?", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?")

ReplyTalk = Generator[HttpRequest, HttpResponse, Reply | Unclear]


def ask(name: str, parameters: Mapping[str, str], settings: Settings) -> ReplyTalk:
    """Put one question; any code but 0 leaves it unanswered."""
    reply = read_reply((yield get(name, parameters, settings)))
    if isinstance(reply, Reply) and reply.code != codes.OK:
        return Unclear(reason=f"{name} answered code {reply.code}")
    return reply


def get(name: str, parameters: Mapping[str, str], settings: Settings) -> HttpRequest:
    query = urlencode(parameters, quote_via=quote)
    path = f"{PATH}{name}?{query}" if query else f"{PATH}{name}"
    return HttpRequest(method="GET", path=path, headers=_headers(query.encode(), settings))


def post(name: str, body: Mapping[str, Any], settings: Settings, *, fresh: bool = True) -> HttpRequest:
    """The bytes that are signed are the bytes that are sent. A stale connection would make an unclear outcome, hence a
    fresh one for all that changes something.
    """
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", **_headers(written, settings)}
    return HttpRequest(method="POST", path=f"{PATH}{name}", headers=headers, body=written, fresh_connection=fresh)


def post_form(name: str, parameters: Mapping[str, str], settings: Settings) -> HttpRequest:
    """As a form; what was said of `post` holds."""
    written = urlencode(parameters, quote_via=quote).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **_headers(written, settings)}
    return HttpRequest(method="POST", path=f"{PATH}{name}", headers=headers, body=written, fresh_connection=True)


def _headers(payload: bytes, settings: Settings) -> dict[str, str]:
    headers = {"Signature": sign(payload, settings.secret)}
    if settings.user_id is not None:
        headers["X-User-Id"] = str(settings.user_id)
    return headers


def is_attribute(code: str) -> bool:
    """Whether a wish's code names an attribute of an order: `12`, or with a value `12=2`, `12=9-18 кг`."""
    return _ATTRIBUTE.fullmatch(code) is not None


def wish_values(wishes: Iterable[str]) -> list[dict[str, Any]]:
    """Wishes as attributes of an order: one without a value is a flag, else the value is a number or a text."""
    return [_attribute(found) for found in map(_ATTRIBUTE.fullmatch, wishes) if found]


def _attribute(found: re.Match[str]) -> dict[str, Any]:
    number, value = int(found["id"]), found["value"]
    if value is None:
        return {"id": number, "bool_value": True}
    if _NUMBER.fullmatch(value):
        return {"id": number, "num_value": float(value) if "." in value else int(value)}
    return {"id": number, "str_value": value}
