"""Compare what PostgreSQL enforces with what the apps declare. Every process refuses to start on a gap."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from callcenter.tenancy.fields import TenantForeignKey
from callcenter.tenancy.matrices import declared, declared_functions
from callcenter.tenancy.rules import FUNCTION_DIGEST, ROLES, Rule

# Tables without rows of any service, closed to every role of a process.
CLOSED = frozenset(
    {
        "django_migrations",
        "django_admin_log",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
    }
)
VIEWS = frozenset({"app.accepted_orders", "app.unresolved_deliveries"})
# A number can ring for one service only, and only the centre's administrator enters numbers.
UNIQUE_WITHOUT_SERVICE = frozenset({"callcenter_line_number"})
WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE")
_COMMAND = {"r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "*": "ALL"}
Rows = list[tuple[Any, ...]]


def refuse_gaps(alias: str = "default") -> None:
    """Raise ImproperlyConfigured with all gaps; nothing is served on a database that does not enforce what it must."""
    found = gaps(alias)
    if found:
        raise ImproperlyConfigured("The database does not keep services apart as declared:\n- " + "\n- ".join(found))


def gaps(alias: str = "default") -> list[str]:
    """Return every difference between declaration and catalogue, as sentences."""
    matrix = declared()
    return [
        *_tables(alias, matrix),
        *_policies(alias, matrix),
        *_grants(alias, matrix),
        *_roles(alias),
        *_views(alias),
        *_functions(alias),
        *_function_rights(alias),
        *_elsewhere(alias),
        *_uniques(alias),
        *_foreign_keys(alias),
        *_missing_keys(alias),
        *_isolation_level(alias),
    ]


def _ask(alias: str, sql: str, params: Sequence[Any] = ()) -> Rows:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, list(params))
        return list(cursor.fetchall())


def _tables(alias: str, matrix: dict[str, tuple[Rule, ...]]) -> Iterator[str]:
    rows = _ask(
        alias,
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace",
    )
    present = {name for name, _enabled, _forced in rows}
    yield from (
        f"table {name} is declared but missing: run manage.py migrate" for name in sorted(matrix.keys() - present)
    )
    for name, enabled, forced in rows:
        if name not in matrix and name not in CLOSED:
            yield f"table {name} is in no MATRIX: say who may read it in the isolation module of its app"
        if name in matrix and not (enabled and forced):
            yield f"table {name} lacks forced row-level security"


def _policies(alias: str, matrix: dict[str, tuple[Rule, ...]]) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT c.relname, p.polname, p.polcmd, p.polpermissive,
                  (SELECT string_agg(r.rolname, ',') FROM pg_roles r WHERE r.oid = ANY (p.polroles)),
                  md5(coalesce(pg_get_expr(p.polqual, p.polrelid), '') || '|'
                      || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')),
                  obj_description(p.oid, 'pg_policy')
           FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid""",
    )
    wanted = {
        (table, rule.policy_name(command), command, rule.role)
        for table, rules in matrix.items()
        for rule in rules
        for command in rule.commands
    }
    there = {
        (table, name, _COMMAND[command], role) for table, name, command, _permissive, role, _digest, _comment in rows
    }
    yield from (f"policy {name} on {table} is missing" for table, name, *_ in sorted(wanted - there, key=str))
    yield from (f"policy {name} on {table} is not declared" for table, name, *_ in sorted(there - wanted, key=str))
    for table, name, _command, permissive, _role, digest, comment in rows:
        if not permissive or digest != comment:
            yield f"policy {name} on {table} was changed by hand"


def _grants(alias: str, matrix: dict[str, tuple[Rule, ...]]) -> Iterator[str]:
    columns = _ask(
        alias,
        """SELECT c.relname, a.attname, r.rolname, p.privilege_type
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
           CROSS JOIN unnest(%s::text[]) AS r(rolname)
           CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS p(privilege_type)
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
             AND has_column_privilege(r.rolname, c.oid, a.attnum, p.privilege_type)""",
        [list(ROLES)],
    )
    all_columns = _column_names(alias)
    wanted = {
        (table, column, rule.role, command)
        for table, rules in matrix.items()
        for rule in rules
        for command in rule.commands
        if command != "DELETE"
        for column in (rule.columns or all_columns.get(table, ()))
    }
    for table, column, role, right in sorted(set(columns) - wanted):
        yield f"{role} may {right} {table}.{column}, which is not declared"
    for table, column, role, right in sorted(wanted - set(columns)):
        yield f"{role} may not {right} {table}.{column}, which is declared"
    yield from _table_rights(alias, matrix)


def _table_rights(alias: str, matrix: dict[str, tuple[Rule, ...]]) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT c.relname, r.rolname, p.right_name FROM pg_class c CROSS JOIN unnest(%s::text[]) AS r(rolname)
           CROSS JOIN unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS p(right_name)
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
             AND has_table_privilege(r.rolname, c.oid, p.right_name)""",
        [list(ROLES)],
    )
    wanted = {
        (table, rule.role, "DELETE") for table, rules in matrix.items() for rule in rules if "DELETE" in rule.commands
    }
    for table, role, right in sorted(set(rows) - wanted):
        yield f"{role} may {right} {table}, which is not declared"


def _column_names(alias: str) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    rows = _ask(
        alias,
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p') "
        "AND c.relnamespace = 'public'::regnamespace",
    )
    for table, column in rows:
        names.setdefault(table, []).append(column)
    return names


def _roles(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolconfig::text,
                  EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid), EXISTS (SELECT FROM pg_auth_members m WHERE
                  m.member = r.oid)
           FROM pg_roles r WHERE r.rolname = ANY (%s)""",
        [list(ROLES)],
    )
    yield from (
        f"role {name} is missing: run manage.py provision" for name in sorted(set(ROLES) - {row[0] for row in rows})
    )
    for name, superuser, bypass, create, config, owner, member in rows:
        if superuser or bypass or create:
            yield f"role {name} must be neither superuser nor allowed to bypass row-level security or to create roles"
        if owner or member:
            yield f"role {name} must own nothing and be a member of no other role"
        if "track_activities=off" not in (config or ""):
            yield f"role {name} shows its statements to others: ALTER ROLE {name} SET track_activities = off"


def _views(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
             AND EXISTS (SELECT FROM unnest(%s::text[]) AS r(name) WHERE has_table_privilege(r.name, c.oid,
             'SELECT'))""",
        [list(ROLES)],
    )
    yield from (
        f"view {name} is readable but not declared: a view bypasses row-level security"
        for (name,) in rows
        if name not in VIEWS
    )


def _functions(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        f"""SELECT p.proname, coalesce(p.proconfig::text, ''), has_function_privilege('public', p.oid, 'EXECUTE'),
                  p.prosecdef AND NOT (o.rolbypassrls OR o.rolsuper),
                  {FUNCTION_DIGEST} IS NOT DISTINCT FROM obj_description(p.oid, 'pg_proc')
           FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles o ON o.oid = p.proowner
           WHERE n.nspname = 'app'""",  # noqa: S608 - a constant
    )
    for name, config, public, blind, sealed in rows:
        if "search_path=" not in config:
            yield f"function app.{name} has no pinned search_path"
        if public:
            yield f"function app.{name} may be executed by everybody"
        if blind:
            yield f"function app.{name} belongs to a role under row-level security: it would see no row"
        if not sealed:
            yield f"function app.{name} was changed by hand"


def _function_rights(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT r.rolname, n.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           CROSS JOIN unnest(%s::text[]) AS r(rolname)
           WHERE (n.nspname = 'app' OR (p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')))
             AND has_function_privilege(r.rolname, p.oid, 'EXECUTE')""",
        [list(ROLES)],
    )
    wanted = declared_functions()
    yield from (f"{role} may execute {name}, which is not declared" for role, name in sorted(set(rows) - wanted))
    yield from (f"{role} may not execute {name}, which is declared" for role, name in sorted(wanted - set(rows)))


def _elsewhere(alias: str) -> Iterator[str]:
    """Tables outside `public` that a process can read, and schemas in which it could make its own."""
    ours = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%%'"
    tables = _ask(
        alias,
        f"""SELECT r.rolname, n.nspname || '.' || c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN unnest(%s::text[]) AS r(rolname)
            WHERE c.relkind IN ('r', 'p', 'f') AND {ours} AND n.nspname <> 'public'
              AND has_any_column_privilege(r.rolname, c.oid, 'SELECT, INSERT, UPDATE')""",  # noqa: S608 - a constant
        [list(ROLES)],
    )
    yield from (f"{role} may use {table}, which is outside the schema public" for role, table in tables)
    schemas = _ask(
        alias,
        f"""SELECT r.rolname, n.nspname FROM pg_namespace n CROSS JOIN unnest(%s::text[]) AS r(rolname)
            WHERE {ours} AND has_schema_privilege(r.rolname, n.oid, 'CREATE')""",  # noqa: S608 - a constant
        [list(ROLES)],
    )
    yield from (f"{role} may create objects in the schema {schema}" for role, schema in schemas)


def _uniques(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT c.relname, i.relname, array_agg(a.attname::text), x.indisprimary AND
           bool_and(t.typname = 'uuid') FROM pg_index x
           JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey) JOIN pg_type t ON t.oid = a.atttypid
           WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace
             AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = c.oid AND s.attname = 'service_id' AND
             s.attnotnull)
           GROUP BY 1, 2, x.indisprimary""",
    )
    for table, index, columns, made_here in rows:
        exempt = made_here or any(index.startswith(name) for name in UNIQUE_WITHOUT_SERVICE)
        if "service_id" not in columns and not exempt:
            yield f"unique index {index} on {table} lacks service_id: a collision would tell of another service's row"


def _foreign_keys(alias: str) -> Iterator[str]:
    rows = _ask(
        alias,
        """SELECT k.conname, c.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1
             AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = k.conrelid AND s.attname = 'service_id' AND
             s.attnotnull) AND EXISTS (SELECT FROM pg_attribute s WHERE s.attrelid = k.confrelid AND s.attname =
             'service_id' AND
             s.attnotnull)""",
    )
    yield from (f"foreign key {name} of {table} must carry service_id: use TenantForeignKeys" for name, table in rows)


def _missing_keys(alias: str) -> Iterator[str]:
    """Keys without Django's own constraint (`TenantForeignKey`) whose composite one the database lacks."""
    rows = _ask(
        alias,
        """SELECT c.relname, a.attname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
           JOIN pg_class p ON p.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[2]
           JOIN pg_attribute s ON s.attrelid = c.oid AND s.attnum = k.conkey[1]
           WHERE k.contype = 'f' AND k.convalidated AND array_length(k.conkey, 1) = 2 AND s.attname = 'service_id'""",
    )
    wanted = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, TenantForeignKey)
    }
    for table, column, parent in sorted(wanted - set(rows)):
        yield f"{table}.{column} is not tied to {parent} of the same service: a row could hang on another service's"


def _isolation_level(alias: str) -> Iterator[str]:
    level = _ask(alias, "SELECT current_setting('default_transaction_isolation')")[0][0]
    if level != "read committed":
        yield f"the isolation level is {level}: a closed grant would stay readable; use read committed"
