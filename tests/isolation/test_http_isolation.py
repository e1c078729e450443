"""Generated hostile requests over every discovered route: nothing comes back or changes without a right to it.

Runs the real middleware stack with the web role's true policies (`SET LOCAL ROLE`) inside one transaction, each
request in a savepoint that is rolled back; only the CSRF check is off, which keeps other sites out and not rivals.
Beside the product's own URLs stand deliberately careless views (`tests.isolation.sloppy`). `/live/` and `/ask/` run as
the ASGI applications that they are, with their reads in the test's thread and the dispatch programs played at the HTTP
border; over real HTTP, with the true login, they are tried in `test_over_http`.
"""

import os
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connections

from callcenter.plain_asgi import PLAIN_ROUTES
from callcenter.tenancy.matrices import isolate_sql
from callcenter.tenancy.rules import WEB, rule
from tests.isolation.attack import METHODS, Attack, Findings
from tests.isolation.callers import callers
from tests.isolation.plain import filled
from tests.isolation.programs import programs
from tests.isolation.routes import ROUTES, discovered
from tests.isolation.world import OF_THE_CENTRE, World, build, readable, with_hole, without_floor

REQUESTS = int(os.environ.get("ISOLATION_REQUESTS", "2000"))
WIDE_CONTROLS = os.environ.get("ISOLATION_CONTROLS") == "1"
CONTROL_REQUESTS = max(500, REQUESTS // 10) if WIDE_CONTROLS else 500
SEED = 20261123
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The rivals and their dispatch programs; logging in uses the test's own connection, which sees them.

    An exchange may end calls that it has lost, whosever they are, once they are some seconds old: here none becomes
    so old, however long the run takes.
    """
    monkeypatch.setattr("orders.actions.resync.SETTLE_S", 86_400)
    apart = connections["auth"]
    connections["auth"] = connections["default"]
    made = build()
    with programs(made.rivals):
        yield made
    connections["auth"] = apart


def test_every_route_is_known_and_none_is_invented() -> None:
    assert discovered() == sorted(ROUTES)


def test_a_route_that_nobody_has_listed_is_discovered() -> None:
    assert set(discovered("tests.callcenter.test_tenancy_middleware")) - set(ROUTES) >= {"kept", "stream"}


def test_only_listed_routes_leave_django() -> None:
    web = import_module("callcenter.asgi").Web()  # importing it asks the database whether it may serve

    assert {web._application(filled(route, "0" * 8 + "-0000" * 3 + "-" + "0" * 12)) for route in PLAIN_ROUTES} == {
        web.live, web.ask,
    }  # fmt: skip
    for path in ("/live/more", "/live", "/ask/", "/ask/other", "/ask/current/1", "//live/", "/login/"):
        assert web._application(path) is web.pages, path


def test_no_request_brings_back_or_changes_what_the_caller_has_no_right_to(world: World) -> None:
    found = Attack(world, SEED, routes=discovered()).run(REQUESTS)

    assert found.leaks == []
    assert found.changed == []
    assert found.broken == []
    assert found.refused == [], "proper requests that were not served as they should be"
    silent = [route for route, use in ROUTES.items() if use.shows and not found.own[route]]
    assert silent == [], "these never returned the caller's own data: the run proved nothing about them"
    assert untried(world, found) == []


def untried(world: World, found: Findings) -> list[tuple[str, str]]:
    """Which method or caller some route has not met."""
    names = [caller.name for caller in callers(world)]
    wanted = [(route, what) for route in ROUTES for what in [*METHODS, *names]]
    return [pair for pair in wanted if not found.tried[pair]]


def test_control_without_the_floor_the_same_requests_leak_and_change(world: World) -> None:
    found = Findings()

    def attack() -> None:
        nonlocal found
        found = Attack(world, SEED, routes=discovered()).run(CONTROL_REQUESTS)

    without_floor(attack)

    assert len(found.leaks) > CONTROL_REQUESTS / 50
    assert any("sloppy/rewrite" in change for change in found.changed)


@pytest.mark.parametrize(
    "table", sorted({*readable()} - OF_THE_CENTRE) if WIDE_CONTROLS else ["orders_order", "orders_callsecret"]
)
def test_control_one_table_open_to_the_web_is_enough_to_be_found(world: World, table: str) -> None:
    found = Findings()

    def attack() -> None:
        nonlocal found
        probe = Attack(world, SEED, routes=["sloppy/all/<str:app>/<str:model>"])
        probe.tables = [table.split("_", 1)]
        found = probe.run(60)

    with_hole(";".join(isolate_sql(table, [rule(WEB, "SELECT")])), attack)

    assert {leak.split(":")[0] for leak in found.leaks} >= {"operator", "manager", "nobody"}


@pytest.mark.parametrize("route", ["", "/live/", "sloppy/search", "sloppy/all/<str:app>/<str:model>"])
def test_control_one_taken_for_another_is_found(world: World, route: str) -> None:
    found, rival = Findings(), world.rivals[1]
    hole = f"""CREATE OR REPLACE FUNCTION app.hashed(setting text) RETURNS bytea LANGUAGE sql STABLE AS $$
      SELECT sha256(convert_to(CASE setting WHEN 'app.seat' THEN '{rival.desk.secret}' ELSE '{rival.call_token}' END,
                               'UTF8')) $$"""

    def attack() -> None:
        nonlocal found
        probe = Attack(world, SEED, routes=[route])
        probe.send(probe.proper(route, callers(world)[0]))
        found = probe.found

    with_hole(hole, attack)

    assert len(found.leaks) == 1
