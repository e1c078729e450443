"""A cluster that may be killed, a stage on it, and this process's own view of its rows."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.faults.cluster import Cluster, in_this_process, standing
from tests.faults.stage import Stage, built
from tests.plugin import PREFIX

FULL = os.environ.get("FAULTS") == "full"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long forms run where they are asked for."""
    for item in items:
        if item.get_closest_marker("slow") and not FULL:
            item.add_marker(pytest.mark.skip(reason="long form: make test-faults"))


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """Servers of this folder alone."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with standing(folder) as made:
            yield made


@pytest.fixture(scope="package")
def stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Nurseries that have loaded the product."""
    with built(cluster, tmp_path_factory.mktemp("stage")) as made:
        yield made


@pytest.fixture
def scene(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The stage, empty of children, with this process looking at its database."""
    with django_db_blocker.unblock(), in_this_process(stage.cluster):
        try:
            yield stage
        finally:
            stage.clear()
