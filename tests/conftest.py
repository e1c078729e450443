"""Fixtures for everybody."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.db import connections
from django.db.backends.postgresql.operations import DatabaseOperations
from pytest_django import DjangoDbBlocker

from callcenter.secrets import vault
from callcenter.tenancy.provision import KEYS, MIGRATE, PROCESSES, open_database
from tests.browser import chromium, context, page  # noqa: F401 - fixtures for everybody

LONGEST = (
    "tests/e2e",
    "tests/isolation/test_panels.py",
    "tests/isolation/test_http_isolation.py",
    "tests/look/test_in_browser.py",
)


def _together(item: pytest.Item) -> str:
    """The name of the tests that one worker takes with this one."""
    path = item.path.relative_to(item.config.rootpath)
    return str(path.parent if path.parent.name == "e2e" else path)


@pytest.fixture(autouse=True, scope="session")
def _trail_can_be_emptied() -> Iterator[None]:
    """Emptying all tables after a test is the one thing that the trigger of the audit trail has to let pass."""
    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: DatabaseOperations, sql_list: list[str]) -> None:
        flush(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", unguarded)
        yield


@pytest.fixture(autouse=True)
def _no_key_outlives_its_test() -> None:
    """A test that empties the tables takes the data keys away, which the process would go on to believe in."""
    vault.cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database made from a template is everybody's: close the test databases as the true ones are."""
    with django_db_blocker.unblock():
        for alias, roles in (("default", (MIGRATE, *PROCESSES)), ("keys", (MIGRATE, KEYS))):
            admin, name = connections[alias], connections[alias].settings_dict["NAME"]
            with admin.cursor() as cursor:
                cursor.execute(f"ALTER DATABASE {name} OWNER TO {MIGRATE}")
            open_database(admin.connection, name, roles)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture(scope="session")
def django_db_modify_db_settings_parallel_suffix() -> None:
    """Each worker has servers of its own, so that its databases keep their names."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that uses a database may use both: secrets are sealed with keys of the second one. A file stays with
    one worker, and so do all files that share one running product; the longest begin.
    """
    items.sort(key=lambda item: _together(item) not in LONGEST)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_together(item)))
        for marker in item.iter_markers("django_db"):
            dict.setdefault(cast("dict[str, Any]", marker.kwargs), "databases", "__all__")
