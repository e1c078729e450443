"""Early plugin: real PostgreSQL and Valkey for the run, thrown away afterwards.

Starts before pytest-django reads the settings. Migrates two template databases once, as the migration role; the test
databases are copies of their files. The main test login is a superuser, so that fixtures can write anything;
`tests.harness.as_role` and
`callcenter.tenancy.unit` play the roles of the processes. Subprocesses log in as the true roles through the same
environment.
"""

from __future__ import annotations

import atexit
import base64
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from callcenter.embedded.servers import Postgres, ServerFailed, Valkey
from callcenter.tenancy.provision import LOGINS, provision

ROOT = Path(__file__).resolve().parent.parent
MAIN, KEYS = "callcenter", "callcenter_keys"
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")
_started: list[Any] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Start the services, unless pytest is only asked for help or a listing."""
    try:
        _start()
    except ServerFailed as error:
        raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop everything and leave nothing behind."""
    _stop()


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="callcenter-tests-"))
    folder.chmod(0o755)
    postgres = Postgres(folder / "pg" / "data", ROOT, settings=UNSAFE)
    valkey = Valkey(folder / "valkey", ROOT)
    _started.extend([folder, postgres, valkey])
    atexit.register(_stop)
    postgres.start()
    valkey.start()
    os.environ.update(_environment(postgres, valkey))
    _migrate()


def _environment(postgres: Postgres, valkey: Valkey) -> dict[str, str]:
    passwords = {role: secrets.token_urlsafe(12) for role in LOGINS}
    provision(postgres.url(), passwords, main=f"template_{MAIN}", keys=f"template_{KEYS}")

    def url(role: str, database: str) -> str:
        return postgres.url(database, user=role, password=passwords[role])

    processes = ("web", "auth", "switch", "worker", "billing")
    return {
        "CALLCENTER_ROLE": "test",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "KEY_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "REDIS_URL": valkey.url,
        "DATABASE_URL_TEST": postgres.url(MAIN),
        "DATABASE_URL_KEYS_TEST": postgres.url(KEYS),
        "DATABASE_URL_MIGRATE": url("cc_migrate", f"template_{MAIN}"),
        "DATABASE_URL_KEYS_MIGRATE": url("cc_migrate", f"template_{KEYS}"),
        "DATABASE_URL_KEYS": url("cc_keys", f"test_{KEYS}"),
        **{f"DATABASE_URL_{role.upper()}": url(f"cc_{role}", f"test_{MAIN}") for role in processes},
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
