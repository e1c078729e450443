"""Every page of both panels, opened and written to by everybody: nothing comes back or changes without a right to it.

The routes are taken from the sites themselves, so that a new page is tried without being listed. Staff may write what
the matrix gives their job, also for others; everybody else changes nothing but the own.
"""

import os
from collections.abc import Iterator
from functools import partial
from random import Random
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connections, transaction

from tests.isolation.attack import Asked, Attack, Findings
from tests.isolation.callers import Caller
from tests.isolation.panels import SITES, filled, may_write, panel_routes, row_of
from tests.isolation.programs import programs
from tests.isolation.world import World, build, without_floor

REQUESTS = int(os.environ.get("ISOLATION_REQUESTS", "1000"))
INSIDE = {"centre/": ("admin", "supervisor", "accountant"), "service/": ("manager",)}
OUTSIDE = ("operator", "operator after the call", "manager too late", "guesser", "nobody")
SEED = 20261123
pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def world() -> Iterator[World]:
    apart = connections["auth"]
    connections["auth"] = connections["default"]
    made = build()
    with programs(made.rivals):
        yield made
    connections["auth"] = apart


def question(attack: Attack, route: str, caller: Caller, *, method: str, row: object, query: str = "") -> Asked:
    """One request to a panel; a written one carries whatever fields a form may have."""
    rival = attack.world.rivals[1]
    body = ""
    if method == "POST":
        values = {
            "service": rival.service.pk,
            "name": "x",
            "active": "on",
            "key": "k" * 24,
            "id": str(row),
            "post": "yes",
        }
        body = urlencode(values)
    path = filled(route, str(row))
    asked = Asked(route=route, caller=caller, method=method, path=path, query=query, body=body.encode())
    return attack._held(asked, form=True)


def opened(attack: Attack, routes: list[str]) -> None:
    """Every page by those who are inside and by those who are not, for a row of the own service."""
    inside = [name for names in INSIDE.values() for name in names]
    callers = [caller for caller in attack.callers if caller.name in (*inside, *OUTSIDE)]
    for route in routes:
        row = row_of(route, attack.world.own)
        for caller in callers:
            asked = question(attack, route, caller, method="GET", row=row)
            (attack.send if caller.name in ("admin", "manager") else partial(glance, attack))(asked)


def glance(attack: Attack, asked: Asked) -> None:
    """Judge what comes back; whether anything has changed is asked of those who may open the page."""
    with transaction.atomic():
        status, text = attack._django(asked)
        transaction.set_rollback(True)
    attack._judge(asked, status, text)


def tried(attack: Attack, routes: list[str], count: int) -> None:
    """Foreign and invented rows, searches, and writing, drawn at random; those who are inside come more often."""
    random = Random(SEED)
    inside = [
        caller for caller in attack.callers if caller.name in {name for names in INSIDE.values() for name in names}
    ]
    for number in range(count):
        route = routes[number % len(routes)]
        caller = random.choice(inside if random.random() < 0.7 else attack.callers[:-1])
        rival = random.choice(attack.world.rivals)
        row = random.choice([row_of(route, rival), row_of(route, rival), uuid4(), "' OR 1=1--"])
        query = random.choice(
            ["", f"q={rival.mark}", f"service__id__exact={rival.service.pk}", f"service={rival.service.pk}"]
        )
        method = random.choice(["GET", "POST", "POST", "DELETE"])
        attack.send(question(attack, route, caller, method=method, row=row, query=query))


def unlawful(found: Findings) -> list[str]:
    """Changes that no rule of the matrix gives the job."""
    allowed = {job: may_write(job) for job in INSIDE["centre/"]}
    return [
        change
        for change in found.changed
        if change.rpartition(" -> ")[2] not in allowed.get(change.partition(":")[0], frozenset())
    ]


def test_no_page_of_a_panel_shows_or_changes_what_the_caller_has_no_right_to(world: World) -> None:
    routes, attack = panel_routes(), Attack(world, SEED, routes=[])

    opened(attack, routes)
    tried(attack, routes, REQUESTS // 2)

    assert attack.found.leaks == []
    assert unlawful(attack.found) == []
    assert attack.found.broken == []
    lists = {route for route in routes if route.count("/") == 3 and "<" not in route and "^" not in route}
    assert {route for route in lists if attack.found.own[route]} >= {"service/integrations/connection/"}
    assert sum(1 for route in lists if attack.found.own[route]) >= len(lists) // 2, "the run proved little"


def test_each_panel_lets_in_its_own_jobs_and_nobody_else(world: World) -> None:
    attack = Attack(world, SEED, routes=[])

    for prefix in SITES:
        for caller in attack.callers[:-1]:
            status = attack.send(question(attack, prefix, caller, method="GET", row=""))
            # An accountant is led on to the invoices; strangers are led to the login page.
            led_on = status == 302 and caller.name == "accountant" and prefix == "centre/"
            assert (status == 200 or led_on) == (caller.name in INSIDE[prefix]), (prefix, caller.name, status)


def test_control_without_the_floor_a_manager_s_pages_would_show_rivals(world: World) -> None:
    attack = Attack(world, SEED, routes=[])
    manager = next(caller for caller in attack.callers if caller.name == "manager")

    def look() -> None:
        for rival in world.rivals[1:]:
            for route in panel_routes():
                if route.startswith("service/"):
                    attack.send(question(attack, route, manager, method="GET", row=row_of(route, rival)))

    without_floor(look)

    assert attack.found.leaks
