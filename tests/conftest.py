"""Fixtures for everybody."""

from typing import Any, cast

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that uses a database may use both: secrets are sealed with keys of the second one."""
    for item in items:
        for marker in item.iter_markers("django_db"):
            dict.setdefault(cast("dict[str, Any]", marker.kwargs), "databases", "__all__")
