"""The database of the data keys: who reaches them, how they are changed and how they end."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from io import StringIO
from threading import Barrier
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from callcenter.ids import uuid7
from callcenter.models import AuditEntry
from callcenter.secrets import vault
from callcenter.secrets.models import DataKey
from callcenter.secrets.rotation import rewrap
from callcenter.secrets.vault import KeyGone

KOMET, LUNA = UUID("018f0000-0000-7000-8000-00000000000a"), UUID("018f0000-0000-7000-8000-00000000000b")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_key_in_memory() -> None:
    vault.cache.clear()


@contextmanager
def as_a_process() -> Iterator[None]:
    """Play the login with which web, switch and workers reach the keys."""
    with connections["keys"].cursor() as cursor:
        cursor.execute("SET LOCAL ROLE cc_keys")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM secrets_datakey",
        "INSERT INTO secrets_datakey DEFAULT VALUES",
        "UPDATE secrets_datakey SET wrapped = ''",
        "DELETE FROM secrets_datakey",
        "TRUNCATE secrets_datakey",
        "CREATE TABLE copy AS SELECT 1",
    ],
)
def test_a_process_has_no_right_to_the_table(statement: str) -> None:
    vault.current(KOMET, vault.PAYLOAD, JUNE)

    with as_a_process(), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="keys"):
        connections["keys"].cursor().execute(statement)


def test_a_process_makes_and_fetches_keys_through_the_functions() -> None:
    with as_a_process():
        key_id, key = vault.current(KOMET, vault.PAYLOAD, JUNE)
        vault.cache.clear()
        fetched = vault.fetch(key_id)

    assert (fetched, len(key)) == (key, 32)


def test_nobody_else_may_call_the_functions() -> None:
    with connections["keys"].cursor() as cursor:
        cursor.execute(
            "SELECT p.proname, p.prosecdef, array_to_string(p.proconfig, ','), "
            "has_function_privilege('public', p.oid, 'EXECUTE'), has_function_privilege('cc_keys', p.oid, 'EXECUTE') "
            "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'vault' ORDER BY 1"
        )
        rows = cursor.fetchall()

    rights = (True, "search_path=pg_catalog, public", False, True)
    assert rows == [("current", *rights), ("destroy_unused", *rights), ("fetch", *rights)]


def test_the_two_databases_hold_nothing_of_each_other() -> None:
    def holds(alias: str) -> tuple[bool, ...]:
        with connections[alias].cursor() as cursor:
            names = ("secrets_datakey", "orders_order", "callcenter_auditentry")
            cursor.execute("SELECT to_regclass(%s), to_regclass(%s), to_regclass(%s)", names)
            return tuple(name is not None for name in cursor.fetchone())

    def schemas(alias: str) -> list[str]:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT nspname::text FROM pg_namespace WHERE nspname IN ('app', 'vault')")
            return [row[0] for row in cursor.fetchall()]

    assert (holds("default"), schemas("default")) == ((False, True, True), ["app"])
    assert (holds("keys"), schemas("keys")) == ((True, False, False), ["vault"])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_key_at_once_one_wins_for_both() -> None:
    together = Barrier(4)

    def make(_number: int) -> tuple[UUID, bytes]:
        try:
            with transaction.atomic(using="keys"):
                connections["keys"].ensure_connection()
                together.wait(10)
                return vault._read_current(KOMET, vault.PAYLOAD, JUNE)
        finally:
            connections["keys"].close()

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(make, range(4)))

    assert len(made) == 1
    assert DataKey.objects.count() == 1


def fresh_key() -> bytes:
    return secrets.token_bytes(32)


def test_a_data_key_is_bound_to_its_service_purpose_and_month() -> None:
    wrapped = vault.wrap(b"k" * 32, service=KOMET, purpose="payload", month=JUNE)

    assert vault.unwrap(wrapped, service=KOMET, purpose="payload", month=JUNE) == b"k" * 32
    for service, purpose, month in ((LUNA, "payload", JUNE), (KOMET, "phone", JUNE), (KOMET, "payload", JULY)):
        with pytest.raises(KeyGone, match="None of KEY_ENCRYPTION_KEYS opens this data key"):
            vault.unwrap(wrapped, service=service, purpose=purpose, month=month)


def test_after_a_rotation_the_old_key_can_go_and_everything_still_opens(settings: Settings) -> None:
    old, new = fresh_key(), fresh_key()
    settings.KEY_ENCRYPTION_KEYS = [old]
    made = [vault.current(KOMET, vault.PAYLOAD, JUNE), vault.current(KOMET, vault.PHONE), vault.current(None, "config")]

    settings.KEY_ENCRYPTION_KEYS = [new, old]
    assert (rewrap(), rewrap()) == (3, 0)
    settings.KEY_ENCRYPTION_KEYS = [new]

    assert [vault.fetch(key_id) for key_id, _key in made] == [key for _key_id, key in made]


def test_a_rotation_goes_through_more_keys_than_one_batch(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.secrets.rotation.BATCH", 2)
    old, new = fresh_key(), fresh_key()
    settings.KEY_ENCRYPTION_KEYS = [old]
    for month in range(1, 6):
        vault.current(KOMET, vault.PAYLOAD, date(2026, month, 1))
    settings.KEY_ENCRYPTION_KEYS = [new, old]

    assert rewrap() == 5


def test_rotation_is_a_command_that_leaves_its_count_in_the_trail(settings: Settings) -> None:
    old, new = fresh_key(), fresh_key()
    settings.KEY_ENCRYPTION_KEYS = [old]
    vault.current(KOMET, vault.PAYLOAD, JUNE)
    settings.KEY_ENCRYPTION_KEYS = [new, old]
    out = StringIO()

    call_command("rotate_keys", stdout=out)

    assert out.getvalue() == (
        "1 data keys wrapped anew. Older keys can go when every process has the new list and this says 0.\n"
    )
    entry = AuditEntry.objects.get()
    assert (entry.service, entry.action, entry.detail) == (None, "keys.rewrapped", {"count": 1})


def test_a_rotation_without_the_key_in_use_says_which_one_to_add(settings: Settings) -> None:
    vault.current(KOMET, vault.PAYLOAD, JUNE)
    settings.KEY_ENCRYPTION_KEYS = [fresh_key()]

    with pytest.raises(CommandError, match="add the key that was in use when it was made"):
        call_command("rotate_keys")


def test_keys_that_no_secret_needs_are_destroyed_and_nothing_else() -> None:
    needed, _key = vault.current(KOMET, vault.PAYLOAD, JUNE)
    unneeded, _key = vault.current(LUNA, vault.PAYLOAD, JUNE)
    later, _key = vault.current(LUNA, vault.PAYLOAD, JULY)
    phone, _key = vault.current(LUNA, vault.PHONE)
    config, _key = vault.current(LUNA, vault.CONFIG)

    with as_a_process():
        counts = [vault.destroy_unused([needed], before=JULY) for _ in range(2)]

    assert counts == [1, 0]
    with pytest.raises(KeyGone):
        vault.fetch(unneeded)
    assert [len(vault.fetch(key_id)) for key_id in (needed, later, phone, config)] == [32, 32, 32, 32]
    gone = DataKey.objects.get(pk=unneeded)
    assert gone.wrapped is None
    assert gone.destroyed_at is not None


def test_a_destroyed_month_gets_a_new_key_when_it_is_needed_again() -> None:
    first, _key = vault.current(KOMET, vault.PAYLOAD, JUNE)
    vault.destroy_unused([], before=JULY)

    assert vault.current(KOMET, vault.PAYLOAD, JUNE)[0] != first


def test_the_keys_of_the_running_month_stay_whatever_is_asked() -> None:
    yesterday = (timezone.now() - timedelta(days=1)).date().replace(day=1)
    before_that = (yesterday - timedelta(days=1)).replace(day=1)
    kept, _key = vault.current(KOMET, vault.PAYLOAD, yesterday)
    ended, _key = vault.current(KOMET, vault.PAYLOAD, before_that)

    assert vault.destroy_unused([], before=date(2999, 1, 1)) == 1
    assert len(vault.fetch(kept)) == 32
    with pytest.raises(KeyGone):
        vault.fetch(ended)


def test_a_web_process_can_neither_list_keys_nor_rotate_them() -> None:
    environment = {**os.environ, "CALLCENTER_ROLE": "web", "KEY_ENCRYPTION_KEYS": base64.b64encode(b"k" * 32).decode()}

    done = subprocess.run(
        [sys.executable, "manage.py", "rotate_keys"], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "run this with CALLCENTER_ROLE=migrate" in done.stderr


def test_a_destroyed_key_is_unknown_to_fetch() -> None:
    key = DataKey.objects.create(id=uuid7(), service=KOMET, purpose="payload", month=JUNE, destroyed_at=timezone.now())

    with pytest.raises(KeyGone, match="The data key is gone"):
        vault.fetch(key.pk)
