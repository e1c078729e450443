"""`make bench-volume`: do the questions asked all day grow with what is stored? A month is generated in the database.

BENCH_ORDERS says how many orders (10,000,000 is the month that docs/scaling.md speaks of; it needs 25 GB and half an
hour). Each question is timed at a tenth of them and at all, with 100 orders due. Times are this machine's; the test
fails on a question that takes ten times as long, and 20 ms more, on ten times the rows.
"""

import json
import os
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from django.db import connection

from callcenter.models import TaxiService
from integrations.delivery.status import standing
from orders.actions import claims
from orders.models import Delivery, Order
from tests.factories import make_line, make_service

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
SERVICES, AGAIN, DUE = 50, 15, 100
TABLES = ("orders_call", "orders_order", "orders_delivery")
_FILL = """
WITH n AS (SELECT g, s.id AS service, s.line, now() - g * interval '0.26 s' AS at
           FROM generate_series(%(first)s, %(last)s) g
           JOIN unnest(%(services)s::uuid[], %(lines)s::uuid[]) WITH ORDINALITY AS s (id, line, position)
             ON s.position = g %% %(count)s + 1),
     c AS (INSERT INTO orders_call (id, service_id, line_id, instance, external_id, state, scenario_kind,
                                    scenario_reason, missed, offered_at, answered_at, ended_at, outcome, disposition,
                                    created_at)
           SELECT md5('c' || g)::uuid, service, line, 'bench', 'bench' || g, 'ended', 'full', '', 0,
                  at, at + interval '4 s', at + interval '40 s', 'answered', 0, at FROM n),
     o AS (INSERT INTO orders_order (id, service_id, call_id, idempotency_key, revision, marker, state, phrase,
                                     number, phone_hmac, placed_at, accepted_at)
           SELECT md5('o' || g)::uuid, service, md5('c' || g)::uuid, md5('k' || g)::uuid, 0, 'M' || g,
                  'accepted', '', g::text, '', at, at + interval '1 s' FROM n)
INSERT INTO orders_delivery (id, service_id, order_id, call_id, state, next_at, expires_at, attempts, sends, searches,
                             found_by, created_at)
SELECT md5('d' || g)::uuid, service, md5('o' || g)::uuid, md5('c' || g)::uuid, 'accepted', at, at, 1, 1, 0,
       'wake', at FROM n"""
STEP = 100_000


@pytest.mark.django_db(databases="__all__")
def test_questions_do_not_grow_with_what_is_stored() -> None:
    lines = [make_line(make_service(position), f"+7496{position:07}") for position in range(SERVICES)]
    service = lines[0].service
    at: dict[int, dict[str, float]] = {}
    stored = 0
    for wanted in (ORDERS // 10, ORDERS):
        while stored < wanted:
            grow(lines, stored, min(stored + STEP, wanted))
            stored = min(stored + STEP, wanted)
        run("ANALYZE " + ", ".join(TABLES))
        at[wanted] = {name: timed(ask) for name, ask in questions(service).items()}
    size = sum(run(f"SELECT pg_total_relation_size('{table}')")[0][0] for table in TABLES)
    print(json.dumps({"orders": ORDERS, "bytes_per_order": round(size / ORDERS), "ms": at}))
    few, many = at.values()
    for name, took in many.items():
        assert took < 10 * few[name] + 20, name


def grow(lines: list[Any], first: int, last: int) -> None:
    """Add the orders after `first` up to `last`."""
    given = {"services": [line.service_id for line in lines], "lines": [line.pk for line in lines]}
    with connection.cursor() as cursor:
        cursor.execute(_FILL, {**given, "first": first + 1, "last": last, "count": len(lines)})


def questions(service: TaxiService) -> dict[str, Callable[[], object]]:
    """What engine, panels and monitoring ask all day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_delivery SET state = 'pending', next_at = now(), expires_at = now() + interval '1 h'"
            " WHERE id IN (SELECT id FROM orders_delivery ORDER BY created_at DESC LIMIT %s)",
            [DUE],
        )
    return {
        "claim": lambda: run(claims._DUE, due_now()),
        "status": standing,
        "page of orders": lambda: list(Order.objects.filter(service=service).order_by("-placed_at")[:100]),
        "order by number": lambda: list(Order.objects.filter(service=service, number="50")),
        "page of deliveries": lambda: list(Delivery.objects.order_by("-created_at")[:100]),
    }


def due_now() -> dict[str, Any]:
    """The parameters of the claim, with nothing special about any service."""
    now = run("SELECT now()")[0][0]
    return {"services": [], "rooms": [], "most": 8, "limit": 32, "now": now, "later": now + claims.LONGEST_WAIT}


def run(sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    """Run one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall()) if cursor.description else []


def timed(ask: Callable[[], object]) -> float:
    """Median milliseconds."""
    took = []
    for _again in range(AGAIN):
        begun = perf_counter()
        ask()
        took.append((perf_counter() - begun) * 1000)
    return round(statistics.median(took), 2)
