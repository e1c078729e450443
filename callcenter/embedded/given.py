"""Databases that the environment names instead of our own: whether each login gets in, and has the rights that its
role needs and none more.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg2
import redis
from psycopg2.extensions import parse_dsn

from callcenter.embedded.runner import CannotRun
from callcenter.tenancy.provision import LOGINS, OLDEST

OWNERS = ("DATABASE_URL_MIGRATE", "DATABASE_URL_KEYS_MIGRATE")
PROCESSES = tuple(f"DATABASE_URL_{role}" for role in ("WEB", "AUTH", "SWITCH", "WORKER", "BILLING", "KEYS"))
_QUESTION = """SELECT current_setting('server_version_num')::int, rolname, rolsuper OR rolbypassrls,
    has_database_privilege(current_database(), 'CREATE'),
    ARRAY(SELECT wanted FROM unnest(%s::text[]) wanted WHERE wanted NOT IN (SELECT rolname FROM pg_roles))
  FROM pg_roles WHERE rolname = current_user"""


def given_databases(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the addresses that the environment names, checked; empty when it names none. CannotRun otherwise."""
    wanted = (*OWNERS, *PROCESSES)
    found = {name: environment[name] for name in wanted if environment.get(name)}
    missing = [name for name in wanted if name not in found]
    if found and missing:
        raise CannotRun(
            f"{next(iter(found))} is set but {', '.join(missing)} not:"
            " set all eight, or none to use PostgreSQL of our own."
        )
    for name, address in found.items():
        _check(name, _facts(name, address))
    return found


def given_redis(environment: Mapping[str, str]) -> str:
    """Return the address in REDIS_URL, checked; empty when there is none. CannotRun otherwise."""
    address = environment.get("REDIS_URL", "")
    if not address:
        return ""
    try:
        redis.Redis.from_url(address, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotRun(
            f"REDIS_URL: Redis does not answer ({type(error).__name__})."
            " Start it, or unset REDIS_URL to use Valkey of our own."
        ) from error
    return address


def _facts(name: str, address: str) -> tuple[Any, ...]:
    try:
        place = parse_dsn(address)
    except psycopg2.ProgrammingError:
        raise CannotRun(f"{name} is not a database address: use postgres://login:password@host:port/name.") from None
    try:
        with closing(psycopg2.connect(address, connect_timeout=5)) as connection, connection.cursor() as cursor:
            cursor.execute(_QUESTION, [list(LOGINS)])
            return tuple(cursor.fetchone() or ())
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        where = f"{place.get('user')} at {place.get('host')}:{place.get('port', '5432')}/{place.get('dbname')}"
        raise CannotRun(
            f"{name}: no connection as {where} ({reason})."
            " Check that PostgreSQL runs, the password, and the right CONNECT."
        ) from error


def _check(name: str, facts: tuple[Any, ...]) -> None:
    version, login, sees_all, may_create, absent = facts
    if version < OLDEST:
        raise CannotRun(
            f"{name}: this is PostgreSQL {version // 10_000}; version {OLDEST // 10_000} or newer is needed."
        )
    if name == OWNERS[0] and absent:
        raise CannotRun(
            f"{name}: the role {absent[0]} is missing. Run manage.py provision with DATABASE_URL_ADMIN once."
        )
    if login not in LOGINS:
        raise CannotRun(f"{name}: {login} is none of the roles that the policies know. Run manage.py provision once.")
    if name in OWNERS and not may_create:
        raise CannotRun(f"{name}: {login} lacks the right CREATE on its database. Run manage.py provision once.")
    if name == OWNERS[0] and not sees_all:
        raise CannotRun(f"{name}: {login} lacks the right BYPASSRLS. Run manage.py provision once.")
    if name in PROCESSES and sees_all:
        raise CannotRun(
            f"{name}: {login} has the right SUPERUSER or BYPASSRLS, with which services are not kept apart."
            " Use the login that manage.py provision makes."
        )
