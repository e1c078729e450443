"""What is done while a process stands at a point: to itself, to PostgreSQL, to its connections, to its clock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.faults.cluster import Cluster, forget_connections
from tests.faults.stage import Stage

HOUR_S = 3600
# The session that holds an engine's lock is the one that listens; the key of the claims' turns has two parts.
_LINKS = """
SELECT pg_terminate_backend(l.pid) FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_WORKERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'cc_worker' AND pid <> pg_backend_pid()"""


def kill_engine(scene: Stage) -> None:
    """kill -9 of the one that stands there."""
    scene.children[0].kill()


def kill_postgres(scene: Stage) -> None:
    """kill -9 of the whole server, which recovers from its log."""
    scene.cluster.kill_postgres()
    _back(scene.cluster)


def crash_postgres(scene: Stage) -> None:
    """An immediate stop and a start."""
    scene.cluster.stop_postgres(immediate=True)
    _back(scene.cluster)


def restart_postgres(scene: Stage) -> None:
    """A fast stop and a start, as in an upgrade."""
    scene.cluster.stop_postgres()
    _back(scene.cluster)


def cut_links(scene: Stage) -> None:
    """The connection that listens and holds the lock ends, alone: the others take the engine for dead."""
    scene.cluster.administer(_LINKS)


def cut_sessions(scene: Stage) -> None:
    """Every session of the engines ends."""
    scene.cluster.administer(_WORKERS)


def clock_forward(scene: Stage) -> None:
    """The engine's clock jumps one hour ahead."""
    clock_of(scene).write_text(str(HOUR_S), encoding="ascii")


def clock_back(scene: Stage) -> None:
    """The engine's clock falls back by one hour."""
    clock_of(scene).write_text(str(-HOUR_S), encoding="ascii")


def clock_of(scene: Stage) -> Path:
    """The file that says by how much the engines' clock is wrong."""
    return scene.folder / "clock"


DEEDS: dict[str, Callable[[Stage], None]] = {
    "its engine is killed": kill_engine,
    "PostgreSQL is killed": kill_postgres,
    "PostgreSQL crashes": crash_postgres,
    "PostgreSQL is restarted": restart_postgres,
    "the link is cut": cut_links,
    "all sessions are cut": cut_sessions,
    "the clock jumps ahead": clock_forward,
    "the clock falls back": clock_back,
}


def _back(cluster: Cluster) -> None:
    cluster.start_postgres()
    with suppress(Exception):
        forget_connections()
