"""Backup and restore as the guide says it: a dump brought back elsewhere keeps services apart."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from callcenter.embedded.binaries import postgres_folder

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = postgres_folder(ROOT)


def address(name: str) -> str:
    return os.environ["DATABASE_URL_TEST"].rpartition("/")[0] + f"/{name}"


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(PROGRAMS / program), *arguments], check=True, capture_output=True)


def administer(statement: str) -> None:
    with closing(psycopg2.connect(address("postgres"))) as admin:
        admin.autocommit = True
        admin.cursor().execute(statement)


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[str]:
    """The template of this run, dumped and brought back under another name."""
    dump = str(tmp_path / "main.dump")
    template = settings.DATABASES["default"]["TEST"]["TEMPLATE"]
    run("pg_dump", "--format", "custom", "--file", dump, address(template))
    administer("CREATE DATABASE restored OWNER cc_migrate")
    try:
        run("pg_restore", "--dbname", address("restored"), "--exit-on-error", dump)
        yield address("restored")
    finally:
        administer("DROP DATABASE restored WITH (FORCE)")


def check_isolation(database: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CALLCENTER_ROLE": "migrate", "DATABASE_URL_MIGRATE": database}
    environment["DATABASE_URL_KEYS_MIGRATE"] = database
    command = [sys.executable, "manage.py", "check_isolation"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_restored_database_keeps_services_apart(restored: str) -> None:
    done = check_isolation(restored)

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_restored_database_that_lost_a_policy_is_found_out(restored: str) -> None:
    with closing(psycopg2.connect(restored)) as inside:
        inside.autocommit = True
        inside.cursor().execute("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY")

    done = check_isolation(restored)

    assert done.returncode == 1
    assert "orders_order" in done.stderr
