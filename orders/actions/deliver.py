"""The journey of an order to the dispatch program: what the engine writes, each step one short transaction.

A claim is a random token: the row keeps its hash, and only the holder sees this one order and its secret. A step whose
claim was meanwhile returned (its engine was taken for dead) changes nothing and raises ClaimLost. Lock order: grant,
order, delivery, seat, audit chain. Every order passes here at least twice while a caller waits, so each step is one
statement written out; policies look at the claim as it was when the statement began.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from callcenter import audit
from callcenter.contracts import Rejected, Trouble
from callcenter.cookies import hashed
from callcenter.ids import uuid7
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from orders import live
from orders.models import DeliveryState, OrderSecret, OrderState
from orders.state import ORDER_MOVES, move_order

ACTOR = "delivery"
PHRASE_LENGTH, CODE_LENGTH, REASON_LENGTH = 120, 20, 200
# Troubles that last until an administrator of the connection acts.
ADMINISTRATORS = frozenset(
    {Trouble.KEY, Trouble.SETTINGS, Trouble.ADDRESS, Trouble.CERTIFICATE_CHANGED, Trouble.CERTIFICATE_UNTRUSTED}
)

_OPEN = """
SELECT o.marker, o.placed_at, s.id, s.key_id, s.ciphertext,
       count(a.id) FILTER (WHERE a.purpose = 'place' AND a.outcome = 'not_sent'),
       count(a.id) FILTER (WHERE a.purpose = 'search' AND a.position > coalesce(
           (SELECT max(p.position) FROM orders_attempt p
            WHERE p.delivery_id = %(delivery)s AND p.purpose = 'place'), 0)),
       count(a.id) FILTER (WHERE a.purpose = 'place' AND a.outcome <> 'not_sent'),
       coalesce(bool_or(a.outcome = 'similar'), false)
FROM orders_order o JOIN orders_ordersecret s ON s.order_id = o.id
LEFT JOIN orders_attempt a ON a.delivery_id = %(delivery)s
WHERE o.id = %(order)s GROUP BY o.id, s.id"""

_MOVED = """
WITH old AS (SELECT id, state FROM orders_order WHERE id = %(order)s FOR NO KEY UPDATE),
     moved AS (UPDATE orders_order o
               SET state = %(order_state)s, phrase = %(phrase)s, number = %(number)s, accepted_at = %(accepted_at)s
               FROM old WHERE o.id = old.id AND old.state = ANY (%(before)s) RETURNING o.id, old.state AS before)"""

# The row says itself whose it is: a step that waited for one who was taking the claim back sees that, policies do not.
_MARK = (
    _MOVED
    + """
UPDATE orders_delivery d SET sends = %(sends)s, first_sent_at = %(first_sent_at)s
FROM moved WHERE d.id = %(delivery)s AND d.claim_hash = %(claim)s RETURNING moved.before"""
)

_LEAVE = (
    _MOVED  # noqa: S608 - both parts are constants
    + """,
     dated AS (UPDATE orders_ordersecret s SET erase_after = %(erase_after)s
               FROM moved WHERE s.order_id = moved.id AND %(erase_after)s::timestamptz IS NOT NULL),
     kept AS (INSERT INTO orders_attempt (id, service_id, delivery_id, position, purpose, started_at, finished_at,
                                          outcome, code, reason)
              SELECT %(try)s, %(service)s, %(delivery)s, %(position)s, %(purpose)s, %(started_at)s, %(now)s,
                     %(outcome)s, %(code)s, %(reason)s FROM moved WHERE %(outcome)s <> '')
UPDATE orders_delivery d
SET state = %(state)s, owner = NULL, claim_hash = NULL, next_at = %(next_at)s, attempts = %(attempts)s,
    sends = %(sends)s, first_sent_at = %(first_sent_at)s, searches = %(searches)s
FROM moved WHERE d.id = %(delivery)s AND d.claim_hash = %(claim)s RETURNING moved.before"""
)


class ClaimLost(Exception):
    """The claim was returned while its holder worked: whatever the outcome was, somebody else resolves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One delivery held by one engine, with its counters at the moment of the claim."""

    delivery: UUID
    order: UUID
    call: UUID
    service: UUID
    sending: bool
    sends: int
    searches: int
    attempts: int
    first_sent_at: datetime | None
    expires_at: datetime
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try as it is kept: codes and times only."""

    purpose: str
    started_at: datetime
    outcome: str
    code: str = ""
    reason: str = ""


NOTHING_TRIED = Try(purpose="", started_at=datetime.min, outcome="")  # noqa: DTZ901 - never written


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the holder of a claim may read: the order's marker, its sealed secret, and how earlier tries ended."""

    marker: str
    placed_at: datetime
    secret: OrderSecret
    failures: int
    looks: int
    ends_seen: int
    similar_seen: bool


def open_claim(claim: Claim) -> Opened:
    """Read the claimed order; to be called inside `unit(WORKER, claim=claim.token)`."""
    row = _row(_OPEN, {"delivery": claim.delivery, "order": claim.order})
    if row is None:
        raise ClaimLost(str(claim.delivery))
    marker, placed_at, secret, key, ciphertext, failures, looks, ends_seen, similar_seen = row
    return Opened(
        marker=marker,
        placed_at=placed_at,
        secret=OrderSecret(id=secret, service_id=claim.service, key_id=key, ciphertext=ciphertext),
        failures=failures,
        looks=looks,
        ends_seen=ends_seen,
        similar_seen=similar_seen,
    )


def mark_sending(claim: Claim) -> Claim:
    """Note, before a byte leaves, that the order may from now on be at the service."""
    sent = replace(claim, sends=claim.sends + 1, first_sent_at=claim.first_sent_at or timezone.now())
    with unit(WORKER, claim=claim.token):
        _moved(claim, _MARK, {**_order(OrderState.SENDING), "sends": sent.sends, "first_sent_at": sent.first_sent_at})
    return sent


def accept(claim: Claim, number: str, tried: Try) -> None:
    """The service has the order: its number is kept, the right to the call ends, the secret's days are counted."""
    now = timezone.now()
    with unit(WORKER, claim=claim.token):
        _row("SELECT app.lock_call_grant(%s)", [claim.call])
        order = _order(OrderState.ACCEPTED, number=number, accepted_at=now)
        erase_after = now + timedelta(days=settings.ERASE_AFTER_DAYS)
        _leave(claim, order, tried, state=DeliveryState.ACCEPTED, erase_after=erase_after)
        closed = _row("SELECT app.close_settled_call(%s)", [claim.call])
        _touch(claim)
        _audit(claim, "order.accepted", number=number)
        if closed and closed[0]:
            audit.record(claim.service, "grant.closed", actor=ACTOR, grant=closed[0], detail={"call": claim.call})


def reject(claim: Claim, refusal: Rejected, tried: Try) -> None:
    """The service does not take the order; the operator reads why and may place a corrected one."""
    with unit(WORKER, claim=claim.token):
        _leave(claim, _order(OrderState.REJECTED, phrase=refusal.phrase), tried, state=DeliveryState.REJECTED)
        _touch(claim)
        _audit(claim, "order.rejected", code=refusal.code)
        if refusal.configuration:
            _audit(claim, "delivery.configuration", code=refusal.code)


def send_later(claim: Claim, *, at: datetime, nothing_left: bool, tried: Try) -> None:
    """Back into the queue. `nothing_left`: the marked sending did not leave this machine and is not counted."""
    with unit(WORKER, claim=claim.token):
        order = _order(OrderState.QUEUED)
        _leave(claim, order, tried, state=DeliveryState.PENDING, next_at=at, nothing_left=nothing_left)
        if claim.attempts == 0 and tried.code in ADMINISTRATORS:
            _audit(claim, "delivery.configuration", code=tried.code)


def look_later(claim: Claim, *, at: datetime, searches: int, nothing_left: bool, phrase: str, tried: Try) -> None:
    """The outcome is unknown: the dispatch program is asked for our marker then."""
    with unit(WORKER, claim=claim.token):
        before = _leave(
            claim,
            _order(OrderState.UNKNOWN, phrase=phrase),
            tried,
            state=DeliveryState.UNKNOWN,
            next_at=at,
            searches=searches,
            nothing_left=nothing_left,
        )
        if before != OrderState.UNKNOWN:
            _touch(claim)


def to_review(claim: Claim, *, phrase: str, why: str, tried: Try) -> None:
    """Nothing more is done without a person: the order may exist at the service."""
    with unit(WORKER, claim=claim.token):
        _leave(claim, _order(OrderState.UNKNOWN, phrase=phrase), tried, state=DeliveryState.REVIEW)
        _touch(claim)
        _audit(claim, "order.review", why=why)


def expire(claim: Claim, *, phrase: str) -> None:
    """Nothing reached the service in time: only a person may still send the order."""
    with unit(WORKER, claim=claim.token):
        _leave(claim, _order(OrderState.EXPIRED, phrase=phrase), NOTHING_TRIED, state=DeliveryState.EXPIRED)
        _touch(claim)
        _audit(claim, "order.expired")


def _order(
    state: OrderState, *, phrase: str = "", number: str = "", accepted_at: datetime | None = None
) -> dict[str, Any]:
    """The order's new state, and from which ones it may be reached."""
    return {
        "order_state": state.value,
        "phrase": phrase[:PHRASE_LENGTH],
        "number": number,
        "accepted_at": accepted_at,
        "before": [before for before, after in ORDER_MOVES.items() if before == state or state in after],
    }


def _leave(
    claim: Claim,
    order: dict[str, Any],
    tried: Try,
    *,
    state: DeliveryState,
    next_at: datetime | None = None,
    searches: int | None = None,
    nothing_left: bool = False,
    erase_after: datetime | None = None,
) -> str:
    """Move the order, keep the try, give the claim back; the order is out of sight then. Returns its state before."""
    now, sends = timezone.now(), claim.sends - 1 if nothing_left else claim.sends
    position = claim.attempts + (1 if tried.outcome else 0)
    values = {
        "now": now,
        "state": state.value,
        "next_at": next_at or now,
        "searches": claim.searches if searches is None else searches,
        "sends": sends,
        "first_sent_at": claim.first_sent_at if sends else None,
        "attempts": position,
        "erase_after": erase_after,
        "try": uuid7(),
        "service": claim.service,
        "position": position,
        "purpose": tried.purpose,
        "started_at": tried.started_at,
        "outcome": tried.outcome,
        "code": tried.code[:CODE_LENGTH],
        "reason": tried.reason[:REASON_LENGTH],
    }
    return _moved(claim, _LEAVE, {**order, **values})


def _moved(claim: Claim, sql: str, values: dict[str, Any]) -> str:
    """Run one step; ClaimLost when the order is out of sight, ForbiddenMove when its state does not allow the step."""
    named = {"delivery": claim.delivery, "order": claim.order, "claim": hashed(claim.token)}
    row = _row(sql, {**named, **values})
    if row is not None:
        return str(row[0])
    found = _row("SELECT state FROM orders_order WHERE id = %s", [claim.order])
    if found is not None:
        move_order(found[0], values["order_state"])
    raise ClaimLost(str(claim.delivery))


def _touch(claim: Claim) -> None:
    row = _row("SELECT app.seat_of_call(%s)", [claim.call])
    live.touch(row[0] if row else None)


def _row(sql: str, params: list[Any] | dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


def _audit(claim: Claim, action: str, **detail: str) -> None:
    audit.record(claim.service, action, actor=ACTOR, detail={"order": claim.order, **detail})
