"""The matrices of all apps together, and how they come into PostgreSQL."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib import import_module

from django.apps import apps
from django.db import connections, transaction
from django.utils.module_loading import module_has_submodule

from callcenter.tenancy.rules import ROLES, Rule


def declared() -> dict[str, tuple[Rule, ...]]:
    """The matrices of all apps, table -> rules."""
    matrix: dict[str, tuple[Rule, ...]] = {}
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "isolation"):
            matrix.update(import_module(f"{app.name}.isolation").MATRIX)
    return matrix


def declared_functions() -> set[tuple[str, str]]:
    """Which role may execute which function, over all apps."""
    rights = set()
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "isolation"):
            functions = getattr(import_module(f"{app.name}.isolation"), "FUNCTIONS", {})
            rights |= {(role, f"app.{name}") for role, names in functions.items() for name in names.split()}
    return rights


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


def _mark(table: str, rules: Sequence[Rule]) -> str:
    return f"rules {sha256(chr(10).join(isolate_sql(table, rules)).encode()).hexdigest()}"


def write_rules(alias: str) -> list[str]:
    """Give every table of a matrix its rules where they are not those that were written last; return these tables.

    A table's comment says which rules were written; whether they still stand is `check_isolation`'s to find.
    """
    matrix = {table: (rules, _mark(table, rules)) for table, rules in declared().items()}
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class "
            "WHERE relname = ANY (%s) AND relnamespace = 'public'::regnamespace",
            [list(matrix)],
        )
        stale = sorted(table for table, written in cursor.fetchall() if written != matrix[table][1])
        for table in stale:
            rules, mark = matrix[table]
            for statement in isolate_sql(table, rules):
                cursor.execute(statement)
            cursor.execute(f"COMMENT ON TABLE {table} IS %s", [mark])
    return stale
