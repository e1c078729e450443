"""Migration operations that put into PostgreSQL what policies rest on: functions, and keys that carry the service.

Tables come into the world without rights for anybody; `manage.py migrate` ends by giving every table the rules of its
app's matrix (`callcenter.tenancy.matrices`), so that a changed matrix needs no migration.
"""

from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from typing_extensions import override

from callcenter.tenancy.routers import KEYS_ALIAS
from callcenter.tenancy.rules import FUNCTION_DIGEST

SEAL_FUNCTIONS = f"""
    DO $$ DECLARE f record; BEGIN
      FOR f IN SELECT p.oid::regprocedure AS signature, {FUNCTION_DIGEST} AS digest
               FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace
      LOOP EXECUTE format('COMMENT ON FUNCTION %s IS %L', f.signature, f.digest); END LOOP;
    END $$"""  # noqa: S608 - a constant


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
    """Run one file of statements: functions and views that the policies rest on; then write on every function the hash
    of its definition, so that a later change by hand is seen.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @override
    def statements(self) -> list[str]:
        return [self.path.read_text(encoding="utf-8"), SEAL_FUNCTIONS]

    @override
    def describe(self) -> str:
        return f"Run {self.path.name}"


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
