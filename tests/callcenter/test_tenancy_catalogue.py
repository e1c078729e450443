"""`check_isolation`: no gap as migrated, and every gap that a hand or a careless migration could make is named."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from callcenter.tenancy.catalogue import gaps, refuse_gaps
from callcenter.tenancy.rules import WEB
from orders.isolation import MATRIX

pytestmark = pytest.mark.django_db(databases="__all__")
POLICY = next(item for item in MATRIX["orders_order"] if item.role == WEB).policy_name("SELECT")


def test_the_declared_floor_has_no_gap() -> None:
    assert gaps() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY", "orders_order lacks forced"),
        (f"DROP POLICY {POLICY} ON orders_order", f"policy {POLICY} on orders_order is missing"),
        (f"ALTER POLICY {POLICY} ON orders_order USING (true)", f"{POLICY} on orders_order was changed by hand"),
        ("GRANT CREATE ON SCHEMA public TO cc_web", "cc_web may create objects in the schema public"),
        (
            "GRANT EXECUTE ON FUNCTION app.open_seat(uuid, uuid, uuid, bytea) TO cc_web",
            "cc_web may execute app.open_seat",
        ),
        ("REVOKE EXECUTE ON FUNCTION app.call() FROM cc_web", "cc_web may not execute app.call"),
        (
            "CREATE OR REPLACE FUNCTION app.tenant() RETURNS uuid LANGUAGE plpgsql STABLE SECURITY DEFINER "
            "SET search_path = pg_catalog, public AS $$ BEGIN RETURN current_setting('app.token')::uuid; END $$",
            "function app.tenant was changed by hand",
        ),
        (
            "CREATE FUNCTION peek() RETURNS SETOF orders_order LANGUAGE sql SECURITY DEFINER AS 'TABLE orders_order'",
            "cc_web may execute public.peek",
        ),
        (
            "CREATE SCHEMA side; CREATE TABLE side.copy AS TABLE orders_order; "
            "GRANT SELECT (number) ON side.copy TO cc_web",
            "cc_web may use side.copy",
        ),
        (
            "ALTER TABLE orders_order DROP CONSTRAINT orders_order_call_id_tenant_fk",
            "orders_order.call_id is not tied to orders_call",
        ),
        (
            "CREATE MATERIALIZED VIEW peek AS TABLE orders_order; GRANT SELECT ON peek TO cc_web",
            "view public.peek is readable",
        ),
        ("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY", "orders_order lacks forced"),
        (
            "CREATE POLICY extra ON orders_order FOR SELECT TO cc_web USING (true)",
            "extra on orders_order is not declared",
        ),
        ("GRANT SELECT ON callcenter_credential TO cc_web", "cc_web may SELECT callcenter_credential"),
        ("GRANT DELETE ON orders_order TO cc_web", "cc_web may DELETE orders_order"),
        ("GRANT UPDATE (outcome) ON orders_call TO cc_web", "cc_web may UPDATE orders_call.outcome"),
        ("REVOKE SELECT ON orders_call FROM cc_switch", "cc_switch may not SELECT orders_call"),
        ("CREATE TABLE forgotten (id uuid, service_id uuid)", "table forgotten is in no MATRIX"),
        (
            "CREATE VIEW peek AS SELECT * FROM orders_order; GRANT SELECT ON peek TO cc_web",
            "view public.peek is readable",
        ),
        ("ALTER ROLE cc_web BYPASSRLS", "role cc_web must be neither"),
        ("GRANT cc_worker TO cc_web", "role cc_web must own nothing"),
        ("ALTER ROLE cc_web RESET track_activities", "role cc_web shows its statements"),
        ("GRANT EXECUTE ON FUNCTION app.live_grant() TO PUBLIC", "app.live_grant may be executed by everybody"),
        ("ALTER FUNCTION app.call() RESET search_path", "app.call has no pinned search_path"),
        ("ALTER FUNCTION app.call() OWNER TO cc_switch", "app.call belongs to a role under"),
        ("CREATE UNIQUE INDEX one ON orders_order (number)", "index one on orders_order lacks service_id"),
        ("SET LOCAL default_transaction_isolation = 'repeatable read'", "use read committed"),
    ],
)
def test_every_gap_is_found(change: str, found: str) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(change)
        assert any(found in gap for gap in gaps()), gaps()
        transaction.set_rollback(True)


def test_on_a_gap_no_process_starts() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY")
        with pytest.raises(ImproperlyConfigured, match="- table orders_order lacks forced row-level security"):
            refuse_gaps()
        transaction.set_rollback(True)
