"""A signed request of an exchange, from raw bytes to checked JSON; every refusal has a reason and leaves one audit
line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from callcenter.refusals import denied
from integrations.models import Exchange, SeenWebhook
from integrations.signature import LARGEST_BODY, Refused
from integrations.telephony.registry import Receipt, TelephonyAdapter, adapter

NOBODY = "webhook"  # a name that no exchange has is refused as one with a wrong signature


class Turned(Exception):
    """A request that is turned down with this status and reason."""

    def __init__(self, status: int, reason: str, *, instance: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.instance = instance

    def response(self) -> JsonResponse:
        """The answer: the reason in plain words; the middleware writes the audit line after the rollback."""
        error = {"code": str(self.status), "sentence": self.reason, "fields": {}}
        answer = JsonResponse({"error": error}, status=self.status)
        refusal = denied(None, "webhook.refused", _clean(self.instance), status=self.status, reason=self.reason[:190])
        answer.refusal = refusal  # type: ignore[attr-defined]
        return answer


def _clean(instance: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "", instance)[:40] or "unknown"


@dataclass(frozen=True, slots=True)
class Said:
    """A request that is proven to come from the exchange `instance`, and is no recording."""

    instance: str
    adapter: TelephonyAdapter
    payload: Mapping[str, Any]


def read_signed(request: HttpRequest, instance: str) -> Said:
    """Return what the exchange `instance` has signed, once; `Turned` otherwise."""
    body = _body(request, instance)
    exchange = Exchange.objects.filter(name=instance, active=True).first()
    spoken = adapter(exchange.adapter if exchange else NOBODY)
    try:
        receipt = spoken.check(request.headers, body, exchange.keys().secrets if exchange else (), timezone.now())
    except Refused as refusal:
        raise Turned(401, refusal.reason, instance=instance) from None
    assert exchange is not None  # noqa: S101 - without keys nothing verifies
    _once(exchange, receipt)
    try:
        return Said(instance, spoken, spoken.read(body))
    except ValueError as error:
        raise Turned(400, str(error), instance=instance) from None


def _body(request: HttpRequest, instance: str) -> bytes:
    length = request.headers.get("Content-Length", "")
    if not length.isdigit():
        raise Turned(411, "Content-Length is missing: send the body in one piece", instance=instance)
    if int(length) > LARGEST_BODY:
        raise Turned(413, f"the body has {length} bytes; at most {LARGEST_BODY} are taken", instance=instance)
    return request.body


def _once(exchange: Exchange, receipt: Receipt) -> None:
    """Remember the request; a retry carries a newer time stamp, so the same pair again is a recording."""
    try:
        with transaction.atomic():
            SeenWebhook.objects.create(exchange=exchange, webhook_id=receipt.webhook_id, stamp=receipt.stamp)
    except IntegrityError:
        raise Turned(401, "this very request was taken before: sign a retry anew", instance=exchange.name) from None
