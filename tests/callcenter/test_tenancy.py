"""What each right shows of each table: the matrix of kinds and jobs, as PostgreSQL enforces it."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from callcenter.models import Grant, Person, TaxiService
from callcenter.tenancy.matrices import declared
from orders.models import Call, CallSecret
from tests.factories import Centre, Rival, make_centre, make_rivals
from tests.harness import as_role

pytestmark = pytest.mark.django_db(databases="__all__")

TOLD = "callcenter_notice callcenter_wish"
LINKS = "integrations_connection integrations_connectioncheck"
CALL = f"""callcenter_line callcenter_taxiservice integrations_connection orders_call orders_callsecret orders_delivery
           orders_order orders_ordersecret {TOLD}"""
SERVICE = f"""billing_contract billing_export billing_invoice billing_invoiceline billing_usageentry callcenter_line
              callcenter_person callcenter_programkey callcenter_scenario callcenter_taxiservice orders_attempt
              orders_call orders_calleventseen orders_delivery orders_order {TOLD} {LINKS}"""
PEOPLE = f"""callcenter_clearance callcenter_invitation callcenter_line callcenter_person callcenter_scenario
             callcenter_seat callcenter_workplace {TOLD} {LINKS}"""
NAMES = {"django_content_type"}  # what our own models are called, for everybody
ORDERS = "orders_attempt orders_call orders_delivery orders_order"
MONEY = "billing_contract billing_export billing_invoice billing_invoiceline billing_seller billing_usageentry"
SHOWN = {
    "call": CALL,
    "manager": SERVICE,
    "supervisor": f"{PEOPLE} {ORDERS} callcenter_taxiservice",
    "accountant": f"{MONEY} callcenter_taxiservice",
    "admin": f"{PEOPLE} {ORDERS} {MONEY} callcenter_taxiservice callcenter_programkey integrations_exchange",
    "nothing": "",
}


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


@pytest.fixture
def centre() -> Centre:
    return make_centre()


def tokens(rival: Rival, centre: Centre) -> dict[str, str]:
    return {"call": rival.call_token, "manager": rival.manager_token, "nothing": "", **centre.tokens}


def visible(token: str) -> set[str]:
    """The tables in which the web role sees any row with this token; seen by the columns it may read."""
    found = set()
    with as_role("web", token=token), connection.cursor() as cursor:
        for table in declared():
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND has_column_privilege(attrelid, attnum, 'SELECT')",
                [table],
            )
            columns = cursor.fetchone()[0]
            if columns:
                cursor.execute(f"SELECT {columns} FROM {table} LIMIT 1")
                found |= {table} if cursor.fetchone() else set()
    return found - NAMES


@pytest.mark.parametrize("holder", SHOWN)
def test_a_right_shows_its_tables_and_no_other(rivals: list[Rival], centre: Centre, holder: str) -> None:
    assert visible(tokens(rivals[0], centre)[holder]) == set(SHOWN[holder].split())


def services_seen(token: str) -> dict[str, set[UUID]]:
    """Whose rows the web role sees, by table."""
    seen: dict[str, set[UUID]] = {}
    with as_role("web", token=token), connection.cursor() as cursor:
        for table in sorted(visible_with_service()):
            cursor.execute(f"SELECT DISTINCT service_id FROM {table} WHERE service_id IS NOT NULL")
            if rows := {row[0] for row in cursor.fetchall()}:
                seen[table] = rows
    return seen


def visible_with_service() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attname = 'service_id' "
            "AND c.relkind = 'r' AND has_column_privilege('cc_web', c.oid, a.attnum, 'SELECT')"
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.parametrize("holder", ["call", "manager"])
def test_an_operator_and_a_manager_see_their_own_service_alone(
    rivals: list[Rival], centre: Centre, holder: str
) -> None:
    seen = services_seen(tokens(rivals[0], centre)[holder])

    assert len(seen) >= 6
    assert set().union(*seen.values()) == {rivals[0].service.pk}


def test_an_operator_sees_the_one_call_and_what_belongs_to_it(rivals: list[Rival]) -> None:
    own = rivals[0]

    with as_role("web", token=own.call_token):
        assert [call.pk for call in Call.objects.all()] == [own.answered.pk]
        assert [secret.call_id for secret in CallSecret.objects.all()] == [own.answered.pk]


def test_the_centre_s_people_see_every_service(rivals: list[Rival], centre: Centre) -> None:
    for token in centre.tokens.values():
        with as_role("web", token=token):
            assert TaxiService.objects.count() == len(rivals)


@pytest.mark.parametrize(
    "held", ["guessed", "closed-token-0", "expired-token-0", "expired-manager-token-0", "seat-secret-101"]
)
def test_what_is_no_open_right_shows_nothing(rivals: list[Rival], held: str) -> None:
    assert visible(held) == set()


@pytest.mark.parametrize("field", ["expires_at", "hard_expires_at"])
def test_a_right_ends_by_the_database_s_own_clock(rivals: list[Rival], field: str) -> None:
    Grant.objects.update(**{field: timezone.now() - timedelta(seconds=1)})

    assert visible(rivals[0].call_token) == visible(rivals[0].manager_token) == set()


def test_a_suspended_service_s_rights_show_nothing(rivals: list[Rival]) -> None:
    TaxiService.objects.filter(pk=rivals[0].service.pk).update(active=False)

    assert visible(rivals[0].call_token) == visible(rivals[0].manager_token) == set()
    assert visible(rivals[1].manager_token) == set(SERVICE.split())


@pytest.mark.parametrize("holder", ["call", "manager", "supervisor", "accountant", "admin"])
def test_a_dismissed_person_s_right_ends_at_once(rivals: list[Rival], centre: Centre, holder: str) -> None:
    token = tokens(rivals[0], centre)[holder]
    person = Grant.objects.values_list("person").get(token_hash__isnull=False, token_hash=_hash(token))[0]
    Person.objects.filter(pk=person).update(active=False)

    assert visible(token) == set()


def _hash(token: str) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256(%s::bytea)", [token])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("app.token", "{service}"),
        ("app.token", "{hash}"),
        ("app.service", "{service}"),
        ("app.tenant", "{service}"),
        ("app.call", "{call}"),
        ("app.claim", "{call}"),
        ("app.seat", "{service}"),
        ("row_security", "off"),
        ("role", "cc_migrate"),
    ],
)
def test_a_forged_setting_opens_nothing(rivals: list[Rival], setting: str, value: str) -> None:
    other = rivals[1]
    forged = value.format(service=other.service.pk, call=other.answered.pk, hash=_hash(other.call_token).hex())

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL SESSION AUTHORIZATION cc_web")
            try:
                with transaction.atomic():
                    cursor.execute("SELECT set_config(%s, %s, true)", [setting, forged])
                    assert Call.objects.count() == 0
            except DatabaseError as refused:
                assert ("row-level security" in str(refused)) or ("permission denied" in str(refused))  # noqa: PT017
        transaction.set_rollback(True)
