"""Migration operations that put isolation into PostgreSQL.

Use in a migration, after the tables exist and `callcenter.0002_isolation` has made the `app` schema::

    operations = [
        TenantForeignKeys("orders_order", call_id="orders_call"),
        Isolate("orders_order", MATRIX["orders_order"]),
    ]

A later change of a MATRIX needs a new migration that repeats `Isolate` for that table: it replaces all policies and
grants.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from typing_extensions import override

from callcenter.tenancy.routers import KEYS_ALIAS
from callcenter.tenancy.rules import ROLES, Rule


def policy_sql(table: str, rule: Rule, command: str) -> str:
    """Return CREATE POLICY for one command of one rule: USING what exists, WITH CHECK what is written."""
    using = f" USING ({rule.rows})" if command != "INSERT" else ""
    check = f" WITH CHECK ({rule.rows})" if command in ("INSERT", "UPDATE") else ""
    name = rule.policy_name(command)
    return f"CREATE POLICY {name} ON {table} FOR {command} TO {rule.role}{using}{check}"


def seal_comment_sql(table: str) -> str:
    """Return SQL that writes, on each policy of the table, the hash of its condition as PostgreSQL stores it."""
    return f"""
    DO $$ DECLARE p record; BEGIN
      FOR p IN SELECT polname, md5(coalesce(pg_get_expr(polqual, polrelid), '') || '|' ||
                                   coalesce(pg_get_expr(polwithcheck, polrelid), '')) AS digest
               FROM pg_policy WHERE polrelid = '{table}'::regclass
      LOOP EXECUTE format('COMMENT ON POLICY %I ON {table} IS %L', p.polname, p.digest); END LOOP;
    END $$"""  # noqa: S608 - the table name comes from a migration


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _grants(table: str, rules: Sequence[Rule]) -> Iterator[str]:
    yield f"REVOKE ALL ON {table} FROM PUBLIC, {', '.join(ROLES)}"
    for rule in rules:
        for command in rule.commands:
            columns = f" ({', '.join(_quoted(rule.columns))})" if rule.columns and command != "DELETE" else ""
            yield f"GRANT {command}{columns} ON {table} TO {rule.role}"


def isolate_sql(table: str, rules: Sequence[Rule]) -> list[str]:
    """Return the statements that give `table` exactly these rules and nothing else."""
    drop = f"""
    DO $$ DECLARE p record; BEGIN
      FOR p IN SELECT polname FROM pg_policy WHERE polrelid = '{table}'::regclass
      LOOP EXECUTE format('DROP POLICY %I ON {table}', p.polname); END LOOP;
    END $$"""  # noqa: S608 - the table name comes from a migration
    force = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"]
    wanted = {(rule.role, rule.policy_name(c), c): (rule, c) for rule in rules for c in rule.commands}
    policies = [policy_sql(table, rule, command) for rule, command in wanted.values()]
    return [drop, *force, *policies, *_grants(table, rules), seal_comment_sql(table)]


class _MainOnly(Operation):
    """SQL for the main database only; reversing drops nothing, since a table without rules is closed anyway."""

    reversible = True
    reduces_to_sql = True

    def statements(self) -> list[str]:
        raise TypeError(f"{type(self).__name__} must say its statements")

    @override
    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change."""

    @override
    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.alias != KEYS_ALIAS:
            for statement in self.statements():
                schema_editor.execute(statement, params=None)

    @override
    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """Leave the rules in place: the reversed migration drops the table itself."""


class Sql(_MainOnly):
    """Run one file of statements: functions and views that the policies rest on."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @override
    def statements(self) -> list[str]:
        return [self.path.read_text(encoding="utf-8")]

    @override
    def describe(self) -> str:
        return f"Run {self.path.name}"


class Isolate(_MainOnly):
    """Give one table its rules: forced row-level security, policies and column grants."""

    def __init__(self, table: str, rules: Sequence[Rule]) -> None:
        self.table, self.rules = table, rules

    @override
    def statements(self) -> list[str]:
        return isolate_sql(self.table, self.rules)

    @override
    def describe(self) -> str:
        return f"Isolate {self.table}"


class TenantForeignKeys(_MainOnly):
    """Composite foreign keys `(service_id, column) -> parent (service_id, id)`, deferred like Django's own."""

    def __init__(self, table: str, **columns: str) -> None:
        self.table, self.columns = table, columns

    @override
    def statements(self) -> list[str]:
        return [
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.table}_{column}_tenant_fk "
            f"FOREIGN KEY (service_id, {column}) "
            f"REFERENCES {parent} (service_id, id) DEFERRABLE INITIALLY DEFERRED"
            for column, parent in self.columns.items()
        ]

    @override
    def describe(self) -> str:
        return f"Tie {', '.join(self.columns)} of {self.table} to rows of the same service"
