"""Random SQL: fixed shapes from `statements.txt`, queries put together at random, and calls of every function."""

from __future__ import annotations

from pathlib import Path
from random import Random

from django.db import connection

from callcenter.tenancy.matrices import declared
from tests.factories import Rival, ids_of
from tests.isolation.world import World, readable

DEEPEST = 2
KINDS = ("shape", "query", "call")
OFTEN = (6, 3, 1)
_SHAPES = [
    (int(line[0]), line[2:])
    for line in Path(__file__).with_name("statements.txt").read_text().splitlines()
    if line[:1].isdigit()
]


class Grammar:
    """A seeded source of statements that name the rivals' ids and markers."""

    def __init__(self, world: World, random: Random) -> None:
        self.world, self.random = world, random
        self.tables = sorted([*declared(), *readable() * 3])
        self.columns = _columns()
        self.functions = _functions()

    def statement(self) -> str:
        """The next statement."""
        kind = self.random.choices(KINDS, OFTEN)[0]
        return {"shape": self._shape, "query": lambda: self.query(DEEPEST), "call": self._call}[kind]()

    def query(self, depth: int) -> str:
        """A query of random depth: sub-selects, joins, set operations, windows, conditions on rivals' values."""
        source, alias = self._source(depth), self.random.choice("abc")
        what = self.random.choice(
            [f"{alias}.*", f"{alias}::text", f"to_jsonb({alias})", f"row_number() OVER (), {alias}::text", "count(*)"]
        )
        text = f"SELECT {what} FROM {source} AS {alias}"
        if self.random.random() < 0.3:
            text += f" {self.random.choice(['LEFT', 'FULL', 'RIGHT'])} JOIN {self._source(0)} AS j ON true"
        if self.random.random() < 0.6:
            text += f" WHERE {self._condition(alias, depth)}"
        if what != "count(*)" and self.random.random() < 0.3:
            text += " ORDER BY 1"
        text += f" LIMIT {self.random.choice([1, 5, 60])}"
        if depth and self.random.random() < 0.2:
            other = self.random.choice(self.tables)
            return f"SELECT x::text FROM ({text}) x UNION ALL (SELECT y::text FROM {other} y LIMIT 20)"
        return text

    def _source(self, depth: int) -> str:
        if depth and self.random.random() < 0.4:
            return f"({self.query(depth - 1)})"
        return self.random.choice(self.tables)

    def _condition(self, alias: str, depth: int) -> str:
        mark, row = self._rival().mark, self._id()
        choices = [
            f"{alias}::text LIKE '%{mark}%'",
            f"{alias}::text ~ 'MARK|{row}'",
            f"{alias}::text > '{mark}'",
            f"NOT ({alias} IS NULL)",
            f"pg_typeof({alias}) IS NOT NULL OR random() < 0.5",
        ]
        if depth:
            table = self.random.choice(self.tables)
            column = self.random.choice(self.columns[table])
            choices.append(f'EXISTS (SELECT 1 FROM {table} e WHERE e."{column}"::text <> {alias}::text)')
        return self.random.choice(choices)

    def _shape(self) -> str:
        shape = self.random.choices([text for _, text in _SHAPES], [weight for weight, _ in _SHAPES])[0]
        rival, row = self._rival(), self._id()
        conditions = ["true", f"service_id = '{rival.service.pk}'", f"id = '{row}'", "random() < 2"]
        table, other = self.random.choice(self.tables), self.random.choice(self.tables)
        return shape.format(
            t=table, u=other, c=self.random.choice(self.columns[table]), m=rival.mark[:-1], id=row,
            sid=rival.service.pk, w=self.random.choice(conditions),
        )  # fmt: skip

    def _call(self) -> str:
        name, types = self.random.choice(self.functions)
        return f"SELECT * FROM app.{name}({', '.join(self._argument(kind) for kind in types)})"

    def _argument(self, kind: str) -> str:
        row, service = self._id(), self._rival().service.pk
        texts = ["app.token", "app.seat", "ready", "orders_callsecret", "x"]
        written = {
            "uuid": self.random.choice([f"'{row}'", f"'{service}'"]),
            "uuid[]": f"ARRAY['{row}', '{service}']::uuid[]",
            "text": f"'{self.random.choice(texts)}'",
            "bytea": "sha256('guessed')",
            "boolean": self.random.choice(["true", "false"]),
            "integer": "99",
        }
        return f"{written.get(kind, 'NULL')}::{kind}"

    def _rival(self) -> Rival:
        return self.random.choice(self.world.rivals[1:])

    def _id(self) -> str:
        return str(self.random.choice(ids_of(self._rival())))


def _columns() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        for table, column in cursor.fetchall():
            found.setdefault(table, []).append(column)
    return found


def _functions() -> list[tuple[str, list[str]]]:
    """Every function of ours that can be called, with the types of its arguments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname, ARRAY(SELECT format_type(t, NULL) FROM unnest(proargtypes) t) FROM pg_proc "
            "WHERE pronamespace = 'app'::regnamespace AND prorettype <> 'trigger'::regtype ORDER BY 1"
        )
        return [(name, list(types)) for name, types in cursor.fetchall()]
