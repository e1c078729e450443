"""Whether a receiver keeps the rules on which exactly-once rests: each is tried, and the verdict said in a sentence.

What is placed carries a marker that begins with `TEST` and the note "Test of the receiver": whoever runs the check on a
living program takes those orders out again.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from callcenter.contracts import HttpRequest, HttpResponse, TransportFailure
from integrations.dispatch.webhook.settings import Settings
from integrations.signature import TOLERANCE_S, sign

Send = Callable[[HttpRequest], HttpResponse]
NOTE = "Test of the receiver"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule, whether it is kept, and what was seen."""

    rule: str
    kept: bool
    seen: str


def verdicts(settings: Settings, send: Send, *, clock: Callable[[], float] = time.time) -> Iterator[Verdict]:
    """Try every rule, one after the other."""
    trial = _Trial(settings, send, clock)
    yield from trial.of_the_signature()
    yield from trial.of_an_order()


class _Trial:
    def __init__(self, settings: Settings, send: Send, clock: Callable[[], float]) -> None:
        self._settings, self._send, self._clock = settings, send, clock
        self._marker = f"TEST{secrets.token_hex(11).upper()}"

    def of_the_signature(self) -> Iterator[Verdict]:
        good = self._request("ping", {})
        old = self._request("ping", {}, age_s=2 * TOLERANCE_S)
        early = self._request("ping", {}, age_s=-2 * TOLERANCE_S)
        yield self._expect("a signed ping is answered with 2xx", good, lambda status: 200 <= status < 300)
        strange = replace(good, headers={**good.headers, "webhook-signature": "v1,AAAA"})
        yield self._expect("a wrong signature is refused", strange, _refused)
        yield self._expect(
            "a body that was changed on its way is refused", replace(good, body=b'{"type":"x"}'), _refused
        )
        bare = {name: value for name, value in good.headers.items() if not name.startswith("webhook-")}
        yield self._expect("a request without a signature is refused", replace(good, headers=bare), _refused)
        yield self._expect("a signed request of ten minutes ago is refused", old, _refused)
        yield self._expect("a signed request of in ten minutes is refused", early, _refused)
        rotated = f"v1,{'A' * 43}= {good.headers['webhook-signature']}"
        both = replace(good, headers={**good.headers, "webhook-signature": rotated})
        yield self._expect("one valid signature among several is enough", both, lambda status: 200 <= status < 300)

    def of_an_order(self) -> Iterator[Verdict]:
        first = self._number(self._request("order.placed", self._order("a"), name=f"order-{self._marker}-a"))
        again = self._number(self._request("order.placed", self._order("a"), name=f"order-{self._marker}-a"))
        other = self._number(self._request("order.placed", self._order("b"), name=f"order-{self._marker}-b"))
        yield Verdict("an order is answered with its order_id", bool(first), first or "no order_id")
        yield Verdict(
            "the same id is the same order", bool(first) and first == again, f"{first or '–'}, {again or '–'}"
        )
        yield Verdict("another id is another order", bool(other) and other != first, f"{first or '–'}, {other or '–'}")

    def _order(self, mark: str) -> dict[str, Any]:
        place = {"address": NOTE, "entrance": ""}
        return {
            "marker": f"{self._marker}{mark}", "phone": "+70000000000", "route": [place], "pickup_at": None,
            "placed_at": "2026-01-01T00:00:00+00:00", "note": NOTE, "passenger": "", "wishes": [], "extra": {},
            "confirmed": False,
        }  # fmt: skip

    def _request(self, kind: str, data: dict[str, Any], *, name: str = "", age_s: int = 0) -> HttpRequest:
        body = json.dumps({"type": kind, "data": data}).encode()
        at, name = int(self._clock()) - age_s, name or f"test-{secrets.token_hex(8)}"
        signature = sign(self._settings.secret, webhook_id=name, timestamp=at, body=body)
        headers = {"Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": str(at),
                   "webhook-signature": signature}  # fmt: skip
        return HttpRequest(method="POST", path=self._settings.path, headers=headers, body=body, fresh_connection=True)

    def _expect(self, rule: str, request: HttpRequest, fits: Callable[[int], bool]) -> Verdict:
        try:
            status = self._send(request).status
        except TransportFailure as failure:
            return Verdict(rule, False, failure.reason)
        return Verdict(rule, fits(status), f"status {status}")

    def _number(self, request: HttpRequest) -> str:
        try:
            told = json.loads(self._send(request).body)
        except (TransportFailure, ValueError):
            return ""
        value = told.get("order_id") if isinstance(told, dict) else None
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _refused(status: int) -> bool:
    return 400 <= status < 500
