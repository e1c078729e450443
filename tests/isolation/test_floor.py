"""The floor itself: what the web role may never do, what the middleware guarantees, and that every gap is found."""

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from callcenter.cookies import SEAT_COOKIE, hashed
from callcenter.models import Grant, Scenario, TaxiService
from callcenter.tenancy.catalogue import gaps
from callcenter.tenancy.middleware import keep
from callcenter.tenancy.rules import WEB
from callcenter.tenancy.unit import unit
from orders.models import Call, CallSecret, Order
from tests.harness import as_role
from tests.isolation.world import Rival, build

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def rivals() -> list[Rival]:
    return build()


def visible(**held: str) -> int:
    """How many calls the web role sees with what it holds."""
    with as_role("web", **held):
        return Call.objects.count()


def test_a_right_shows_its_own_call_and_no_other(rivals: list[Rival]) -> None:
    with as_role("web", token=rivals[0].call_token):
        assert [call.pk for call in Call.objects.all()] == [rivals[0].call.pk]
        assert [secret.call_id for secret in CallSecret.objects.all()] == [rivals[0].call.pk]


@pytest.mark.parametrize("token", ["", "guessed", "closed-token-0"])
def test_no_right_a_guessed_and_a_closed_one_show_nothing(rivals: list[Rival], token: str) -> None:
    assert visible(token=token) == 0


@pytest.mark.parametrize("field", ["expires_at", "hard_expires_at"])
def test_a_right_ends_by_the_database_s_own_clock(rivals: list[Rival], field: str) -> None:
    Grant.objects.update(**{field: timezone.now() - timedelta(seconds=1)})

    assert visible(token=rivals[0].call_token) == 0


def test_a_suspended_service_s_rights_show_nothing(rivals: list[Rival]) -> None:
    TaxiService.objects.filter(pk=rivals[0].service.pk).update(active=False)

    assert visible(token=rivals[0].manager_token) == 0


def test_a_manager_sees_the_own_service_but_no_secret(rivals: list[Rival]) -> None:
    with as_role("web", token=rivals[1].manager_token):
        assert {order.service_id for order in Order.objects.all()} == {rivals[1].service.pk}
        assert CallSecret.objects.count() == 0


@pytest.mark.parametrize(
    "table", ["callcenter_grant", "callcenter_credential", "callcenter_audithead", "integrations_exchange"]
)
@pytest.mark.parametrize("statement", ["SELECT * FROM {}", "UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_web_role_cannot_touch_these_tables(rivals: list[Rival], table: str, statement: str) -> None:
    with as_role("web", token=rivals[0].call_token), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def tie_to(parent: UUID, call: Call) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("UPDATE orders_call SET line_id = %s WHERE id = %s", [parent, call.pk])


def test_a_child_of_a_foreign_parent_and_of_none_give_the_identical_error(rivals: list[Rival]) -> None:
    said = []
    for parent in (rivals[1].call.line_id, uuid4()):
        with pytest.raises(IntegrityError) as error:
            tie_to(parent, rivals[0].call)
        said.append(str(error.value).replace(str(parent), "X"))

    assert said[0] == said[1]


def test_a_forged_service_in_the_row_is_refused(rivals: list[Rival]) -> None:
    other = rivals[1]
    forged = Order(service=other.service, call=other.call, idempotency_key=uuid4(), marker="x", phone_hmac=b"")
    forged.placed_at = timezone.now()

    refused = pytest.raises(DatabaseError, match="row-level security")
    with as_role("web", token=rivals[0].call_token), refused, transaction.atomic():
        forged.save(force_insert=True)


# --- the middleware


def _insert() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    TaxiService.objects.create(name="half done", monogram="H", hue="teal", greeting="")


def fail(request: HttpRequest, status: int) -> HttpResponse:
    _insert()
    return HttpResponse(status=status)


def kept(request: HttpRequest) -> HttpResponse:
    _insert()
    return keep(HttpResponse(status=409))


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse([b"late"])


def context(request: HttpRequest) -> JsonResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.token', true), current_setting('app.seat', true), current_user")
        return JsonResponse({"held": cursor.fetchone()})


urlpatterns = [
    path("fail/<int:status>", fail), path("kept", kept), path("stream", stream), path("context", context),
]  # fmt: skip


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF="tests.isolation.test_floor"):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(("status", "rows"), [(200, 1), (302, 1), (400, 0), (404, 0), (500, 0)])
def test_every_status_from_400_takes_its_writes_back(client: Client, status: int, rows: int) -> None:
    client.get(f"/fail/{status}")

    assert TaxiService.objects.filter(name="half done").count() == rows


def test_a_view_can_ask_to_keep_what_it_wrote(client: Client) -> None:
    client.get("/kept")

    assert TaxiService.objects.filter(name="half done").count() == 1


def test_a_streamed_answer_is_refused(client: Client) -> None:
    assert client.get("/stream").status_code == 500


def test_the_context_is_always_stated_also_when_nothing_is_held(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.token', 'left behind', false)")

    assert client.get("/context").json()["held"] == ["", "", "cc_web"]
    client.cookies[SEAT_COOKIE] = "seat"
    assert client.get("/context", headers={"X-Grant": "token"}).json()["held"] == ["token", "seat", "cc_web"]
    assert client.get("/context").json()["held"] == ["", "seat", "cc_web"]


def test_a_unit_inside_a_unit_is_refused() -> None:
    with unit(WEB), pytest.raises(RuntimeError, match="already open"), unit(WEB):
        pass


# --- the catalogue


def test_the_declared_floor_has_no_gap() -> None:
    assert gaps() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("ALTER TABLE orders_order NO FORCE ROW LEVEL SECURITY", "orders_order lacks forced"),
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


def test_a_policy_changed_by_hand_is_found() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT polname FROM pg_policy WHERE polrelid = 'orders_order'::regclass AND polcmd = 'r' LIMIT 1"
        )
        name = cursor.fetchone()[0]
        cursor.execute(f"ALTER POLICY {name} ON orders_order USING (true)")
        assert f"policy {name} on orders_order was changed by hand" in gaps()
        transaction.set_rollback(True)


def test_a_migration_that_fixes_data_sees_every_row_and_later_constraints_bite(rivals: list[Rival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE cc_migrate")
        assert Scenario.objects.count() == len(rivals)
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("ALTER TABLE callcenter_scenario ADD CONSTRAINT odd CHECK (kind <> 'full')")
        cursor.execute("RESET ROLE")


def test_a_token_s_hash_is_all_the_database_knows(rivals: list[Rival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(g::text, '') FROM callcenter_grant g")
        stored = cursor.fetchone()[0]

    assert rivals[0].call_token not in stored
    assert hashed(rivals[0].call_token).hex() in stored
    assert json.dumps(rivals[0].seat_secret) not in stored
