"""Requests of the TM API: how a question is put, signed and read."""

import json
from collections.abc import Generator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from callcenter.contracts import HttpRequest, HttpResponse, Unclear
from integrations.dispatch.taximaster import codes
from integrations.dispatch.taximaster.replies import Reply, read_reply
from integrations.dispatch.taximaster.settings import Settings
from integrations.dispatch.taximaster.signature import sign

PATH = "/common_api/1.0/"

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


def post(name: str, body: Mapping[str, Any], settings: Settings) -> HttpRequest:
    """The bytes that are signed are the bytes that are sent; a stale connection would make an unclear outcome."""
    written = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", **_headers(written, settings)}
    return HttpRequest(method="POST", path=f"{PATH}{name}", headers=headers, body=written, fresh_connection=True)


def _headers(payload: bytes, settings: Settings) -> dict[str, str]:
    headers = {"Signature": sign(payload, settings.secret)}
    if settings.user_id is not None:
        headers["X-User-Id"] = str(settings.user_id)
    return headers


def wish_values(codes_of_wishes: Sequence[str]) -> list[dict[str, Any]]:
    """Wishes as attributes of an order: the codes of the service's list are the attributes' numbers."""
    return [{"id": int(code), "bool_value": True} for code in codes_of_wishes if code.isdecimal()]
