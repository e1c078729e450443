"""A key opens what it was made for, belongs to the service and to no person, and ends at once."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from callcenter.api.credentials import new_key
from callcenter.models import Grant, Person, ProgramKey, TaxiService
from tests.api.programs import error, program
from tests.factories import Rival, make_key, make_rivals
from tests.harness import as_role

pytestmark = pytest.mark.django_db(databases="__all__")
PATHS = {
    "calls": "/api/v1/calls",
    "orders": "/api/v1/orders",
    "deliveries": "/api/v1/deliveries/{delivery}",
    "invoices": "/api/v1/invoices",
}


@pytest.fixture
def rivals() -> list[Rival]:
    return make_rivals(2)


def path_of(scope: str, rival: Rival) -> str:
    return PATHS[scope].format(delivery=rival.queued.delivery.get().pk)


@pytest.mark.parametrize("given", PATHS)
def test_a_key_opens_its_scope_and_no_other(rivals: list[Rival], given: str) -> None:
    mine = program(make_key(rivals[0].service, given))

    for scope in PATHS:
        answer = mine.get(path_of(scope, rivals[0]))
        if scope == given:
            assert answer.status_code == 200
        else:
            assert error(answer) == (403, "scope")


def test_beyond_the_view_the_database_refuses_what_the_key_does_not_open(rivals: list[Rival]) -> None:
    key = make_key(rivals[0].service, "invoices")

    with as_role("web", key=key), connection.cursor() as cursor:
        for table, rows in (("billing_invoice", 1), ("orders_order", 0), ("orders_call", 0), ("orders_delivery", 0)):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (rows,), table


def test_unknown_wrong_revoked_and_lapsed_keys_get_the_same_answer(rivals: list[Rival]) -> None:
    public = ProgramKey.objects.filter(service=rivals[0].service, revoked_at__isnull=True).first()
    assert public is not None
    wrong = [
        "", "x", "cck_", rivals[0].revoked_key, make_key(rivals[0].service, expired=True), new_key(uuid4()),
        new_key(public.pk), rivals[0].key[:-1], rivals[0].key + "A", rivals[0].manager_token, rivals[0].call_token,
    ]  # fmt: skip

    answers = [program(key).get("/api/v1/orders") for key in wrong]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {'Bearer realm="service"'}
    assert error(answers[0]) == (401, "key")


def test_a_key_in_a_cookie_or_in_the_grant_header_opens_nothing(rivals: list[Rival]) -> None:
    other = program()
    other.cookies["grant"] = other.cookies["__Host-grant"] = rivals[0].key

    assert error(other.get("/api/v1/orders")) == (401, "key")
    assert error(other.get("/api/v1/orders", headers={"X-Grant": rivals[0].key})) == (401, "key")


def test_what_a_browser_holds_opens_nothing_for_programs(rivals: list[Rival]) -> None:
    browser = program()
    browser.cookies["__Host-grant"] = rivals[0].manager_token

    assert error(browser.get("/api/v1/orders")) == (401, "key")


def test_a_key_opens_no_page(rivals: list[Rival]) -> None:
    mine = program(rivals[0].key)

    assert mine.get("/service/")["Location"].startswith("/service/login/")
    assert mine.post(f"/calls/{rivals[0].answered.pk}/reveal").status_code == 404


def test_a_key_outlives_the_manager_and_ends_with_the_service(rivals: list[Rival]) -> None:
    mine = program(rivals[0].key)
    Person.objects.filter(pk=rivals[0].manager.pk).update(active=False)
    Grant.objects.filter(person=rivals[0].manager).delete()
    assert mine.get("/api/v1/orders").status_code == 200

    TaxiService.objects.filter(pk=rivals[0].service.pk).update(active=False)
    assert error(mine.get("/api/v1/orders")) == (401, "key")


def test_the_day_of_the_last_use_is_noted_once(rivals: list[Rival]) -> None:
    row = ProgramKey.objects.get(service=rivals[0].service, revoked_at__isnull=True)
    assert row.last_used_on is None

    program(rivals[0].key).get("/api/v1/orders")
    row.refresh_from_db()
    assert row.last_used_on is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text FROM callcenter_programkey WHERE id = %s", [row.pk])
        first = cursor.fetchone()
        program(rivals[0].key).get("/api/v1/orders")
        cursor.execute("SELECT xmin::text FROM callcenter_programkey WHERE id = %s", [row.pk])
        assert cursor.fetchone() == first


@pytest.mark.parametrize(
    "statement",
    ["SELECT secret_hash FROM callcenter_programkey", "UPDATE callcenter_programkey SET revoked_at = NULL",
     "UPDATE callcenter_programkey SET scopes = 'calls'", "DELETE FROM callcenter_programkey"],
)  # fmt: skip
def test_of_a_key_the_web_role_reads_no_secret_and_changes_nothing(rivals: list[Rival], statement: str) -> None:
    denied = pytest.raises(DatabaseError, match="permission denied for table callcenter_programkey")

    with as_role("web", token=rivals[0].manager_token, key=rivals[0].key), denied, transaction.atomic():
        connection.cursor().execute(statement)


def test_the_database_keeps_no_key(rivals: list[Rival]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(k::text, '') FROM callcenter_programkey k")
        assert rivals[0].key.split("_")[2] not in cursor.fetchone()[0]


def test_a_key_revoked_by_the_service_is_dead_and_a_rival_s_cannot_be_revoked(rivals: list[Rival]) -> None:
    own, other = (ProgramKey.objects.get(service=rival.service, revoked_at__isnull=True) for rival in rivals)

    with as_role("web", token=rivals[0].manager_token), connection.cursor() as cursor:
        for key, done in ((own, True), (own, False), (other, False)):
            cursor.execute("SELECT app.revoke_key(%s)", [key.pk])
            assert cursor.fetchone() == (done,)
    assert error(program(rivals[0].key).get("/api/v1/orders")) == (401, "key")
    assert program(rivals[1].key).get("/api/v1/orders").status_code == 200


def test_a_key_itself_makes_and_ends_no_key(rivals: list[Rival]) -> None:
    own = ProgramKey.objects.get(service=rivals[0].service, revoked_at__isnull=True)

    with as_role("web", key=rivals[0].key), connection.cursor() as cursor:
        cursor.execute("SELECT app.revoke_key(%s)", [own.pk])
        assert cursor.fetchone() == (False,)
    refused = pytest.raises(DatabaseError, match="row-level security")
    with as_role("web", key=rivals[0].key), refused, transaction.atomic():
        make_key(rivals[0].service)
