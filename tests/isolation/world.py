"""What a run of the proofs may find of whom, and how it is seen that something has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from callcenter.tenancy.catalogue import CLOSED
from callcenter.tenancy.matrices import declared
from callcenter.tenancy.rules import WEB
from tests.factories import Centre, Rival, make_centre, make_rivals

SERVICES = 4
NOBODY = UUID(int=0)
# Tables that do not simply belong to a service: which of their rows are somebody else's. Entries of the centre's own
# audit chain (no service) are added by refusals of whoever comes.
NOT_OWN = {
    "callcenter_taxiservice": "id <> %(service)s",
    "callcenter_person": "id <> ALL (%(people)s)",
    "callcenter_grant": "person_id <> ALL (%(people)s) AND service_id IS DISTINCT FROM %(service)s",
    "callcenter_invitation": "person_id <> ALL (%(people)s)",
    "callcenter_credential": "person_id <> ALL (%(people)s)",
    "callcenter_workplace": "true",
    "callcenter_seat": "person_id <> ALL (%(people)s)",
    "callcenter_auditentry": "service <> %(service)s",
    "django_content_type": "true",
    "callcenter_audithead": f"chain NOT IN (%(service)s, '{NOBODY}')",
    "billing_seller": "true",
    "integrations_exchange": "true",
    "integrations_seenwebhook": "webhook_id NOT LIKE 'attack%%'",
}
SECRET_TABLES = ("orders_callsecret", "orders_ordersecret")
# Open to the web role they would show nobody a rival: whose they are is the centre's own business.
OF_THE_CENTRE = frozenset(
    {"billing_seller", "callcenter_invitation", "callcenter_workplace", "django_content_type", "integrations_exchange"}
)


@dataclass(frozen=True, kw_only=True)
class World:
    """The rivals, the centre, and the texts by which their data would be known."""

    rivals: list[Rival]
    centre: Centre
    mine: frozenset[str]
    my_secrets: frozenset[str]
    foreign: frozenset[str]
    foreign_secrets: frozenset[str]

    @property
    def own(self) -> Rival:
        return self.rivals[0]

    @property
    def secrets(self) -> frozenset[str]:
        """Everything sealed, of whoever it is."""
        return self.my_secrets | self.foreign_secrets

    @property
    def everything(self) -> frozenset[str]:
        return self.mine | self.foreign


def build() -> World:
    """Make the world of a run; somebody of the first rival, or of nobody, attacks the others."""
    rivals, centre = make_rivals(SERVICES), make_centre()
    own, others = rivals[:1], rivals[1:]
    return World(
        rivals=rivals,
        centre=centre,
        mine=frozenset(_texts(own)),
        my_secrets=frozenset(_sealed(own)),
        foreign=frozenset(_texts(others)),
        foreign_secrets=frozenset(_sealed(others)),
    )


def found_in(text: str, forbidden: Iterable[str], *, said: str = "") -> str:
    """The first forbidden text, but for what the asker has said itself; empty when there is none."""
    return next((item for item in forbidden if item in text and item not in said), "")


def shown(value: Any) -> str:
    """A result as text: binary values in hexadecimal, so that sealed bytes are seen as well."""
    if isinstance(value, memoryview | bytes):
        return bytes(value).hex()
    if isinstance(value, tuple | list):
        return " ".join(shown(item) for item in value)
    return str(value)


def checksum(service: UUID, people: Sequence[UUID]) -> dict[str, str]:
    """One hash by table over all rows that belong neither to the service nor to these people; read as superuser."""
    tables = sorted(declared())
    hashes = ", ".join(
        f"(SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t WHERE {_not_own(table)})"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hashes}", {"service": service, "people": list(people)})
        return dict(zip(tables, cursor.fetchone(), strict=True))


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables in which a row of somebody else is not what it was."""
    return [table for table in before if before[table] != after[table]]


def unfilled(world: World) -> list[str]:
    """Tables in which some rival has no row: nothing could leak from there."""
    missing = []
    with connection.cursor() as cursor:
        for table in sorted(declared()):
            if table not in NOT_OWN and _has_service(table):
                cursor.execute(f"SELECT count(DISTINCT service_id) FROM {table}")
                if cursor.fetchone()[0] != len(world.rivals):
                    missing.append(table)
            else:
                cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
                if not cursor.fetchone()[0]:
                    missing.append(table)
    return missing


def readable() -> list[str]:
    """The tables of which the web role can read some rows, with some right."""
    reads = {(table, rule.role) for table, rules in declared().items() for rule in rules if "SELECT" in rule.commands}
    return sorted(table for table, role in reads if role == WEB)


def without_floor(act: Callable[[], None]) -> None:
    """Run `act` on a database without row-level security and with open tables; everything is rolled back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in declared():
                cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO cc_web")
        act()
        transaction.set_rollback(True)


def with_hole(sql: str, act: Callable[[], None]) -> None:
    """Run `act` on a database with one brick of the floor taken out; everything is rolled back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(sql)
        act()
        transaction.set_rollback(True)


def _texts(rivals: Iterable[Rival]) -> Iterable[str]:
    """Everything by which a service, its people and its rows are known."""
    for rival in rivals:
        yield from (
            rival.mark,
            rival.phone[-10:],
            str(rival.service.pk),
            rival.desk.secret,
            rival.call_token,
            rival.key,
        )
        for desk in (rival.desk, rival.second):
            yield from (str(desk.seat.pk), str(desk.person.pk))
        yield from _row_ids(rival)
    yield from _sealed(rivals)


def _row_ids(rival: Rival) -> Iterable[str]:
    tables = [table for table in declared() if table == "callcenter_grant" or _has_service(table)]
    union = " UNION ALL ".join(f"SELECT id::text FROM {table} WHERE service_id = %(service)s" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(union, {"service": rival.service.pk})
        yield from (row[0] for row in cursor.fetchall())


def _sealed(rivals: Iterable[Rival]) -> Iterable[str]:
    """What is sealed, in clear and as stored; and the ids of the sealed rows, which nobody but the holder sees."""
    for rival in rivals:
        yield from (rival.sealed, rival.phone[-10:])
        for table in SECRET_TABLES:
            yield from _stored(table, rival.service.pk)


def _stored(table: str, service: UUID) -> Iterable[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text, encode(ciphertext, 'hex') FROM {table} WHERE service_id = %s", [service])
        for row in cursor.fetchall():
            yield from row


def _not_own(table: str) -> str:
    return NOT_OWN.get(table) or "service_id IS DISTINCT FROM %(service)s"


@cache
def _has_service(table: str) -> bool:
    if table in NOT_OWN:
        return False
    assert table not in CLOSED
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'service_id'", [table])
        assert cursor.fetchone() is not None, f"{table} has no service_id: say in NOT_OWN which rows are foreign"
    return True
