"""The floor itself: what the web role may never do, whatever it holds, and what the database knows of a token."""

from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from callcenter.cookies import hashed
from callcenter.models import Scenario
from integrations.models import Connection
from orders.models import Order
from tests.factories import Rival, make_person, make_rivals, open_grant
from tests.harness import as_role

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.mark.parametrize("table", ["callcenter_grant", "callcenter_credential", "callcenter_audithead"])
@pytest.mark.parametrize(
    "statement",
    ["SELECT * FROM {}", "SELECT count(*) FROM {}", "UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"],
)
def test_the_web_role_cannot_touch_these_tables(rivals: list[Rival], table: str, statement: str) -> None:
    key = {"callcenter_credential": "person_id", "callcenter_audithead": "chain"}.get(table, "id")
    denied = pytest.raises(DatabaseError, match=f"permission denied for table {table}")

    with as_role("web", token=rivals[0].call_token), denied, transaction.atomic():
        connection.cursor().execute(statement.format(table, key, key))


def test_of_a_seat_the_web_role_reads_no_secret_and_writes_nothing(rivals: list[Rival]) -> None:
    for statement in ("SELECT secret_hash FROM callcenter_seat", "UPDATE callcenter_seat SET state = 'off'"):
        with (
            as_role("web", token=rivals[0].call_token, seat=rivals[0].desk.secret),
            pytest.raises(DatabaseError, match="permission denied for table callcenter_seat"),
            transaction.atomic(),
        ):
            connection.cursor().execute(statement)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("integrations_connection", "ciphertext"),
        ("integrations_exchange", "ciphertext"),
        ("integrations_exchange", "old_ciphertext"),
        ("callcenter_invitation", "token_hash"),
    ],
)
def test_of_these_rows_the_web_role_reads_no_secret_whatever_it_holds(
    rivals: list[Rival], table: str, column: str
) -> None:
    open_grant("admin-token", make_person("admin", job="admin"), kind="staff")

    for token in (rivals[0].call_token, rivals[0].manager_token, "admin-token"):
        denied = pytest.raises(DatabaseError, match=f"permission denied for table {table}")
        with as_role("web", token=token), denied, transaction.atomic():
            connection.cursor().execute(f"SELECT {column} FROM {table}")


def test_the_key_of_a_connection_is_handed_out_for_the_held_call_alone(rivals: list[Rival]) -> None:
    own, other = (Connection.objects.get(service=rival.service) for rival in rivals)

    def given(link: Connection, token: str) -> bool:
        with as_role("web", token=token), connection.cursor() as cursor:
            cursor.execute("SELECT app.call_connection_key(%s) IS NOT NULL", [link.pk])
            return bool(cursor.fetchone()[0])

    assert given(own, rivals[0].call_token)
    assert not given(other, rivals[0].call_token)
    assert not given(own, rivals[0].manager_token)
    assert not given(own, rivals[0].closed_token)


def tenant_keys() -> list[tuple[str, str, str]]:
    """Every composite key in the database: table, column, parent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text FROM pg_constraint k "
            "JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2] WHERE k.contype = 'f' "
            "AND array_length(k.conkey, 1) = 2 ORDER BY 1, 2"
        )
        return list(cursor.fetchall())


def hang(table: str, column: str, parent: UUID, service: UUID) -> None:
    """Hang one row of the service on this parent."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        one = f"SELECT id FROM {table} WHERE service_id = %s LIMIT 1"
        cursor.execute(f'UPDATE {table} SET "{column}" = %s WHERE id = ({one})', [parent, service])


def told(table: str, column: str, parent: UUID, service: UUID) -> str:
    """What the database says to that, without the id."""
    with pytest.raises(IntegrityError, match="violates foreign key") as error:
        hang(table, column, parent, service)
    return str(error.value).replace(str(parent), "X")


def test_a_child_of_a_foreign_parent_and_of_none_give_the_identical_error(rivals: list[Rival]) -> None:
    keys, own, other = tenant_keys(), rivals[0].service.pk, rivals[1].service.pk

    assert len(keys) >= 15
    for table, column, parent in keys:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {parent} WHERE service_id = %s LIMIT 1", [other])
            foreign = cursor.fetchone()[0]
        assert told(table, column, foreign, own) == told(table, column, uuid4(), own), (table, column)


def test_a_forged_service_in_the_row_is_refused(rivals: list[Rival]) -> None:
    other = rivals[1]
    forged = Order(service=other.service, call=other.answered, idempotency_key=uuid4(), marker="x", phone_hmac=b"")
    forged.placed_at = timezone.now()

    refused = pytest.raises(DatabaseError, match="row-level security")
    with as_role("web", token=rivals[0].call_token), refused, transaction.atomic():
        forged.save(force_insert=True)


def orphan(role: str) -> None:
    """As a migration by this role: give a row a parent that does not exist, then ask for the key that forbids it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_call DROP CONSTRAINT orders_call_line_id_tenant_fk")
        cursor.execute("UPDATE orders_call SET line_id = gen_random_uuid()")
        cursor.execute(f"GRANT CREATE ON SCHEMA public TO {role}")
        cursor.execute(f"ALTER TABLE orders_call OWNER TO {role}; ALTER TABLE callcenter_line OWNER TO {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(
            "ALTER TABLE orders_call ADD FOREIGN KEY (service_id, line_id) REFERENCES callcenter_line (service_id, id)"
        )
        cursor.execute("RESET ROLE")
        transaction.set_rollback(True)


def test_a_migration_sees_every_row_and_a_later_key_refuses_an_orphan(rivals: list[Rival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE cc_migrate")
        assert Scenario.objects.update(priority=7) == len(rivals)
        cursor.execute("RESET ROLE")

    with pytest.raises(IntegrityError, match="violates foreign key constraint"):
        orphan("cc_migrate")


def test_control_an_owner_under_row_level_security_would_overlook_the_orphan(rivals: list[Rival]) -> None:
    orphan("cc_billing")


def test_a_token_s_hash_is_all_the_database_knows(rivals: list[Rival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(g::text, '') FROM callcenter_grant g")
        stored = cursor.fetchone()[0]

    assert rivals[0].call_token not in stored
    assert hashed(rivals[0].call_token).hex() in stored
    assert rivals[0].desk.secret not in stored
