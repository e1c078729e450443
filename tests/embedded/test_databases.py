"""The databases that tests run on are closed like the true ones, and the driver is the one that the product uses."""

from importlib.util import find_spec

import pytest
from django.db import connections

from callcenter.tenancy.provision import KEYS, MIGRATE, PROCESSES


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("alias", "template"), [("default", "template_callcenter"), ("keys", "template_callcenter_keys")]
)
def test_a_test_database_has_the_owner_and_the_rights_of_its_template(alias: str, template: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT (datdba, datacl::text)), count(*) FROM pg_database"
            " WHERE datname IN (current_database(), %s)",
            [template],
        )
        assert cursor.fetchone() == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(("alias", "allowed"), [("default", (MIGRATE, *PROCESSES)), ("keys", (MIGRATE, KEYS))])
def test_only_the_roles_of_a_database_may_connect_to_it(alias: str, allowed: tuple[str, ...]) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'cc%%'"
            " AND has_database_privilege(rolname, current_database(), 'CONNECT')"
        )
        assert {name for (name,) in cursor.fetchall()} == set(allowed)
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'cc%%'"
            " AND has_database_privilege(rolname, current_database(), 'TEMPORARY')"
        )
        assert cursor.fetchall() == [(MIGRATE,)]


def test_psycopg_3_is_absent() -> None:
    assert find_spec("psycopg") is None
    assert find_spec("psycopg2") is not None
