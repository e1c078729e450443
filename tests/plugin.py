"""Early plugin: real PostgreSQL and Valkey for the run, thrown away afterwards.

Starts before pytest-django reads the settings. Migrates two template databases once, as the migration role; the test
databases are copies of their files. The main test login is a superuser, so that fixtures can write anything;
`tests.harness.as_role` and
`callcenter.tenancy.unit` play the roles of the processes. Subprocesses log in as the true roles through the same
environment. With `-n` each worker has services of its own, and the process that hands out the tests has none.
"""

from __future__ import annotations

import argparse
import atexit
import base64
import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

import pytest

from callcenter.embedded.binaries import NoServer
from callcenter.embedded.servers import Postgres, ServerFailed, Valkey
from callcenter.tenancy.provision import LOGINS, provision

ROOT = Path(__file__).resolve().parent.parent
MAIN, KEYS = "callcenter", "callcenter_keys"
LISTINGS = {"--collect-only", "--co", "--help", "-h", "--version", "-V", "--markers", "--fixtures"}
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")
NOWHERE = "postgres://nobody@127.0.0.1:1/none"
PREFIX = "callcenter-tests-"
_started: list[Any] = []
_locks: list[IO[str]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Start the services, unless pytest is only asked for help or a listing."""
    if LISTINGS.intersection(args) or (_hands_out(args) and "PYTEST_XDIST_WORKER" not in os.environ):
        os.environ.update(_settings(), **dict.fromkeys(("DATABASE_URL_TEST", "DATABASE_URL_KEYS_TEST"), NOWHERE))
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _start()
    except (ServerFailed, NoServer) as error:
        raise pytest.UsageError(str(error)) from error


def _hands_out(args: list[str]) -> bool:
    """Whether the tests run in workers."""
    known = argparse.ArgumentParser(add_help=False)
    known.add_argument("-n", "--numprocesses", default="0")
    return bool(known.parse_known_args(args)[0].numprocesses != "0")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop everything and leave nothing behind."""
    _stop()


def _start() -> None:
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    _locks.append((folder / "lock").open("w"))
    fcntl.flock(_locks[-1], fcntl.LOCK_EX)
    postgres = Postgres(folder / "pg" / "data", ROOT, settings=UNSAFE)
    valkey = Valkey(folder / "valkey", ROOT)
    _started.extend([folder, postgres, valkey])
    atexit.register(_stop)
    postgres.start()
    valkey.start()
    os.environ.update(_environment(postgres, valkey))
    _migrate()


def _sweep(place: Path) -> None:
    """Remove what runs left that were killed: a run that lives holds its lock."""
    for lock in place.glob(f"{PREFIX}*/lock"):
        with contextlib.suppress(OSError), lock.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _environment(postgres: Postgres, valkey: Valkey) -> dict[str, str]:
    passwords = {role: secrets.token_urlsafe(12) for role in LOGINS}
    provision(postgres.url(), passwords, main=f"template_{MAIN}", keys=f"template_{KEYS}")

    def url(role: str, database: str) -> str:
        return postgres.url(database, user=role, password=passwords[role])

    processes = ("web", "auth", "switch", "worker", "billing")
    return {
        **_settings(),
        "REDIS_URL": valkey.url,
        "DATABASE_URL_TEST": postgres.url(MAIN),
        "DATABASE_URL_KEYS_TEST": postgres.url(KEYS),
        "DATABASE_URL_MIGRATE": url("cc_migrate", f"template_{MAIN}"),
        "DATABASE_URL_KEYS_MIGRATE": url("cc_migrate", f"template_{KEYS}"),
        "DATABASE_URL_KEYS": url("cc_keys", f"test_{KEYS}"),
        **{f"DATABASE_URL_{role.upper()}": url(f"cc_{role}", f"test_{MAIN}") for role in processes},
    }


def _settings() -> dict[str, str]:
    return {
        "CALLCENTER_ROLE": "test",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "KEY_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "API_REQUESTS_PER_MINUTE": "1000000",
    }


def _migrate() -> None:
    """Migrate the two templates at once, as the migration role."""
    environment = {**os.environ, "CALLCENTER_ROLE": "migrate"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    both = [
        subprocess.Popen([*command, "--database", alias], cwd=ROOT, env=environment) for alias in ("default", "keys")
    ]
    codes = {process.wait() for process in both}
    if codes != {0}:
        raise ServerFailed("The template databases could not be migrated; the reason stands above.")


def _stop() -> None:
    while _started:
        item = _started.pop()
        if isinstance(item, Path):
            shutil.rmtree(item, ignore_errors=True)
        else:
            item.stop()
