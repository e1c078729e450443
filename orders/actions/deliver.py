"""The journey of an order to the dispatch program: what the engine writes, each step one short transaction.

A claim is a random token: the row keeps its hash, and only the holder sees this one order and its secret. A step whose
claim was meanwhile returned (its engine was taken for dead) changes nothing and raises ClaimLost. Lock order: grant,
order, delivery, seat, audit chain. The delivery row is changed after the order, since the right to the order hangs
on it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from callcenter import audit
from callcenter.contracts import Rejected
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from orders import live
from orders.models import Attempt, Delivery, DeliveryState, Order, OrderSecret, OrderState
from orders.state import move_order

ACTOR = "delivery"
PHRASE_LENGTH, CODE_LENGTH, REASON_LENGTH = 120, 20, 200


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What the holder of a claim may read: the order, its sealed secret, and how earlier tries ended."""

    order: Order
    secret: OrderSecret
    failures: int
    looks: int
    ends_seen: int
    similar_seen: bool


def open_claim(claim: Claim) -> Opened:
    """Read the claimed order; to be called inside `unit(WORKER, claim=claim.token)`."""
    order = Order.objects.filter(pk=claim.order).first()
    secret = OrderSecret.objects.filter(order=claim.order).first()
    if order is None or secret is None:
        raise ClaimLost(str(claim.delivery))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE a.purpose = 'place' AND a.outcome = 'not_sent'),
                   count(*) FILTER (WHERE a.purpose = 'search' AND a.position > s.last),
                   count(*) FILTER (WHERE a.purpose = 'place' AND a.outcome <> 'not_sent'),
                   coalesce(bool_or(a.outcome = 'similar'), false)
            FROM (SELECT coalesce(max(position) FILTER (WHERE purpose = 'place'), 0) AS last
                  FROM orders_attempt WHERE delivery_id = %(delivery)s) s
            LEFT JOIN orders_attempt a ON a.delivery_id = %(delivery)s""",
            {"delivery": claim.delivery},
        )
        failures, looks, ends_seen, similar_seen = cursor.fetchone()
    return Opened(
        order=order, secret=secret, failures=failures, looks=looks, ends_seen=ends_seen, similar_seen=similar_seen
    )


def mark_sending(claim: Claim) -> Claim:
    """Note, before a byte leaves, that the order may from now on be at the service."""
    with unit(WORKER, claim=claim.token):
        order = _locked_order(claim)
        sent = replace(claim, sends=claim.sends + 1, first_sent_at=claim.first_sent_at or timezone.now())
        _move(order, OrderState.SENDING)
        Delivery.objects.filter(pk=claim.delivery).update(sends=sent.sends, first_sent_at=sent.first_sent_at)
    return sent


def accept(claim: Claim, number: str, tried: Try) -> None:
    """The service has the order: its number is kept, the right to the call ends, the secret's days are counted."""
    with unit(WORKER, claim=claim.token):
        _call("SELECT app.lock_call_grant(%s)", claim.call)
        order, now = _locked_order(claim), timezone.now()
        _move(order, OrderState.ACCEPTED, number=number, accepted_at=now)
        OrderSecret.objects.filter(order=claim.order).update(
            erase_after=now + timedelta(days=settings.ERASE_AFTER_DAYS)
        )
        _leave(claim, tried, state=DeliveryState.ACCEPTED)
        closed = _call("SELECT app.close_settled_call(%s)", claim.call)
        _touch(claim)
        _audit(claim, "order.accepted", number=number)
        if closed is not None:
            audit.record(claim.service, "grant.closed", actor=ACTOR, grant=closed, detail={"call": claim.call})


def reject(claim: Claim, refusal: Rejected, tried: Try | None) -> None:
    """The service does not take the order; the operator reads why and may place a corrected one."""
    with unit(WORKER, claim=claim.token):
        _move(_locked_order(claim), OrderState.REJECTED, phrase=refusal.phrase)
        _leave(claim, tried, state=DeliveryState.REJECTED)
        _touch(claim)
        _audit(claim, "order.rejected", code=refusal.code)
        if refusal.configuration:
            _audit(claim, "delivery.configuration", code=refusal.code)


def send_later(claim: Claim, *, at: datetime, nothing_left: bool, tried: Try | None) -> None:
    """Back into the queue. `nothing_left`: the marked sending did not leave this machine and is not counted."""
    with unit(WORKER, claim=claim.token):
        _move(_locked_order(claim), OrderState.QUEUED)
        _leave(claim, tried, state=DeliveryState.PENDING, next_at=at, nothing_left=nothing_left)


def look_later(
    claim: Claim, *, at: datetime, searches: int, nothing_left: bool, phrase: str, tried: Try | None
) -> None:
    """The outcome is unknown: the dispatch program is asked for our marker then."""
    with unit(WORKER, claim=claim.token):
        order = _locked_order(claim)
        news = order.state != OrderState.UNKNOWN
        _move(order, OrderState.UNKNOWN, phrase=phrase)
        _leave(
            claim, tried, state=DeliveryState.UNKNOWN, next_at=at, searches=searches, nothing_left=nothing_left
        )
        if news:
            _touch(claim)


def to_review(claim: Claim, *, phrase: str, why: str, tried: Try | None) -> None:
    """Nothing more is done without a person: the order may exist at the service."""
    with unit(WORKER, claim=claim.token):
        _move(_locked_order(claim), OrderState.UNKNOWN, phrase=phrase)
        _leave(claim, tried, state=DeliveryState.REVIEW)
        _touch(claim)
        _audit(claim, "order.review", why=why)


def expire(claim: Claim, *, phrase: str) -> None:
    """Nothing reached the service in time: only a person may still send the order."""
    with unit(WORKER, claim=claim.token):
        _move(_locked_order(claim), OrderState.EXPIRED, phrase=phrase)
        _leave(claim, None, state=DeliveryState.EXPIRED)
        _touch(claim)
        _audit(claim, "order.expired")


def _locked_order(claim: Claim) -> Order:
    order = Order.objects.select_for_update(no_key=True).filter(pk=claim.order).first()
    if order is None:
        raise ClaimLost(str(claim.delivery))
    return order


def _move(
    order: Order, state: OrderState, *, phrase: str = "", number: str = "", accepted_at: datetime | None = None
) -> None:
    Order.objects.filter(pk=order.pk).update(
        state=move_order(order.state, state), phrase=phrase[:PHRASE_LENGTH], number=number, accepted_at=accepted_at
    )


def _leave(
    claim: Claim,
    tried: Try | None,
    *,
    state: DeliveryState,
    next_at: datetime | None = None,
    searches: int | None = None,
    nothing_left: bool = False,
) -> None:
    """Keep the try and give the claim back; from here on the order is out of sight."""
    sends = claim.sends - 1 if nothing_left else claim.sends
    if tried:
        _keep(claim, tried)
    Delivery.objects.filter(pk=claim.delivery).update(
        state=state,
        owner=None,
        claim_hash=None,
        next_at=next_at or timezone.now(),
        attempts=claim.attempts + (1 if tried else 0),
        sends=sends,
        first_sent_at=claim.first_sent_at if sends else None,
        searches=claim.searches if searches is None else searches,
    )


def _keep(claim: Claim, tried: Try) -> None:
    Attempt.objects.create(
        service_id=claim.service,
        delivery_id=claim.delivery,
        position=claim.attempts + 1,
        purpose=tried.purpose,
        started_at=tried.started_at,
        finished_at=timezone.now(),
        outcome=tried.outcome,
        code=tried.code[:CODE_LENGTH],
        reason=tried.reason[:REASON_LENGTH],
    )


def _touch(claim: Claim) -> None:
    live.touch(_call("SELECT app.seat_of_call(%s)", claim.call))


def _call(sql: str, value: UUID) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value])
        row = cursor.fetchone()
    return row[0] if row and isinstance(row[0], UUID) else None


def _audit(claim: Claim, action: str, **detail: str) -> None:
    audit.record(claim.service, action, actor=ACTOR, detail={"order": claim.order, **detail})
