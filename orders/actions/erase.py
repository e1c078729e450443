"""Erasure: secrets whose days are over are emptied, then the keys of finished months that nothing needs any more."""

from django.db import connection
from django.utils import timezone

from callcenter import audit
from callcenter.secrets import vault
from callcenter.tenancy.rules import WORKER
from callcenter.tenancy.unit import unit

TABLES = ("orders_callsecret", "orders_ordersecret")
BATCH = 500
ACTOR = "erasure"


def erase_due() -> int:
    """Empty every due secret, in short transactions; each leaves its count in the trail of the service. Returns how
    many.
    """
    gone = 0
    for table in TABLES:
        while erased := _erase_batch(table):
            gone += erased
    return gone


def destroy_unused_keys() -> int:
    """Destroy the month keys, of months before this one, that no secret is sealed with any more. Returns how many."""
    with unit(WORKER), connection.cursor() as cursor:
        cursor.execute("SELECT key_id FROM app.keys_in_use() WHERE key_id IS NOT NULL")
        in_use = [row[0] for row in cursor.fetchall()]
    return vault.destroy_unused(in_use, before=timezone.now().date().replace(day=1))


def _erase_batch(table: str) -> int:
    with unit(WORKER), connection.cursor() as cursor:
        cursor.execute("SELECT service_id, erased FROM app.erase_due(%s, %s)", [table, BATCH])
        counts = cursor.fetchall()
        for service, erased in counts:
            audit.record(service, "secrets.erased", actor=ACTOR, detail={"table": table, "count": erased})
    return sum(erased for _service, erased in counts)
