"""Random SQL as the web role, under every kind of right and under none: nothing of a rival is read or changed.

Statements come from a seeded grammar: reads of every shape, writes, error messages that carry data, catalogue views,
every function of the `app` schema with other people's ids, attempts to become somebody else. Each runs in a savepoint
that is rolled back.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from callcenter.tenancy.catalogue import declared
from callcenter.tenancy.rules import WEB
from tests.harness import as_role
from tests.isolation.world import Rival, build, checksum, foreign_pattern, without_floor

STATEMENTS = int(os.environ.get("ISOLATION_STATEMENTS", "2000"))
CONTROL_STATEMENTS = 400
SEED = 20261123
CHECK_EVERY = 50
FEWEST_OWN = 0.03
pytestmark = pytest.mark.django_db(databases="__all__")

LINES = [line for line in (Path(__file__).with_name("statements.txt")).read_text().splitlines() if line[0].isdigit()]
SHAPES = [line[2:] for line in LINES]
WEIGHTS = [int(line[0]) for line in LINES]


@dataclass
class Findings:
    """What a run saw."""

    leaks: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    own: int = 0
    refused: int = 0


class Prober:
    """A seeded stream of statements by the web role."""

    def __init__(self, rivals: list[Rival], seed: int) -> None:
        self.rivals, self.own, self.random = rivals, rivals[0], random.Random(seed)
        self.foreign = foreign_pattern(rivals, self.own)
        self.others = [rival.service.pk for rival in rivals[1:]]
        self.before = checksum(self.others)
        matrix = declared()
        readable = [table for table, rules in matrix.items() if any(rule.role == WEB for rule in rules)]
        self.tables = sorted([*matrix, *readable * 3])
        self.found = Findings()

    def run(self, statements: int) -> Findings:
        for number in range(statements):
            self._probe(self._statement(), check=number % CHECK_EVERY == 0)
        return self.found

    def _statement(self) -> str:
        shape = self.random.choices(SHAPES, WEIGHTS)[0]
        rival = self.random.choice(self.rivals[1:])
        condition = [
            "true",
            f"service_id = '{rival.service.pk}'",
            f"id = '{self.random.choice(rival.ids)}'",
            "random() < 2",
        ]
        return shape.format(
            t=self.random.choice(self.tables),
            u=self.random.choice(self.tables),
            m=rival.mark[:-1],
            id=self.random.choice(rival.ids),
            sid=rival.service.pk,
            w=self.random.choice(condition),
        )

    def _probe(self, statement: str, *, check: bool) -> None:
        said, changing = "", not statement.startswith(("SELECT", "TABLE", "WITH", "EXPLAIN"))
        connection.connection.notices.clear()
        with transaction.atomic():
            try:
                with transaction.atomic(), self._somebody(), connection.cursor() as cursor:
                    cursor.execute(statement)
                    said = str(cursor.fetchall()) if cursor.description else ""
            except DatabaseError as error:
                said = str(error)
                self.found.refused += 1
            said += " ".join(connection.connection.notices)
            if (changing or check) and checksum(self.others) != self.before:
                self.found.changed.append(statement)
            transaction.set_rollback(True)
        self._judge(statement, said)

    @contextmanager
    def _somebody(self) -> Iterator[None]:
        """The web role as its own login has it: what it may become is what cc_web may become, not what the test may."""
        own = self.own
        token = self.random.choice([own.call_token] * 3 + [own.manager_token] * 2 + [own.closed_token, "", "guessed"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL SESSION AUTHORIZATION cc_web")
        with as_role("web", token=token, seat=self.random.choice([own.seat_secret, "", "guessed"])):
            yield
        with connection.cursor() as cursor:
            cursor.execute("RESET SESSION AUTHORIZATION")

    def _judge(self, statement: str, said: str) -> None:
        told = said
        for rival in self.rivals[1:]:
            if str(rival.service.pk) in statement:
                told = told.replace(str(rival.service.pk), "")
        if leak := self.foreign.search(told):
            self.found.leaks.append(f"{statement[:160]} -> {leak[0]}")
        if self.own.mark in said:
            self.found.own += 1


@pytest.fixture
def rivals() -> list[Rival]:
    return build()


def test_no_statement_reads_or_changes_anything_of_a_rival(rivals: list[Rival]) -> None:
    found = Prober(rivals, SEED).run(STATEMENTS)

    assert found.leaks == []
    assert found.changed == []
    assert found.own > STATEMENTS * FEWEST_OWN, "own data hardly ever came back: the run proved little"
    assert 0 < found.refused < STATEMENTS


def test_control_without_the_floor_the_same_statements_read_and_change(rivals: list[Rival]) -> None:
    found = Findings()

    def probe() -> None:
        nonlocal found
        found = Prober(rivals, SEED).run(max(CONTROL_STATEMENTS, STATEMENTS // 10))

    without_floor(probe)

    assert len(found.leaks) > 20
    assert found.changed
