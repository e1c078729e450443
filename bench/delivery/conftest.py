"""The bench's own servers, which write to the disk as in production, and its options."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from bench.delivery.stand import Stand, stand
from tests.faults.cluster import in_this_process, standing
from tests.plugin import PREFIX

# Unlike in the tests: what is committed is on the disk.
SAFE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "shared_buffers=256MB")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of `make bench-delivery`."""
    parser.addoption("--short", action="store_true", help="one short round")
    parser.addoption("--rounds", type=int, default=3, help="how many rounds, each with every contender")
    parser.addoption("--trials", default="", help="names of trials with commas: backlog, latency, hanging_1 …")
    parser.addoption("--only", default="", help="names of contenders with commas")


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Who starts tests meanwhile removes the folders of runs that hold no lock."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="package")
def ground(django_db_blocker: DjangoDbBlocker) -> Iterator[Stand]:
    """Servers, receiver, and this process's own connections to them."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    with (
        held(folder / "lock"),
        standing(folder / "servers", SAFE) as cluster,
        django_db_blocker.unblock(),
        in_this_process(cluster),
        stand(cluster, folder) as made,
    ):
        yield made
    shutil.rmtree(folder, ignore_errors=True)
