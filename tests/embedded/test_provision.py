"""What the administrator makes once: roles with exactly their rights, databases closed to everybody else."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.core.management import CommandError, call_command

from callcenter.embedded.servers import Postgres
from callcenter.tenancy.provision import KEYS, LOGINS, MIGRATE, NotAllowed, provision

PROCESSES = sorted(set(LOGINS) - {MIGRATE})


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.mark.usefixtures("passwords")
def test_only_the_migrating_role_passes_by_the_policies(cluster: Postgres) -> None:
    found = rows(
        cluster.url(),
        "SELECT rolname, rolbypassrls FROM pg_roles WHERE rolname LIKE 'cc%' AND rolcanlogin AND NOT rolsuper"
        " AND NOT rolinherit AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolreplication",
    )

    assert dict(found) == {role: role == MIGRATE for role in LOGINS}


def test_a_role_gets_into_its_own_database_only(cluster: Postgres, passwords: dict[str, str]) -> None:
    for role in LOGINS:
        for database in ("callcenter", "callcenter_keys"):
            url = cluster.url(database, user=role, password=passwords[role])
            if role == MIGRATE or (role == KEYS) == (database == "callcenter_keys"):
                assert rows(url, "SELECT current_user") == [(role,)]
            else:
                with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                    psycopg2.connect(url)


@pytest.mark.parametrize("role", PROCESSES)
def test_a_process_hides_its_statements_and_can_make_nothing(
    cluster: Postgres, passwords: dict[str, str], role: str
) -> None:
    url = cluster.url("callcenter_keys" if role == KEYS else "callcenter", user=role, password=passwords[role])

    assert rows(url, "SHOW track_activities") == [("off",)]
    assert rows(url, "SHOW default_transaction_isolation") == [("read committed",)]
    for statement in ("CREATE TABLE mine (x int)", "CREATE TEMPORARY TABLE mine (x int)", "CREATE SCHEMA mine"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            rows(url, statement)


@pytest.mark.parametrize("statement", ["SET track_activities = on", "SET log_min_error_statement = error"])
def test_a_process_cannot_undo_what_hides_its_statements(
    cluster: Postgres, passwords: dict[str, str], statement: str
) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        rows(cluster.url("callcenter", user="cc_web", password=passwords["cc_web"]), statement)


def test_a_second_run_changes_nothing_but_the_passwords(cluster: Postgres, passwords: dict[str, str]) -> None:
    question = "SELECT rolname, rolsuper, rolbypassrls, rolconfig FROM pg_roles WHERE rolname LIKE 'cc%' ORDER BY 1"
    databases = "SELECT datname, datdba, datacl::text FROM pg_database ORDER BY 1"
    before = rows(cluster.url(), question), rows(cluster.url(), databases)

    provision(cluster.url(), passwords)

    assert (rows(cluster.url(), question), rows(cluster.url(), databases)) == before


def test_a_login_that_is_no_superuser_is_told_which_right_it_lacks(
    cluster: Postgres, passwords: dict[str, str]
) -> None:
    mine = cluster.url("callcenter", user=MIGRATE, password=passwords[MIGRATE])

    with pytest.raises(NotAllowed, match=r"^cc_migrate lacks the right SUPERUSER, which making cc_migrate"):
        provision(mine, passwords)


def test_a_wrong_password_of_the_administrator_is_one_sentence_without_it(cluster: Postgres) -> None:
    with pytest.raises(NotAllowed) as caught:
        provision(cluster.url(password="not-the-password"), {})

    assert str(caught.value).startswith("PostgreSQL does not let the administrator in: ")
    assert "password authentication failed" in str(caught.value)
    assert "not-the-password" not in str(caught.value)


@pytest.fixture
def _addresses(monkeypatch: pytest.MonkeyPatch, cluster: Postgres, passwords: dict[str, str]) -> None:
    """An installation's environment: the administrator's address and one per role."""
    monkeypatch.setenv("DATABASE_URL_ADMIN", cluster.url())
    for role in LOGINS:
        database = "callcenter_keys" if role == KEYS else "callcenter"
        address = cluster.url(database, user=role, password=passwords[role])
        monkeypatch.setenv(f"DATABASE_URL_{role.removeprefix('cc_').upper()}", address)


@pytest.mark.usefixtures("_addresses")
def test_the_command_takes_the_passwords_from_the_addresses_and_prints_none(
    cluster: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], passwords: dict[str, str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_URL_WEB", cluster.url("callcenter", user="cc_web", password="another-one"))
        call_command("provision")
    said = capsys.readouterr().out

    assert rows(cluster.url("callcenter", user="cc_web", password="another-one"), "SELECT 1") == [(1,)]
    assert said == "7 roles and the databases callcenter and callcenter_keys are in place.\n"
    provision(cluster.url(), passwords)


@pytest.mark.usefixtures("_addresses")
def test_the_command_refuses_an_address_of_another_login(cluster: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_WEB", cluster.url("callcenter"))

    with pytest.raises(CommandError, match=r"^DATABASE_URL_WEB must name the login cc_web and its password\.$"):
        call_command("provision")
