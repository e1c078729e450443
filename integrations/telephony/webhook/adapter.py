"""Exchanges that speak our own words: `call-event/1` as JSON, signed as Standard Webhooks 1.0.0."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from callcenter.contracts import CallEvent
from integrations.signature import verify
from integrations.telephony.events import parse_event
from integrations.telephony.registry import Receipt, TelephonyAdapter


class Webhook:
    """The translator that has nothing to translate."""

    kind = "webhook"

    def check(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Receipt:
        """As the standard says; a retry carries a newer time stamp."""
        webhook_id = verify(headers, body, secrets, now)
        given = {name.lower(): value for name, value in headers.items()}
        return Receipt(webhook_id, int(given["webhook-timestamp"]))

    def read(self, body: bytes) -> Mapping[str, Any]:
        """One JSON object."""
        try:
            payload = json.loads(body)
        except (ValueError, RecursionError):
            raise ValueError("the body is not JSON") from None
        if not isinstance(payload, dict):
            raise ValueError("the body is not a JSON object")
        return payload

    def events(self, payload: Mapping[str, Any], *, instance: str) -> Sequence[CallEvent]:
        """One request is one event."""
        return (parse_event(payload, instance=instance),)


ADAPTER: TelephonyAdapter = Webhook()
