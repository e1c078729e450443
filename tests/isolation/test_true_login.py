"""What only a true login can show: who it may become, and what it sees of other sessions."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest

pytestmark = pytest.mark.django_db(databases="__all__")
ROLES = ("web", "auth", "switch", "worker", "billing")


@pytest.fixture(params=ROLES)
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    connection = psycopg2.connect(os.environ[f"DATABASE_URL_{request.param.upper()}"])
    connection.autocommit = True
    yield connection.cursor()
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE cc_migrate",
        "SET SESSION AUTHORIZATION cc_migrate",
        "SET SESSION AUTHORIZATION postgres",
        "SET track_activities = on",
        "SET session_replication_role = replica",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.loot (x text)",
        "CREATE TEMP TABLE loot (x text)",
        "ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY",
        "SELECT * FROM django_migrations",
        "TABLE callcenter_audithead",
    ],
)
def test_no_process_can_become_more_than_it_is(session: Any, statement: str) -> None:
    with pytest.raises(psycopg2.Error):
        session.execute(statement)


def test_no_process_sees_what_another_session_asks(session: Any) -> None:
    session.execute("SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    assert {row[0] for row in session.fetchall()} <= {None, "", "<insufficient privilege>"}


def test_without_a_right_every_readable_table_is_empty_for_the_web() -> None:
    with psycopg2.connect(os.environ["DATABASE_URL_WEB"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.table_privileges "
            "WHERE grantee = 'cc_web' AND privilege_type = 'SELECT' AND table_schema = 'public'"
        )
        names_of_models = "django_content_type"
        for table in {row[0] for row in cursor.fetchall()} - {names_of_models}:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
