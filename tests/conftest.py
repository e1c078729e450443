"""Fixtures for everybody."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True, scope="session")
def _trail_can_be_emptied() -> Iterator[None]:
    """Emptying all tables after a test is the one thing that the trigger of the audit trail has to let pass."""
    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: DatabaseOperations, sql_list: list[str]) -> None:
        flush(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", unguarded)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that uses a database may use both: secrets are sealed with keys of the second one."""
    for item in items:
        for marker in item.iter_markers("django_db"):
            dict.setdefault(cast("dict[str, Any]", marker.kwargs), "databases", "__all__")
