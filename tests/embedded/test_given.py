"""Databases that the environment names: one sentence for whatever is wrong with one of the eight addresses."""

import re
from collections.abc import Mapping
from contextlib import closing

import psycopg2
import pytest

from callcenter.embedded.given import given_databases, given_redis
from callcenter.embedded.runner import CannotRun
from callcenter.embedded.servers import Postgres, free_port

ROLES = ("migrate", "web", "auth", "switch", "worker", "billing")


@pytest.fixture
def addresses(cluster: Postgres, passwords: dict[str, str]) -> dict[str, str]:
    """The eight addresses as `manage.py provision` leaves them."""
    keys = {"KEYS": "cc_keys", "KEYS_MIGRATE": "cc_migrate"}
    return {
        **{f"DATABASE_URL_{r.upper()}": _url(cluster, "callcenter", f"cc_{r}", passwords) for r in ROLES},
        **{f"DATABASE_URL_{k}": _url(cluster, "callcenter_keys", login, passwords) for k, login in keys.items()},
    }


def _url(cluster: Postgres, database: str, login: str, passwords: Mapping[str, str]) -> str:
    return cluster.url(database, user=login, password=passwords[login])


def refusal(environment: Mapping[str, str]) -> str:
    with pytest.raises(CannotRun) as caught:
        given_databases(environment)
    return str(caught.value)


def test_provisioned_addresses_are_taken_as_they_are(addresses: dict[str, str]) -> None:
    assert given_databases({**addresses, "HOME": "/"}) == addresses


def test_no_address_means_a_server_of_our_own() -> None:
    assert given_databases({"HOME": "/"}) == {}
    assert given_redis({}) == ""


def test_a_missing_address_is_named(addresses: dict[str, str]) -> None:
    del addresses["DATABASE_URL_AUTH"]

    assert "is set but DATABASE_URL_AUTH not: set all eight, or none" in refusal(addresses)


def test_a_superuser_as_a_process_is_refused(cluster: Postgres, addresses: dict[str, str]) -> None:
    addresses["DATABASE_URL_WEB"] = cluster.url("callcenter")

    assert refusal(addresses).startswith("DATABASE_URL_WEB: postgres is none of the roles")


@pytest.mark.parametrize(
    ("make", "unmake", "sentence"),
    [
        ("ALTER ROLE cc_migrate NOBYPASSRLS", "ALTER ROLE cc_migrate BYPASSRLS",
         "DATABASE_URL_MIGRATE: cc_migrate lacks the right BYPASSRLS."),
        ("ALTER ROLE cc_worker BYPASSRLS", "ALTER ROLE cc_worker NOBYPASSRLS",
         "DATABASE_URL_WORKER: cc_worker has the right SUPERUSER or BYPASSRLS, with which services"),
        ("REVOKE CREATE ON DATABASE callcenter FROM cc_migrate", "GRANT CREATE ON DATABASE callcenter TO cc_migrate",
         "DATABASE_URL_MIGRATE: cc_migrate lacks the right CREATE on its database."),
        ("REVOKE CONNECT ON DATABASE callcenter FROM cc_switch", "GRANT CONNECT ON DATABASE callcenter TO cc_switch",
         "DATABASE_URL_SWITCH: no connection as cc_switch at 127.0.0.1:"),
        ("ALTER ROLE cc_auth RENAME TO cc_gone", "ALTER ROLE cc_gone RENAME TO cc_auth",
         "DATABASE_URL_MIGRATE: the role cc_auth is missing."),
    ],
)  # fmt: skip
def test_too_few_or_too_many_rights_are_named(
    cluster: Postgres, addresses: dict[str, str], make: str, unmake: str, sentence: str
) -> None:
    with closing(psycopg2.connect(cluster.url())) as admin, admin.cursor() as cursor:
        admin.autocommit = True
        cursor.execute(make)
        try:
            said = refusal(addresses)
        finally:
            cursor.execute(unmake)

    assert said.startswith(sentence)


def test_a_database_that_is_down_is_named_without_its_password(
    cluster: Postgres, addresses: dict[str, str], passwords: dict[str, str]
) -> None:
    port = free_port()
    addresses["DATABASE_URL_BILLING"] = addresses["DATABASE_URL_BILLING"].replace(str(cluster.port), str(port))

    said = refusal(addresses)

    assert said.startswith(f"DATABASE_URL_BILLING: no connection as cc_billing at 127.0.0.1:{port}/callcenter (")
    assert "Connection refused" in said
    assert passwords["cc_billing"] not in said


def test_an_address_that_is_none_is_named_and_not_repeated(addresses: dict[str, str]) -> None:
    addresses["DATABASE_URL_KEYS"] = "secret words"

    said = refusal(addresses)

    assert said == "DATABASE_URL_KEYS is not a database address: use postgres://login:password@host:port/name."


def test_a_redis_that_is_down_is_one_sentence() -> None:
    said = re.escape("REDIS_URL: Redis does not answer (ConnectionError). Start it, or unset REDIS_URL")
    with pytest.raises(CannotRun, match=f"^{said}"):
        given_redis({"REDIS_URL": f"redis://:hidden@127.0.0.1:{free_port()}/0"})
