"""`python -m pytest -s bench/panel.py`: the panels' pages with 100,000 orders in one service, under the true rights.

Prints, by page, how many queries it takes and how long (p50 and p95 of 20 openings), beside the bars of 30 queries and
200 ms. Times are this machine's; the test fails on queries and on pages that are not served.
"""

import json
import os
import statistics
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callcenter.cookies import GRANT_COOKIE
from orders.models import Delivery
from tests.factories import Rival, make_centre, make_rivals

ORDERS = int(os.environ.get("BENCH_ORDERS", "100000"))
OPENINGS, MOST_QUERIES = 20, 30
PAGES = {
    "manager": (
        "/service/", "/service/orders/call/", "/service/orders/order/", "/service/orders/order/?state__exact=accepted",
        "/service/orders/delivery/", "/service/orders/delivery/?person=1", "/service/billing/invoice/",
    ),
    "supervisor": (
        "/centre/", "/centre/orders/call/", "/centre/orders/call/?p=20", "/centre/orders/order/",
        "/centre/orders/delivery/", "/centre/orders/delivery/?person=1",
    ),
}  # fmt: skip
_FILL = """
WITH n AS (SELECT g, now() - g * interval '26 seconds' AS at FROM generate_series(1, %(count)s) g),
     c AS (INSERT INTO orders_call (id, service_id, line_id, instance, external_id, state, scenario_kind,
                                    scenario_reason, missed, offered_at, answered_at, ended_at, outcome, disposition,
                                    created_at)
           SELECT md5('c' || g)::uuid, %(service)s, %(line)s, 'bench', 'bench' || g, 'ended', 'full', '', 0,
                  at, at + interval '4 s', at + interval '40 s', 'answered', 0, at FROM n),
     o AS (INSERT INTO orders_order (id, service_id, call_id, idempotency_key, revision, marker, state, phrase,
                                     number, phone_hmac, placed_at, accepted_at)
           SELECT md5('o' || g)::uuid, %(service)s, md5('c' || g)::uuid, md5('k' || g)::uuid, 0, 'M' || g,
                  'accepted', '', g::text, '', at, at + interval '1 s' FROM n)
INSERT INTO orders_delivery (id, service_id, order_id, call_id, state, next_at, expires_at, attempts, sends, searches,
                             found_by, created_at)
SELECT md5('d' || g)::uuid, %(service)s, md5('o' || g)::uuid, md5('c' || g)::uuid, 'accepted', at, at, 1, 1, 0,
       'wake', at FROM n"""


@pytest.mark.django_db(databases="__all__")
def test_every_page_of_the_panels_with_a_hundred_thousand_orders() -> None:
    rivals, centre = make_rivals(2), make_centre()
    fill(rivals[0])
    row = Delivery.objects.filter(service=rivals[0].service).order_by("-created_at").first()
    assert row is not None
    tokens = {"manager": rivals[0].manager_token, "supervisor": centre.tokens["supervisor"]}
    details = {
        "manager": (f"/service/orders/delivery/{row.pk}/change/",),
        "supervisor": (f"/centre/orders/order/{row.order_id}/change/",),
    }

    figures = {path: measure(tokens[job], path) for job, paths in PAGES.items() for path in (*paths, *details[job])}

    print(json.dumps({"orders": ORDERS, "pages": figures}))
    assert {path for path, figure in figures.items() if figure["queries"] > MOST_QUERIES} == set()


def fill(rival: Rival) -> None:
    """Calls, orders and deliveries over the last month, made by the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(_FILL, {"count": ORDERS, "service": rival.service.pk, "line": rival.line.pk})
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE orders_call, orders_order, orders_delivery")


def measure(token: str, path: str) -> dict[str, float]:
    """Queries of one opening, and the times of twenty."""
    client = Client()
    client.cookies[GRANT_COOKIE] = token
    with CaptureQueriesContext(connection):
        assert client.get(path).status_code == 200, path
        queries = len(connection.queries_log)
    times = []
    for _opening in range(OPENINGS):
        begun = perf_counter()
        client.get(path)
        times.append((perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"queries": queries, "p50_ms": round(cuts[49], 1), "p95_ms": round(cuts[94], 1)}
