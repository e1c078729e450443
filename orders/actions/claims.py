"""Claiming deliveries: which are due, how many per service, and what becomes of the claims of a dead engine.

An engine is known by a key on which it holds a session advisory lock. The kernel closes the connection of a killed
process, the lock goes with it, and any other engine returns its rows at once: what was marked as sent becomes
`unknown` and is looked for before it is sent again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from callcenter.cookies import hashed, new_secret
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit
from orders.actions.deliver import Claim
from orders.models import DeliveryState

# Claims of all engines take turns, so that the caps hold for them together: key of a transaction's advisory lock.
_TURN = (7_105, 1)

# No wait of the schedule is longer. What seems to be due later was written before the clock was set back, and is due.
LONGEST_WAIT = timedelta(minutes=2)

# A claim that a crash of the database forgets harms nobody: the mark, which must not be forgotten, comes after it.
_BEGIN = "SELECT pg_advisory_xact_lock(%s, %s), set_config('synchronous_commit', 'off', true)"

_DUE = """
WITH held AS (SELECT service_id, count(*) AS n FROM orders_delivery WHERE owner IS NOT NULL GROUP BY 1),
     room AS (SELECT * FROM unnest(%(services)s::uuid[], %(rooms)s::int[]) AS r (service_id, most)),
     due AS (SELECT DISTINCT service_id FROM orders_delivery WHERE state IN ('pending', 'unknown')
             AND (next_at <= %(now)s OR next_at > %(later)s))
SELECT p.id FROM due LEFT JOIN room USING (service_id) LEFT JOIN held USING (service_id)
CROSS JOIN LATERAL (
  SELECT d.id, d.next_at FROM orders_delivery d
  WHERE d.service_id = due.service_id AND d.state IN ('pending', 'unknown')
    AND (d.next_at <= %(now)s OR d.next_at > %(later)s)
  ORDER BY d.next_at LIMIT greatest(coalesce(room.most, %(most)s) - coalesce(held.n, 0), 0)
  FOR UPDATE SKIP LOCKED) p
ORDER BY p.next_at LIMIT %(limit)s"""

_OVERDUE = """
SELECT id FROM orders_delivery WHERE state = 'pending' AND expires_at <= %(now)s
ORDER BY expires_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""

_TAKE = """
UPDATE orders_delivery d
SET state = CASE d.state WHEN 'pending' THEN 'sending' ELSE 'resolving' END, owner = %(owner)s, claim_hash = c.hash,
    found_by = CASE WHEN d.found_by = '' THEN %(found_by)s ELSE d.found_by END
FROM unnest(%(ids)s::uuid[], %(hashes)s::bytea[]) AS c (id, hash) WHERE d.id = c.id
RETURNING d.id, d.order_id, d.call_id, d.service_id, d.state, d.sends, d.searches, d.attempts, d.first_sent_at,
          d.expires_at"""

_RETURN = """
UPDATE orders_delivery
SET state = CASE WHEN state = 'sending' AND first_sent_at IS NULL THEN 'pending' ELSE 'unknown' END,
    owner = NULL, claim_hash = NULL, next_at = %s
WHERE owner = ANY (%s) RETURNING id"""

_LIVING = """
SELECT (l.classid::bigint << 32) | l.objid::bigint FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


def claim_due(
    owner: int, limit: int, *, rooms: Mapping[UUID, int], most: int, found_by: str, now: datetime | None = None
) -> list[Claim]:
    """Claim what is due, oldest first. `rooms` says how many of a service may be under way where that is not `most`
    (none while its breaker is open), counting those of all engines.
    """
    wanted = {"services": list(rooms), "rooms": list(rooms.values()), "most": most, "limit": limit}
    return _claim(_DUE, wanted, owner, found_by, now or timezone.now())


def claim_overdue(owner: int, limit: int, *, found_by: str, now: datetime | None = None) -> list[Claim]:
    """Claim orders whose time to be sent is over, whatever their service's room."""
    return _claim(_OVERDUE, {"limit": limit}, owner, found_by, now or timezone.now())


def release_dead_owners() -> int:
    """Return the claims of engines that are gone; how many."""
    with unit(WORKER):
        owners = {row[0] for row in _rows("SELECT DISTINCT owner FROM orders_delivery WHERE owner IS NOT NULL")}
        dead = owners - {row[0] for row in _rows(_LIVING)} if owners else owners
        return len(_rows(_RETURN, [timezone.now(), list(dead)])) if dead else 0


def release(owner: int) -> int:
    """Return the claims of an engine that ends; how many."""
    with unit(WORKER):
        return len(_rows(_RETURN, [timezone.now(), [owner]]))


def _claim(due: str, wanted: dict[str, Any], owner: int, found_by: str, now: datetime) -> list[Claim]:
    with unit(WORKER):
        _rows(_BEGIN, list(_TURN))
        ids = [row[0] for row in _rows(due, {**wanted, "now": now, "later": now + LONGEST_WAIT})]
        if not ids:
            return []
        tokens = {delivery: new_secret() for delivery in ids}
        taken = _rows(
            _TAKE,
            {
                "owner": owner,
                "found_by": found_by,
                "ids": ids,
                "hashes": [hashed(token) for token in tokens.values()],
            },
        )
    held = {row[0]: _held(row, tokens[row[0]]) for row in taken}
    return [held[delivery] for delivery in ids if delivery in held]


def _held(row: tuple[Any, ...], token: str) -> Claim:
    delivery, order, call, service, state, sends, searches, attempts, first_sent_at, expires_at = row
    return Claim(
        delivery=delivery,
        order=order,
        call=call,
        service=service,
        sending=state == DeliveryState.SENDING,
        sends=sends,
        searches=searches,
        attempts=attempts,
        first_sent_at=first_sent_at,
        expires_at=expires_at,
        token=token,
    )


def _rows(sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
