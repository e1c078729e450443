"""A server and a folder of their own: nothing here touches the databases of the other tests."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.embedded.servers import Postgres
from callcenter.tenancy.provision import LOGINS, provision
from tests.embedded.watch import PROJECT

UNSAFE = ("fsync=off", "shared_buffers=16MB")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an unprivileged server can reach."""
    made = _make_folder()
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """A running PostgreSQL."""
    made = _make_folder()
    postgres = Postgres(made / "postgres" / "data", PROJECT, settings=UNSAFE)
    postgres.start()
    yield postgres
    postgres.stop()
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def passwords(cluster: Postgres) -> dict[str, str]:
    """The roles and databases, made in the cluster: each role's password is its name backwards."""
    made = {role: role[::-1] for role in LOGINS}
    provision(cluster.url(), made)
    return made


def _make_folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="callcenter-embedded-"))
    made.chmod(0o711)
    return made
