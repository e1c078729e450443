"""Random SQL as the web role, under every kind of right and under none: nothing is read or changed without a right.

Statements come from a seeded grammar (`tests.isolation.grammar`): reads of every shape, writes, error messages that
carry data, catalogue views, every function of the `app` schema with other people's ids, attempts to become somebody
else. Each runs in a savepoint that is rolled back, after every table has been compared with what it was.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import DatabaseError, connection, transaction

from callcenter.tenancy.matrices import isolate_sql
from callcenter.tenancy.rules import WEB, rule
from tests.harness import as_role
from tests.isolation.callers import Caller, callers
from tests.isolation.grammar import Grammar
from tests.isolation.panels import may_write
from tests.isolation.world import (
    OF_THE_CENTRE,
    World,
    build,
    changed,
    checksum,
    found_in,
    readable,
    shown,
    unfilled,
    with_hole,
    without_floor,
)

STATEMENTS = int(os.environ.get("ISOLATION_STATEMENTS", "2000"))
WIDE_CONTROLS = os.environ.get("ISOLATION_CONTROLS") == "1"
CONTROL_STATEMENTS = max(400, STATEMENTS // 10) if WIDE_CONTROLS else 400
SEED = 20261123
FEWEST_OWN = 0.05
MASKED = "current transaction is aborted"
pytestmark = pytest.mark.django_db(databases="__all__")


@dataclass
class Findings:
    """What a run saw."""

    leaks: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    own: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    told: int = 0


class Prober:
    """A seeded stream of statements by the web role."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)
        self.grammar = Grammar(world, self.random)
        readers = [caller for caller in callers(world) if caller.reads]
        self.callers = [*callers(world), *readers * 2]
        self.before = {caller.name: checksum(caller.service, caller.people) for caller in self.callers}
        self.lawful = {job: may_write(job) for job in world.centre.tokens}
        self.found = Findings()

    def run(self, statements: int) -> Findings:
        """Ask so many times."""
        for _ in range(statements):
            self.ask(self.random.choice(self.callers), self.grammar.statement())
        return self.found

    def ask(self, caller: Caller, statement: str) -> None:
        """Ask once, and judge what was said: rows, notices, errors."""
        said = ""
        connection.connection.notices.clear()
        with transaction.atomic():
            try:
                with transaction.atomic(), _login(caller), connection.cursor() as cursor:
                    cursor.execute(statement)
                    said = shown(cursor.fetchall()) if cursor.description else ""
            except DatabaseError as error:
                said = str(error)
                self.found.errors.append(said)
            said += " ".join(connection.connection.notices)
            self.found.told += bool(connection.connection.notices)
            for table in changed(self.before[caller.name], checksum(caller.service, caller.people)):
                if table not in self.lawful.get(caller.name, ()):
                    self.found.changed.append(f"{caller.name}: {statement[:160]} -> {table}")
            transaction.set_rollback(True)
        if leak := found_in(said, caller.forbidden, said=statement):
            self.found.leaks.append(f"{caller.name}: {statement[:160]} -> {leak[:40]}")
        if self.world.own.mark in said:
            self.found.own[caller.name] += 1


@contextmanager
def _login(caller: Caller) -> Iterator[None]:
    """The web role as its own login has it: what it may become is what cc_web may become, not what the test may."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15s'; SET LOCAL SESSION AUTHORIZATION cc_web")
    with as_role("web", token=caller.token, seat=caller.seat, key=caller.key):
        yield
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.fixture
def world() -> World:
    return build()


def test_every_table_holds_rows_of_every_rival(world: World) -> None:
    assert unfilled(world) == [], "tests.factories leaves these empty: nothing could leak from there"


def test_no_statement_reads_or_changes_what_the_caller_has_no_right_to(world: World) -> None:
    found = Prober(world, SEED).run(STATEMENTS)

    assert found.leaks == []
    assert found.changed == []
    assert [error for error in found.errors if MASKED in error] == [], "these hid what was really said"
    assert 0 < len(found.errors) < STATEMENTS
    assert found.told, "no statement raised a notice"
    assert found.own.total() > STATEMENTS * FEWEST_OWN, "own data hardly ever came back: the run proved little"
    silent = [caller.name for caller in callers(world) if caller.reads and not found.own[caller.name]]
    assert silent == [], "these never saw what is theirs"


def test_control_without_the_floor_the_same_statements_read_and_change(world: World) -> None:
    found = Findings()

    def probe() -> None:
        nonlocal found
        found = Prober(world, SEED).run(CONTROL_STATEMENTS)

    without_floor(probe)

    assert len(found.leaks) > CONTROL_STATEMENTS / 8
    assert len(found.changed) > CONTROL_STATEMENTS / 80


@pytest.mark.parametrize("table", sorted(OF_THE_CENTRE))
def test_a_table_of_the_centre_holds_nothing_that_is_a_rival_s(world: World, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        rows = shown(cursor.fetchall())

    assert not found_in(rows, world.foreign, said="")


@pytest.mark.parametrize(
    "table", sorted({*readable()} - OF_THE_CENTRE) if WIDE_CONTROLS else ["orders_callsecret", "billing_invoice"]
)
def test_control_one_table_open_to_the_web_is_enough_to_be_found(world: World, table: str) -> None:
    found = Findings()
    hole = ";".join(isolate_sql(table, [rule(WEB, "SELECT")]))

    def probe() -> None:
        nonlocal found
        prober = Prober(world, SEED)
        for caller in callers(world):
            prober.ask(caller, f"SELECT * FROM {table}")
        found = prober.found

    with_hole(hole, probe)

    assert {leak.split(":")[0] for leak in found.leaks} >= {"operator", "manager", "nobody"}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT CAST((SELECT string_agg(name, ',') FROM callcenter_taxiservice) AS integer)",
        "DO $$ BEGIN RAISE NOTICE '%', (SELECT string_agg(name, ',') FROM callcenter_taxiservice); END $$",
        "SELECT ciphertext FROM orders_ordersecret",
    ],
)
def test_control_data_in_errors_notices_and_sealed_bytes_is_seen(world: World, statement: str) -> None:
    found = Findings()

    def probe() -> None:
        nonlocal found
        prober = Prober(world, SEED)
        prober.ask(callers(world)[0], statement)
        found = prober.found

    without_floor(probe)

    assert len(found.leaks) == 1
