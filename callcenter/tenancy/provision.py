"""Roles and databases: what only an administrator of PostgreSQL may make. Safe to run again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import make_dsn, parse_dsn

MIGRATE, KEYS = "cc_migrate", "cc_keys"
PROCESSES = ("cc_web", "cc_auth", "cc_switch", "cc_worker", "cc_billing")
LOGINS = (MIGRATE, KEYS, *PROCESSES)
OLDEST = 150_000
_QUIET = (
    "track_activities = off",
    "default_transaction_isolation = 'read committed'",
    "log_min_error_statement = panic",
)


class NotAllowed(Exception):
    """The administrator's login lacks a right, or the server is too old; the sentence names it."""


def provision(
    admin_dsn: str, passwords: Mapping[str, str], *, main: str = "callcenter", keys: str = "callcenter_keys"
) -> None:
    """Make the roles, with these passwords by role name, and both databases, owned by the migration role.

    `admin_dsn` must be a superuser: only one may make a role that bypasses row-level security and hide the statements
    of others.
    """
    with closing(_connected(admin_dsn)) as admin:
        _check(admin)
        for role in LOGINS:
            _make_role(admin, role, passwords[role])
        for database in (main, keys):
            _make_database(admin, database)
        for database, roles in ((main, (MIGRATE, *PROCESSES)), (keys, (MIGRATE, KEYS))):
            open_database(admin, database, roles)
    for database in (main, keys):
        with closing(_connected(make_dsn(**{**parse_dsn(admin_dsn), "dbname": database}))) as inside:
            _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC", "GRANT USAGE ON SCHEMA public TO PUBLIC")
            _run(inside, f"GRANT CREATE ON SCHEMA public TO {MIGRATE}")


def open_database(admin: Connection, database: str, roles: tuple[str, ...]) -> None:
    """Let only these roles connect; nobody may make temporary tables that could shadow ours."""
    name = sql.Identifier(database)
    _run(admin, sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in roles:
        _run(admin, sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(role)))


def _connected(dsn: str) -> Connection:
    try:
        opened = psycopg2.connect(dsn, connect_timeout=5)
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise NotAllowed(
            f"PostgreSQL does not let the administrator in: {reason}. Check DATABASE_URL_ADMIN."
        ) from error
    opened.autocommit = True
    return opened


def _check(admin: Connection) -> None:
    if admin.server_version < OLDEST:
        raise NotAllowed(f"This is PostgreSQL {admin.server_version // 10_000}: version 15 or newer is needed.")
    with admin.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    if row is None or not row[1]:
        name = row[0] if row else "this login"
        raise NotAllowed(
            f"{name} lacks the right SUPERUSER, which making {MIGRATE} (BYPASSRLS) needs. Use a superuser here, once."
        )


def _make_role(admin: Connection, role: str, password: str) -> None:
    name = sql.Identifier(role)
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
    bypass = "BYPASSRLS" if role == MIGRATE else "NOBYPASSRLS"
    shape = sql.SQL(
        f"ALTER ROLE {{}} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOINHERIT NOREPLICATION {bypass} PASSWORD {{}}"
    )
    _run(admin, shape.format(name, sql.Literal(password)))
    for setting in _settings(role):
        _run(admin, sql.SQL(f"ALTER ROLE {{}} SET {setting}").format(name))


def _settings(role: str) -> Iterator[str]:
    if role != MIGRATE:
        yield from _QUIET
    if role in ("cc_web", "cc_auth", "cc_switch"):
        yield "statement_timeout = '15s'"
        yield "idle_in_transaction_session_timeout = '30s'"


def _make_database(admin: Connection, database: str) -> None:
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone() is None:
            cursor.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(MIGRATE))
            )


def _run(connection: Connection, *statements: str | sql.Composable) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
